import numpy as np
import pytest
import torch
from botorch.acquisition.analytic import PosteriorMean, UpperConfidenceBound
from botorch.acquisition.logei import qLogExpectedImprovement
from botorch.acquisition.objective import ScalarizedPosteriorTransform
from botorch.exceptions import UnsupportedError
from botorch.sampling import SobolQMCNormalSampler
from fakes import FakePosterior

from bo_loop.acquisition.scores.adapter import MarginalModel, RowModel

FAKE = FakePosterior(
    np.array([3.0, 5.0, 4.0]),
    np.array([[1.0, 0.5, 0.0], [0.5, 2.0, -0.3], [0.0, -0.3, 0.7]]),
)


def rows(*numbers):
    return torch.tensor(numbers, dtype=torch.float64).unsqueeze(-1)


def test_single_rows():
    found = RowModel(FAKE).posterior(rows([2], [0]))
    assert found.mean.shape == (2, 1, 1)
    assert found.mean.dtype == torch.float64
    assert found.mean.flatten().tolist() == [4.0, 3.0]
    assert found.variance.flatten().tolist() == [0.7, 1.0]


def test_joint_rows_in_the_order_and_number_given():
    found = RowModel(FAKE).posterior(rows([1, 0], [2, 2]))
    assert found.mean.squeeze(-1).tolist() == [[5.0, 3.0], [4.0, 4.0]]
    covariance = found.distribution.covariance_matrix
    assert covariance.tolist() == [[[2.0, 0.5], [0.5, 1.0]], [[0.7, 0.7], [0.7, 0.7]]]


def test_deeper_batches_keep_their_shape():
    found = RowModel(FAKE).posterior(torch.zeros(4, 2, 3, 1, dtype=torch.float64))
    assert found.mean.shape == (4, 2, 3, 1)
    assert found.distribution.covariance_matrix.shape == (4, 2, 3, 3)


def test_marginals_are_a_posterior_of_single_rows():
    model = MarginalModel(np.array([1.0, 2.0]), np.array([0.25, 4.0]))
    scores = UpperConfidenceBound(model, beta=torch.tensor(4.0, dtype=torch.float64))(
        rows([0], [1])
    )
    assert scores.tolist() == [1 + 2 * 0.5, 2 + 2 * 2.0]


def test_marginals_draw_from_their_normal_distributions():
    found = MarginalModel(np.array([1.0, 2.0]), np.array([0.25, 4.0])).posterior(rows([0], [1]))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        drawn = found.rsample(torch.Size([20_000])).reshape(-1, 2)
    assert found.rsample().shape == found.mean.shape == (2, 1, 1)
    # Five standard errors of a mean and of a standard deviation of 20,000 draws.
    assert drawn.mean(0).tolist() == pytest.approx([1.0, 2.0], abs=5 * 2.0 / 20_000**0.5)
    assert drawn.std(0).tolist() == pytest.approx([0.5, 2.0], rel=5 / (2 * 20_000) ** 0.5)


@pytest.mark.filterwarnings("error")
def test_vanishing_variances_are_raised_without_a_warning():
    model = MarginalModel(np.array([1.0, 1.0]), np.array([-1e-17, 1e-3]))
    assert model.posterior(rows([0], [1])).variance.flatten().tolist() == [1e-10, 1e-3]


def test_posterior_transform_is_applied():
    negated = ScalarizedPosteriorTransform(weights=torch.tensor([-1.0], dtype=torch.float64))
    scores = PosteriorMean(RowModel(FAKE), posterior_transform=negated)(rows([1], [2]))
    assert scores.tolist() == [-5.0, -4.0]


def test_observation_noise_is_refused():
    with pytest.raises(UnsupportedError, match="no observation noise"):
        RowModel(FAKE).posterior(rows([0]), observation_noise=True)


def test_joint_log_ei_of_botorch_agrees_with_monte_carlo():
    # Smoothed maxima of qLogEI: small temperatures bring it within a percent of the plain integral.
    incumbent = 4.5
    acquisition = qLogExpectedImprovement(
        RowModel(FAKE),
        best_f=torch.tensor(incumbent, dtype=torch.float64),
        sampler=SobolQMCNormalSampler(torch.Size([4096]), seed=1),
        tau_max=1e-4,
        tau_relu=1e-6,
    )
    found = acquisition(rows([0, 1], [1, 2])).exp().numpy()
    rng = np.random.default_rng(2)
    for pair, value in zip(([0, 1], [1, 2]), found, strict=True):
        draws = rng.multivariate_normal(
            FAKE.means[pair], FAKE.covariances[np.ix_(pair, pair)], size=400_000
        )
        expected = np.maximum(draws.max(axis=1) - incumbent, 0.0).mean()
        assert value == pytest.approx(expected, rel=0.01)
