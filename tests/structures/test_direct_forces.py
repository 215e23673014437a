from typing import ClassVar

import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.structures import direct_forces as module
from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.committee import folds
from bo_loop.structures.direct_forces import ensemble, held_out_directly
from bo_loop.structures.potential import Case


def case(at, rng):
    """Two atoms on a spring, in any direction; one of twelve ligands has oxygen."""
    ligand = at % 12
    along = rng.normal(size=3)
    along /= np.linalg.norm(along)
    length = rng.uniform(0.9, 1.3)
    numbers = np.array([8 if ligand == 0 else 6, 1])
    geometry = Geometry(numbers, np.array([np.zeros(3), length * along]), 0, 0)
    return Case(geometry, 0.0, np.outer([length - 1.1, 1.1 - length], along), f"ligand {ligand}")


@pytest.fixture(scope="module")
def cases():
    rng = np.random.default_rng(0)
    return [case(at, rng) for at in range(140)]


class Recorded:
    """Says how long the atoms' forces were that it learned from, and along the first axis."""

    seen: ClassVar = []

    def fit(self, columns, forces, held_out, its_forces, seed):
        type(self).seen.append((columns, held_out))
        self.size = np.linalg.norm(forces, axis=1).mean()

    def predict(self, columns):
        return np.tile([self.size, 0.0, 0.0], (len(columns), 1))


def test_predictions_turn_with_the_atoms_and_unknown_elements_have_none(cases, monkeypatch):
    monkeypatch.setattr(module, "MEMBERS", {"recorded": Recorded})
    Recorded.seen = []
    found = held_out_directly(cases, 2, seed=0, most=30)["recorded"].reshape(140, 2, 3)
    oxygen = np.array([each.geometry.numbers[0] == 8 for each in cases])
    assert not found[oxygen, 0].any()
    assert np.linalg.norm(found[~oxygen], axis=-1) == pytest.approx(0.1, abs=0.03)
    along = np.array([each.geometry.positions[1] for each in cases])
    cosine = (found[:, 1] * along).sum(1) / np.linalg.norm(along, axis=1)
    assert np.abs(cosine) == pytest.approx(np.linalg.norm(found[:, 1], axis=1))
    assert len(Recorded.seen) == 4  # carbon and hydrogen, two folds
    for learned, stopping in Recorded.seen:
        assert len(learned) + len(stopping) <= 30
        assert not {row.tobytes() for row in learned} & {row.tobytes() for row in stopping}


def test_weights_of_an_ensemble_by_hand(cases):
    forces = np.concatenate([each.forces for each in cases])
    known = np.concatenate([each.geometry.numbers for each in cases]) != 8
    noise = np.random.default_rng(1).normal(size=forces.shape)
    predicted = {"twice": 2.0 * forces, "noise": noise}
    found, weights = ensemble(cases, predicted, 2, seed=0)
    assert found[known] == pytest.approx(forces[known], abs=1e-4)
    assert not found[~known].any()
    assert set(weights) == {1, 6}
    assert weights[1] == pytest.approx([0.5, 0.0], abs=1e-4)


def test_what_says_little_is_not_blown_up(cases):
    forces = np.concatenate([each.forces for each in cases])
    noise = np.random.default_rng(1).normal(size=forces.shape)
    known = np.concatenate([each.geometry.numbers for each in cases]) != 8
    found, weights = ensemble(cases, {"half": forces / 2.0, "noise": noise}, 2, seed=0)
    assert weights[1][0] == pytest.approx(1.0, abs=0.05)
    assert np.sum(weights[1]) <= 1.0 + 1e-5
    assert found[known] == pytest.approx(forces[known] / 2.0, abs=0.1)
    _, weights = ensemble(cases, {"opposite": -forces}, 2, seed=0)
    assert weights[1] == pytest.approx([0.0])


def test_weights_do_not_follow_from_the_fold_they_are_for(cases):
    forces = np.concatenate([each.forces for each in cases])
    structures = np.repeat(np.arange(len(cases)), 2)
    _, held = folds(cases, 2, 0)[0]
    inside = np.isin(structures, held)
    wrong = np.where(inside[:, None], -forces, forces)  # right in the other fold alone
    found, _ = ensemble(cases, {"wrong": wrong}, 2, seed=0)
    known = np.concatenate([each.geometry.numbers for each in cases]) == 1
    assert found[inside & known] == pytest.approx(-forces[inside & known])
    assert not found[~inside & known].any()


def test_too_few_ligands_are_refused(cases):
    with pytest.raises(DataError, match="1 ligands are too few for 2 folds"):
        held_out_directly(cases[:1], 2, seed=0, most=10)
