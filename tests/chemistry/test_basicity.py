import pytest

from bo_loop.chemistry.basicity import basic_sites


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O", 6),  # EDTA: pK 10.2, 6.1, 2.7, 2.0, 1.5, 0
        ("NCC(=O)O", 2),
        ("NCCN", 2),
        ("NCCCCC(N)C(=O)O", 3),
        ("NC(=N)NCCCC(N)C(=O)O", 3),  # arginine: one for the guanidine
        ("c1ccncc1", 1),
        ("c1c[nH]cn1", 1),  # imidazole
        ("c1ccc(-c2ccccn2)nc1", 2),
        ("O=C(O)CC(O)(CC(=O)O)C(=O)O", 3),
        ("Oc1ccccc1O", 2),
        ("O=P(O)(O)O", 3),
        ("N", 1),
        ("O", 1),
        ("CC(=O)N(C)C", 0),
        ("CC#N", 0),
        ("C[N+](C)(C)CC(=O)O", 1),  # betaine: its nitrogen has no lone pair
        ("NCCNCCNCCNCCNCCNCCNCCNCCN", 8),  # nine; eight is the most that observations hold
    ],
)
def test_protons_that_a_deprotonated_ligand_takes_up(smiles, count):
    assert basic_sites(smiles) == count
