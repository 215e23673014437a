from dataclasses import replace

import conformance
import numpy as np
import pytest
from conformance import CHECKS, fitted
from model_tables import chemistry, log_beta
from tolerances import SOLVED

from bo_loop.base.errors import DataError
from bo_loop.base.types import MEDIUM
from bo_loop.models.outcomes import EachOutcome, each_outcome
from bo_loop.models.pair_gp import PairGP
from bo_loop.models.staged.beta_gp import BetaGP

QUICK = PairGP(terms=["metal * ligand", "ligand"], source_noise=False, source_offset=False)
RECIPE = EachOutcome(QUICK)
OF_BOTORCH = {  # rows of several outcomes are told apart by more than X holds
    conformance.check_is_a_botorch_model,
    conformance.check_bound_rows_agree_with_posterior,
    conformance.check_botorch_s_acquisition_functions_choose_among_pairs,
}


@pytest.mark.parametrize(
    "check", [each for each in CHECKS if each not in OF_BOTORCH], ids=lambda each: each.__name__
)
def test_conformance(check):
    check(RECIPE)


def test_each_outcome_is_what_its_own_model_says_and_nothing_of_the_other():
    model, features = fitted(RECIPE)
    bound = model.bind(features)
    rows = np.flatnonzero(features.outcome == "log D")
    train = rows[rows < 40]
    own = features.of_outcome("log D")
    alone = QUICK.fit(own.take(train), log_beta(features)[train], np.full(len(train), 0.01))
    direct = alone.bind(own)
    np.testing.assert_allclose(bound.mean(rows), direct.mean(rows), rtol=SOLVED)
    np.testing.assert_allclose(bound.variance(rows), direct.variance(rows), rtol=1e-6)
    others = np.flatnonzero(features.outcome == "log β")
    assert not bound.covariance(rows, others).any()
    assert list(model.parts(features)) == ["log β", "log D"]
    now = bound.condition(rows[-1:], np.array([0.0]), np.array([0.1]))
    np.testing.assert_allclose(now.mean(others), bound.mean(others), rtol=SOLVED)
    assert model.fit_report["n_rows"] == 40
    assert set(model.fit_report["outcomes"]) == {"log β", "log D"}


def test_the_medium_is_known_of_log_beta_alone():
    one = chemistry(6)
    names = ["log β", "recovery"]
    both = replace(one, outcome=np.resize(names, 6), spreads=dict.fromkeys(names, 2.0))
    assert MEDIUM in both.of_outcome("log β").names["pair"]
    seen = both.of_outcome("recovery")
    assert MEDIUM not in seen.names["pair"]
    assert (seen.spread, seen.outcome, seen.pair.shape[1]) == (2.0, None, one.pair.shape[1] - 1)
    assert both.concat(both).outcome.tolist() == both.outcome.tolist() * 2


def test_stages_of_an_outcome_are_named_and_one_without_data_is_refused():
    recipe = EachOutcome(BetaGP(folds=3))
    model, features = fitted(recipe)
    assert list(model.parts(features)) == [
        f"{name}, {stage}" for name in ("log β", "log D") for stage in ("beta_1", "beta_n")
    ]
    strange = replace(features, outcome=np.resize(["pK"], len(features)))
    with pytest.raises(DataError, match="no model of pK"):
        model.bind(strange)
    assert each_outcome(QUICK, chemistry(3)) is QUICK


def test_an_outcome_that_cannot_be_fitted_is_named():
    features = conformance.tables(RECIPE, 8)
    found = fitted(RECIPE)[0].hyperparameters()
    del found["log D"]
    with pytest.raises(DataError, match="log D: the hyperparameters hold none of it"):
        RECIPE.build(features, log_beta(features), None, found)
