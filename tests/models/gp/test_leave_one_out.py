import numpy as np
from model_tables import log_beta, pairs, stated
from tolerances import OTHER_ROUTE, SOLVED

from bo_loop.models.gp.leave_one_out import leave_one_out
from bo_loop.models.matern_gp import MaternGP


def built(rows):
    features, y, known = pairs(30), log_beta(pairs(30)), np.linspace(0.0, 0.3, 30)
    model = MaternGP().build(features.take(rows), y[rows], known[rows], stated(features))
    return model, features, y, known


def test_equals_a_model_built_without_the_pair():
    rows = np.arange(30)
    model, features, y, known = built(rows)
    found = leave_one_out(model)
    assert np.sort(found.observed).tolist() == np.sort(y).tolist()
    for i in (0, 7, 29):
        without, *_ = built(np.delete(rows, i))
        posterior = without.bind(features)
        at = int(np.flatnonzero(found.observed == y[i])[0])
        assert found.metal_row[at] == features.metal_row[i]
        assert found.ligand_row[at] == features.ligand_row[i]
        np.testing.assert_allclose(found.mean[at], posterior.mean(rows)[i], rtol=OTHER_ROUTE)
        variance = posterior.variance(rows)[i] + without.noise_variance + known[i]
        np.testing.assert_allclose(found.sd[at], np.sqrt(variance), rtol=OTHER_ROUTE)


def test_of_many_pairs_some_are_left_out():
    model, *_ = built(np.arange(30))
    some, every = leave_one_out(model, most=7), leave_one_out(model)
    assert len(some.observed) == 7
    place = {value: i for i, value in enumerate(every.observed)}
    at = [place[value] for value in some.observed]
    np.testing.assert_allclose(some.mean, every.mean[at], rtol=SOLVED)
