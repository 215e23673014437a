import numpy as np
from model_tables import log_beta, pairs
from staged_models import FOLDS, TRAIN, N, built, hyperparameters, inputs_of

from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.models.stages import numbers


def test_beta_n_never_sees_a_beta_1_of_its_own_fold():
    train = pairs(N).take(np.arange(TRAIN))
    y = log_beta(train)
    before, features, _ = built(y)
    group = features.ligand_group[features.ligand_row]
    fold = 1
    changed = (numbers(train) == 1) & (group[:TRAIN] % FOLDS == fold)
    assert changed.any()
    after = built(y + 5.0 * changed)[0]
    (then, rows), (now, _) = inputs_of(before, features), inputs_of(after, features)
    own = group[rows] % FOLDS == fold
    assert own[rows >= TRAIN].any()  # in the pool too
    np.testing.assert_array_equal(now[own], then[own])
    assert (np.abs(now[~own] - then[~own])[:, 0] > 0).all()


def test_stages_are_independent_and_noise_is_their_own():
    model, features, _ = built()
    rows, n = np.arange(N), numbers(features)
    covariance = model.bind(features).covariance(rows, rows)
    assert (covariance[np.ix_(n == 1, n == 2)] == 0).all()
    assert (np.abs(covariance[np.ix_(n == 2, n == 2)]) > 0).all()
    given = hyperparameters(features)
    given["beta_n"]["noise"] = 0.5
    train = features.take(np.arange(TRAIN))
    other = BetaGP(folds=FOLDS).build(train, log_beta(train), None, given)
    np.testing.assert_array_equal(other.noise(features), np.where(n == 1, 0.2, 0.5))


def test_a_new_beta_1_leaves_the_predictions_of_beta_n():
    model, features, _ = built()
    new = np.flatnonzero(numbers(features) == 1)[-1:]
    before = model.bind(features)
    after = before.condition(new, np.array([20.0]), model.noise(features.take(new)))
    more = np.flatnonzero(numbers(features) > 1)
    np.testing.assert_array_equal(after.mean(more), before.mean(more))
    assert after.mean(new) > before.mean(new) + 1.0
