"""Weighted residuals of titrations and their analytic derivatives, for least squares.

Symbols
-------
θ      free constants (log10 β), then nuisances φ of titrations
w      sd of a reading: σ² = σ_reading² + (d reading/dV · σ_V)² (+ (d reading/dpH · σ_pH)² where
       the pH of a spectrum was measured), derivatives as the model has them
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bo_loop.base.types import Floats
from bo_loop.lab.titration.curve import FLUORESCENCE, POTENTIOMETRIC, SHIFTS, Titration
from bo_loop.lab.titration.forward import LN10, NUISANCES, OFFSETS, Solved, offset, solved
from bo_loop.lab.titration.projection import Projected, derivative, project
from bo_loop.solution.species import System

_DEFAULT_SIGNAL_SD = 1.0  # absolute errors are unknown then, only their ratios count


@dataclass(frozen=True)
class Nuisance:
    """A quantity of a titration that is refined with the constants.

    Parameters
    ----------
    titration : int
        Its number, from 0.
    name : str
        One of `NUISANCES`.
    sd : float, optional
        How well it was known before, in its own unit; None: not at all.
    """

    titration: int
    name: str
    sd: float | None = None

    @property
    def usual(self) -> float:
        """Its value where nothing is amiss."""
        return NUISANCES[self.name]


@dataclass(frozen=True)
class Objective:
    """What least squares makes small.

    Parameters
    ----------
    titrations : tuple of Titration
    system : System
        Of the components of all cells, OH among its species.
    log_beta : (S,) float64
        Constants; those that are free are overwritten by θ.
    free : tuple of int
        Which species are refined.
    nuisances : tuple of Nuisance
    absorbing : tuple of int, optional
        Species, components first, that have a signal; None: all that hold what is observed, and of
        absorbances all that hold a metal ion or a ligand.
    non_negative : bool
        Whether absorptivities may not be below 0.
    weights : tuple of (B,) float64
        1/w of the points of each titration.
    """

    titrations: tuple[Titration, ...]
    system: System
    log_beta: Floats
    free: tuple[int, ...]
    nuisances: tuple[Nuisance, ...] = ()
    absorbing: tuple[int, ...] | None = None
    non_negative: bool = False
    weights: tuple[Floats, ...] = ()
    _last: dict[bytes, list[Solved]] = field(default_factory=dict, init=False, repr=False)

    def solutions(self, theta: Floats) -> list[Solved]:
        """Solve all titrations at θ; the last answer is kept."""
        key = theta.tobytes()
        if key not in self._last:
            values = self.constants(theta)
            found = [self._solved(i, values, theta) for i in range(len(self.titrations))]
            self._last.clear()
            self._last[key] = found
        return self._last[key]

    def constants(self, theta: Floats) -> Floats:
        """log10 β of all species at θ; (S,)."""
        values = self.log_beta.copy()
        values[list(self.free)] = theta[: len(self.free)]
        return values

    def phi(self, i: int, theta: Floats) -> dict[str, float]:
        """Nuisances of titration `i` at θ."""
        rest = theta[len(self.free) :]
        return {
            nuisance.name: float(value)
            for nuisance, value in zip(self.nuisances, rest, strict=True)
            if nuisance.titration == i
        }

    def _solved(self, i: int, log_beta: Floats, theta: Floats) -> Solved:
        one = self.titrations[i]
        return solved(
            one.cell,
            self.system,
            log_beta,
            one.volume_mL,
            pH=None if one.method == POTENTIOMETRIC else one.pH,
            nuisances=self.phi(i, theta),
            wanted=[nuisance.name for nuisance in self.nuisances if nuisance.titration == i],
        )

    @cached_property
    def groups(self) -> list[list[int]]:
        """Titrations that share their absorptivities: those of one method and the same labels."""
        found: dict[tuple[str, tuple[str, ...], str], list[int]] = {}
        for i, one in enumerate(self.titrations):
            if one.method != POTENTIOMETRIC:
                found.setdefault((one.method, one.labels, one.observed), []).append(i)
        return list(found.values())

    def residual(self, theta: Floats) -> Floats:
        """Return weighted residuals, calculated − observed, then what is known of nuisances."""
        parts = [
            (self.pH(i, theta) - one.pH) * self.weights[i]
            for i, one in enumerate(self.titrations)
            if one.method == POTENTIOMETRIC
        ]
        parts += [-self.projected(group, theta).residual.ravel() for group in self.groups]
        rest = theta[len(self.free) :]
        parts.append(
            np.array(
                [
                    (value - nuisance.usual) / nuisance.sd
                    for nuisance, value in zip(self.nuisances, rest, strict=True)
                    if nuisance.sd
                ]
            )
        )
        return np.concatenate(parts)

    def jacobian(self, theta: Floats) -> Floats:
        """Differentiate `residual` by θ; (N, p)."""
        parts = [
            self._by_theta(i, theta, -1) / -LN10 * self.weights[i][:, None]
            + self._by_offset(i) * self.weights[i][:, None]
            for i, one in enumerate(self.titrations)
            if one.method == POTENTIOMETRIC
        ]
        for group in self.groups:
            found = self.projected(group, theta)
            design, _ = self.design(group, theta)
            changes = np.concatenate([self._design_changes(i, theta) for i in group])
            by = derivative(
                design,
                [changes[..., k] for k in range(len(theta))],
                found,
                non_negative=self.non_negative,
            )
            parts.append(-by.reshape(-1, len(theta)))
        known = [(k, n) for k, n in enumerate(self.nuisances, start=len(self.free)) if n.sd]
        priors = np.zeros((len(known), len(theta)))
        for row, (k, nuisance) in enumerate(known):
            priors[row, k] = 1.0 / nuisance.sd
        return np.concatenate([*parts, priors])

    def pH(self, i: int, theta: Floats) -> Floats:
        """PH that titration `i` should show; (B,)."""
        found, cell = self.solutions(theta)[i], self.titrations[i].cell
        return (
            -np.log10(found.x[:, -1]) - cell.log_gamma_h + offset(self.phi(i, theta), len(found.x))
        )

    def _by_offset(self, i: int) -> Floats:
        size, zero = len(self.titrations[i]), np.zeros(len(self.titrations[i]))
        columns = [zero] * len(self.free) + [
            OFFSETS[n.name](size) if n.titration == i and n.name in OFFSETS else zero
            for n in self.nuisances
        ]
        return np.column_stack(columns) if columns else np.zeros((size, 0))

    def _by_theta(self, i: int, theta: Floats, component: int | None = None) -> Floats:
        """D ln x of titration `i` by θ, of one component (B, p) or all (B, C, p)."""
        found = self.solutions(theta)[i]
        which = slice(None) if component is None else component
        columns = [found.by_log_beta[:, which, s] for s in self.free]
        zero = np.zeros_like(found.x[:, which])
        columns += [
            found.by_nuisance[n.name][:, which] if n.titration == i else zero
            for n in self.nuisances
        ]
        return np.stack(columns, axis=-1) if columns else zero[..., None][..., :0]

    def seen(self, i: int) -> list[int]:
        """Which species, components first, have a signal in titration `i`."""
        one, components = self.titrations[i], self.system.components
        if self.absorbing is not None:
            return list(self.absorbing)
        every = np.vstack([np.eye(len(components), dtype=int), self.system.nu])
        if one.method in (SHIFTS, FLUORESCENCE):
            return np.flatnonzero(every[:, components.index(one.observed)] > 0).tolist()
        there = every[:, :-1][:, [name in self.present for name in components[:-1]]]
        return np.flatnonzero((there > 0).any(axis=1)).tolist()

    @cached_property
    def present(self) -> set[str]:
        """Components that are in any cell."""
        return {
            one.cell.components[reagent]
            for one in self.titrations
            for reagent in one.cell.reagents
            if reagent in one.cell.components
        }

    def _visible(self, i: int, theta: Floats) -> tuple[Floats, Floats]:
        """Return what signals are sums of, of the species seen, (B, A); and ν of these, (A, C)."""
        one, found = self.titrations[i], self.solutions(theta)[i]
        every = np.hstack([found.x, found.c])[:, self.seen(i)]
        nu = np.vstack([np.eye(len(self.system.components)), self.system.nu])[self.seen(i)]
        if one.method != SHIFTS:
            return every * one.cell.path_cm, nu
        at = self.system.components.index(one.observed)
        return every * nu[:, at] / found.total[:, [at]], nu

    def design(self, group: Sequence[int], theta: Floats) -> tuple[Floats, Floats]:
        """Return D and Y of titrations that share absorptivities, weighted."""
        rows = [self._visible(i, theta)[0] * self.weights[i][:, None] for i in group]
        signals = [self.titrations[i].signals * self.weights[i][:, None] for i in group]
        return np.concatenate(rows), np.concatenate(signals)

    def projected(self, group: Sequence[int], theta: Floats) -> Projected:
        """Eliminate the absorptivities of a group."""
        return project(*self.design(group, theta), non_negative=self.non_negative)

    def _design_changes(self, i: int, theta: Floats) -> Floats:
        """DD by θ of titration `i`, weighted; (B, A, p)."""
        visible, nu = self._visible(i, theta)
        by = np.einsum("ac,bcp->bap", nu, self._by_theta(i, theta))
        seen, first = self.seen(i), len(self.system.components)
        for k, s in enumerate(self.free):
            if first + s in seen:
                by[:, seen.index(first + s), k] += LN10
        if self.titrations[i].method == SHIFTS:
            at = self.titrations[i].observed
            for k, n in enumerate(self.nuisances, start=len(self.free)):
                if n.titration == i and self._scales(i, n.name, at):
                    by[:, :, k] -= 1.0 / self.phi(i, theta)[n.name]
        return visible[:, :, None] * by * self.weights[i][:, None, None]

    def _scales(self, i: int, nuisance: str, component: str) -> bool:
        return self.titrations[i].cell.components.get(nuisance) == component

    def reading_sd(self, i: int, theta: Floats) -> Floats:
        """Sd w of the readings of titration `i` at θ; (B,)."""
        one, found = self.titrations[i], self.solutions(theta)[i]
        cell = one.cell
        if one.method == POTENTIOMETRIC:
            slope = found.by_volume[:, -1] / LN10
            return np.hypot(cell.pH_sd, slope * cell.volume_sd_mL)
        visible, nu = self._visible(i, theta)
        group = next(group for group in self.groups if i in group)
        signal = self.projected(group, theta).absorptivities
        parts = [np.full(len(one), cell.signal_sd or _DEFAULT_SIGNAL_SD)]
        if cell.signal_sd:
            diluted = np.zeros((len(one), 1))
            if one.method == SHIFTS:  # a share of the total, which dilution changes too
                at = self.system.components.index(one.observed)
                diluted = found.total_by_volume[:, [at]] / found.total[:, [at]]
            for by, less, sd in (
                (found.by_volume, diluted, cell.volume_sd_mL),
                (found.by_pH, 0.0, cell.pH_sd),
            ):
                change = (visible * (by @ nu.T - less)) @ signal * sd
                parts.append(np.sqrt((change**2).mean(axis=1)))
        return np.sqrt(sum(part**2 for part in parts))

    def names(self) -> list[str]:
        """Say what θ is."""
        return [self.system.species[s].name for s in self.free] + [
            f"{n.name} of {self.titrations[n.titration].name}" for n in self.nuisances
        ]


def identity_weights(titrations: Sequence[Titration]) -> tuple[Floats, ...]:
    """Weights to start from: the errors of reading alone."""
    found = []
    for one in titrations:
        sd = one.cell.pH_sd if one.method == POTENTIOMETRIC else one.cell.signal_sd
        found.append(np.full(len(one), 1.0 / (sd or _DEFAULT_SIGNAL_SD)))
    return tuple(found)
