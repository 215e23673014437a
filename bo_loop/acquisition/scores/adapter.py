"""Small BoTorch `Model`s through which BoTorch's acquisition classes see a pool of rows.

Symbols
-------
X       (…, q, 1) float64, row numbers (exact up to 2⁵³)
q       rows considered jointly
u       distinct rows in X
mean, covariance of the posterior: (…, q) and (…, q, q)
"""

import numpy as np
import torch
from botorch.acquisition.objective import PosteriorTransform
from botorch.exceptions import UnsupportedError
from botorch.models.model import Model
from botorch.posteriors import GPyTorchPosterior, Posterior
from botorch.posteriors.ensemble import EnsemblePosterior
from botorch.sampling.base import MCSampler
from gpytorch.distributions import MultivariateNormal
from gpytorch.settings import min_variance
from linear_operator.operators import DenseLinearOperator, DiagLinearOperator, LinearOperator

from bo_loop.acquisition.objectives.base import View
from bo_loop.base.types import Floats, Rows

SMALLEST_VARIANCE = min_variance.value(torch.float64)
"""GPyTorch raises smaller variances to this one (1e-10), with a warning each time."""


class Marginals(Posterior):
    """Independent normal values: all that BoTorch's analytic acquisition classes ask for.

    GPyTorch's distributions import SymPy, which takes longer than scoring a pool.

    Parameters
    ----------
    mean, variance : (…, 1, 1) float64 tensor
    """

    def __init__(self, mean: torch.Tensor, variance: torch.Tensor):
        self._mean, self._variance = mean, variance

    @property
    def mean(self) -> torch.Tensor:
        """Means; (…, 1, 1)."""
        return self._mean

    @property
    def variance(self) -> torch.Tensor:
        """Variances; (…, 1, 1)."""
        return self._variance

    @property
    def device(self) -> torch.device:
        """Where the values lie."""
        return self._mean.device

    @property
    def dtype(self) -> torch.dtype:
        """float64."""
        return self._mean.dtype

    def rsample(self, sample_shape: torch.Size | None = None) -> torch.Tensor:
        """Draw values; (*sample_shape, …, 1, 1)."""
        shape = (*(sample_shape or ()), *self._mean.shape)
        return self._mean + self._variance.sqrt() * torch.randn(shape, dtype=self.dtype)


class MarginalModel(Model):
    """A BoTorch model of independent rows, whose inputs are row numbers; q is 1.

    Parameters
    ----------
    mean, variance : (k,) float64
        Of rows 0 … k − 1; variances below `SMALLEST_VARIANCE` are raised to it.
    """

    num_outputs = 1
    batch_shape = torch.Size([])

    def __init__(self, mean: Floats, variance: Floats):
        super().__init__()
        self._mean = torch.from_numpy(_float64(mean))
        self._variance = torch.from_numpy(_float64(np.maximum(variance, SMALLEST_VARIANCE)))

    def posterior(
        self,
        X: torch.Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | torch.Tensor = False,
        posterior_transform: PosteriorTransform | None = None,
    ) -> Posterior:
        """Predict each of the rows X (…, 1, 1)."""
        rows = X.detach().long()
        found = Marginals(self._mean[rows], self._variance[rows])
        return posterior_transform(found) if posterior_transform is not None else found


class RowModel(Model):
    """A BoTorch model whose inputs are row numbers.

    Parameters
    ----------
    posterior : View
        What to predict.

    Notes
    -----
    Predictions are latent (without noise), float64, and carry no gradient: rows are integers.
    Variances of single rows are at least `SMALLEST_VARIANCE`.
    For q > 1 the covariance of all distinct rows of X is held at once, so give it a short list.
    """

    num_outputs = 1
    batch_shape = torch.Size([])

    def __init__(self, posterior: View):
        super().__init__()
        self._view = posterior

    def posterior(
        self,
        X: torch.Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | torch.Tensor = False,
        posterior_transform: PosteriorTransform | None = None,
    ) -> GPyTorchPosterior:
        """Predict the rows X jointly.

        Parameters
        ----------
        X : (…, q, 1) tensor
            Row numbers.
        output_indices : list of int, optional
            Ignored: there is one output.
        observation_noise : bool or tensor
            Must be False.
        posterior_transform : PosteriorTransform, optional
            Applied to the result.

        Returns
        -------
        GPyTorchPosterior
            Over (…, q) rows and one output.

        Raises
        ------
        UnsupportedError
            If observation noise is asked for.
        """
        if observation_noise is not False:
            raise UnsupportedError("a pool's posterior is latent: it has no observation noise")
        rows = X.detach().squeeze(-1).cpu().numpy().astype(np.int64)
        mean = torch.from_numpy(_float64(self._view.mean(rows.reshape(-1)))).reshape(rows.shape)
        found = GPyTorchPosterior(MultivariateNormal(mean, self._covariance(rows)))
        return posterior_transform(found) if posterior_transform is not None else found

    def _covariance(self, rows: Rows) -> LinearOperator:
        if rows.shape[-1] == 1:
            variance = np.maximum(self._view.variance(rows.reshape(-1)), SMALLEST_VARIANCE)
            return DiagLinearOperator(torch.from_numpy(_float64(variance)).reshape(rows.shape))
        distinct, at = np.unique(rows, return_inverse=True)
        at = at.reshape(rows.shape)
        joint = _float64(self._view.covariance(distinct, distinct))
        # Lazy: GPyTorch factorises a plain tensor at once, and without jitter.
        return DenseLinearOperator(torch.from_numpy(joint[at[..., :, None], at[..., None, :]]))


class DrawnModel(Model):
    """A BoTorch model of known joint draws, whose inputs are item numbers.

    Parameters
    ----------
    values : (S, K) float64
        Joint draws of K items.
    """

    num_outputs = 1
    batch_shape = torch.Size([])

    def __init__(self, values: Floats):
        super().__init__()
        self._values = torch.from_numpy(_float64(values))

    def posterior(
        self,
        X: torch.Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | torch.Tensor = False,
        posterior_transform: PosteriorTransform | None = None,
    ) -> EnsemblePosterior:
        """Return the draws of the items X (…, q, 1), as an ensemble of S members."""
        drawn = self._values[:, X.detach().squeeze(-1).long()]
        return EnsemblePosterior(drawn.movedim(0, -2).unsqueeze(-1))


class GivenDraws(MCSampler):
    """A BoTorch sampler that returns the S draws of a `DrawnModel` as they are."""

    def __init__(self, n_draws: int):
        super().__init__(sample_shape=torch.Size([n_draws]))

    def forward(self, posterior: EnsemblePosterior) -> torch.Tensor:
        """Return the draws; (S, …, q, 1)."""
        return posterior.values.movedim(-3, 0)


def _float64(values: Floats) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64)
