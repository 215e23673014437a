"""Fakes with known numbers, for tests of what stands on a posterior."""

from dataclasses import dataclass, replace

import numpy as np

from bo_loop.acquisition.batch.explanation import Prospects, Reference, explain
from bo_loop.base.types import Floats, PoolPairs, Rows


def pool_pairs(
    n_ligands, ids=None, metals=None, ligands=None, own=None, cost=None, isomers=None
) -> PoolPairs:
    """Rows of one metal with a ligand each, unless told otherwise; `n_ligands` (N,) or N."""
    size = n_ligands if isinstance(n_ligands, int) else len(n_ligands)
    n_ligands = np.ones(size, dtype=np.int64) if isinstance(n_ligands, int) else n_ligands
    return PoolPairs(
        pair_ids=ids if ids is not None else [f"M+2:L1:{row:06d}" for row in range(size)],
        n_ligands=np.asarray(n_ligands),
        metals=metals if metals is not None else ["Ni+2"] * size,
        ligands=ligands if ligands is not None else [f"ligand {row}" for row in range(size)],
        own=np.ones(size, dtype=bool) if own is None else np.asarray(own),
        cost=None if cost is None else np.asarray(cost, dtype=float),
        isomers=isomers,
    )


@dataclass(frozen=True)
class FakePosterior:
    """A `PoolPosterior`: a Gaussian of given mean vector and covariance matrix, held in full.

    Parameters
    ----------
    means : (N,) float64
    covariances : (N, N) float64
    slack : (N,) float64 or float
        How far `variance_bound` lies above the variance; at least 0.
    """

    means: Floats
    covariances: Floats
    slack: Floats | float = 0.0

    @classmethod
    def independent(cls, means, variances, slack=0.0) -> "FakePosterior":
        return cls(np.array(means, float), np.diag(np.array(variances, float)), slack)

    @classmethod
    def random(cls, size: int, rng: np.random.Generator, slack: float = 1.0) -> "FakePosterior":
        """Draw rows that share 5 latent factors, so that measuring one tells of the others."""
        factors = rng.standard_normal((size, 5)) * 0.6
        covariances = factors @ factors.T + np.diag(rng.uniform(0.0, 0.3, size))
        return cls(rng.normal(10.0, 2.0, size), covariances, rng.uniform(0.0, slack, size))

    def mean(self, rows: Rows) -> Floats:
        return self.means[rows]

    def variance(self, rows: Rows) -> Floats:
        return np.maximum(np.diag(self.covariances)[rows], 0.0)

    def variance_bound(self, rows: Rows) -> Floats:
        return self.variance(rows) + np.broadcast_to(self.slack, self.means.shape)[rows]

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        return self.covariances[np.ix_(rows_a, rows_b)]

    def condition(self, rows: Rows, values: Floats, noise: Floats) -> "FakePosterior":
        observed = self.covariances[np.ix_(rows, rows)] + np.diag(noise)
        # The pseudo-inverse: a row known exactly, observed without noise, adds nothing.
        gain = self.covariances[:, rows] @ np.linalg.pinv(observed, hermitian=True)
        return replace(
            self,
            means=self.means + gain @ (values - self.means[rows]),
            covariances=self.covariances - gain @ self.covariances[rows],
        )


def reason(acquisition, mean, sd, incumbent, objective, name=""):
    """Explain an item of a Gaussian value."""
    promised = Prospects.gaussian(np.array([mean]), np.array([sd]), incumbent).of(0)
    return explain(acquisition, objective, promised, promised, Reference(incumbent, name))
