"""Several objectives in one: a weighted sum, a pareto front.

Symbols
-------
N    rows of the posterior
k    items
m    pairs that the value of an item depends on
S    joint draws
p    objectives
"""

from collections import ChainMap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.front import Front
from bo_loop.acquisition.objectives.items import side_by_side
from bo_loop.acquisition.objectives.pieces import Pieces
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.checks import require_number
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, Rows


@dataclass(frozen=True, kw_only=True)
class Several(Objective):
    """Objectives in one."""

    objectives: Sequence[Objective]

    def __post_init__(self):
        super().__post_init__()
        members = self.objectives if isinstance(self.objectives, list | tuple) else ()
        if len(members) < 2 or not all(isinstance(o, Objective) for o in members):
            raise ConfigError(
                "objective.objectives must list two or more objectives, each a config node with "
                "its own _target_."
            )
        if any(
            not o.scalar or o.constraints or o.per_cost or o.feasibility for o in self.objectives
        ):
            raise ConfigError(
                "objective.objectives: constraints, per_cost and feasibility belong to the whole "
                "objective, and a pareto front cannot be part of another objective."
            )

    @property
    def asks_protons(self) -> bool:
        """Whether a member's value depends on the ligand's protonation constants."""
        return any(o.asks_protons for o in self.objectives)

    @property
    def asked(self) -> dict[str, float]:
        """What the members are about; the first one's where they differ."""
        return dict(ChainMap(*(o.asked for o in self.objectives)))

    @property
    def counts_mhl(self) -> bool:
        """Whether every member counts protonated complexes MHL."""
        return all(o.counts_mhl for o in self.objectives)

    @property
    def width(self) -> int:
        """The sum of the members' widths."""
        return sum(o.width for o in self.objectives)

    def parts(self, pairs: PoolPairs) -> Rows:
        """Return the parts of every member, side by side; (N, m)."""
        return side_by_side([o.parts(pairs) for o in self.objectives], pairs)

    def role(self, row: int, item: int) -> str:
        """Return what a pair is to its item; empty if every member looks at the one pair alone."""
        return next(filter(None, (o.role(row, item) for o in self.objectives)), "")

    def of_members(self, log_beta: Floats, items: Rows, pairs: PoolPairs) -> list[Floats]:
        """Return what each member maximises, (S, k), of draws of log β of the parts, (S, k, m)."""
        ends = np.cumsum([o.width for o in self.objectives])
        columns = np.split(log_beta, ends[:-1], axis=-1)
        return [o.value(c, items, pairs) for o, c in zip(self.objectives, columns, strict=True)]


@dataclass(frozen=True, kw_only=True)
class WeightedSum(Several):
    """A weighted sum of what its members maximise.

    Parameters
    ----------
    objectives : sequence of Objective
        Two or more. A member that minimises counts with its sign flipped.
    weights : sequence of float
        One for each, at least 0.
    constraints, per_cost, feasibility, tolerance
        As `Objective`.

    Raises
    ------
    ConfigError
        If the weights do not match the objectives, or an option is not what it has to be.
    """

    weights: Sequence[float]

    def __post_init__(self):
        super().__post_init__()
        numbers = self.weights if isinstance(self.weights, list | tuple) else ()
        if len(numbers) != len(self.objectives):
            raise ConfigError(
                f"objective.weights is {self.weights!r}: give one number for each of the "
                f"{len(self.objectives)} objectives."
            )
        for weight in self.weights:
            require_number("a weight in objective.weights", weight, least=0.0)

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        return "weighted sum"

    @property
    def pieces(self) -> Pieces | None:
        """The weighted sum of the members'; None if one of them is curved."""
        if any(o.pieces is None for o in self.objectives):
            return None
        total = Pieces(np.zeros((1, 0)), np.zeros(1))
        for member, weight in zip(self.objectives, self.weights, strict=True):
            total = total.plus(member.pieces, weight)
        return total

    def value(self, log_beta: Floats, items: Rows, pairs: PoolPairs) -> Floats:
        """Return the weighted sum of the members' values; (S, k)."""
        if self.pieces is not None:
            return super().value(log_beta, items, pairs)
        members = zip(self.weights, self.of_members(log_beta, items, pairs), strict=True)
        return sum(weight * value for weight, value in members)

    def offset(self, pairs: PoolPairs) -> Floats:
        """Return the weighted sum of the members'; (N,)."""
        members = zip(self.objectives, self.weights, strict=True)
        return sum(weight * member.offset(pairs) for member, weight in members)


@dataclass(frozen=True, kw_only=True)
class Pareto(Several):
    """A front of the best compromises; an item's improvement is the hypervolume that it adds.

    The hypervolume of joint draws, by BoTorch's box decomposition: unlike the analytic form (Yang
    et al. 2019), it needs neither Gaussian nor independent objectives, and log β and a selectivity
    are neither.

    Parameters
    ----------
    objectives : sequence of Objective
        Two or more.
    reference : sequence of float, optional
        A point that every compromise worth having beats, as what is maximised (minus a cost);
        without one, in each objective a tenth of the range of all items below the worst of them.
        (BoTorch takes the front's range. Early in a campaign the front is a point or two, and
        whatever is much worse in one objective would be worth nothing, however good in another.)
    constraints, per_cost, feasibility, tolerance
        As `Objective`; the tolerance is a hypervolume.

    Raises
    ------
    ConfigError
        If the reference does not match the objectives, or an option is not what it has to be.
    """

    reference: Sequence[float] | None = None
    scalar: ClassVar[bool] = False

    def __post_init__(self):
        super().__post_init__()
        if self.reference is None:
            return
        numbers = self.reference if isinstance(self.reference, list | tuple) else ()
        if len(numbers) != len(self.objectives):
            raise ConfigError(
                f"objective.reference is {self.reference!r}: give one number for each of the "
                f"{len(self.objectives)} objectives."
            )
        for number in numbers:
            require_number("a number in objective.reference", number)

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        return " against ".join(o.quantity for o in self.objectives)

    @property
    def pieces(self) -> None:
        """None: there are several values."""
        return None

    def value(self, log_beta: Floats, items: Rows, pairs: PoolPairs) -> Floats:
        """Return every member's value; (S, k, p)."""
        return np.stack(self.of_members(log_beta, items, pairs), -1)

    def shown_each(self, values: Floats) -> dict[str, float]:
        """Return the p values of an item, by what they are called."""
        members = zip(self.objectives, values.tolist(), strict=True)
        return {member.quantity: member.shown(value) for member, value in members}

    def best(self, values: Floats, every: Callable[[], Floats]) -> Front:
        """Return the front of k known points (k, p); `every` returns the values of all items."""
        if self.reference is not None:
            return Front.of(values, self.reference)
        points = every()
        worst, spread = points.min(axis=0), np.ptp(points, axis=0)
        return Front.of(values, worst - np.where(spread > 0.0, 0.1 * spread, 1.0))

    def raised(self, incumbent: Front, value: Floats) -> Front:
        """Return the front after one more point; the reference point stays."""
        return Front.of(np.vstack([incumbent.points, value]), incumbent.reference)

    def improvement(self, values: Floats, incumbent: Front) -> Floats:
        """Return the hypervolume that each point of (…, k, p) adds to the front; (…, k)."""
        return incumbent.gain(values)
