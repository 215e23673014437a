"""Objectives: from the posterior of log β to what is maximised.

The only place where a sign flips. An objective turns a posterior of log β into a `View`: the
posterior of the quantity to be maximised, over the same rows. A view cannot be conditioned:
measurements are log β, so conditioning happens on the posterior, and the view is rebuilt.

Symbols
-------
N             rows of the posterior (pool ∪ answered pairs)
k             rows asked for
m             pairs that a value depends on
S             joint draws
sign          +1 to maximise, −1 to minimise
offset        (N,) sign · n · log10([L]), [L] the free-ligand concentration in mol/L
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from bo_loop.acquisition.objectives.front import Incumbent
from bo_loop.acquisition.objectives.limits import Limit, parse_limit
from bo_loop.acquisition.objectives.pieces import Pieces
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.checks import require_number
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import LOG_BETA, Floats, PoolPosterior, Rows


class View(Protocol):
    """Posterior of what is maximised; every `PoolPosterior` is one, in units of log β."""

    def mean(self, rows: Rows) -> Floats:
        """Posterior mean at `rows`; (k,)."""

    def variance(self, rows: Rows) -> Floats:
        """Latent posterior variance at `rows`; (k,)."""

    def variance_bound(self, rows: Rows) -> Floats:
        """Return a cheap upper bound, never below `variance(rows)`; (k,)."""

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Latent posterior covariance; (k_a, k_b)."""


@dataclass(frozen=True, kw_only=True)
class Objective(ABC):
    """What a campaign wants.

    An item is what gets a score: a pair of the campaign's own metals, with the m pairs of the same
    ligand that its value depends on. Its row is the pair's own.

    Parameters
    ----------
    constraints : sequence of str
        Such as ``log_beta(Ca+2, n=1) < 5``, for the same ligand; see
        `bo_loop.acquisition.objectives.limits.parse_limit`. The probability that all are
        kept, their errors taken as independent, multiplies EI and PI; its log is added to LogEI.
    per_cost : bool
        Divide EI and PI by the ligand's cost, a column of the pool; LogEI loses its log.
    feasibility : bool
        The probability that the experiments succeed, learned from those that failed
        (`bo_loop.models.feasibility`), multiplies EI and PI; its log is added to LogEI.
    tolerance : float
        A gain of less is not worth a measurement, in units of the objective.

    Raises
    ------
    ConfigError
        If a constraint cannot be read, or the tolerance is not a number of at least 0.
    """

    constraints: Sequence[str] = ()
    per_cost: bool = False
    feasibility: bool = False
    tolerance: float = 0.1
    scalar: ClassVar[bool] = True
    asks_protons: ClassVar[bool] = False
    """Whether a value depends on the ligand's protonation constants too; see `needs_protons`."""

    def __post_init__(self):
        require_number("objective.tolerance", self.tolerance, least=0.0)
        if isinstance(self.constraints, str) or not isinstance(self.constraints, Sequence):
            raise ConfigError(
                f"objective.constraints is {self.constraints!r}: give a list of constraints."
            )
        _ = self.limits

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The constraints, read."""
        return tuple(parse_limit(text) for text in self.constraints)

    @property
    def weighs(self) -> bool:
        """Whether scores are weighed with probabilities or costs."""
        return bool(self.limits or self.per_cost or self.feasibility)

    @property
    def needs_protons(self) -> bool:
        """Whether its value or a constraint depends on the ligand's protonation constants."""
        return self.asks_protons or any(limit.asks_protons for limit in self.limits)

    @property
    @abstractmethod
    def quantity(self) -> str:
        """What `shown` values are called."""

    @property
    def asked(self) -> dict[str, float]:
        """The pH, and the totals of a pM, that the objective is about; empty if it has none."""
        return {}

    @property
    def counts_mhl(self) -> bool:
        """Whether protonated complexes MHL belong to the solution that it is about."""
        return True

    @property
    def width(self) -> int:
        """Number of pairs that a value depends on, m."""
        return 1

    @abstractmethod
    def parts(self, pairs: PoolPairs) -> Rows:
        """Rows that the value of each row's item depends on, its own first; (N, m), −1: no item."""

    @property
    @abstractmethod
    def pieces(self) -> Pieces | None:
        """What is maximised but for `offset`, of log β; None if of several values, or curved."""

    @property
    def gaussian(self) -> bool:
        """Whether what is maximised is Gaussian: linear in log β."""
        return self.pieces is not None and self.pieces.linear

    def offset(self, pairs: PoolPairs) -> Floats:
        """Return what each row's value holds beside log β; (N,)."""
        return np.zeros(len(pairs))

    def value(self, log_beta: Floats, items: Rows, pairs: PoolPairs) -> Floats:
        """Return what is maximised, (S, k), of S draws of log β of the parts, (S, k, m)."""
        return self.pieces.at(log_beta) + self.offset(pairs)[items]

    def shown(self, value: float) -> float:
        """Return a value as a chemist would write it."""
        return value

    def shown_each(self, values: Floats) -> dict[str, float]:
        """Return the value of an item, or its p values, by what they are called."""
        return {self.quantity: self.shown(float(values))}

    def role(self, row: int, item: int) -> str:
        """Return what a pair is to the item it was chosen for; empty if it is all of it."""
        return "" if self.width == 1 else "target" if row == item else "competitor"

    def improvement(self, values: Floats, incumbent: Incumbent) -> Floats:
        """Return by how much values (…, k) beat the incumbent, negative where they do not."""
        return values - incumbent

    def best(self, values: Floats, every: Callable[[], Floats]) -> Incumbent:
        """Return the incumbent of k known values; `every` returns the values of all items."""
        return float(values.max())

    def raised(self, incumbent: Incumbent, value: Floats) -> Incumbent:
        """Return the incumbent after one more value."""
        return max(incumbent, float(value))


