"""Objectives at a pH: conditional constants and pM, where protons and hydroxide compete.

Symbols
-------
N         rows of the posterior
k, S      items; draws
β^H_j     overall protonation constant of j protons: the ligand's row of the pseudo-ion ``H+j``
log K′    log β_n − n·log α_L − log α_M
α_L       1 + Σ_j β^H_j [H]^j
α_M       1 + Σ_j *β_j [H]^−j, from the embedded hydrolysis constants
M′        metal that the ligand does not hold: K′ M′ (T_L − T_M + M′) = T_M − M′
"""

from abc import abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.items import partners
from bo_loop.base.checks import require_number
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, PoolPairs, Rows
from bo_loop.chemistry.ions import MAX_PROTONS, PROTON, parse_ion

_PROTON_IONS = tuple(f"{PROTON}+{j}" for j in range(1, MAX_PROTONS + 1))


@dataclass(frozen=True, kw_only=True)
class _AtPH(Objective):
    """A value of one pair's log β and of its ligand's protonation constants, jointly."""

    pH: float
    ionic_strength_M: float = 0.1
    asks_protons: ClassVar[bool] = True

    def __post_init__(self):
        super().__post_init__()
        require_pH(self.pH, self.ionic_strength_M)

    @property
    def width(self) -> int:
        """The pair itself, and the most protons that a ligand takes up."""
        return 1 + MAX_PROTONS

    @property
    def pieces(self) -> None:
        """None: the value is not linear in the protonation constants."""
        return

    def role(self, row: int, item: int) -> str:
        """Return nothing: only the pair itself is measured."""
        return ""

    def parts(self, pairs: PoolPairs) -> Rows:
        """Return each pair with its ligand's protonation constants; (N, 9).

        Where a ligand has fewer, the pair itself stands in; without any in the table, no value is
        known and there are no items.
        """
        n = len(pairs)
        own = np.where(pairs.own, np.arange(n), -1)
        if not set(_PROTON_IONS) & set(pairs.metals):
            return np.full((n, self.width), -1)
        found = np.column_stack([partners(pairs, ion, 1) for ion in _PROTON_IONS])
        parts = np.column_stack([own, np.where(found < 0, own[:, None], found)])
        parts[own < 0] = -1
        return parts

    def value(self, log_beta: Floats, items: Rows, pairs: PoolPairs) -> Floats:
        """Return what is maximised, (S, k), of draws of log β of the parts, (S, k, 9)."""
        parts = self.parts(pairs)[items]
        protons = np.where(parts[:, 1:] == parts[:, :1], -np.inf, log_beta[..., 1:])
        ions = [pairs.metals[row] for row in items]
        n_ligands = np.asarray(pairs.n_ligands)[items]
        return self.of_constants(log_beta[..., 0], protons, ions, n_ligands)

    def of_constants(
        self, log_beta: Floats, protons: Floats, ions: list[str], n_ligands: Rows
    ) -> Floats:
        """Return what is maximised of given constants.

        Parameters
        ----------
        log_beta : (…, k) float64
        protons : (…, k, 8) float64
            log β^H_1 … log β^H_8; −inf where the ligand takes up fewer.
        ions : list of str, length k
        n_ligands : (k,) int64

        Raises
        ------
        ConfigError
            If an ion has no hydrolysis constants, or the numbers of ligands cannot be compared.
        """
        self._require_numbers(n_ligands)
        log_h = _log_proton(self.pH, self.ionic_strength_M)
        terms = protons + np.arange(1, MAX_PROTONS + 1) * log_h
        bare = np.zeros((*terms.shape[:-1], 1))
        joined = np.concatenate([bare, terms], axis=-1) * np.log(10.0)
        log_alpha_l = np.logaddexp.reduce(joined, axis=-1) / np.log(10.0)
        alpha = {i: log_alpha_metal(i, self.pH, self.ionic_strength_M) for i in set(ions)}
        log_alpha_m = np.array([alpha[ion] for ion in ions], dtype=np.float64)
        return self._of(log_beta - n_ligands * log_alpha_l - log_alpha_m, log_alpha_m)

    def _require_numbers(self, n_ligands: Rows) -> None:
        if len(np.unique(n_ligands)) > 1:
            raise ConfigError(
                f"The pool mixes numbers of ligands, and {self.quantity} of different n cannot be "
                "compared: choose one n for the pool (pool.n_ligands=[1])."
            )

    @abstractmethod
    def _of(self, log_k: Floats, log_alpha_m: Floats) -> Floats:
        """Return what is maximised of log K′."""


