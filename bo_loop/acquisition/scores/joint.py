"""Acquisitions of whole batches, by joint draws over a short list.

The items of highest marginal score are drawn jointly, once a batch, and picked greedily: each pick
is the item that, with those before it, is worth most. What a batch is worth is computed by
BoTorch's own Monte-Carlo classes, which see the draws by item number.

Symbols
-------
S    joint draws
K    items drawn: the short list, then known items
N_u  distinct pairs that their values depend on
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from botorch.acquisition import AcquisitionFunction, qUpperConfidenceBound
from botorch.acquisition.logei import (
    qLogExpectedImprovement,
    qLogNoisyExpectedImprovement,
)
from botorch.utils.sampling import draw_sobol_normal_samples

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.adapter import SMALLEST_VARIANCE, DrawnModel, GivenDraws
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.functions import UCB
from bo_loop.acquisition.scores.screen import Marginal
from bo_loop.base.checks import require_number
from bo_loop.base.errors import FitError
from bo_loop.base.types import Floats, PoolPosterior, Rows

THOMPSON_ROWS = 2_000
SHORTLIST = 200
BASELINE = 50
DRAWS = 256


class Joint(Acquisition, ABC):
    """An acquisition that scores items by joint draws of their values."""

    size: ClassVar[int] = SHORTLIST
    shortlist: ClassVar[Marginal] = UCB(beta=9.0)
    needs_known: ClassVar[bool] = False

    def normals(self, n: int, q: int, rng: np.random.Generator) -> Floats:
        """Return standard normals for the N_u pairs, seeded by `rng`; (S, n)."""
        seed = int(rng.integers(2**31))
        return draw_sobol_normal_samples(n, DRAWS, dtype=torch.float64, seed=seed).numpy()

    @abstractmethod
    def score(
        self, values: Floats, picked: Sequence[int], known: Sequence[int], incumbent: float
    ) -> Floats:
        """Score every item as the next of a batch.

        Parameters
        ----------
        values : (S, K) float64
            Joint draws.
        picked, known : sequence of int
            Items in the batch already; items answered already.
        incumbent : float
            Best value so far.

        Returns
        -------
        (K,) float64
        """


@dataclass(frozen=True, kw_only=True)
class Thompson(Joint):
    """One joint draw from the posterior a pick: an item is chosen as often as it is the best.

    Of more than 2,000 items, only the 2,000 of highest mean + 3 sd are drawn.
    """

    size: ClassVar[int] = THOMPSON_ROWS
    criterion: ClassVar[str] = "joint draws"
    reason: ClassVar[str] = (
        "best in one joint draw from the posterior "
        f"(of the {THOMPSON_ROWS:,} rows of highest mean + 3 sd, if there are more)"
    )
    values_replicates: ClassVar[bool] = True

    def normals(self, n: int, q: int, rng: np.random.Generator) -> Floats:
        """Return independent standard normals, one set a pick; (q, n)."""
        return rng.standard_normal((q, n))

    def score(
        self, values: Floats, picked: Sequence[int], known: Sequence[int], incumbent: float
    ) -> Floats:
        """Return the draw of this pick; (K,)."""
        return values[len(picked)]


class _Batch(Joint):
    criterion: ClassVar[str] = "what the batch is worth together"
    reason: ClassVar[str] = "adds most to what the batch is worth together"

    @abstractmethod
    def _build(
        self,
        model: DrawnModel,
        sampler: GivenDraws,
        pending: torch.Tensor | None,
        known: torch.Tensor | None,
        incumbent: float,
    ) -> AcquisitionFunction: ...

    def score(
        self, values: Floats, picked: Sequence[int], known: Sequence[int], incumbent: float
    ) -> Floats:
        """Return what the batch is worth with each item added; (K,)."""
        pending, baseline = (_items(some) if len(some) else None for some in (picked, known))
        with torch.no_grad():
            function = self._build(
                DrawnModel(values), GivenDraws(len(values)), pending, baseline, incumbent
            )
            return function(_items(range(values.shape[1]))[:, None]).numpy()


@dataclass(frozen=True, kw_only=True)
class QLogEI(_Batch):
    """Log of the expected gain of the best of a batch (Ament et al., NeurIPS 2023)."""

    def _build(self, model, sampler, pending, known, incumbent) -> AcquisitionFunction:
        return qLogExpectedImprovement(
            model,
            best_f=torch.tensor(incumbent, dtype=torch.float64),
            sampler=sampler,
            X_pending=pending,
        )


@dataclass(frozen=True, kw_only=True)
class QUCB(_Batch):
    """Upper confidence bound of a batch (Wilson et al. 2017).

    Parameters
    ----------
    beta : float
        Weight of the variance: 4 is two standard deviations for a single row.

    Raises
    ------
    ConfigError
        If beta is not a number of at least 0.
    """

    beta: float = 4.0

    def __post_init__(self):
        super().__post_init__()
        require_number("acquisition.beta", self.beta, least=0.0)

    def _build(self, model, sampler, pending, known, incumbent) -> AcquisitionFunction:
        return qUpperConfidenceBound(model, beta=self.beta, sampler=sampler, X_pending=pending)


@dataclass(frozen=True, kw_only=True)
class QLogNEI(_Batch):
    """As `QLogEI`, but the best so far is uncertain too: it is drawn with the batch.

    Of the answered items, the 50 of highest mean are drawn.
    """

    needs_known: ClassVar[bool] = True

    def _build(self, model, sampler, pending, known, incumbent) -> AcquisitionFunction:
        if known is None:
            return QLogEI()._build(model, sampler, pending, None, incumbent)
        return qLogNoisyExpectedImprovement(
            model,
            X_baseline=known,
            sampler=sampler,
            X_pending=pending,
            prune_baseline=False,
            cache_root=False,
            incremental=False,
        )


def joint_values(
    posterior: PoolPosterior,
    objective: Objective,
    pairs: PoolPairs,
    items: Rows,
    normals: Callable[[int], Floats],
) -> Floats:
    """Draw the values of items jointly.

    Parameters
    ----------
    posterior : PoolPosterior
        Of log β over N rows.
    pairs : PoolPairs
        The order of their ids is that of the draws.
    items : (K,) int64
        Rows of the items.
    normals : callable
        From N_u to standard normals (S, N_u).

    Returns
    -------
    (S, K) float64

    Raises
    ------
    FitError
        If the posterior covariance is not positive semi-definite.
    """
    parts = objective.parts(pairs)[items]
    rows = np.unique(parts)
    rows = rows[np.argsort(pairs.place[rows])]  # draws follow the order of ids
    at = np.searchsorted(pairs.place[rows], pairs.place[parts])
    spread = normals(len(rows)) @ _root(posterior.covariance(rows, rows)).T
    log_beta = posterior.mean(rows) + spread
    return objective.value(log_beta[:, at], items, pairs)


def _items(numbers: Sequence[int]) -> torch.Tensor:
    return torch.tensor(list(numbers), dtype=torch.float64)[:, None]


def _root(covariance: Floats) -> Floats:
    """Lower Cholesky root; a singular matrix gets the least jitter that helps."""
    scale = max(float(np.diag(covariance).max(initial=0.0)), SMALLEST_VARIANCE)
    for jitter in (0.0, 1e-14, 1e-12, 1e-10, 1e-8, 1e-6):
        try:
            return np.linalg.cholesky(covariance + jitter * scale * np.eye(len(covariance)))
        except np.linalg.LinAlgError:
            continue
    raise FitError(
        f"The posterior covariance of {len(covariance):,} rows is not positive semi-definite, even "
        "with a jitter of 1e-6 of its largest variance, so no joint draw exists. Choose another "
        "acquisition (acquisition=log_ei), or refit the model."
    )
