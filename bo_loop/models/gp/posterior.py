"""A fitted model bound to rows: the `PoolPosterior` of an exact GP.

Symbols
-------
n      training pairs, in the model's order
p      rows the model is bound to
k      rows asked for
m      prior mean of the rows asked for                            (k,)
L, α   Cholesky factor (n, n) and weights (n,) of the training data
K_r    covariance of the rows asked for and the training pairs     (k, n)
s²     prior variance of the rows asked for                        (k,)

mean = m + K_r α;  variance = s² − Σ (L⁻¹ K_rᵀ)²;  the bound takes the first `LEADING` training
pairs only: L's leading block is the factor of the model that knows them alone, and knowing less
never lowers the variance. The model orders its pairs so that these fill the space.

Rows are worked through in blocks, so that no (k, n) matrix beyond `BLOCK_BYTES` is made. A value
once computed is kept by row: (p,) for mean, variance and bound, (n,) for each of the rows whose
covariance with the others was asked for.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.screening import Screen, Screened
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.gp.conditioned import Conditioned
from bo_loop.models.gp.factored import LEADING, Factored
from bo_loop.models.gp.linalg import solve_lower, solve_upper
from bo_loop.models.kernels.base import PairKernel

BLOCK_BYTES = 2**28  # a block of rows by training pairs is held to 256 MB
_FLOOR = 1e-12  # of the prior variance: variances are never below it
_SLACK = 1e-9  # of the prior variance: rounding in triangular solves of different sizes
_MEMO_ROWS = 64


class ModelPosterior:
    """`PoolPosterior` over pairs; see `bo_loop.base.types` for its methods.

    Parameters
    ----------
    kernel : PairKernel
        With tables for both the training pairs and `features`.
    data : Factored
        n training pairs.
    mean : callable
        From x (k, 2 + d_p) to the prior mean (k,).
    features : PairFeatures
        p pairs.
    """

    def __init__(
        self,
        kernel: PairKernel,
        data: Factored,
        mean: Callable[[Tensor], Tensor],
        features: PairFeatures,
    ):
        self._kernel = kernel
        self._data = data
        self._prior_mean = mean
        self._features = features
        self._values: dict[str, Floats] = {}
        self._solved: dict[int, Tensor] = {}
        self._screen: tuple[Rows, Screen] | None = None

    def mean(self, rows: Rows) -> Floats:
        """Posterior mean; (k,), original units."""
        return self._recall("mean", rows)

    def variance(self, rows: Rows) -> Floats:
        """Latent variance; (k,)."""
        return self._recall("variance", rows)

    def variance_bound(self, rows: Rows) -> Floats:
        """Variance given the leading training pairs alone, never below `variance`; (k,)."""
        return self._recall("variance_bound", rows)

    def screen(self, rows: Rows) -> Screen:
        """Return what says the highest ceilings of different `rows` (k,)."""
        rows = np.sort(rows)
        if self._screen is None or not np.array_equal(self._screen[0], rows):
            self._screen = rows, self._screened(rows)
        return self._screen[1]

    def _screened(self, rows: Rows) -> Screen:
        for name in ("mean", "variance_bound"):
            # Those known already as well: what rows have in their last bits depends on their block.
            self._fill(name, self._in_order(rows))
        return Screened(rows, self._known("mean")[rows], self._known("variance_bound")[rows])

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Latent covariance; (k_a, k_b). Triangular solves on the shorter side only."""
        rows_a, rows_b = np.asarray(rows_a), np.asarray(rows_b)
        if len(rows_a) < len(rows_b):
            return self.covariance(rows_b, rows_a).T
        out = np.empty((len(rows_a), len(rows_b)))
        for columns in self._blocks(len(rows_b)):
            weights = self._weights(rows_b[columns])
            x = self._x(rows_b[columns])
            for block in self._blocks(len(rows_a)):
                prior = self._prior(self._x(rows_a[block]), x)
                out[block, columns] = _numpy(prior - self._cross(rows_a[block]) @ weights)
        return 0.5 * (out + out.T) if np.array_equal(rows_a, rows_b) else out

    def similarity(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Prior correlation of the rows, 1 for the same pair; (k_a, k_b)."""
        sds = (np.sqrt(self.prior_variance(rows)) for rows in (rows_a, rows_b))
        return _numpy(self._prior(self._x(rows_a), self._x(rows_b))) / np.outer(*sds)

    def condition(self, rows: Rows, values: Floats, noise: Floats) -> Conditioned:
        """Exact posterior after observing `values` (k,) with `noise` variances (k,)."""
        return Conditioned(self, rows, values, noise)

    def _x(self, rows: Rows) -> Tensor:
        """Return the pairs as the kernel sees them; (k, 2 + d_p)."""
        return torch.as_tensor(self._features.take(rows).X, device=self._data.x.device)

    def _known(self, name: str) -> Floats:
        """Return what is known of each row, NaN where nothing is; (p,)."""
        if name not in self._values:
            self._values[name] = np.full(len(self._features), np.nan)
        return self._values[name]

    def _cross(self, rows: Rows, m: int | None = None) -> Tensor:
        return self._prior(self._x(rows), self._data.x[:m])

    def _prior(self, x1: Tensor, x2: Tensor) -> Tensor:
        with torch.no_grad():
            return self._kernel(x1, x2).to_dense()

    def _given(self, rows: Rows, m: int) -> Floats:
        """Variance given the first m training pairs."""
        factor = self._data.factor[:m, :m].contiguous()  # as a worker holds it (`parted`)
        white = solve_lower(factor, self._cross(rows, m).mT)
        prior = self.prior_variance(rows)
        return np.maximum(prior - _numpy(white.square_().sum(0)), _FLOOR * prior)

    def prior_variance(self, rows: Rows) -> Floats:
        """Latent variance without any data; (k,)."""
        return _numpy(self._kernel.variance(self._x(rows)))

    def _weights(self, rows: Rows) -> Tensor:
        """K_v⁻¹ K_rᵀ; (n, k). Kept for few rows: a batch asks for its picks again and again."""
        if len(rows) > _MEMO_ROWS:
            return self._solve(rows)
        missing = [row for row in dict.fromkeys(rows.tolist()) if row not in self._solved]
        if len(self._solved) + len(missing) > 8 * _MEMO_ROWS:
            self._solved.clear()
            missing = list(dict.fromkeys(rows.tolist()))
        if missing:
            solved = self._solve(np.array(missing))
            self._solved |= zip(missing, solved.mT.contiguous(), strict=True)
        return torch.stack([self._solved[row] for row in rows.tolist()], 1)

    def _solve(self, rows: Rows) -> Tensor:
        factor = self._data.factor
        return solve_upper(factor, solve_lower(factor, self._cross(rows).mT))

    def _recall(self, name: str, rows: Rows) -> Floats:
        self._fill(name, self._missing(name, rows))
        return self._known(name)[rows]

    def _fill(self, name: str, rows: Rows) -> None:
        for block in self._blocks(len(rows)):
            self._known(name)[rows[block]] = self._compute(name, rows[block])

    def _compute(self, name: str, rows: Rows) -> Floats:
        """Compute what the method `name` says of a block."""
        if name == "mean":
            x = self._x(rows)
            given = self._kernel.times(x, self._data.x, self._data.alpha)
            return _numpy(given + self._prior_mean(x))
        if name == "variance":
            return self._given(rows, len(self._data.x))
        leading = min(LEADING, len(self._data.x))
        return self._given(rows, leading) + _SLACK * self.prior_variance(rows)

    def _missing(self, name: str, rows: Rows) -> Rows:
        """Return the rows that nothing is known of, in the order in which they are looked up."""
        missing = np.unique(rows)
        return self._in_order(missing[np.isnan(self._known(name)[missing])])

    def _in_order(self, rows: Rows) -> Rows:
        # Rows that share a ligand side by side: a block then gathers from small tables.
        return rows[np.argsort(self._features.ligand_row[rows], kind="stable")]

    def _blocks(self, k: int) -> Iterator[slice]:
        step = max(1, BLOCK_BYTES // (8 * len(self._data.x)))
        return (slice(i, min(k, i + step)) for i in range(0, k, step))


def _numpy(values: Tensor) -> Floats:
    return values.detach().cpu().numpy()