@dataclass(frozen=True)
class AffineView:
    """The view sign · log β + offset.

    Parameters
    ----------
    posterior : PoolPosterior
        Posterior of log β.
    sign : float
        +1 or −1; squared, it leaves variances and covariances as they are.
    offset : (N,) float64
        Added to each row, in the units of the view.
    """

    posterior: PoolPosterior
    sign: float
    offset: Floats

    def mean(self, rows: Rows) -> Floats:
        """Mean of the view at `rows`; (k,)."""
        return self.sign * self.posterior.mean(rows) + self.offset[rows]

    def variance(self, rows: Rows) -> Floats:
        """Latent variance at `rows`; (k,)."""
        return self.posterior.variance(rows)

    def variance_bound(self, rows: Rows) -> Floats:
        """Upper bound of the latent variance at `rows`; (k,)."""
        return self.posterior.variance_bound(rows)

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Latent covariance; (k_a, k_b)."""
        return self.posterior.covariance(rows_a, rows_b)


class OwnPair(Objective, ABC):
    """An objective of the pair's own log β, or of none."""

    of: ClassVar[str | None] = None
    """What the pairs' values are called, of several properties the one it looks at."""

    def parts(self, pairs: PoolPairs) -> Rows:
        """Return each row itself, if it is a value of the property; (N, 1)."""
        own = pairs.own if self.of is None else pairs.own & pairs.of(self.of)
        return np.where(own, np.arange(len(pairs)), -1)[:, None]


@dataclass(frozen=True, kw_only=True)
class LogBeta(OwnPair):
    """log β of the pair itself, with either sign.

    Parameters
    ----------
    free_ligand_M : float, optional
        Concentration of free ligand in mol/L at which pairs are compared; needed where the pool
        mixes numbers of ligands.
    of : str
        What the pairs' values are called, if they are not log β.
    constraints, per_cost, feasibility, tolerance
        As `Objective`.

    Raises
    ------
    ConfigError
        If an option is not what it has to be.
    """

    free_ligand_M: float | None = None
    of: str = LOG_BETA
    sign: ClassVar[float]
    """+1 to maximise, −1 to minimise."""

    def __post_init__(self):
        super().__post_init__()
        if self.free_ligand_M is not None:
            require_number("objective.free_ligand_M", self.free_ligand_M, above=0.0)

    @property
    def quantity(self) -> str:
        """``log β``, or ``log(β·[L]ⁿ)`` where a free-ligand concentration is stated."""
        return self.of if self.free_ligand_M is None else "log(β·[L]ⁿ)"

    @property
    def pieces(self) -> Pieces:
        """Log β with its sign."""
        return Pieces.of([[self.sign]])

    def offset(self, pairs: PoolPairs) -> Floats:
        """Return sign · n · log10(free_ligand_M); (N,).

        Raises
        ------
        ConfigError
            If the rows mix numbers of ligands and no free-ligand concentration is stated: β_n of
            different n have different units and cannot be compared.
        """
        n_ligands = np.asarray(pairs.n_ligands, dtype=np.int64)
        if self.free_ligand_M is None:
            if self.of == LOG_BETA:  # values of other properties have one unit, whatever n
                self._refuse_mixture(n_ligands[pairs.own])
            return np.zeros(len(n_ligands))
        return self.sign * n_ligands * math.log10(self.free_ligand_M)

    def view(self, posterior: PoolPosterior, pairs: PoolPairs) -> AffineView:
        """View `posterior`, of log β over N rows, as what is maximised.

        Raises
        ------
        ConfigError
            As `offset`.
        """
        return AffineView(posterior, self.sign, self.offset(pairs))

    def shown(self, value: float) -> float:
        """Return a value of the view with the chemist's sign."""
        return self.sign * value

    def _refuse_mixture(self, n_ligands: Rows) -> None:
        numbers, counts = np.unique(n_ligands, return_counts=True)
        if len(numbers) > 1:
            found = ", ".join(f"n = {n}: {c}" for n, c in zip(numbers, counts, strict=True))
            raise ConfigError(
                f"The pool mixes numbers of ligands ({found} pairs), and β of different n have "
                "different units. State the free-ligand concentration in mol/L at which they are "
                "compared (objective.free_ligand_M=1e-3 scores log β + n·log10(1e-3)), or choose "
                "one n for the pool."
            )


@dataclass(frozen=True, kw_only=True)
class Maximise(LogBeta):
    """Look for the strongest complex; parameters and errors as of `LogBeta`."""

    sign = 1.0


@dataclass(frozen=True, kw_only=True)
class Minimise(LogBeta):
    """Look for the weakest complex; parameters and errors as of `LogBeta`."""

    sign = -1.0
