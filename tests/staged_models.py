"""A model of two stages with stated hyperparameters, for the tests of its parts."""

import numpy as np
from model_tables import log_beta, pairs, stated

from bo_loop.models.staged.beta_gp import BetaGP

N, TRAIN = 80, 60


FOLDS = 3


def hyperparameters(features):
    """Of both stages, as they see `features`."""
    first = stated(features)
    first["lengthscales"] = {
        k: v for k, v in first["lengthscales"].items() if k != "pair.n_ligands"
    }
    second = stated(features)
    second["lengthscales"] |= {"pair.beta_1_mean": 1.3, "pair.beta_1_variance": 2.1}
    scaling = {"centre": [8.0, 2.0], "scale": [3.0, 0.5]}
    return {"beta_1": first, "beta_n": second, "inputs": scaling}


def built(y=None, recipe=None, train=None):
    features = pairs(N)
    train = features.take(np.arange(TRAIN)) if train is None else train
    y = log_beta(train) if y is None else y
    recipe = BetaGP(folds=FOLDS) if recipe is None else recipe
    return recipe.build(train, y, None, hyperparameters(train)), features, train


def inputs_of(model, features):
    """What β1 tells βn of each pair with n > 1, and their positions."""
    _, seen, rows = model.parts(features)["beta_n"]
    return seen.pair[:, -2:], rows


# The fits below are cut short on purpose.
OWN = {
    "beta_1": ("properties.properties0", "mordred.mordred1", "pair.n_ligands"),
    "beta_n": ("mordred.mordred2", "charge.charge0", "pair.n_ligands", "pair.pair1"),
}
