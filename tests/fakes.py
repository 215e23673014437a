"""Fakes with known numbers, for tests of what stands on a posterior."""

from dataclasses import dataclass, replace

import numpy as np

from bo_loop.acquisition.batch.explanation import Prospects, Reference, explain
from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.types import Floats, Rows


def pool_pairs(
    n_ligands,
    ids=None,
    metals=None,
    ligands=None,
    own=None,
    cost=None,
    isomers=None,
    properties=None,
    same_pair=None,
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
        properties=properties,
        same_pair=None if same_pair is None else np.asarray(same_pair),
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


def trio(shared=0.9):
    """Cu, Zn and Ni with two ligands; `shared` of each variance is the ligand's own error."""
    means = np.array([9.0, 5.0, 6.0, 12.0, 11.0, 4.0])
    block = np.full((3, 3), shared) + (1 - shared) * np.eye(3)
    fake = FakePosterior(means, np.kron(np.eye(2), block))
    return fake, pool_pairs(6, metals=["Cu+2", "Zn+2", "Ni+2"] * 2, ligands=list("AAABBB"))


def two_acids(sd=1.0):
    """Iron and zinc pairs of ligands A and B, each of which takes up two protons."""
    means = np.array([20.0, 12.0, 9.0, 14.0, 18.0, 9.5, 5.0, 7.0])
    fake = FakePosterior(means, sd**2 * (0.3 * np.eye(8) + 0.2))
    pairs = pool_pairs(8, metals=["Fe+3", "Zn+2", "H+1", "H+2"] * 2, ligands=list("AAAABBBB"))
    return fake, replace(pairs, own=np.array([True, True, False, False] * 2))


def choose(posterior, objective, acquisition, pairs, **options):
    """`select` with plain defaults: every row open, one of them wanted."""
    arguments = {
        "rows": np.arange(len(pairs)), "pairs": pairs, "incumbent": 0.0, "q": 1,
        "rng": np.random.default_rng(0), "noise": 0.1,
    }  # fmt: skip
    return select(posterior, objective, acquisition, **(arguments | options))
