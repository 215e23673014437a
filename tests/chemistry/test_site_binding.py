from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bo_loop.chemistry import site_binding
from bo_loop.chemistry.basicity import basic_sites, proton_sites
from bo_loop.chemistry.site_binding import (
    BASICITY_NAMES,
    basicity,
    describe,
    microstates,
    pair_name,
)

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"
# pK of the most basic site, and the sum of all above 2, 25 °C, I = 0.1: Martell and Smith, Critical
# Stability Constants, 1974 to 1989.
MEASURED = [
    ("NCCN", 9.9, 17.0),
    ("NCC(=O)O", 9.6, 11.9),
    ("c1ccncc1", 5.2, 5.2),
    ("CC(=O)O", 4.6, 4.6),
    ("Oc1ccccc1", 9.8, 9.8),
    ("c1c[nH]cn1", 7.0, 7.0),
    ("O=C(O)CN(CC(=O)O)CC(=O)O", 9.7, 12.2),
    (EDTA, 9.7, 18.3),
    ("NCCNCCN", 9.8, 23.1),
]


@pytest.mark.parametrize(("smiles", "first", "total"), MEASURED)
def test_well_known_constants(smiles, first, total):
    found = dict(zip(BASICITY_NAMES, basicity(smiles), strict=True))
    assert found["first_pK"] == pytest.approx(first, abs=0.6)
    assert found["protons_in_all"] == pytest.approx(total, abs=1.5)


def test_a_ligand_without_sites_has_no_basicity():
    assert basicity("CCO").tolist() == [0.0, 0.0, 0.0, 0.0]
    assert describe("CCO").kinds == ()


def test_one_site_is_its_own_pk():
    first, total, nitrogen, acid = basicity("c1ccncc1")
    assert first == total == nitrogen
    assert acid == 0.0


def test_two_sites_by_hand(monkeypatch):
    # pK 9 and 7 apart, 3 together: β1 = 10⁹ + 10⁷, β2 = 10^(9 + 7 − 3).
    monkeypatch.setattr(
        site_binding,
        "_coefficients",
        lambda found: (np.array([9.0, 7.0]), np.array([[0.0, 3.0], [3.0, 0.0]])),
    )
    first, total, nitrogen, acid = basicity("NCCN")
    assert first == pytest.approx(np.log10(1e9 + 1e7), abs=1e-12)
    assert total == pytest.approx(13.0, abs=1e-12)
    assert (nitrogen, acid) == (8.0, 0.0)


@given(
    st.lists(st.floats(2.0, 12.0), min_size=1, max_size=5),
    st.lists(st.floats(0.0, 5.0), min_size=10, max_size=10),
)
def test_constants_are_sums_over_microstates(pk, repulsion):
    n = len(pk)
    taken = np.zeros((n, n))
    taken[np.tril_indices(n, -1)] = repulsion[: n * (n - 1) // 2]
    taken += taken.T
    expected = np.zeros(n + 1)
    for state in product((0, 1), repeat=n):
        held = [i for i in range(n) if state[i]]
        lost = sum(taken[i, j] for i in held for j in held if j < i)
        expected[len(held)] += 10.0 ** (sum(pk[i] for i in held) - lost)
    found = site_binding._log_beta(np.array(pk), taken)
    assert found == pytest.approx(np.log10(expected[1:]), abs=1e-9)


def test_microstates():
    assert microstates(2).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]


def test_sites_of_edta():
    found = describe(EDTA)
    assert sorted(found.classes) == ["amine"] * 2 + ["carboxylic acid"] * 4
    first, second = (i for i, kind in enumerate(found.classes) if kind == "amine")
    assert found.bonds[first, second] == found.bonds[second, first] == 3
    assert found.around[first]["acyl carbon 2"] == 2
    assert found.around[first]["amine 3"] == 1
    assert found.around[first]["hydrogens"] == 0


def test_pairs_have_one_name():
    assert pair_name("amine", "thiol") == pair_name("thiol", "amine")


@pytest.mark.parametrize(
    "smiles", [EDTA, "NCCN", "O=P(O)(O)CN", "SCC(N)C(=O)O", "O=C1NC(=O)NC(=O)C1", "c1ccc(O)nc1"]
)
def test_as_many_sites_as_protons(smiles):
    assert len(describe(smiles).kinds) == len(proton_sites(smiles)) == basic_sites(smiles)


def test_the_writing_does_not_matter():
    assert basicity("OC(=O)CN").tolist() == basicity("NCC(=O)O").tolist()


def test_a_ligand_of_very_many_sites_is_described():
    first, total, nitrogen, _ = basicity("NCCN" * 5 + "CCN")
    assert 9.0 < first < 12.0
    assert np.isfinite([total, nitrogen]).all()
