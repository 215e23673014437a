"""Drawings of one ligand share a skeleton; other ligands of the same formula do not."""

import pytest

from bo_loop.chemistry.skeletons import skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sc1ccccn1", "S=c1cccc[nH]1"),
        ("[NH3+]CC(=O)[O-]", "NCC(=O)O"),
        ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"),
        ("O=[SH](=O)O", "O=S(O)O"),
        ("NC(CC1C=NC=N1)C(=O)O", "NC(Cc1c[nH]cn1)C(=O)O"),
    ],
)
def test_drawings_of_one_ligand_share_it(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O=C(O)c1ccncc1", "O=C(O)c1ccccn1"),
        ("CCCOCC(=O)O", "CC(C)OCC(=O)O"),
        ("C1CCNCC1", "C1CC=NCC1"),
        ("OCCN", "CCNO"),
    ],
)
def test_other_ligands_do_not(one, other):
    assert skeleton(one) != skeleton(other)
