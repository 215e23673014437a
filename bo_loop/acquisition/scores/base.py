"""What every acquisition has: the options of a batch, and a reason for each choice."""

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Acquisition(ABC):
    """What a row is worth, and what a batch may hold.

    Parameters
    ----------
    max_per_ligand : int, optional
        Most items of one ligand in a batch.
    max_per_metal : int, optional
        Most items of one metal ion in a batch.
    allow_replicates : bool
        Propose a measured pair again where that is worth more than a new one; every candidate is
        then scored by what one measurement of it would teach
        (`bo_loop.acquisition.batch.replicates`).

    Raises
    ------
    ConfigError
        If a limit is not a whole number of at least 1, or replicates have no worth under this
        acquisition.
    """

    max_per_ligand: int | None = None
    max_per_metal: int | None = None
    allow_replicates: bool = False
    values_replicates: ClassVar[bool] = False
    """Whether measuring a pair again has a worth that falls with each time."""
    criterion: ClassVar[str]
    """What it ranks by, in words."""
    reason: ClassVar[str] = ""
    """Why an item was chosen, where it can be said without its numbers."""

    def __post_init__(self):
        for name in ("max_per_ligand", "max_per_metal"):
            require_count(f"acquisition.{name}", getattr(self, name), optional=True)
        if self.allow_replicates and not self.values_replicates:
            raise ConfigError(
                f"acquisition.allow_replicates: {type(self).__name__} cannot tell what measuring a "
                "pair again is worth. Choose auto, log_ei, ei, ucb, max_variance or thompson, or "
                "set it to false."
            )

    def under(self, objective: Objective) -> "Acquisition":
        """Return what scores the items of an objective: itself, unless it leaves that open."""
        return self

    def motive(self, mean: float, sd: float, incumbent: float, gain: float) -> str:
        """Say in a clause why an item of this mean, standard deviation and gain was chosen."""
        return self.reason
