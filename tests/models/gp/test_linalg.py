import warnings

import pytest
import torch
from tolerances import SOLVED

from bo_loop.base.errors import FitError
from bo_loop.models.gp.linalg import (
    FitWarning,
    NotPositiveDefiniteError,
    cholesky_,
    inverse_,
    with_jitter,
)


def covariance(n, seed=0):
    root = torch.randn(n, n + 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return root @ root.mT / n + 0.1 * torch.eye(n, dtype=torch.float64)


@pytest.mark.parametrize("n", [1, 5, 255, 300, 777])
def test_factor_and_inverse_in_place(n):
    matrix = covariance(n)
    work = matrix.tril() + torch.full_like(matrix, torch.nan).triu(1).nan_to_num(nan=1e300)
    factor = cholesky_(work)
    assert factor.data_ptr() == work.data_ptr()
    torch.testing.assert_close(factor.tril(), torch.linalg.cholesky(matrix))
    inverse = inverse_(factor.tril())
    torch.testing.assert_close(
        inverse.tril(), torch.linalg.inv(matrix).tril(), rtol=SOLVED, atol=SOLVED
    )


def test_pivots_that_are_rounding_errors_are_refused():
    # The last pivot is the rounding error of 1 + ε: LAPACK carries on with it.
    matrix = torch.ones(2, 2, dtype=torch.float64)
    matrix[1, 1] += torch.finfo(torch.float64).eps
    assert torch.linalg.cholesky_ex(matrix).info == 0
    with pytest.raises(NotPositiveDefiniteError):
        cholesky_(matrix)


def test_jitter_is_added_only_when_needed_and_said():
    def attempt(jitter):
        tried.append(jitter)
        if jitter < 1e-7:
            raise NotPositiveDefiniteError
        return "factor"

    tried = []
    with pytest.warns(FitWarning, match=r"The covariance was not positive definite; 1.0e-06"):
        assert with_jitter(attempt, 1e-8, "The covariance") == ("factor", 1e-6)
    assert tried == [0.0, 1e-8, 1e-6]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert with_jitter(lambda jitter: jitter, 1e-8, "The covariance") == (0.0, 0.0)


def test_jitter_gives_up():
    def attempt(jitter):
        raise NotPositiveDefiniteError

    with pytest.raises(
        FitError, match=r"not positive definite, even with 1.0e-04 .* repeated rows"
    ):
        with_jitter(attempt, 1e-8, "The covariance")
