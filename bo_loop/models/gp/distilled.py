"""Few pseudo-observations that give back the posterior of an exact GP.

Symbols
-------
n          training pairs of the model
c          candidates; z: those of them that are chosen
f, m, S    latent values, their posterior mean and covariance given the training data
K, μ       their prior covariance and mean
ỹ, N       pseudo-observations and their noise variances, a diagonal; Λ = N⁻¹

The posterior at the chosen pairs, N(m, S), would come back exactly from a full noise covariance,
(S⁻¹ − K⁻¹)⁻¹. With a diagonal one, as a plain table has it, the closest posterior q (least
Kullback–Leibler divergence of N(m, S) from it) has the same means and the same variances:

    least  F(Λ) = ½ Σ Λ_i S_ii − ½ log det(I + Λ^½ K Λ^½),   ∂F/∂Λ_i = ½ (S_ii − q_ii)
    q = (K⁻¹ + Λ)⁻¹,   ỹ = m + N K⁻¹ (m − μ)

F is convex; its Hessian is half the elementwise square of q, and Newton's method finds Λ.

Which candidates: of each, r = f − E[f | f_z] is what the chosen ones do not tell, and v, by which
the training data reduce the variance of r, is the expected squared difference of E[f | f_z = m_z]
from the model's mean. Of `_DRAWN` candidates, drawn by v / K_cc, those are chosen one after another
that lower the sum of v / K_cc over all candidates most (stochastic greedy; Mirzasoleiman et al.,
AAAI 2015, 1812). v is a squared norm of length n, which `_SKETCH` random projections of the data
estimate without bias (Johnson and Lindenstrauss).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.progress import report
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.gp.linalg import solve_lower, solve_upper
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.kernels.base import PairKernel

_SKETCH = 128  # v is estimated with a relative sd of √(2 / 128) = 12 %
_DRAWN, _A_ROUND = 24, 6
_WIDE = 2**24  # covariances held at once
_LEAST = 1e-6  # the residual variance of a pair that is chosen, of its prior variance
_WEAKEST = 0.02  # Λ_i K_ii is never less: such a pair says next to nothing, but has its mean
_STEPS, _CLOSE = 60, 2e-3  # Newton's, and the relative error of a variance at which they end


@torch.no_grad()
def choose(model: PairModel, candidates: PairFeatures, size: int, seed: int = 0) -> Rows:
    """Choose the pairs at which the model's posterior tells most of it, the first ones most.

    Parameters
    ----------
    model : PairModel
    candidates : PairFeatures
        c pairs, in tables that extend the model's.
    size : int
        How many, at most; fewer where the others tell nothing more.
    seed : int
        Of the random draws.

    Returns
    -------
    (m,) int64
        Rows of `candidates`, in the order of choice.
    """
    kernel = model.kernel.over(candidates)
    x = torch.as_tensor(candidates.X, device=model.data.x.device)
    size, generator = min(size, len(x)), torch.Generator().manual_seed(seed)
    left = _Left.of(kernel, x, _sketch(model, kernel, x, generator), size)
    chosen: list[int] = []
    while len(chosen) < size:
        report("choosing pairs", len(chosen), size)
        picked = left.pick(kernel, x, min(_A_ROUND, size - len(chosen)), generator)
        if not picked:
            break
        chosen += picked
    report("choosing pairs", size, size)
    return np.array(chosen, dtype=np.int64)


@dataclass
class _Left:
    """What the chosen pairs do not tell of each candidate; of r = f − E[f | f_z].

    Parameters
    ----------
    prior, variance : (c,) float64 tensor
        Prior variance of f and of r.
    told : (_, c) float64 tensor
        Its columns have the squared norm v, by which the data reduce the variance of r.
    factor : (size, c) float64 tensor
        Rows of the pivoted Cholesky factor of K, one for each pair chosen.
    n : int
        Pairs chosen.
    """

    prior: Tensor
    variance: Tensor
    told: Tensor
    factor: Tensor
    n: int = 0

    @classmethod
    def of(cls, kernel: PairKernel, x: Tensor, told: Tensor, size: int) -> "_Left":
        """Of everything, before a pair is chosen."""
        prior = kernel.variance(x)
        return cls(prior, prior.clone(), told, x.new_zeros(size, len(x)))

    def pick(
        self, kernel: PairKernel, x: Tensor, most: int, generator: torch.Generator
    ) -> list[int]:
        """Draw pairs by v / K_cc, and choose those of them that lower its sum most."""
        worth = self.told.square().sum(0) / self.prior
        worth[self.variance <= _LEAST * self.prior] = 0.0
        able = int((worth > 0.0).sum())
        if not able:
            return []
        drawn = torch.multinomial(worth.cpu(), min(_DRAWN, able), generator=generator).to(x.device)
        columns = (
            kernel.block(x[drawn], x) - self.factor[: self.n, drawn].mT @ self.factor[: self.n]
        )
        picked: list[int] = []
        for _ in range(most):
            gain = self._gains(drawn, columns)
            if gain.max() <= 0.0:
                break
            best = int(gain.argmax())
            at, column = int(drawn[best]), columns[best].clone()
            columns.addr_(columns[:, at].clone(), column / self.variance[at], alpha=-1.0)
            self._choose(at, column)
            picked.append(at)
        return picked

    def _gains(self, drawn: Tensor, columns: Tensor) -> Tensor:
        """How far each of the pairs `drawn` would lower the sum of v / K_cc."""
        own = self.variance[drawn]
        usable = own > _LEAST * self.prior[drawn]
        shares = columns / torch.where(usable, own, 1.0)[:, None]
        with_it = self.told[:, drawn].mT @ self.told
        itself = self.told[:, drawn].square().sum(0)
        lowered = (2.0 * shares * with_it - shares.square() * itself[:, None]) / self.prior
        return torch.where(usable, lowered.sum(1), 0.0)

    def _choose(self, at: int, column: Tensor) -> None:
        variance = self.variance[at].clone()
        self.told.addr_(self.told[:, at].clone(), column / variance, alpha=-1.0)
        self.factor[self.n] = column / variance.sqrt()
        self.variance -= self.factor[self.n].square()
        self.n += 1
        self.told[:, at], self.variance[at] = 0.0, 0.0


def _sketch(model: PairModel, kernel: PairKernel, x: Tensor, generator: torch.Generator) -> Tensor:
    """Random projections of L⁻¹ K_Xc, whose columns have the squared norm K_cc − S_cc; (_, c)."""
    data = model.data
    n = len(data.x)
    draws = torch.randn(n, _SKETCH, dtype=x.dtype, generator=generator).to(x) / _SKETCH**0.5
    weights = solve_upper(data.factor, draws).mT
    some = x.split(max(1, _WIDE // n))
    parts = []
    for i, part in enumerate(some):
        report("comparing candidates with the data", i, len(some))
        parts.append(weights @ kernel.block(data.x, part))
    return torch.cat(parts, 1)


@torch.no_grad()
def pseudo_observations(model: PairModel, pairs: PairFeatures) -> tuple[Floats, Floats]:
    """Return values and noise variances at m pairs that give back the model's posterior there.

    Parameters
    ----------
    model : PairModel
    pairs : PairFeatures
        m distinct pairs, in tables that extend the model's.

    Returns
    -------
    values, noise : (m,) float64
        Original units. The noise is the whole of it: nothing learned comes on top.
    """
    bound, rows = model.bind(pairs), np.arange(len(pairs))
    x = torch.as_tensor(pairs.X, device=model.data.x.device)
    prior = model.kernel.over(pairs)(x).to_dense()
    mean, variance = (x.new_tensor(each) for each in (bound.mean(rows), bound.variance(rows)))
    return solved(prior, mean, variance, model.prior_mean(x))


def solved(prior: Tensor, mean: Tensor, variance: Tensor, centre: Tensor) -> tuple[Floats, Floats]:
    """Solve for ỹ and N.

    Parameters
    ----------
    prior : (m, m) float64 tensor
        K.
    mean, variance, centre : (m,) float64 tensor
        m, the diagonal of S, and μ.

    Returns
    -------
    values, noise : (m,) float64
    """
    noise = 1.0 / _precisions(prior, variance)
    jitter = torch.diag(_LEAST * 1e-2 * prior.diagonal())
    weights = torch.cholesky_solve((mean - centre)[:, None], torch.linalg.cholesky(prior + jitter))[
        :, 0
    ]
    return (mean + noise * weights).numpy(), noise.numpy()


def _precisions(prior: Tensor, variance: Tensor) -> Tensor:
    """Λ: Newton's method on F, with steps halved until F falls; (m,)."""
    own = prior.diagonal()
    least = _WEAKEST / own
    found = torch.maximum(0.5 * (1.0 / variance - 1.0 / own), least)
    value, q = _divergence(prior, variance, found)
    for step in range(_STEPS):
        report("matching variances", step, _STEPS)
        slope = variance - q.diagonal()
        free = (found > least) | (slope < 0.0)
        if (slope[free].abs() <= _CLOSE * variance[free]).all():
            break
        hessian = q.square() + torch.diag(torch.full_like(own, 1e-12) * q.square().max())
        hessian[~free], hessian[:, ~free] = 0.0, 0.0
        hessian.diagonal()[~free] = 1.0
        move = torch.cholesky_solve(-(slope * free)[:, None], torch.linalg.cholesky(hessian))[:, 0]
        size = 1.0
        while size > 1e-6:
            tried = torch.maximum(found + size * move, least)
            new, q_new = _divergence(prior, variance, tried)
            if new <= value:
                break
            size /= 2.0
        else:
            break
        found, value, q = tried, new, q_new
    report("matching variances", _STEPS, _STEPS)
    return found


def _divergence(prior: Tensor, variance: Tensor, found: Tensor) -> tuple[float, Tensor]:
    """Return F and q = K − K Λ^½ B⁻¹ Λ^½ K with B = I + Λ^½ K Λ^½."""
    root = found.sqrt()
    b = root[:, None] * prior * root
    b.diagonal().add_(1.0)
    factor = torch.linalg.cholesky(b)
    white = solve_lower(factor, root[:, None] * prior)
    value = 0.5 * (found @ variance) - factor.diagonal().log().sum()
    return float(value), prior - white.mT @ white
