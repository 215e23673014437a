import numpy as np
import pandas as pd

from bo_loop.campaign.rounds.bound import BoundRound
from bo_loop.campaign.rounds.why import neighbours

FLAT, DRAWN = "O=C(O)C(O)C(O)C(=O)O", "O=C(O)[C@H](O)[C@@H](O)C(=O)O"  # tartaric acid
KNOWN = pd.DataFrame(
    [
        ("Cu", 2, "tartaric acid", FLAT, 1, 3.4),
        ("Cu", 2, "glycine", "NCC(=O)O", 1, 8.6),
        ("Ni", 2, "tartaric acid", FLAT, 1, 2.9),
        ("Cu", 2, "tartaric acid", FLAT, 2, 5.1),
        ("Cu", 2, "pyridine", "c1ccncc1", 1, 2.5),
    ],
    columns=["metal", "charge", "ligand", "smiles", "n_ligands", "log_beta"],
).assign(censoring="none", source="lit")


class Likeness:
    """A surrogate of which only the prior correlations and the domain are known."""

    def __init__(self, similarity, outside):
        self.similar, self.outside = np.array([similarity]), np.array([outside])

    def similarity(self, features, rows):
        return self.similar

    def outside_domain(self, features, rows):
        return self.outside


ROW = np.array([0])


def around(likeness, pairs):
    bound = BoundRound(likeness, KNOWN, pairs, features=None, posterior=None, noise=None)
    return neighbours(bound, ROW)


def test_a_known_pair_is_no_neighbour_of_its_own():
    """Tables leave out the stereochemistry: the L form is answered by the flat drawing."""
    pairs = KNOWN.iloc[[0]].assign(smiles=DRAWN)
    likeness = Likeness([1.0, 0.3, 0.4, 0.45, 0.2], outside=False)
    (found,) = around(likeness, pairs)
    told = [(near["metal"], near["ligand"], near["n_ligands"]) for near in found["nearest"]]
    assert told == [
        ("Cu+2", "tartaric acid", 2),
        ("Ni+2", "tartaric acid", 1),
        ("Cu+2", "glycine", 1),
    ]
    assert not found["outside_domain"]  # its own value is in the training


def test_a_pair_outside_the_domain_has_neighbours_too():
    pairs = KNOWN.iloc[[1]].assign(metal="Zn")
    (found,) = around(Likeness([0.49] * 5, outside=True), pairs)
    assert found["outside_domain"]
    assert len(found["nearest"]) == 3
