"""The product kernel of a source: what counts as alike there counts as alike here.

A few values say little about a hundred lengthscales, and their priors know nothing of chemistry; a
source has found its own on many more. So θ is one number: the lengthscales and slopes are the
source's, and of the variances of the terms only the size is searched, not their proportions. That
is the kernel of pairs of intrinsic coregionalisation (Bonilla, Chai and Williams, Multi-task
Gaussian process prediction, NIPS 2007), in which tasks share it.

Symbols
-------
a      how many times the usual sum of the variances of the terms    ()
θ      [log a]                                                       (1,)

Prior: a is log-normal about 1, sd 1, as each variance of a kernel of its own is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from torch import Tensor

from bo_loop.base.types import Floats
from bo_loop.models.kernels.layout import BOUND, VARIANCE_SD, Layout, Values


@dataclass(frozen=True)
class AlikeLayout(Layout):
    """A layout of which only the size of the variances is searched.

    Parameters
    ----------
    source : tuple of float
        θ of the product kernel at a = 1.
    metal, ligand, measured, pair, terms, lengthscale_sd, ligand_lengthscale_sd
        As of `Layout`.
    """

    source: tuple[float, ...] = ()

    @classmethod
    def to(cls, layout: Layout, kernel: Mapping[str, Any]) -> "AlikeLayout | None":
        """Take the hyperparameters of a source's kernel, on the scales of these features.

        Parameters
        ----------
        layout : Layout
            Of these features. What the source does not know keeps the mean of its prior.
        kernel : mapping
            ``lengthscales``, ``variances`` and ``amplitude_slopes`` by name.

        Returns
        -------
        AlikeLayout or None
            None if the source's kernel is a sum of other terms.
        """
        usual = layout.stated(layout.start(), 1.0)
        if set(kernel["variances"]) != set(usual["variances"]):
            return None
        found = {
            part: {name: kernel[part].get(name, value) for name, value in values.items()}
            for part, values in usual.items()
        }
        size = sum(usual["variances"].values()) / sum(kernel["variances"].values())
        found["variances"] = {name: size * v for name, v in found["variances"].items()}
        own = {field.name: getattr(layout, field.name) for field in fields(Layout)}
        return cls(**own, source=tuple(layout.theta(found, 1.0).tolist()))

    @property
    def size(self) -> int:
        """Length of θ."""
        return 1

    def values(self, theta: Tensor) -> Values:
        """Take θ apart, differentiably."""
        return super().values(theta.new_tensor(self.source) + theta * theta.new_tensor(self._sized))

    def start(self) -> Floats:
        """Mean of the prior of θ; (1,)."""
        return np.zeros(1)

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log prior density of θ, but for a constant."""
        return -0.5 * (theta / VARIANCE_SD).square().sum()

    def bounds(self) -> Floats:
        """Lower and upper bound of θ; (1, 2)."""
        return np.array([[-BOUND, BOUND]])

    def stated(self, theta: Floats, scale: float) -> dict[str, Any]:
        """Say all hyperparameters in original units, as `Layout.stated`."""
        return super().stated(np.array(self.source) + theta * self._sized, scale)

    def theta(self, stated: Mapping[str, Any], scale: float) -> Floats:
        """Return the θ whose variances are in sum those stated; (1,)."""
        sized = self._sized.astype(bool)
        whole = super().theta(stated, scale)
        sums = (np.exp(each[sized]).sum() for each in (whole, np.array(self.source)))
        return np.log([next(sums) / next(sums)])

    @property
    def _sized(self) -> Floats:
        """1 where θ of the product kernel is a log variance, else 0."""
        sized = np.zeros(len(self.source))
        first = len(self.lengthscales)
        sized[first : first + len(self.terms)] = 1.0
        return sized
