"""Outcome constraints: ``log_beta(Ca+2, n=1) < 5``, ``pM(Zn+2, pH=7.4) < 7``.

Symbols
-------
k         items
w         metal ions that a constraint speaks of: one, two of a selectivity
m         pairs that it depends on: w, and 8 protonation constants where it asks for pKa
S         draws
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bo_loop.acquisition.objectives.items import Items, partners
from bo_loop.acquisition.objectives.side_reactions import (
    log_alphas,
    log_conditional,
    protons_of,
    require_pH,
    with_protons,
)
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, Mask, Rows
from bo_loop.chemistry.ions import MAX_PROTONS, parse_ion

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_FORM = re.compile(
    rf"\s*(?P<kind>\w+)\(\s*(?P<inside>[^()]*?)\s*\)\s*(?P<side>[<>])\s*(?P<bound>{_NUMBER})\s*"
)
_SETTING = re.compile(rf"(?P<name>\w+)\s*=\s*(?P<value>{_NUMBER})")
_MOST_STEPS = 60
_TOTALS = {"total_metal_M": 1e-6, "total_ligand_M": 1e-5}
_KINDS: Mapping[str, tuple[int, Mapping[str, float | None]]] = {
    "log_beta": (1, {}),
    "log_K_cond": (1, {"pH": None, "ionic_strength_M": 0.1}),
    "pM": (1, {"pH": None, "ionic_strength_M": 0.1, **_TOTALS}),
    "selectivity": (2, {"pH": np.nan, "ionic_strength_M": 0.1}),
}
"""By what is bounded: its metal ions, and its settings; None: must be given."""


@dataclass(frozen=True)
class Limit:
    """A bound on what a ligand does with named metal ions.

    Parameters
    ----------
    kind : str
        ``log_beta``, ``log_K_cond``, ``pM``, or ``selectivity``: of the first metal ion over the
        second, of log β, or with a pH of log K′.
    ions : tuple of str
        Written ``Ca+2``.
    n_ligands : int
    bound : float
        What must not be reached.
    sign : float
        +1 if the value must lie below the bound, −1 if above.
    settings : mapping of str to float
        ``pH, ionic_strength_M, total_metal_M, total_ligand_M``, where the kind has them.
    """

    kind: str
    ions: tuple[str, ...]
    n_ligands: int
    bound: float
    sign: float
    settings: Mapping[str, float] = field(default_factory=dict)

    @property
    def asks_protons(self) -> bool:
        """Whether it depends on the ligand's pKa: of a selectivity they cancel."""
        return self.kind in ("log_K_cond", "pM")

    @property
    def width(self) -> int:
        """Number of pairs that it depends on, m."""
        return len(self.ions) + MAX_PROTONS * self.asks_protons

    def parts(self, pairs: PoolPairs) -> Rows:
        """Return the rows that it depends on for each row's ligand; (N, m), −1: one is missing."""
        key = Limit, self.ions, self.n_ligands, self.asks_protons
        if key not in pairs.memory:
            own = np.column_stack([partners(pairs, ion, self.n_ligands) for ion in self.ions])
            own[(own < 0).any(axis=1)] = -1
            pairs.memory[key] = with_protons(own, pairs) if self.asks_protons else own
        return pairs.memory[key]

    def value(self, log_beta: Floats, protons: Floats | None, mhl: Floats | None = None) -> Floats:
        """Return what is bounded.

        Parameters
        ----------
        log_beta : (…, k, w) float64
        protons : (…, k, 8) float64 or None
            log β^H, −inf where the ligand has fewer; needed where it asks for pKa.
        mhl : (k, w) float64, optional
            Measured pK of MHL, NaN where there is none: those are estimated.

        Returns
        -------
        (…, k) float64

        Raises
        ------
        ConfigError, DataError
            If an ion has no hydrolysis constants, or the ionic strength is beyond Davies' equation.
        """
        if self.kind == "selectivity":
            return log_beta[..., 0] - log_beta[..., 1] - self._hydroxide()
        if protons is None:
            return log_beta[..., 0]
        log_k = self._log_k(log_beta, protons, mhl)
        if self.kind != "pM":
            return log_k
        from bo_loop.solution.conditional import p_metal_of_log_k  # as in `side_reactions`

        totals = (self.settings[name] for name in _TOTALS)
        return p_metal_of_log_k(log_k, self._alpha()[0], *totals)

    def log_chance(self, local: Items, pairs: PoolPairs) -> Floats:
        """Log of the probability that it is kept by k items of `parts`, rows of `pairs`; (k,).

        Given the protonation constants, it bounds log β, whose conditional Gaussian is integrated
        in closed form; over the former, the mean of draws is taken.
        """
        from scipy.special import log_ndtr, logsumexp  # `bo-loop status` does without

        w = len(self.ions)
        if self.asks_protons:
            mean, sd, threshold = self._given_protons(local, pairs.mhl_of(local.parts[:, :w]))
        else:
            slopes = np.array([1.0, -1.0])[:w]
            mean = self.value(local.mean, None)
            covariance = local.covariance[:, :w, :w]
            sd = np.sqrt(np.maximum(np.einsum("i,kij,j->k", slopes, covariance, slopes), 0.0))
            threshold = np.full(len(mean), self.bound)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = self.sign * (threshold - mean) / sd
        logs = log_ndtr(np.nan_to_num(distance, nan=0.0, posinf=np.inf, neginf=-np.inf))
        return logsumexp(logs, axis=0) - np.log(len(logs)) if logs.ndim > 1 else logs

    def kept(self, local: Items, pairs: PoolPairs) -> Mask:
        """Return whether it is kept by k items of `parts` as their means have it; (k,)."""
        w = len(self.ions)
        protons = protons_of(local.mean, local.parts) if self.asks_protons else None
        mhl = pairs.mhl_of(local.parts[:, :w])
        return self.sign * (self.bound - self.value(local.mean[:, :w], protons, mhl)) >= 0.0

    def require_known(self) -> None:
        """Refuse metal ions and conditions for which nothing can be computed; errors of `value`."""
        if "pH" in self.settings and np.isfinite(self.settings["pH"]):
            self._alpha()

    def _given_protons(self, local: Items, mhl: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean and sd of log β given draws of the protonation constants, and its bound; (S, k).

        The pK of MHL that is not measured is drawn too.
        """
        own = Items(local.parts[:, 1:], local.mean[:, 1:], local.covariance[:, 1:, 1:])
        drawn = own.draws()
        known = local.parts[:, 1:] != local.parts[:, :1]
        protons = np.where(known, drawn, -np.inf)
        cross = np.where(known, local.covariance[:, 0, 1:], 0.0)
        both = known[:, :, None] & known[:, None, :]
        inner = np.where(both, local.covariance[:, 1:, 1:], np.eye(MAX_PROTONS))
        gain = np.einsum("ki,kij->kj", cross, np.linalg.pinv(inner, hermitian=True))
        away = np.where(known, drawn - local.mean[:, 1:], 0.0)
        mean = local.mean[:, 0] + np.einsum("kj,skj->sk", gain, away)
        left = local.covariance[:, 0, 0] - (gain * cross).sum(axis=1)
        return mean, np.sqrt(np.maximum(left, 0.0)), self._log_beta_bound(protons, mhl)

    def _log_beta_bound(self, protons: Floats, mhl: Floats) -> Floats:
        """Return the log β at which the bound is reached; (S, k).

        log K′ rises with log β by between 0.7 and 1: a step of what is missed converges.
        """
        bound = self._log_k_bound()
        log_beta = np.full(protons.shape[:-1], bound)
        for _ in range(_MOST_STEPS if np.isfinite(bound) else 0):
            missed = bound - self._log_k(log_beta[..., None], protons, mhl)
            log_beta = log_beta + missed
            if np.abs(missed).max(initial=0.0) < 1e-9:
                break
        return log_beta

    def _log_k_bound(self) -> float:
        """Return the log K′ at the bound."""
        if self.kind == "log_K_cond":
            return self.bound
        from bo_loop.solution.conditional import log_k_of_p_metal  # as in `side_reactions`

        totals = (self.settings[name] for name in _TOTALS)
        return float(log_k_of_p_metal(self.bound, self._alpha()[0], *totals)[0])

    def _log_k(self, log_beta: Floats, protons: Floats, mhl: Floats | None) -> Floats:
        conditions = self.settings["pH"], self.settings["ionic_strength_M"]
        charges = np.array([[float(parse_ion(ion).charge) for ion in self.ions]])
        log_k = log_conditional(
            log_beta, protons, self._alpha(), self.n_ligands, *conditions, charges, mhl
        )
        return log_k[..., 0]

    def _alpha(self) -> Floats:
        return log_alphas([self.ions], self.settings["pH"], self.settings["ionic_strength_M"])[0]

    def _hydroxide(self) -> float:
        """Return by how much more hydroxide takes of the first ion than of the second."""
        if np.isnan(self.settings["pH"]):
            return 0.0
        first, second = self._alpha()
        return float(first - second)


def parse_limit(text: str) -> Limit:
    """Read a constraint.

    Parameters
    ----------
    text : str
        Such as ``log_beta(Ca+2, n=1) < 5``, ``log_K_cond(Ca+2, n=1, pH=7.4) < 5``,
        ``pM(Zn+2, pH=7.4, total_metal_M=1e-6, total_ligand_M=1e-5) < 7``,
        ``selectivity(Fe+3, Zn+2, n=1, pH=7.4) > 8``.

    Raises
    ------
    ConfigError
        If it is not of such a form, or a setting is out of range.
    DataError
        If a metal ion cannot be read.
    """
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None or found["kind"] not in _KINDS:
        raise _unreadable(text)
    kind = found["kind"]
    size, known = _KINDS[kind]
    pieces = [piece.strip() for piece in found["inside"].split(",")]
    given: dict[str, float] = {}
    for piece in pieces[size:]:
        one = _SETTING.fullmatch(piece)
        if one is None or one["name"] in given or one["name"] not in ("n", *known):
            raise _unreadable(text)
        given[one["name"]] = float(one["value"])
    n = given.pop("n", 1.0 if kind == "pM" else np.nan)
    settings = {name: given.get(name, default) for name, default in known.items()}
    lacking = [name for name, value in settings.items() if value is None]
    if len(pieces) < size or lacking or n not in range(1, 10) or (kind == "pM" and n != 1):
        raise _unreadable(text)
    where = f"objective.constraints, {text!r}"
    if "pH" in settings and np.isfinite(settings["pH"]):
        require_pH(settings["pH"], settings["ionic_strength_M"], where)
    if any(settings.get(name, 1.0) <= 0 for name in _TOTALS):
        raise ConfigError(f"{where}: totals must be above 0 mol/L.")
    ions = tuple(str(parse_ion(piece)) for piece in pieces[:size])
    if len(set(ions)) < size:
        raise ConfigError(f"{where}: give two different metal ions.")
    sign = 1.0 if found["side"] == "<" else -1.0
    return Limit(kind, ions, int(n), float(found["bound"]), sign, settings)


def _unreadable(text: object) -> ConfigError:
    return ConfigError(
        f"objective.constraints holds {text!r}: write each constraint as "
        "'log_beta(Ca+2, n=1) < 5', 'log_K_cond(Ca+2, n=1, pH=7.4) < 5', 'pM(Zn+2, pH=7.4) < 7' "
        "(with total_metal_M= and total_ligand_M= if not 1e-6 and 1e-5) or "
        "'selectivity(Fe+3, Zn+2, n=1, pH=7.4) > 8' (log β without pH), with < or > and a number."
    )
