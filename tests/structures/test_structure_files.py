import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from bo_loop.chemistry.ions import parse_ion
from bo_loop.structures.conformers import Structure
from bo_loop.structures.coordination_complex import assemble, with_metal_bonds
from bo_loop.structures.placement import starts
from bo_loop.structures.structure_files import as_json, structure_bytes, told
from bo_loop.structures.xtb import METHOD


@pytest.fixture(scope="module")
def structure():
    found = assemble(parse_ion("Zn+2"), "NCC(=O)O", 2, name="glycine")
    graph = with_metal_bonds(found)
    conformer = Chem.Conformer(graph.GetNumAtoms())
    conformer.SetPositions(starts(found, 1, 0)[0])
    graph.AddConformer(conformer)
    return Structure(found.molecule, graph, -1.5, METHOD, (0.0,), (), None, (), ())


def test_xyz_says_charge_spin_and_energy(structure):
    lines = structure_bytes(structure, Path("a.XYZ")).decode().splitlines()
    assert lines[0] == str(len(structure.molecule.symbols)) == str(len(lines) - 2)
    assert lines[1] == (
        "Zn+2 + 2 glycine; charge +0; unpaired electrons 0; energy -1.500000 eV; method " + METHOD
    )
    read = np.array([line.split()[1:] for line in lines[2:]], dtype=float)
    assert read == pytest.approx(structure.positions, abs=1e-7)
    assert [line.split()[0] for line in lines[2:]] == structure.molecule.symbols


def test_rdkit_reads_the_sdf_with_the_bonds_to_the_metal(structure):
    content = structure_bytes(structure, Path("a.sdf")).decode()
    supplier = Chem.SDMolSupplier()
    supplier.SetData(content, removeHs=False)
    (read,) = supplier
    assert read.GetProp("_Name") == "Zn+2 + 2 glycine"
    assert read.GetProp("charge") == "+0"
    assert read.GetAtomWithIdx(0).GetDegree() == 6
    assert read.GetConformer().GetPositions() == pytest.approx(structure.positions, abs=1e-3)


def test_json_has_every_bond_and_what_is_told_of_it(structure):
    found = as_json(structure)
    orders = Counter(order for _, _, order in found["bonds"])
    assert orders[0] == 6  # dative
    assert orders[2] == 2  # C=O of two carboxylates
    assert all({one, other} & {0} for one, other, order in found["bonds"] if order == 0)
    assert json.loads(json.dumps(found))["symbols"] == structure.molecule.symbols
    said = told(found | {"warnings": ["it is bad", "and worse"], "strain_kJ_mol": 41.7})
    assert said["warning"] == "it is bad; and worse"
    assert said["strain"] == "42 kJ/mol of the ligand, as it is bound"
    assert "note" not in said
