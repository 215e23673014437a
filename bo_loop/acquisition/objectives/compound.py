"""Objectives beside the greatest and the least log β: target, range, selectivity, cost.

Symbols
-------
N    rows of the posterior
k    items
m    pairs that the value of an item depends on
S    joint draws
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bo_loop.acquisition.objectives.base import Objective, OwnPair
from bo_loop.acquisition.objectives.competition import competing, read_ions
from bo_loop.acquisition.objectives.pieces import Pieces
from bo_loop.acquisition.objectives.side_reactions import log_alpha_metal, require_pH
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.checks import require_number
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import LOG_BETA, Floats, Rows


@dataclass(frozen=True, kw_only=True)
class Range(OwnPair):
    """Look for a log β within bounds; outside, the distance to the nearer one is minimised.

    Parameters
    ----------
    low, high : float
        The bounds.
    of : str
        As of `LogBeta`.
    constraints, per_cost, feasibility, tolerance
        As `Objective`.

    Raises
    ------
    ConfigError
        If a bound is not a number, or low lies above high.
    """

    low: float
    high: float
    of: str = LOG_BETA

    def __post_init__(self):
        super().__post_init__()
        for name in ("low", "high"):
            require_number(f"objective.{name}", getattr(self, name))
        if self.low > self.high:
            raise ConfigError(f"objective.low {self.low} lies above objective.high {self.high}.")

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        return f"distance from {self.of} {self.low:g} to {self.high:g}"

    @property
    def pieces(self) -> Pieces:
        """Minus the distance to the range."""
        return Pieces.of([[1.0], [-1.0], [0.0]], [-self.low, self.high, 0.0])

    def shown(self, value: float) -> float:
        """Return the distance itself."""
        return -value


@dataclass(frozen=True, kw_only=True)
class Target(OwnPair):
    """Look for the log β closest to a value.

    Parameters
    ----------
    log_beta : float
        The value, whatever the pairs' values are called.
    of : str
        As of `LogBeta`.
    constraints, per_cost, feasibility, tolerance
        As `Objective`.

    Raises
    ------
    ConfigError
        If the value is not a number.
    """

    log_beta: float
    of: str = LOG_BETA

    def __post_init__(self):
        super().__post_init__()
        require_number("objective.log_beta", self.log_beta)

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        return f"distance from {self.of} {self.log_beta:g}"

    @property
    def pieces(self) -> Pieces:
        """Minus the distance to the target."""
        return Pieces.of([[1.0], [-1.0]], [-self.log_beta, self.log_beta])

    def shown(self, value: float) -> float:
        """Return the distance itself."""
        return -value


@dataclass(frozen=True, kw_only=True)
class Selectivity(Objective):
    """log β(target metal) − max log β(competitors), of one ligand and the same n.

    With a pH, Δ log K′, where log K′ = log β − log α_M − n·log α_L: hydroxide competes for each
    metal ion. Protons compete for the ligand too, but α_L is the same for all metals and cancels.
    Protonated complexes (MHL) are not counted.

    Parameters
    ----------
    metal : str
        The metal ion to be bound, such as ``Cu+2``.
    competitors : sequence of str
        The metal ions to be left alone; the pool has to hold them too.
    pH : float, optional
        −log10 of the activity of H⁺, 0 to 14.
    ionic_strength_M : float
        Of the solution, for the hydrolysis constants, mol/L.
    of : str
        As of `LogBeta`.
    constraints, per_cost, feasibility, tolerance
        As `Objective`.

    Raises
    ------
    ConfigError
        If there is no competitor, or one is the target itself; if the pH is not one.
    DataError
        If a metal ion cannot be read.
    """

    metal: str
    competitors: Sequence[str]
    pH: float | None = None
    ionic_strength_M: float = 0.1
    of: str = LOG_BETA

    def __post_init__(self):
        super().__post_init__()
        if self.pH is not None:
            require_pH(self.pH, self.ionic_strength_M)
        _ = self._ions

    @property
    def _ions(self) -> tuple[str, ...]:
        return read_ions(self.metal, self.competitors)

    @property
    def asked(self) -> dict[str, float]:
        """The pH, if the selectivity is at one."""
        return {} if self.pH is None else {"pH": self.pH}

    @property
    def width(self) -> int:
        """The target's pair, and one for each competitor."""
        return 1 + len(self.competitors)

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        target, *others = self._ions
        over = f"({target} over {', '.join(others)})"
        return f"Δ {self.of} {over}" if self.pH is None else f"Δ log K′ at pH {self.pH:g} {over}"

    def parts(self, pairs: PoolPairs) -> Rows:
        """Return each pair of the target metal with its ligand's pairs of the competitors.

        None of them may be a pair that is never to be measured.

        Raises
        ------
        ConfigError
            If no ligand has them all.
        """
        return competing(pairs, self._ions, self.of)

    @property
    def pieces(self) -> Pieces:
        """Log β of the target less each competitor's; with a pH, also less its log α_M."""
        others = len(self.competitors)
        slopes = np.column_stack([np.ones(others), -np.eye(others)])
        if self.pH is None:
            return Pieces.of(slopes)
        alpha = [log_alpha_metal(ion, self.pH, self.ionic_strength_M) for ion in self._ions]
        return Pieces.of(slopes, -slopes @ np.array(alpha))


@dataclass(frozen=True, kw_only=True)
class Cost(OwnPair):
    """The ligand's cost, to be minimised: a column of the pool. For `Pareto` and `WeightedSum`."""

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        return "cost"

    def parts(self, pairs: PoolPairs) -> Rows:
        """Return each row itself, if its cost is known; (N, 1)."""
        unknown = np.isnan(costs(pairs))
        return np.where(unknown[:, None], -1, super().parts(pairs))

    @property
    def pieces(self) -> Pieces:
        """Nothing of log β."""
        return Pieces.of([[0.0]])

    def offset(self, pairs: PoolPairs) -> Floats:
        """Return minus the cost; (N,)."""
        return -costs(pairs)

    def shown(self, value: float) -> float:
        """Return the cost itself."""
        return -value


def costs(pairs: PoolPairs) -> Floats:
    """Return the cost of every row's ligand, NaN where the pool does not hold it; (N,).

    Raises
    ------
    ConfigError
        If the pool has no costs.
    """
    if pairs.cost is None:
        raise ConfigError(
            "The objective asks for costs, and the pool has no column `cost`. Add one to the "
            "pool's table (pool=table), or leave costs out (objective.per_cost=false)."
        )
    return pairs.cost


def log_costs(pairs: PoolPairs, items: Rows) -> Floats:
    """Return the log of the items' costs; (k,).

    Raises
    ------
    ConfigError
        If the pool has no costs, or one of them is not above 0.
    """
    own = costs(pairs)[items]
    bad = items[~(own > 0)]
    if len(bad):
        named = ", ".join(str(pairs.pair_ids[row]) for row in bad[:3])
        raise ConfigError(
            f"{len(bad)} pairs have no cost above 0 (among them {named}). Fill in the pool's "
            "column `cost`, or set objective.per_cost=false."
        )
    return np.log(own)
