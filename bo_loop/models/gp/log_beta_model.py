"""What the fitted models of log β share as BoTorch `Model`s: one output, latent or with noise.

Symbols
-------
q      pairs of a t-batch
d_p    features of a pair
"""

from abc import ABC, abstractmethod

import torch
from botorch.acquisition.objective import PosteriorTransform
from botorch.models.model import Model
from botorch.posteriors import Posterior
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal
from linear_operator import to_linear_operator
from torch import Tensor


class LogBetaModel(Model, ABC):
    """A BoTorch model whose X is ``[metal row, ligand row, pair features]`` (`PairFeatures.X`).

    Notes
    -----
    BoTorch's acquisition functions take it over a discrete set of pairs
    (`botorch.optim.optimize_acqf_discrete`). Nothing is differentiable in X, whose first columns
    are row numbers, so `posterior` runs without autograd.
    """

    @property
    def num_outputs(self) -> int:
        """One: log β."""
        return 1

    @property
    def batch_shape(self) -> torch.Size:
        """Empty: one model, not a batch."""
        return torch.Size()

    @abstractmethod
    def moments(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Latent mean (…, q) and covariance (…, q, q) at X (…, q, 2 + d_p), original units."""

    @abstractmethod
    def learned_noise(self, X: Tensor) -> Tensor:
        """Learned noise variance of a new result at X (…, q, 2 + d_p); broadcasts to (…, q)."""

    @torch.no_grad()
    def posterior(
        self,
        X: Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | Tensor = False,
        posterior_transform: PosteriorTransform | None = None,
    ) -> Posterior:
        """Joint posterior of log β at each t-batch of pairs.

        Parameters
        ----------
        X : (…, q, 2 + d_p) float64 tensor
        output_indices : list of int, optional
            ``[0]`` or nothing: there is one output.
        observation_noise : bool or tensor
            True adds the learned noise variance; a tensor broadcasting to (…, q, 1) is added
            instead.
        posterior_transform : PosteriorTransform, optional
            Applied to the result.

        Returns
        -------
        GPyTorchPosterior
            Over (…, q, 1), in original units.

        Raises
        ------
        ValueError
            If another output is asked for.
        """
        if output_indices not in (None, [0]):
            raise ValueError(f"the model has one output, not {output_indices}")
        mean, covariance = self.moments(X)
        if observation_noise is not False:
            stated = observation_noise is not True
            added = observation_noise.squeeze(-1) if stated else self.learned_noise(X)
            covariance.diagonal(dim1=-2, dim2=-1).add_(added)
        found = GPyTorchPosterior(MultivariateNormal(mean, to_linear_operator(covariance)))
        return found if posterior_transform is None else posterior_transform(found)
