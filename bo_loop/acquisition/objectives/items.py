"""Items: what gets a score, the pairs it depends on, and their joint Gaussian.

Symbols
-------
N            rows of the posterior
k            items
m            pairs that the value of an item depends on; the first is its own
S            draws
parts        (k, m) rows of those pairs
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.types import Floats, Mask, PoolPosterior, Rows

DRAWS = 512
"""Draws of an item's log β: quantiles for one pair, Sobol points for several. The same for all."""

BLOCK = 128
"""Items whose covariance is asked for at once."""


def partners(
    pairs: PoolPairs, metal: str, n_ligands: int | None = None, of: Rows | None = None
) -> Rows:
    """Find for every row the pair of its ligand with another metal ion, of the same property.

    Parameters
    ----------
    pairs : PoolPairs
        N rows.
    metal : str
        The other metal ion.
    n_ligands : int, optional
        The number of ligands there; the row's own if left out.
    of : (k,) int64, optional
        Rows asked about; all N if left out.

    Returns
    -------
    (N,) or (k,) int64
        The first such row, −1 if there is none.

    Notes
    -----
    The same isomer, or else one whose stereochemistry is not known. A ligand whose own is not
    known has the partner of its isomer only if there is one isomer: cis must not be judged by
    trans.
    """
    isomers = pairs.isomers or [""] * len(pairs)
    properties = pairs.properties or [""] * len(pairs)
    found: dict[tuple[str, int, str], dict[str, int]] = {}
    ligands, numbers = pairs.ligands, np.asarray(pairs.n_ligands).tolist()
    for row in np.flatnonzero(np.asarray(pairs.metals) == metal).tolist():
        key = ligands[row], numbers[row], properties[row]
        found.setdefault(key, {}).setdefault(isomers[row], row)
    asked = range(len(pairs)) if of is None else of.tolist()
    rows = []
    for row in asked:
        n = numbers[row] if n_ligands is None else n_ligands
        rows.append(_of_isomer(found.get((ligands[row], n, properties[row]), {}), isomers[row]))
    return np.array(rows, dtype=np.int64)


def _of_isomer(rows: Mapping[str, int], isomer: str) -> int:
    if isomer in rows:
        return rows[isomer]
    if isomer:
        return rows.get("", -1)
    return next(iter(rows.values())) if len(rows) == 1 else -1


def side_by_side(each: Sequence[Rows], pairs: PoolPairs) -> Rows:
    """Join the parts of several objectives of one item, which may look at values of one pair.

    Parameters
    ----------
    each : sequence of (N, m_i) int64
        What `Objective.parts` of each returns.
    pairs : PoolPairs
        N rows. Of rows that are values of one pair, the first that has an item keeps it.

    Returns
    -------
    (N, Σ m_i) int64
        −1: no item.
    """
    joined = np.hstack([_of_whole_pair(parts, pairs) for parts in each])
    joined[(joined < 0).any(axis=1) | (each[0] < 0).any(axis=1)] = -1
    if pairs.same_pair is not None:
        rows = np.flatnonzero(joined[:, 0] >= 0)
        _, first = np.unique(pairs.same_pair[rows], return_index=True)
        joined[np.delete(rows, first)] = -1
    return joined


def _of_whole_pair(parts: Rows, pairs: PoolPairs) -> Rows:
    """Return what every row has an item of: its own, or that of another value of its pair."""
    has = np.flatnonzero(parts[:, 0] >= 0)
    if pairs.same_pair is None or len(has) == 0:
        return parts
    numbers, first = np.unique(pairs.same_pair[has], return_index=True)
    at = np.searchsorted(numbers, pairs.same_pair).clip(max=len(numbers) - 1)
    other = np.where(numbers[at] == pairs.same_pair, has[first[at]], -1)
    rows = np.where(parts[:, 0] >= 0, np.arange(len(parts)), other)
    return np.where((rows >= 0)[:, None], parts[rows], -1)


