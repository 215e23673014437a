"""An exact GP over metal-ligand pairs, with its data: what a recipe returns.

Symbols
-------
n      training pairs, in the model's own order
k      pairs asked for
q      pairs of a t-batch

All in original units (log β): the fit standardises y once and states what it found in original
units, so that a model built from stated hyperparameters does not depend on how y was scaled.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.parallel import cluster
from bo_loop.base.types import MEDIUM, Floats, PairFeatures, Rows
from bo_loop.models.gp.factored import LEADING, Factored
from bo_loop.models.gp.gradients import Gradients
from bo_loop.models.gp.linalg import solve_lower, solve_upper
from bo_loop.models.gp.log_beta_model import LogBetaModel
from bo_loop.models.gp.parted import PartedPosterior
from bo_loop.models.gp.posterior import BLOCK_BYTES, ModelPosterior
from bo_loop.models.gp.source_noise import OWN, labels, noise_of
from bo_loop.models.kernels.base import PairKernel
from bo_loop.models.kernels.tensors import (
    qualified_names,
    require_extended_tables,
    require_finite,
)

_SLOPE_BYTES = 2**27  # of a (k, n) matrix; half a dozen are held at once


class PairModel(LogBetaModel):
    """Exact GP with a kernel of pairs, a constant mean and Gaussian noise.

    Parameters
    ----------
    features : PairFeatures
        Gives the tables, their names and nothing else; the training pairs are in `data`.
    kernel : PairKernel
    data : Factored
    hyperparameters : mapping
        Everything a recipe's `build` needs besides the data, in original units; JSON-able. Those
        of the kernel are the kernel's business; this class reads ``mean`` (prior mean, to which the
        effect of the medium is added where the features hold it),
        ``noise`` (learned noise variance) and, if they were asked for, ``source_noise`` (learned
        noise variances of the sources that have their own, see `bo_loop.models.gp.source_noise`;
        ``noise`` is then what the others share) and ``offset_variance`` (of the sources' offsets,
        which `data` allows for).
    fit_report : mapping
        How the hyperparameters were found; JSON-able.
    """

    def __init__(
        self,
        features: PairFeatures,
        kernel: PairKernel,
        data: Factored,
        hyperparameters: Mapping[str, Any],
        fit_report: Mapping[str, Any],
    ):
        super().__init__()
        self.kernel = kernel
        self.data = data
        self.fit_report = dict(fit_report)
        self._tables = features.take(np.empty(0, dtype=np.int64))
        self._hyperparameters = dict(hyperparameters)
        self._mean = hyperparameters["mean"]
        self._noise = hyperparameters["noise"]
        self._source_noise = hyperparameters.get("source_noise")
        self.eval()

    @property
    def noise_variance(self) -> float:
        """Learned noise variance of a new result, original units²; known ones come on top."""
        return (self._source_noise or {}).get(OWN, self._noise)

    def noise(self, features: PairFeatures) -> Floats:
        """Learned noise variance of a measurement of each pair; (n,), original units²."""
        if self._source_noise is None:
            return np.full(len(features), self._noise)
        return noise_of(labels(features), self._noise, self._source_noise)

    def prior_mean(self, x: Tensor) -> Tensor:
        """Prior mean at `x` (n, 2 + d_p); (n,), original units."""
        names = self._tables.names["pair"]
        if MEDIUM not in names:
            return x.new_full((len(x),), self._mean)
        return self._mean + x[:, 2 + names.index(MEDIUM)]

    def parts(self, features: PairFeatures) -> dict[str, tuple["PairModel", PairFeatures, Rows]]:
        """Return the exact GPs of the model, with the pairs each answers for and their positions.

        Returns
        -------
        dict
            One entry, ``beta_n``: this model answers for every n.
        """
        return {"beta_n": (self, features, np.arange(len(features)))}

    def hyperparameters(self) -> dict[str, Any]:
        """Everything a recipe's `build` needs besides the data; JSON-able, in original units."""
        return dict(self._hyperparameters)

    @torch.no_grad()
    def moments(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Latent mean (…, q) and covariance (…, q, q) at X (…, q, 2 + d_p), original units."""
        X = X.to(self.data.x)
        batch, q = X.shape[:-2], X.shape[-2]
        flat = X.reshape(-1, q, X.shape[-1])
        step = max(1, BLOCK_BYTES // (8 * q * len(self.data.x)))
        parts = [self._joint(flat[i : i + step]) for i in range(0, len(flat), step)]
        mean, covariance = (torch.cat(each) for each in zip(*parts, strict=True))
        return mean.reshape(*batch, q), covariance.reshape(*batch, q, q)

    def learned_noise(self, X: Tensor) -> Tensor:
        """Learned noise variance of a new result, which is the lab's own; ()."""
        return self.data.x.new_tensor(self.noise_variance)

    def _joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (b, q) and covariance (b, q, q) at x (b, q, 2 + d_p)."""
        b, q, width = x.shape
        cross = self.kernel(x.reshape(-1, width), self.data.x).to_dense()
        prior = self.prior_mean(x.reshape(-1, width))
        mean = (cross @ self.data.alpha + prior).reshape(b, q)
        white = solve_lower(self.data.factor, cross.mT).mT.reshape(b, q, -1)
        return mean, self.kernel(x).to_dense() - white @ white.mT

    def bind(self, features: PairFeatures) -> ModelPosterior:
        """Bind the model to rows.

        Parameters
        ----------
        features : PairFeatures
            p pairs. Their tables must be those the model was built with, or begin with them:
            ``train.concat(new).take(rows)`` brings metals and ligands the model has not seen.

        Raises
        ------
        DataError
            If the tables differ, or a feature is not finite.
        """
        require_extended_tables(self._tables, features)
        require_finite(features)
        kernel = self.kernel
        if not _same_size(self._tables, features):
            kernel = kernel.over(features)
        bound = kernel, self.data, self.prior_mean, features
        executor = cluster()
        if executor is not None:
            return PartedPosterior(self, executor, *bound)
        return ModelPosterior(*bound)

    def extended(self, features: PairFeatures) -> PairFeatures:
        """Return pairs of any tables of the same schema in tables that extend the model's."""
        return self._tables.concat(features)

    def compact(self) -> "PairModel":
        """Return the same model in tables of its training pairs' metals and ligands alone."""
        x = self.data.x.cpu().numpy()
        metal_row, ligand_row = x[:, :2].T.astype(np.int64)
        own = replace(self._tables, metal_row=metal_row, ligand_row=ligand_row, pair=x[:, 2:])
        own = own.compact()
        data = replace(self.data, x=self.data.x.new_tensor(own.X))
        return PairModel(own, self.kernel.over(own), data, self._hyperparameters, {})

    def leading(self) -> "PairModel":
        """Return the model without the part of its factor that only exact variances take."""
        m = min(LEADING, len(self.data.x))
        data = replace(self.data, factor=self.data.factor[:m, :m].clone())
        return PairModel(self._tables, self.kernel, data, self._hyperparameters, {})

    @property
    def closed_form(self) -> bool:
        """Whether gradients cost little more than predictions."""
        return self.kernel.closed_form

    def gradients(self, features: PairFeatures) -> Gradients:
        """Differentiate the predictive mean and variance at k pairs by each of d features.

        Parameters
        ----------
        features : PairFeatures
            k pairs, as for `bind`.

        Raises
        ------
        DataError
            As `bind`.
        """
        bound, rows, data = self.bind(features), np.arange(len(features)), self.data
        kernel = self.kernel.over(features)

        def solve(cross: Tensor) -> Tensor:
            return solve_upper(data.factor, solve_lower(data.factor, cross.mT)).mT

        x = torch.as_tensor(features.X, device=data.x.device)
        step = max(1, _SLOPE_BYTES // (8 * len(data.x)))
        parts = [kernel.slopes(some, data.x, data.alpha, solve) for some in x.split(step)]
        mean, variance = (torch.cat(each).cpu().numpy() for each in zip(*parts, strict=True))
        mean[:, [name == f"pair.{MEDIUM}" for name in qualified_names(features)]] += 1.0
        predictive = bound.variance(rows) + self.noise(features)
        return Gradients(bound.mean(rows), predictive, mean, variance)


def _same_size(a: PairFeatures, b: PairFeatures) -> bool:
    sides = ((a.metal, b.metal), (a.ligand, b.ligand))
    return all(len(x[block]) == len(y[block]) for x, y in sides for block in x)
