import numpy as np
import pytest
from model_tables import log_beta, pairs, stated

from bo_loop.base.errors import FitError
from bo_loop.models.gp import factored, fitting
from bo_loop.models.gp.linalg import FitWarning, NotPositiveDefiniteError
from bo_loop.models.matern_gp import MaternGP


def test_cholesky_failure_is_told_and_survived():
    features = pairs(20)
    twice = features.take(np.repeat(np.arange(20), 3))
    y = np.repeat(log_beta(features), 3)
    with pytest.warns(FitWarning, match="covariance of 60 training pairs was not positive"):
        model = MaternGP().build(twice, y, None, stated(features, noise=0.0))
    assert model.fit_report["jitter_all_rows"] > 0.0
    # The jitter of a singular matrix.
    np.testing.assert_allclose(model.bind(twice).mean(np.arange(60)), y, rtol=1e-3)


@pytest.mark.parametrize("module", [fitting, factored])
def test_cholesky_failure_that_no_jitter_mends_is_an_error(module, monkeypatch):
    def fail(*_):
        raise NotPositiveDefiniteError

    name = "log_marginal" if module is fitting else "cholesky_"
    monkeypatch.setattr(module, name, fail)
    features = pairs(20)
    with pytest.raises(FitError, match=r"20 training pairs is not positive definite"):
        MaternGP().fit(features, log_beta(features))