@dataclass(frozen=True, kw_only=True)
class Conditional(_AtPH):
    """Look for the greatest conditional constant log K′ at a pH.

    Parameters
    ----------
    pH : float
        −log10 of the activity of H⁺, 0 to 14.
    ionic_strength_M : float
        Of the solution, for the activity coefficients of H⁺ and the hydrolysis constants, mol/L.
    constraints, per_cost, feasibility, tolerance
        As `Objective`.

    Raises
    ------
    ConfigError
        If an option is not what it has to be.
    """

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        return f"log K′ at pH {self.pH:g}"

    def _of(self, log_k: Floats, log_alpha_m: Floats) -> Floats:
        return log_k


@dataclass(frozen=True, kw_only=True)
class PMetal(_AtPH):
    """Look for the greatest pM at a pH: the least free metal ion, at stated totals.

    Only 1:1 complexes are counted.

    Parameters
    ----------
    pH, ionic_strength_M
        As for `Conditional`.
    total_metal_M, total_ligand_M : float
        mol/L; 1e-6 and 1e-5 by convention.
    constraints, per_cost, feasibility, tolerance
        As `Objective`.

    Raises
    ------
    ConfigError
        If an option is not what it has to be.
    """

    total_metal_M: float = 1e-6
    total_ligand_M: float = 1e-5

    def __post_init__(self):
        super().__post_init__()
        for name in ("total_metal_M", "total_ligand_M"):
            require_number(f"objective.{name}", getattr(self, name), above=0.0)

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        return f"pM at pH {self.pH:g}"

    def _require_numbers(self, n_ligands: Rows) -> None:
        if (n_ligands != 1).any():
            raise ConfigError("objective=pM counts 1:1 complexes only: set pool.n_ligands=[1].")

    def _of(self, log_k: Floats, log_alpha_m: Floats) -> Floats:
        k = 10.0**log_k
        b = k * (self.total_ligand_M - self.total_metal_M) + 1.0
        root = np.sqrt(b**2 + 4.0 * k * self.total_metal_M)
        # The root that does not take the difference of near numbers.
        excess = np.where(b > 0.0, 2.0 * self.total_metal_M / (np.abs(b) + root), 0.0)
        left = np.where(b > 0.0, excess, (root - b) / (2.0 * k))
        return log_alpha_m - np.log10(left)


def require_pH(pH: float, ionic_strength_M: float) -> None:
    """Check the options of an objective at a pH.

    Raises
    ------
    ConfigError
        If one is not a number in its range.
    """
    require_number("objective.pH", pH, least=0.0, most=14.0)
    require_number("objective.ionic_strength_M", ionic_strength_M, least=0.0)


def _log_proton(pH: float, ionic_strength_M: float) -> float:
    from bo_loop.solution.species import log_proton  # as below

    return float(log_proton(pH, ionic_strength_M))


@lru_cache(maxsize=256)
def log_alpha_metal(ion: str, pH: float, ionic_strength_M: float) -> float:
    """Return log10 α_M of a metal ion: all its mononuclear hydroxo species over the bare ion.

    Parameters
    ----------
    ion : str
        Such as ``Fe+3``.
    pH : float
        −log10 of the activity of H⁺.
    ionic_strength_M : float

    Raises
    ------
    ConfigError
        If the embedded databases have no hydrolysis constant of the ion.
    DataError
        If the ionic strength is beyond Davies' equation.
    """
    # Here, for `bo-loop status` builds objectives, and reads databases only for those with a pH.
    from bo_loop.solution.conditional import log_alpha
    from bo_loop.solution.embedded import hydrolysis
    from bo_loop.solution.species import System

    species = hydrolysis(ion)
    if not species:
        raise ConfigError(
            f"objective.pH: the embedded databases have no hydrolysis constant of {ion}, so what "
            "is left of it at a pH is not known. Leave it out, or compare without pH "
            "(objective.pH=null)."
        )
    system = System({ion: parse_ion(ion).charge}, species)
    return float(log_alpha(system, ion, pH, ionic_strength_M=ionic_strength_M)[0])
