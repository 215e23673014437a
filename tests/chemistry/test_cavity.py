"""The cavities of macrocycles, by hand and of ligands whose cavities are known."""

import numpy as np
import pytest

from bo_loop.chemistry.cavity import cavity, shape_of
from bo_loop.chemistry.donors import ring_of_donors
from bo_loop.chemistry.sites import donor_sites

CROWN_18 = "C1COCCOCCOCCOCCOCCO1"
PORPHINE = "c1cc2cc3ccc(cc4ccc(cc5ccc(cc1n2)[nH]5)n4)[nH]3"


def test_a_square_that_is_folded():
    square = np.array([[3.0, 0, 0.2], [0, 2.0, -0.2], [-3.0, 0, 0.2], [0, -2.0, -0.2]])
    radius, spread, height = shape_of(square + np.array([5.0, -1.0, 2.0]))
    long, short = np.sqrt(9.04), np.sqrt(4.04)
    assert radius == pytest.approx((long + short) / 2)
    assert spread == pytest.approx((long - short) / 2)
    assert height == pytest.approx(0.2)


def test_crowns_grow_and_porphine_is_flat():
    twelve, fifteen, eighteen = (cavity("C1COCC" + "OCC" * k + "O1") for k in (2, 3, 4))
    assert twelve[0] < fifteen[0] < eighteen[0]
    # less 1.40 Å of oxygen: 1.34–1.43 Å by models (Pedersen, Frensdorff, Angew. Chem. 1972, 84, 16)
    assert eighteen[0] - 1.40 == pytest.approx(1.4, abs=0.15)
    radius, spread, height = cavity(PORPHINE)
    assert radius == pytest.approx(2.05, abs=0.1)  # Å, in crystals
    assert spread < 0.1
    assert height < 0.1


def test_a_ligand_has_one_description_however_it_is_written():
    assert np.array_equal(cavity(CROWN_18), cavity("O1CCOCCOCCOCCOCCOCC1"))


def test_without_a_macrocycle_it_is_not_defined():
    assert np.isnan(cavity("NCCN")).all()
    assert np.isnan(cavity("C1CCCCCCCCCCC1")).all()


def test_donors_of_pendant_arms_are_not_of_the_ring():
    from rdkit import Chem

    dota = "OC(=O)CN1CCN(CC(=O)O)CCN(CC(=O)O)CCN(CC(=O)O)CC1"
    molecule = Chem.MolFromSmiles(dota)
    donors = {i for site in donor_sites(dota) for i in site.atoms}
    ring = ring_of_donors(molecule, donors)
    assert len(ring) == 12
    assert [molecule.GetAtomWithIdx(i).GetSymbol() for i in donors & set(ring)] == ["N"] * 4
