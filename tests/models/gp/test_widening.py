import numpy as np
import pytest
import torch
from tolerances import SOLVED

from bo_loop.models.gp.widening import left_out, widening, without_group


def test_leaving_out_a_group_is_conditioning_on_the_others():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((7, 7))
    covariance = root @ root.T + np.eye(7)
    off, group = rng.standard_normal(7), np.array([3, 1, 3, 2, 1, 3, 2])
    factor = torch.linalg.cholesky(torch.tensor(covariance))
    alpha = torch.tensor(np.linalg.solve(covariance, off))
    rows, error, sd = left_out(factor, alpha, group, seed=0)
    found = (error / sd)[np.argsort(rows)]
    assert sorted(rows) == list(range(7))
    for number in (1, 2, 3):
        own, others = np.flatnonzero(group == number), np.flatnonzero(group != number)
        gain = np.linalg.solve(covariance[np.ix_(others, others)], covariance[others][:, own]).T
        variance = np.diag(covariance[np.ix_(own, own)] - gain @ covariance[np.ix_(others, own)])
        error = off[own] - gain @ off[others]
        np.testing.assert_allclose(found[own], error / np.sqrt(variance), rtol=SOLVED)


def test_of_many_pairs_whole_groups_are_left_out_as_if_there_were_no_others():
    rng = np.random.default_rng(1)
    n = 2000
    group = rng.integers(0, 400, n)
    covariance = torch.tensor(np.exp(-np.abs(np.subtract.outer(np.arange(n), np.arange(n))) / 9.0))
    covariance.diagonal().add_(0.1)
    factor = torch.linalg.cholesky(covariance)
    alpha = torch.cholesky_solve(torch.tensor(rng.standard_normal((n, 1))), factor)[:, 0]
    rows, *found = left_out(factor, alpha, group, seed=0)
    assert 1500 <= len(rows) < 1500 + np.bincount(group).max()
    assert not set(group[rows]) & set(np.delete(group, rows))
    whole = without_group(torch.cholesky_inverse(factor), alpha, group)
    for some, every in zip(found, whole, strict=True):
        np.testing.assert_allclose(some, every[rows], rtol=SOLVED)
    assert left_out(factor, alpha, group, seed=0)[1].tolist() == found[0].tolist()


def test_intervals_are_widened_to_what_they_should_cover_and_never_narrowed():
    group = np.arange(1000) // 2
    z = np.linspace(-2.0, 2.0, 1000)  # 95 % within 1.9
    one, many = np.zeros(1000, dtype=bool), np.arange(1000) % 10 == 0
    assert widening(z, group, one) == 1.0
    # 1,000 values: one step of z.
    assert widening(2.0 * z, group, one) == pytest.approx(3.8 / 1.96, rel=1e-3)
    assert widening(2.0 * z, np.arange(1000) % 19, one) == 1.0  # too few ligands to tell
    # Those of n > 1, a tenth of all, need more: it is given to all.
    # A quantile of 100 values.
    assert widening(np.where(many, 2.0, 1.0) * z, group, many) == pytest.approx(1.94, rel=0.01)
