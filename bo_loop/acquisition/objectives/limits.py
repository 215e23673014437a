"""Outcome constraints: ``log_beta(Ca+2, n=1) < 5``."""

import re
from dataclasses import dataclass

import numpy as np

from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats
from bo_loop.chemistry.ions import parse_ion

_FORM = re.compile(
    r"\s*log_beta\(\s*(?P<metal>[^,()\s]+)\s*,\s*n\s*=\s*(?P<n>[1-9])\s*\)\s*"
    r"(?P<side>[<>])\s*(?P<bound>[-+]?\d+(\.\d+)?)\s*"
)


@dataclass(frozen=True)
class Limit:
    """A bound on log β of the same ligand with a named metal ion.

    Parameters
    ----------
    metal : str
        The metal ion, written ``Ca+2``.
    n_ligands : int
        Number of ligands.
    bound : float
        log β that must not be reached.
    sign : float
        +1 if log β must lie below the bound, −1 if above.
    """

    metal: str
    n_ligands: int
    bound: float
    sign: float

    def log_chance(self, mean: Floats, variance: Floats) -> Floats:
        """Log of the probability that the limit is kept; (k,)."""
        from scipy.special import log_ndtr  # `bo-loop status` builds objectives without it

        with np.errstate(divide="ignore", invalid="ignore"):
            distance = self.sign * (self.bound - mean) / np.sqrt(variance)
        return log_ndtr(np.nan_to_num(distance, nan=0.0, posinf=np.inf, neginf=-np.inf))


def parse_limit(text: str) -> Limit:
    """Read a constraint.

    Parameters
    ----------
    text : str
        Such as ``log_beta(Ca+2, n=1) < 5``.

    Raises
    ------
    ConfigError
        If it is not of this form.
    DataError
        If the metal ion cannot be read.
    """
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ConfigError(
            f"objective.constraints holds {text!r}: write each constraint as "
            "'log_beta(Ca+2, n=1) < 5', with a metal ion, a number of ligands, < or >, a number."
        )
    sign = 1.0 if found["side"] == "<" else -1.0
    return Limit(str(parse_ion(found["metal"])), int(found["n"]), float(found["bound"]), sign)
