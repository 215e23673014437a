"""Exact conditioning of any `PoolPosterior` on a few more observations.

Symbols
-------
c      observed rows, their values and noise variances      (c,)
k      rows asked for
C      base covariance of the rows asked for with c         (k, c)
S      base covariance of c, plus noise: S = T Tᵀ           (c, c)
U      C T⁻ᵀ                                                (k, c)

mean' = mean + U T⁻¹ (value − mean_c);  cov' = cov − U_a U_bᵀ. The base is left alone: nothing of
the size of the training data is copied. Conditioning again makes one layer over the same base,
not a layer on a layer, and the base covariances already asked for are shared.
"""

import numpy as np
from scipy.linalg import solve_triangular

from bo_loop.base.errors import FitError
from bo_loop.base.types import Floats, PoolPosterior, Rows

_SLACK = 1e-10  # of the base's bound: U differs in its last bits with the rows asked for


class Conditioned:
    """`base` after observing `values` at `rows`; itself a `PoolPosterior`.

    Parameters
    ----------
    base : PoolPosterior
    rows : (c,) int64
        May repeat, and may repeat training data.
    values : (c,) float64
        Original units.
    noise : (c,) float64
        Noise variances, all of the noise there is.
    columns : optional
        Base covariances known already, shared with the layer this one extends.

    Raises
    ------
    FitError
        If rows are repeated without noise.
    """

    def __init__(
        self,
        base: PoolPosterior,
        rows: Rows,
        values: Floats,
        noise: Floats,
        *,
        columns: "_Columns | None" = None,
    ):
        self._base = base
        self._columns = _Columns(base) if columns is None else columns
        self._rows = np.asarray(rows, dtype=np.int64)
        self._values = np.asarray(values, dtype=np.float64)
        self._noise = np.asarray(noise, dtype=np.float64)
        joint = self._cross(self._rows) + np.diag(self._noise)
        try:
            self._factor = np.linalg.cholesky(0.5 * (joint + joint.T))
        except np.linalg.LinAlgError as error:
            raise FitError(
                f"Conditioning on {len(self._rows)} pairs failed: their covariance is not "
                "positive definite. Rows repeated or fully known need a noise variance above 0."
            ) from error
        residual = self._values - base.mean(self._rows)
        self._white = solve_triangular(self._factor, residual, lower=True)

    def mean(self, rows: Rows) -> Floats:
        """Posterior mean; (k,), original units."""
        return self._base.mean(rows) + self._update(rows) @ self._white

    def variance(self, rows: Rows) -> Floats:
        """Latent variance; (k,)."""
        gained = (self._update(rows) ** 2).sum(1)
        return np.maximum(self._base.variance(rows) - gained, 0.0)

    def variance_bound(self, rows: Rows) -> Floats:
        """Return the base's bound less what the new observations explain; (k,)."""
        bound = self._base.variance_bound(rows)
        gained = (self._update(rows) ** 2).sum(1)
        return np.maximum(bound - gained, 0.0) + _SLACK * bound

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Latent covariance; (k_a, k_b)."""
        gained = self._update(rows_a) @ self._update(rows_b).T
        return self._base.covariance(rows_a, rows_b) - gained

    def condition(self, rows: Rows, values: Floats, noise: Floats) -> "Conditioned":
        """Exact posterior after observing `values` (k,) with `noise` variances (k,) as well."""
        return Conditioned(
            self._base,
            np.concatenate([self._rows, rows]),
            np.concatenate([self._values, values]),
            np.concatenate([self._noise, noise]),
            columns=self._columns,
        )

    def _update(self, rows: Rows) -> Floats:
        """U; (k, c)."""
        return solve_triangular(self._factor, self._cross(rows).T, lower=True).T

    def _cross(self, rows: Rows) -> Floats:
        """C; (k, c)."""
        return self._columns.get(np.asarray(rows, dtype=np.int64), self._rows)


class _Columns:
    """Base covariances of any row with a few, each computed once: (largest row + 1,) a column."""

    def __init__(self, base: PoolPosterior):
        self._base = base
        self._known: dict[int, Floats] = {}

    def get(self, rows: Rows, columns: Rows) -> Floats:
        """Give the base covariance of `rows` (k,) and `columns` (c,); (k, c)."""
        self._grow(columns, int(rows.max(initial=-1)) + 1)
        values = self._look_up(rows, columns)
        absent = np.isnan(values)
        if not absent.any():
            return values
        at, of = np.unique(rows[absent.any(axis=1)]), np.unique(columns[absent.any(axis=0)])
        for column, fresh in zip(of.tolist(), self._base.covariance(at, of).T, strict=True):
            self._known[column][at] = fresh
        return self._look_up(rows, columns)

    def _grow(self, columns: Rows, size: int) -> None:
        for column in columns.tolist():
            old = self._known.get(column, np.empty(0))
            if len(old) < size:
                self._known[column] = np.append(old, np.full(size - len(old), np.nan))

    def _look_up(self, rows: Rows, columns: Rows) -> Floats:
        return np.stack([self._known[column][rows] for column in columns.tolist()], axis=1)
