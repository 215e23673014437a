"""The default acquisition: the upper confidence bound, or LogEI where scores have to be weighed.

On constants of NIST SRD 46, where a memory or the constants of other metals are known, UCB with a
beta of 1 finds more of the best pairs than LogEI, and the best as soon; cold, the two are level
(docs/benchmarks.md, Simulated campaigns). But a bound is not a gain: no probability can multiply
it, no cost divide it, and a front has no single one.
"""

from dataclasses import dataclass, fields
from typing import ClassVar

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.functions import UCB, LogEI
from bo_loop.base.checks import require_number


@dataclass(frozen=True, kw_only=True)
class Auto(Acquisition):
    """Upper confidence bound, or LogEI under constraints, costs, failures or a front.

    Parameters
    ----------
    beta : float
        Weight of the variance, as of `UCB`; LogEI has none.
    max_per_ligand, max_per_metal, allow_replicates
        As `Acquisition`.

    Raises
    ------
    ConfigError
        If beta is not a number of at least 0, or as `Acquisition`.
    """

    beta: float = 1.0
    values_replicates: ClassVar[bool] = True

    def __post_init__(self):
        super().__post_init__()
        require_number("acquisition.beta", self.beta, least=0.0)

    def under(self, objective: Objective) -> UCB | LogEI:
        """Return `UCB` where it can score the objective's items, else `LogEI`."""
        shared = {field.name: getattr(self, field.name) for field in fields(Acquisition)}
        if objective.scalar and not objective.weighs:
            return UCB(beta=self.beta, **shared)
        return LogEI(**shared)
