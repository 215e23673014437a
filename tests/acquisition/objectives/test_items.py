"""Partners: the pair of the same ligand with another metal ion, by exact isomer; joint draws."""

import numpy as np
import pytest
from fakes import pool_pairs

from bo_loop.acquisition.objectives.items import Items, normals, partners


def rows(*described, n=None):
    """PoolPairs of (metal, ligand, isomer)."""
    metals, ligands, isomers = zip(*described, strict=True)
    return pool_pairs(
        [1] * len(described) if n is None else n, metals=metals, ligands=ligands, isomers=isomers
    )


@pytest.mark.parametrize(
    ("own", "others", "partner"),
    [
        ("cis", ["trans", "cis"], 2),
        ("cis", ["trans"], -1),
        ("cis", ["trans", ""], 2),
        ("cis", ["", "cis"], 2),
        ("", ["cis", ""], 2),
        ("", ["cis"], 1),
        ("", ["cis", "trans"], -1),
        ("", ["cis", "cis"], 1),
        ("", [], -1),
    ],
)
def test_the_same_isomer_first_and_never_another(own, others, partner):
    pairs = rows(("Cu+2", "CDTA", own), *(("Zn+2", "CDTA", isomer) for isomer in others))
    assert partners(pairs, "Zn+2")[0] == partner


def test_other_ligands_and_numbers_of_ligands_are_no_partners():
    pairs = rows(
        ("Cu+2", "en", ""), ("Zn+2", "gly", ""), ("Zn+2", "en", ""), ("Zn+2", "en", ""),
        n=[1, 1, 2, 3],
    )  # fmt: skip
    assert partners(pairs, "Zn+2")[0] == -1
    assert partners(pairs, "Zn+2", n_ligands=3)[0] == 3


def test_without_isomers_the_ligand_says_all():
    pairs = pool_pairs(3, metals=["Cu+2", "Zn+2", "Zn+2"], ligands=["en", "gly", "en"])
    np.testing.assert_array_equal(partners(pairs, "Zn+2"), [2, 1, 2])


def test_draws_take_the_symmetric_root_which_no_processor_can_choose():
    covariance = np.array([[2.0, 0.5, 0.1], [0.5, 1.0, -0.3], [0.1, -0.3, 0.7]])
    drawn = Items(np.arange(3)[None], np.ones((1, 3)), covariance[None]).draws()[:, 0]
    root = np.linalg.lstsq(normals(3, len(drawn)), drawn - 1.0, rcond=None)[0]
    # Of a least-squares solution with a condition number near 1, and of its square.
    np.testing.assert_allclose(root, root.T, atol=1e-12)
    np.testing.assert_allclose(root @ root, covariance, atol=1e-12)
