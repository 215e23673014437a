from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.library.distil import candidates, distil, training_of

LIGANDS = pd.DataFrame({"ligand": "", "smiles": ["NCCN", "NCC(=O)O", "CC(=O)O", "NCCN"]})
METALS = {("Cu", 2): 3, ("Ni", 2): 1}  # how often each is asked for


def listed(n_ligands=(1,), protons=False, most=100):
    return candidates(LIGANDS, METALS, n_ligands, protons=protons, most=most, seed=0)


def test_every_ligand_once_with_every_metal_ion():
    found = listed()
    assert len(found) == 3 * 2
    assert not found.duplicated(["metal", "smiles"]).any()
    assert set(found["temperature_C"]) == {25.0}


def test_complexes_that_no_metal_ion_has_room_for_are_left_out():
    found = listed(n_ligands=(1, 6))
    assert set(found.loc[found["n_ligands"] == 6, "smiles"]) <= {"CC(=O)O"}


def test_of_more_pairs_a_fifth_are_protonation_constants_and_two_thirds_of_the_first_n():
    found = listed(n_ligands=(1, 2), protons=True, most=10)
    acids = found["metal"] == "H"
    assert (len(found), acids.sum(), (found.loc[~acids, "n_ligands"] == 1).sum()) == (10, 2, 5)
    assert found.equals(listed(n_ligands=(1, 2), protons=True, most=10))


def test_only_one_exact_gp_can_be_distilled():
    with pytest.raises(DataError, match="Only an exact GP"):
        distil(SimpleNamespace(model=None), listed(), 5, card={})


def test_what_a_model_was_trained_on():
    features = SimpleNamespace(
        ligand_group=np.array([4, 4, 7]),
        ligand_row=np.array([0, 1, 1]),
        source=np.array(["book", "book", "paper"]),
        own=None,
    )
    said = training_of(SimpleNamespace(features=features, y=np.zeros(3)))
    assert (said["rows"], said["ligands"]) == (3, 1)
    assert sum(said["sources"].values()) == 3