def first_mentions(parts: Rows) -> Mask:
    """Return where each row of an item's pairs (k, m) stands for the first time; (k, m)."""
    repeated = [(parts[:, :j] == parts[:, j : j + 1]).any(axis=1) for j in range(parts.shape[1])]
    return ~np.column_stack(repeated)


@dataclass(frozen=True)
class Items:
    """k items, each a Gaussian of the m pairs it depends on.

    Parameters
    ----------
    parts : (k, m) int64
    mean : (k, m) float64
        Of log β.
    covariance : (k, m, m) float64
        Latent, of log β.
    """

    parts: Rows
    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, posterior: PoolPosterior, parts: Rows) -> "Items":
        """Look up the items `parts` (k, m) in a posterior, block by block."""
        k, m = parts.shape
        mean = posterior.mean(parts.reshape(-1)).reshape(k, m)
        if m == 1:
            return cls(parts, mean, posterior.variance(parts[:, 0])[:, None, None])
        covariance = np.empty((k, m, m))
        for start in range(0, k, BLOCK):
            some = slice(start, start + BLOCK)
            rows, at = np.unique(parts[some], return_inverse=True)
            at = at.reshape(-1, m)
            joint = posterior.covariance(rows, rows)
            covariance[some] = joint[at[:, :, None], at[:, None, :]]
        return cls(parts, mean, covariance)

    def take(self, at: Rows) -> "Items":
        """Return the items at positions `at`."""
        return Items(self.parts[at], self.mean[at], self.covariance[at])

    def first(self, m: int) -> "Items":
        """Return the items with only their first m pairs."""
        return self.columns(0, m)

    def columns(self, first: int, m: int) -> "Items":
        """Return the items with m of their pairs, from number `first` on."""
        some = slice(first, first + m)
        return Items(self.parts[:, some], self.mean[:, some], self.covariance[:, some, some])

    def believing(self, posterior: PoolPosterior, rows: Rows, noise: Floats) -> "Items":
        """Condition on the means of `rows` (c,), exactly: means stay, covariances fall.

        Parameters
        ----------
        posterior : PoolPosterior
            The one the items belong to, before `rows` are believed.
        rows : (c,) int64
        noise : (c,) float64
            Noise variances of their measurements.
        """
        from scipy.linalg import solve_triangular  # `bo-loop status` builds objectives without it

        if len(rows) == 0:
            return self
        observed = posterior.covariance(rows, rows) + np.diag(noise)
        cross = posterior.covariance(self.parts.reshape(-1), rows)
        update = solve_triangular(np.linalg.cholesky(observed), cross.T, lower=True).T
        update = update.reshape(*self.parts.shape, len(rows))
        return replace(self, covariance=self.covariance - update @ update.swapaxes(1, 2))

    def draws(self, size: int = DRAWS) -> Floats:
        """Draw log β of each item's pairs jointly, S = `size` times; (S, k, m)."""
        z = normals(self.parts.shape[1], size)
        if self.parts.shape[1] == 1:
            spread = np.sqrt(np.maximum(self.covariance, 0.0))
        else:
            values, vectors = np.linalg.eigh(self.covariance)
            # The symmetric root: signs of eigenvectors are what the processor's LAPACK makes them.
            roots = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
            spread = roots @ vectors.swapaxes(1, 2)
        return self.mean + np.einsum("kij,sj->ski", spread, z)


def normals(m: int, size: int) -> Floats:
    """Return standard normals that fill the space evenly; (S, m)."""
    if m == 1:
        from scipy.special import ndtri

        return ndtri((np.arange(size) + 0.5) / size)[:, None]
    # Here, for `bo-loop status` builds an objective and is not to wait for torch.
    import torch
    from botorch.utils.sampling import draw_sobol_normal_samples

    return draw_sobol_normal_samples(m, size, dtype=torch.float64, seed=0).numpy()
