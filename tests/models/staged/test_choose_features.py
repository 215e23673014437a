from dataclasses import replace

import numpy as np
from model_tables import log_beta, pairs
from staged_models import OWN, TRAIN, N

from bo_loop.models.explain.forward_selection import ForwardSelection, Task
from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.models.staged.choose_features import choose_features

# The fits below are cut short on purpose.


def test_stages_choose_among_their_own():
    features = replace(pairs(N), stages=OWN)
    task = Task(features, log_beta(features), np.zeros(N), np.arange(TRAIN), np.arange(TRAIN, N))
    selection = ForwardSelection(grid=2, max_iter=3)
    recipe, found = choose_features(BetaGP(max_iter=3), selection, task, {}, lambda *_: None)
    assert set(found["beta_1"].relevance) == {"properties.properties0", "mordred.mordred1"}
    inputs = {"pair.beta_1_mean", "pair.beta_1_variance"}
    assert set(found["beta_n"].relevance) == {*OWN["beta_n"], *inputs}
    assert list(recipe.beta_n_features) == found["beta_n"].names
