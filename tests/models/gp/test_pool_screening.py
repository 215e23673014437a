"""Batches from a real model's bounds, against scoring every row by `model.posterior`."""

import numpy as np
import pytest
import torch
from fakes import pool_pairs
from hypothesis import given, settings
from hypothesis import strategies as st
from model_tables import log_beta, pairs, stated

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.scores.functions import EI, PI, UCB, LogEI, MaxVariance
from bo_loop.acquisition.scores.screen import ranked
from bo_loop.models.gp import posterior as pool_posterior
from bo_loop.models.matern_gp import MaternGP

SIZE = 60


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(5, 30),
    acquisition=st.sampled_from([LogEI(), EI(), UCB(beta=4.0), PI(), MaxVariance()]),
    offset=st.floats(-3, 3),
)
def test_batches_equal_scoring_every_row_by_the_posterior(seed, n, acquisition, offset):
    features = pairs(SIZE, seed=seed, n_ligands=30)
    known, rows = np.arange(n), np.arange(n, SIZE)
    y, noise = log_beta(features), 0.2
    model = MaternGP().build(features.take(known), y[known], None, stated(features, noise))
    incumbent = float(y[known].max()) + offset
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool_posterior, "LEADING", 4)
        patch.setattr("bo_loop.acquisition.scores.screen.FIRST_BLOCK", 8)
        found = select(
            model.bind(features), Maximise(), acquisition, rows=rows,
            pairs=pool_pairs(SIZE), incumbent=incumbent, q=3,
            rng=np.random.default_rng(0), noise=noise,
        )  # fmt: skip
    x, left, picks = torch.as_tensor(features.X), list(rows), []
    for _ in range(3):
        posterior = model.posterior(x[left][:, None])
        mean, variance = (part.flatten().numpy() for part in (posterior.mean, posterior.variance))
        at = int(ranked(acquisition.value(mean, variance, incumbent), 1)[0])
        incumbent = max(incumbent, mean[at])
        picks.append(left.pop(at))
        y[picks[-1]] = mean[at]
        known = np.append(known, picks[-1])
        model = MaternGP().build(features.take(known), y[known], None, stated(features, noise))
    assert found.rows.tolist() == picks
