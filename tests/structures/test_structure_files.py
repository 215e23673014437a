from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from bo_loop.chemistry.ions import parse_ion
from bo_loop.structures.conformers import Structure
from bo_loop.structures.coordination_complex import assemble, with_metal_bonds
from bo_loop.structures.placement import starts
from bo_loop.structures.structure_files import structure_bytes
from bo_loop.structures.xtb import METHOD


@pytest.fixture(scope="module")
def structure():
    found = assemble(parse_ion("Zn+2"), "NCC(=O)O", 2, name="glycine")
    graph = with_metal_bonds(found)
    conformer = Chem.Conformer(graph.GetNumAtoms())
    conformer.SetPositions(starts(found, 1, 0)[0])
    graph.AddConformer(conformer)
    return Structure(found.molecule, graph, -1.5, METHOD, (0.0,), (), ())


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
