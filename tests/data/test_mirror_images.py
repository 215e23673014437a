"""Mirror images in a pool: one experiment, and a note that names both."""

import warnings

import pandas as pd
import pytest

from bo_loop.data.mirror_images import isomers, one_of_mirror_images
from bo_loop.data.observations import with_keys

LIGANDS = {
    "L-tartaric acid": "OC(=O)[C@H](O)[C@@H](O)C(=O)O",
    "D-tartaric acid": "OC(=O)[C@@H](O)[C@H](O)C(=O)O",
    "meso-tartaric acid": "OC(=O)[C@@H](O)[C@@H](O)C(=O)O",
    "tartaric acid": "OC(=O)C(O)C(O)C(=O)O",
    "L-alanine": "C[C@H](N)C(=O)O",
    "D-alanine": "C[C@@H](N)C(=O)O",
    "alanine": "CC(N)C(=O)O",
    "fumaric acid": "OC(=O)/C=C/C(=O)O",
    "maleic acid": "OC(=O)/C=C\\C(=O)O",
}


def pairs(*names, metals=("Ni", "Cu"), temperature_C=25.0):
    frame = pd.DataFrame(
        [
            (metal, 2, name, LIGANDS[name], 1, temperature_C, 0.1)
            for metal in metals
            for name in names
        ],
        columns=["metal", "charge", "ligand", "smiles", "n_ligands", "temperature_C",
                 "ionic_strength_M"],
    )  # fmt: skip
    return with_keys(frame, "test")


@pytest.mark.parametrize(
    ("names", "kept", "told"),
    [
        (["L-tartaric acid", "D-tartaric acid"], ["L-tartaric acid"],
         "D-tartaric acid .* for L-tartaric acid"),
        (["D-tartaric acid", "L-tartaric acid"], ["D-tartaric acid"],
         "L-tartaric acid .* for D-tartaric acid"),
        (["L-alanine", "alanine", "D-alanine"], ["L-alanine"],
         "Left out: alanine .* for L-alanine .*; D-alanine .* for L-alanine"),
    ],
)  # fmt: skip
def test_the_first_stays_and_the_note_names_both(names, kept, told):
    with pytest.warns(UserWarning, match=told) as caught:
        left = one_of_mirror_images(pairs(*names))
    assert left["ligand"].tolist() == kept * 2
    assert left["metal"].tolist() == ["Ni", "Cu"]
    assert len(caught) == 1


@pytest.mark.parametrize(
    "names",
    [
        ["L-tartaric acid", "meso-tartaric acid", "tartaric acid"],
        ["fumaric acid", "maleic acid"],
        ["L-alanine", "L-tartaric acid"],
    ],
)
def test_other_isomers_and_undrawn_ones_of_several_centres_stay(names):
    every = pairs(*names)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pd.testing.assert_frame_equal(one_of_mirror_images(every), every)


def test_those_of_a_pool_that_is_there_already_are_left_out():
    with pytest.warns(UserWarning, match="D-alanine .* for L-alanine"):
        left = one_of_mirror_images(pairs("D-alanine", "fumaric acid"), pairs("L-alanine"))
    assert left["ligand"].unique().tolist() == ["fumaric acid"]


def test_other_metals_and_conditions_are_other_experiments():
    other_metal = one_of_mirror_images(pairs("D-alanine", metals=["Zn"]), pairs("L-alanine"))
    warmer = one_of_mirror_images(pairs("D-alanine", temperature_C=37.0), pairs("L-alanine"))
    assert (len(other_metal), len(warmer)) == (1, 2)


def test_isomers_are_told_apart_only_where_there_are_several():
    frame = pairs("L-tartaric acid", "D-tartaric acid", "meso-tartaric acid", "fumaric acid",
                  metals=["Ni"])  # fmt: skip
    left, right, meso, lone = isomers(frame)
    assert left == right != meso
    assert lone == ""
