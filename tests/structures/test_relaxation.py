import numpy as np
import pytest

from bo_loop.structures.relaxation import relaxed

STIFF = np.diag([1.0, 5.0, 60.0, 20.0, 3.0, 0.5])  # eV/Å², of two atoms
TURN, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))
HESSIAN = TURN @ STIFF @ TURN.T
MINIMUM = np.arange(6.0)


def pull(positions):
    return -((positions.reshape(-1, 6) - MINIMUM) @ HESSIAN).reshape(-1, 2, 3)


def never(step, positions):
    return np.zeros(len(positions), dtype=bool)


def starts(n):
    rng = np.random.default_rng(1)
    return (MINIMUM + rng.uniform(-0.7, 0.7, (n, 6))).reshape(n, 2, 3)


def test_the_minimum_is_found_in_few_steps():
    counted = []

    def forces(positions):
        counted.append(len(positions))
        return pull(positions)

    found, at_minimum = relaxed(forces, starts(4), 1e-3, 200, never)
    assert at_minimum.all()
    assert np.linalg.norm(pull(found), axis=2).max() < 1e-3
    assert len(counted) < 60  # steepest descent needs more than a hundred
    assert counted[-1] < 4  # those at their minimum are not asked any more


def test_starts_do_not_know_of_each_other():
    together, _ = relaxed(pull, starts(3), 1e-3, 200, never)
    alone = [relaxed(pull, each[None], 1e-3, 200, never)[0][0] for each in starts(3)]
    assert together == pytest.approx(np.array(alone), abs=1e-10)


def test_no_atom_moves_too_far_in_one_step():
    seen = [starts(2) + 30.0]
    relaxed(lambda x: (seen.append(x.copy()), pull(x))[1], seen[0], 1e-3, 30, never)
    moves = np.array(seen[1:])
    assert np.linalg.norm(np.diff(moves, axis=0), axis=3).max() == pytest.approx(0.2)


def test_what_is_refused_stays_where_it_is_and_is_no_minimum():
    def refused(step, positions):
        return (positions[:, 0, 0] > 0) & (step == 2)

    first = starts(6)
    found, at_minimum = relaxed(pull, first, 1e-3, 200, refused)
    one_step, _ = relaxed(pull, first, 1e-3, 1, never)
    assert 0 < at_minimum.sum() < 6
    assert found[~at_minimum] == pytest.approx(one_step[~at_minimum])


def test_steps_may_not_suffice():
    _, at_minimum = relaxed(pull, starts(2), 1e-3, 3, never)
    assert not at_minimum.any()
