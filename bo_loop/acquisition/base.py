"""What every acquisition has: the options of a batch, and a reason for each choice."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from bo_loop.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Acquisition(ABC):
    """What a row is worth, and what a batch may hold.

    Parameters
    ----------
    max_per_ligand : int, optional
        Most items of one ligand in a batch.
    max_per_metal : int, optional
        Most items of one metal ion in a batch.

    Raises
    ------
    ConfigError
        If one is not a whole number of at least 1.
    """

    max_per_ligand: int | None = None
    max_per_metal: int | None = None

    def __post_init__(self):
        for name in ("max_per_ligand", "max_per_metal"):
            most = getattr(self, name)
            whole = isinstance(most, int) and not isinstance(most, bool)
            if most is not None and (not whole or most < 1):
                raise ConfigError(
                    f"acquisition.{name} is {most!r}: it must be a whole number of at least 1, or "
                    "null for no limit."
                )

    @abstractmethod
    def motive(self, mean: float, sd: float, incumbent: float) -> str:
        """Say in a clause why a row of this mean and standard deviation was chosen."""
