from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from bo_loop.structures.atom_features import Geometry, describe
from bo_loop.structures.placement import embedded
from bo_loop.structures.symmetry_functions import SymmetryFunctions

FUNCTIONS = SymmetryFunctions()
GRAPH = Chem.AddHs(Chem.MolFromSmiles("C[C@H](N)[C@@H](O)S"))
NUMBERS = np.array([atom.GetAtomicNum() for atom in GRAPH.GetAtoms()])
POSITIONS = embedded(GRAPH, 1, 0)[0]
GEOMETRY = Geometry(NUMBERS, POSITIONS, -1, 1)


@pytest.mark.parametrize("mirrored", [False, True])
def test_columns_stay_and_axes_turn_with_the_molecule(mirrored):
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    if (np.linalg.det(turn) < 0) != mirrored:
        turn[:, 0] *= -1.0
    one = describe([GEOMETRY], FUNCTIONS)
    other = describe([replace(GEOMETRY, positions=POSITIONS @ turn.T + 3.0)], FUNCTIONS)
    assert other.columns() == pytest.approx(one.columns(), abs=1e-10)
    assert other.axes == pytest.approx(one.axes @ turn.T, abs=1e-10)


def test_columns_follow_the_atoms():
    order = np.random.default_rng(2).permutation(len(NUMBERS))
    one = describe([GEOMETRY], FUNCTIONS)
    exchanged = replace(GEOMETRY, numbers=NUMBERS[order], positions=POSITIONS[order])
    assert describe([exchanged], FUNCTIONS).columns() == pytest.approx(
        one.columns()[order], abs=1e-10
    )


def test_what_the_columns_are():
    found, m = describe([GEOMETRY, GEOMETRY], FUNCTIONS), FUNCTIONS.number
    assert found.columns().shape == (2 * len(NUMBERS), 8 * m + 2)
    assert found.columns()[0, 2 * m : 2 * m + 2] == pytest.approx(
        [-1 / len(NUMBERS), 1 / len(NUMBERS)]
    )
    values = FUNCTIONS.describe([NUMBERS], [POSITIONS]).values.numpy()
    apart = np.linalg.norm(POSITIONS - POSITIONS[0], axis=1)
    weight = np.where(apart < 3.0, 0.5 * (1.0 + np.cos(np.pi * apart / 3.0)), 0.0)
    weight[0] = 0.0
    assert found.invariants[0, m : 2 * m] == pytest.approx(weight @ values / weight.sum())
