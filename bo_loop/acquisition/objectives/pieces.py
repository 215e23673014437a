"""Values that are the least of several linear functions of log β.

Every objective of one value is such a function: −|x − t| is the least of x − t and t − x, a
selectivity the least of the differences to its competitors.

Symbols
-------
k           items
m           pairs that the value of an item depends on
J           linear functions
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bo_loop.base.types import Floats


@dataclass(frozen=True)
class Pieces:
    """min over j of slopes[j] · log β + constants[j].

    Parameters
    ----------
    slopes : (J, m) float64
    constants : (J,) float64
    """

    slopes: Floats
    constants: Floats

    @classmethod
    def of(cls, slopes, constants=None) -> "Pieces":
        """Take slopes (J, m), and constants (J,), 0 if left out."""
        slopes = np.asarray(slopes, dtype=np.float64)
        constants = np.zeros(len(slopes)) if constants is None else constants
        return cls(slopes, np.asarray(constants, dtype=np.float64))

    @property
    def linear(self) -> bool:
        """Whether there is one function only, so that a Gaussian stays a Gaussian."""
        return len(self.slopes) == 1

    def at(self, log_beta: Floats) -> Floats:
        """Return the least of the functions at log β (…, m); (…)."""
        return (log_beta @ self.slopes.T + self.constants).min(axis=-1)

    def plus(self, other: "Pieces", weight: float) -> "Pieces":
        """Add `weight` ≥ 0 times a function of further pairs."""
        slopes = [np.r_[a, weight * b] for a in self.slopes for b in other.slopes]
        constants = [a + weight * b for a in self.constants for b in other.constants]
        return Pieces(np.array(slopes), np.array(constants))

    def of_one(self) -> "Pieces":
        """Return the same as a function of one log β, where the m pairs are one."""
        return Pieces(self.slopes.sum(axis=1, keepdims=True), self.constants)

    def moments(self, mean: Floats, covariance: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of the one linear function under Gaussians; (k,) each."""
        slopes = self.slopes[0]
        variance = np.einsum("i,kij,j->k", slopes, covariance, slopes)
        return self.at(mean), np.maximum(variance, 0.0)

    def knots(self) -> Floats:
        """Where the least of functions of one log β changes from one to another, sorted."""
        slope, constant = self.slopes[:, 0], self.constants
        found = []
        for i, j in combinations(range(len(slope)), 2):
            if slope[i] != slope[j]:
                x = (constant[j] - constant[i]) / (slope[i] - slope[j])
                if slope[i] * x + constant[i] <= self.at(np.array([x])) + 1e-9 * (1 + abs(x)):
                    found.append(x)
        return np.unique(np.round(found, 12))

    def interval(self, above: Floats) -> tuple[Floats, Floats]:
        """Return where functions of one log β all exceed `above` (k,): from, to; (k,) each."""
        low, high = np.full(len(above), -np.inf), np.full(len(above), np.inf)
        for slope, constant in zip(self.slopes[:, 0], self.constants, strict=True):
            if slope == 0.0:
                high = np.where(constant > above, high, -np.inf)
                continue
            crossing = (above - constant) / slope
            low, high = (
                (np.maximum(low, crossing), high)
                if slope > 0
                else (low, np.minimum(high, crossing))
            )
        return low, high
