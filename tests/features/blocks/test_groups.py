from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from literature import literature, needs_literature
from rdkit import Chem
from tolerances import SOLVED

from bo_loop.chemistry.ligands import standardise
from bo_loop.features.blocks.groups import BITS, atoms, donors, site
from bo_loop.features.blocks.ligand import charge, mordred
from bo_loop.features.recipes.chemistry import ChemistryRecipe

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"
BLOCKS = (charge, donors, site, atoms)
CHIRAL = [
    "C[C@H](N)C(=O)O",
    "OC(=O)[C@H](O)[C@@H](O)C(=O)O",
    "OC(=O)CN(CC(=O)O)[C@H]1CCCC[C@@H]1N(CC(=O)O)CC(=O)O",
    "OC(=O)CN(CC(=O)O)[C@H]1CCCC[C@H]1N(CC(=O)O)CC(=O)O",
    "N[C@@H](CC(=O)O)C(=O)O",
    "OC(=O)C[C@H](NCCN[C@@H](CC(=O)O)C(=O)O)C(=O)O",
    "OC(=O)/C=C/[C@H](N)C(=O)O",
    "C[C@@H](O)[C@H](N)C(=O)O",
    "N[C@H]1C[C@H](N)C[C@@H](N)C1",
    "OC[C@H]1O[C@@H](O)[C@H](N)[C@@H](O)[C@@H]1O",
    "O=C(O)[C@@]12CC[C@@H](C1)[C@H](N)C2",
]


def mirrored(smiles: str) -> str:
    return smiles.replace("@@", "!").replace("@", "@@").replace("!", "@")


def shuffled(smiles: str, seed: int) -> str:
    molecule = Chem.MolFromSmiles(smiles)
    return Chem.MolToRandomSmilesVect(molecule, 1, randomSeed=seed + 1)[0]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CHIRAL), st.integers(0, 10_000), st.booleans())
def test_mirror_image_and_atom_order_do_not_matter(smiles, seed, mirror):
    other = shuffled(mirrored(smiles) if mirror else smiles, seed)
    for block in BLOCKS:
        one, again = block([standardise(smiles), standardise(other)])
        np.testing.assert_array_equal(one, again)


def test_descriptors_do_not_tell_enantiomers_apart():
    given = [standardise(s) for s in (CHIRAL[2], mirrored(CHIRAL[2]))]
    one, other = mordred(given)
    # The order of the atoms differs, and with it the rounding of sums of a few hundred terms.
    np.testing.assert_allclose(one, other, rtol=SOLVED, atol=SOLVED)


@needs_literature
@pytest.mark.parametrize("table", ["srd46_25C_0.1M.csv", "iupac_lanthanides.csv"])
def test_no_enantiomers_of_the_literature_are_told_apart(table):
    ligands = pd.read_csv(literature(table), keep_default_na=False).smiles.unique()
    chiral = [standardise(s) for s in ligands if "@" in s]
    for block in (donors, site, atoms):
        np.testing.assert_array_equal(
            block(chiral), block([standardise(mirrored(s)) for s in chiral])
        )


@pytest.mark.parametrize(
    ("one", "other", "blocks"),
    [
        ("OC(=O)/C=C/C(=O)O", "OC(=O)/C=C\\C(=O)O", BLOCKS[1:]),
        (CHIRAL[2], CHIRAL[3], (site, atoms)),
        (CHIRAL[1], "OC(=O)[C@H](O)[C@H](O)C(=O)O", (atoms,)),
    ],
    ids=["fumaric and maleic acid", "cis- and trans-CDTA", "meso- and L-tartaric acid"],
)
def test_diastereomers_are_different_ligands(one, other, blocks):
    for block in blocks:
        first, second = block([standardise(one), standardise(other)])
        assert (first != second).any(), block.__name__


def test_atom_environments_are_counted_and_a_lone_stereocentre_is_not():
    drawn, flat = atoms([standardise("C[C@H](N)C(=O)O"), standardise("CC(N)C(=O)O")])
    np.testing.assert_array_equal(drawn, flat)
    # Ethane: two equal carbons, and the bond between them once.
    assert Counter(atoms(["CC"])[0].tolist()) == {0.0: BITS - 2, 2.0: 1, 1.0: 1}


def test_donors_are_logarithms_of_counts_and_kept_on_disk():
    first, again = donors([EDTA, "NCCN"]), donors([EDTA, "NCCN"])
    np.testing.assert_array_equal(first, again)
    assert np.log(5.0) in first[0]  # four carboxylates


def test_counts_of_environments_are_bytes_and_stay_so_in_the_schema():
    assert atoms(["CC", "CCO"]).dtype == np.uint8
    pairs = pd.DataFrame(
        {"metal": "Cu", "charge": 2, "ligand": "", "smiles": ["NCCN", "NCC(=O)O"], "n_ligands": 1,
         "temperature_C": 25.0, "ionic_strength_M": 0.1}
    )  # fmt: skip
    tables = ChemistryRecipe().fit(pairs).transform(pairs).ligand
    assert {block: table.dtype.name for block, table in tables.items()} == {
        "charge": "float64", "donors": "float64", "site": "float64", "basicity": "float64",
        "atoms": "uint8",
    }  # fmt: skip


def test_counts_of_the_largest_ligand_fit_into_bytes():
    assert atoms(["C" * 250])[0].max() == 248  # CH2, of which there are two fewer than carbons
