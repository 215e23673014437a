"""Objectives at a pH: conditional constants and pM, where protons and hydroxide compete.

Symbols
-------
N         rows of the posterior
k, S      items; draws
w         metal ions in the solution, the item's own first
log K′    log β_n + log α_ML − n·log α_L − log α_M
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.competition import competing, read_ions
from bo_loop.acquisition.objectives.side_reactions import (
    log_alphas,
    log_conditional,
    protons_of,
    require_pH,
    with_protons,
)
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.checks import require_number
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, Rows
from bo_loop.chemistry.ions import MAX_PROTONS, parse_ion


@dataclass(frozen=True, kw_only=True)
class AtPH(Objective):
    """A value of log β of a ligand's pairs and of its protonation constants, jointly."""

    pH: float
    ionic_strength_M: float = 0.1
    mhl: bool = True
    asks_protons: ClassVar[bool] = True

    def __post_init__(self):
        super().__post_init__()
        require_pH(self.pH, self.ionic_strength_M)
        if not isinstance(self.mhl, bool):
            raise ConfigError(f"objective.mhl is {self.mhl!r}: give true or false.")

    @property
    def asked(self) -> dict[str, float]:
        """The pH, and the totals of a pM, that the objective is about."""
        return {"pH": self.pH}

    @property
    def counts_mhl(self) -> bool:
        """Whether protonated complexes MHL are counted."""
        return self.mhl

    @property
    def metals(self) -> tuple[str, ...]:
        """The metal ions in the solution, target first; empty: the pair's own alone."""
        return ()

    @property
    def width(self) -> int:
        """The pairs of the metal ions, and the most protons that a ligand takes up."""
        return max(len(self.metals), 1) + MAX_PROTONS

    @property
    def pieces(self) -> None:
        """None: the value is not linear in the protonation constants."""
        return

    def role(self, row: int, item: int) -> str:
        """Return nothing where only the pair itself is measured."""
        return super().role(row, item) if self.metals else ""

    def parts(self, pairs: PoolPairs) -> Rows:
        """Return each pair with its ligand's others and protonation constants; (N, w + 8)."""
        key = AtPH, self.metals
        if key not in pairs.memory:
            pairs.memory[key] = with_protons(self.bound(pairs), pairs)
        return pairs.memory[key]

    def bound(self, pairs: PoolPairs) -> Rows:
        """Return the pairs of the metal ions alone; (N, w), −1: no item."""
        if self.metals:
            return competing(pairs, self.metals)
        return np.where(pairs.own, np.arange(len(pairs)), -1)[:, None]

    def value(self, log_beta: Floats, items: Rows, pairs: PoolPairs) -> Floats:
        """Return what is maximised, (S, k), of draws of log β of the parts, (S, k, w + 8)."""
        parts = self.parts(pairs)[items]
        w = self.width - MAX_PROTONS
        ions = [[pairs.metals[row] for row in own] for own in parts[:, :w].tolist()]
        n_ligands = np.asarray(pairs.n_ligands)[items]
        mhl = pairs.mhl_of(parts[:, :w])
        protons = protons_of(log_beta, parts)
        return self.of_constants(log_beta[..., :w], protons, ions, n_ligands, mhl)

    def of_constants(
        self,
        log_beta: Floats,
        protons: Floats,
        ions: Sequence[Sequence[str]],
        n_ligands: Rows,
        mhl: Floats | None = None,
    ) -> Floats:
        """Return what is maximised of given constants.

        Parameters
        ----------
        log_beta : (…, k, w) float64
        protons : (…, k, 8) float64
            log β^H_1 … log β^H_8; −inf where the ligand takes up fewer.
        ions : sequence of sequences of str, (k, w)
        n_ligands : (k,) int64
        mhl : (k, w) float64, optional
            Measured pK of MHL; NaN where there is none, and all of them if not given.

        Raises
        ------
        ConfigError
            If an ion has no hydrolysis constants, or the numbers of ligands cannot be compared.
        """
        self._require_numbers(n_ligands)
        alpha_m = log_alphas(ions, self.pH, self.ionic_strength_M)
        charge = {ion: float(parse_ion(ion).charge) for ion in {i for own in ions for i in own}}
        charges = [[charge[ion] for ion in own] for own in ions]
        log_k = log_conditional(
            log_beta, protons, alpha_m, n_ligands, self.pH, self.ionic_strength_M,
            np.array(charges) if self.mhl else None, mhl,
        )  # fmt: skip
        return self._of(log_k, alpha_m)

    def _require_numbers(self, n_ligands: Rows) -> None:
        if len(np.unique(n_ligands)) > 1:
            raise ConfigError(
                f"The pool mixes numbers of ligands, and {self.quantity} of different n cannot be "
                "compared: choose one n for the pool (pool.n_ligands=[1])."
            )

    @abstractmethod
    def _of(self, log_k: Floats, log_alpha_m: Floats) -> Floats:
        """Return what is maximised of log K′ (…, k, w)."""


