"""Molfiles, written by RDKit and then damaged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import AllChem

from bo_loop.base.errors import BoLoopError, DataError
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.molfiles import read_molfile


def molfile(smiles):
    molecule = Chem.MolFromSmiles(smiles)
    AllChem.Compute2DCoords(molecule)
    return Chem.MolToMolBlock(molecule)


@pytest.mark.parametrize(
    ("smiles", "charge"),
    [
        ("C[C@@H](N)C(=O)O", 0), ("O=C(O)/C=C\\C(=O)O", 0), ("C[N+](C)(C)CC(=O)O", 1),
        ("[NH3+]CC(=O)[O-]", 0), ("[2H]C(=O)O", 0), ("F[B-](F)(F)F", -1), ("CC(=NO)c1ccccn1", 0),
    ],
)  # fmt: skip
def test_reads_stereochemistry_charges_and_isotopes(smiles, charge):
    expected = Chem.MolToSmiles(Chem.MolFromSmiles(smiles))
    assert read_molfile(molfile(smiles)) == (expected, charge)


def test_needs_no_header_and_no_end():
    lines = molfile("OCC(=O)O").splitlines()
    assert read_molfile("\n".join(lines[3:-1])) == ("O=C(O)CO", 0)


@pytest.mark.parametrize(
    ("line", "edit"),
    [
        (3, "  x  0"),
        (3, "999999"),
        (3, "  0  0"),
        (4, "    nan       0.0       0.0 C   0  0"),
        (4, " " * 31 + "R#"),
        (4, " " * 31 + "Q "),
        (7, "  1  2  8  0"),
    ],
)
def test_refuses_damaged_and_indefinite_structures(line, edit):
    lines = molfile("CCO").splitlines()
    lines[line] = edit + lines[line][len(edit) :]
    with pytest.raises(DataError, match="not a V2000 molfile of one definite structure"):
        read_molfile("\n".join(lines))


@settings(max_examples=50, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 40)),
        min_size=1,
        max_size=6,
    ),
    smiles=st.sampled_from(["C[C@H](N)C(=O)O", "c1ccncc1", "[NH3+]CC(=O)[O-]"]),
)
def test_fuzzed_molfiles_are_read_or_refused(edits, smiles):
    raw = molfile(smiles).encode()
    for where, replacement, removed in edits:
        at = int(where * len(raw))
        raw = raw[:at] + replacement + raw[at + removed :]
    try:
        outcome = standardise(read_molfile(raw.decode("latin-1"))[0])
    except BoLoopError as error:
        outcome = str(error)
    assert outcome