@dataclass(frozen=True, kw_only=True)
class Conditional(AtPH):
    """Look for the greatest conditional constant log K′ at a pH.

    Parameters
    ----------
    pH : float
        −log10 of the activity of H⁺, 0 to 14.
    ionic_strength_M : float
        Of the solution, for the activity coefficients of H⁺ and the hydrolysis constants, mol/L.
    mhl : bool
        Count protonated complexes MHL, by their measured pK (data.mhl) where there is one, else by
        an estimate (`bo_loop.solution.mixed`) and with its doubt.
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
        return log_k[..., 0]


@dataclass(frozen=True, kw_only=True)
class _OfTotals(AtPH):
    total_metal_M: float = 1e-6
    total_ligand_M: float = 1e-5

    def __post_init__(self):
        super().__post_init__()
        for name in ("total_metal_M", "total_ligand_M"):
            require_number(f"objective.{name}", getattr(self, name), above=0.0)

    @property
    def asked(self) -> dict[str, float]:
        """The pH and the totals."""
        totals = {name: getattr(self, name) for name in ("total_metal_M", "total_ligand_M")}
        return super().asked | totals

    def _require_numbers(self, n_ligands: Rows) -> None:
        if (n_ligands != 1).any():
            raise ConfigError("pM counts 1:1 complexes only: set pool.n_ligands=[1].")


@dataclass(frozen=True, kw_only=True)
class PMetal(_OfTotals):
    """Look for the greatest pM at a pH: the least free metal ion, at stated totals.

    Only 1:1 complexes are counted.

    Parameters
    ----------
    pH, ionic_strength_M, mhl
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

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        return f"pM at pH {self.pH:g}"

    def _of(self, log_k: Floats, log_alpha_m: Floats) -> Floats:
        from bo_loop.solution.conditional import p_metal_of_log_k  # as in `side_reactions`

        totals = self.total_metal_M, self.total_ligand_M
        return p_metal_of_log_k(log_k[..., 0], log_alpha_m[:, 0], *totals)


@dataclass(frozen=True, kw_only=True)
class PMetalSelectivity(_OfTotals):
    """ΔpM: pM of a metal ion less the greatest of its competitors' in the same solution.

    All of them share the ligand, so that what one takes the others lack. 1:1 complexes only.

    Parameters
    ----------
    metal : str
        The metal ion to be bound, such as ``Fe+3``.
    competitors : sequence of str
        The metal ions in the same solution; the pool has to hold them too.
    pH, ionic_strength_M, mhl
        As for `Conditional`.
    total_metal_M, total_ligand_M : float
        mol/L; of each metal ion, and of the ligand.
    constraints, per_cost, feasibility, tolerance
        As `Objective`.

    Raises
    ------
    ConfigError
        If there is no competitor, or one is the target itself; or an option is not what it has to
        be.
    DataError
        If a metal ion cannot be read.
    """

    metal: str
    competitors: Sequence[str]

    def __post_init__(self):
        super().__post_init__()
        _ = self.metals

    @property
    def metals(self) -> tuple[str, ...]:
        """The metal ions in the solution, target first."""
        return read_ions(self.metal, self.competitors)

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""
        target, *others = self.metals
        return f"ΔpM at pH {self.pH:g} ({target} over {', '.join(others)})"

    def _of(self, log_k: Floats, log_alpha_m: Floats) -> Floats:
        from bo_loop.solution.conditional import log_free_sharing  # as in `side_reactions`

        free = log_free_sharing(log_k, self.total_metal_M, self.total_ligand_M)
        p_metals = log_alpha_m - free
        return p_metals[..., 0] - p_metals[..., 1:].max(axis=-1)
