"""What is wrong with a curve: found before the fit, or by what the fit leaves.

A fault is sought where the errors are larger than stated or residuals come in runs: one quantity
more is refined (the amount of ligand, extra acid, the titrant's concentration, an offset or a drift
of the electrode), and the one that explains most is named, if BIC falls by more than `_EVIDENCE`
and no misfit is left. If none does, the end of the curve is left out, as a solid that precipitates
would spoil it; and if that does not help, what explains a good part of the misfit is named as such.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.lab.titration.curve import POTENTIOMETRIC, Constant, Titration
from bo_loop.lab.titration.objective import Nuisance
from bo_loop.lab.titration.refinement import Fit, fit
from bo_loop.lab.titration.runs import runs_p
from bo_loop.solution.activity import log_gamma
from bo_loop.solution.embedded import Hydroxide, solubility

_EVIDENCE = 10.0  # Kass and Raftery (J. Am. Stat. Assoc. 1995, 90, 773): very strong
_LARGE_SIGMA = 1.5
_LESS = 0.75
_RANDOM = 0.01
_FEW = 3.0  # points a parameter
_KEPT = (0.9, 0.75, 0.6, 0.45)  # of the points, before a precipitate
_UNDETERMINED = 0.5  # sd of log10 β

_SUSPECTS = {
    "ligand": "the ligand is {share:.1%} of what was weighed, or binds otherwise: impure?",
    "acid": "there is {value:+.2e} mol/L more strong acid in the cell than stated",
    "titrant": "the titrant's concentration is {share:.1%} of what is stated: carbonate?",
    "pH": "the electrode shows {value:+.3f} pH too much: calibrate it again",
    "drift": "the electrode drifts, by {value:+.3f} pH from the first point to the last",
}


def require_curve(one: Titration) -> None:
    """Refuse a curve that cannot be one.

    Raises
    ------
    DataError
        If volumes fall, or rise less than twice, or there are no more than two points.
    """
    if len(one) < 3:
        raise DataError(f"{one.name} has {len(one)} points: too few for a titration.")
    steps = np.diff(one.volume_mL)
    if (steps < 0).any():
        at = int(np.flatnonzero(steps < 0)[0])
        raise DataError(
            f"{one.name}: the volume falls from {one.volume_mL[at]:g} to "
            f"{one.volume_mL[at + 1]:g} mL (points {at + 1} and {at + 2}). Give the volume added "
            "in all: not increments, nor two runs in one file, nor a burette refilled from 0."
        )
    if (steps > 0).sum() < 2:
        raise DataError(
            f"{one.name}: the volume rises {(steps > 0).sum()} times from point to point. Give the "
            "volume added in all, not increments."
        )


def faults(found: Fit, constants: Sequence[Constant]) -> list[str]:
    """Say what is doubtful about a fit, the curve or the chemist's statement of it.

    Parameters
    ----------
    found : Fit
    constants : sequence of Constant
        As `fit` took them.

    Returns
    -------
    list of str
        Empty if nothing is.
    """
    said = _statistics(found)
    if not _is_poor(found):
        return said + _refined(found)
    suspect, partly = _suspects(found, constants)
    cut = [] if suspect else _leaves(found, constants)
    return said + (suspect or cut or partly) + _refined(found) + solids(found)


def _is_poor(found: Fit) -> bool:
    return found.sigma > _LARGE_SIGMA or runs_p(found) < _RANDOM


def _explained(found: Fit) -> bool:
    """Whether nothing is left to explain: residuals are as large as stated, or at random."""
    return found.sigma < _LARGE_SIGMA or runs_p(found) > _RANDOM


def _statistics(found: Fit) -> list[str]:
    said = []
    stated = all(
        one.method == POTENTIOMETRIC or one.cell.signal_sd for one in found.objective.titrations
    )
    if stated and found.sigma > _LARGE_SIGMA:
        said.append(
            f"sigma of the fit is {found.sigma:.1f}: readings are that many times further off "
            "than their stated errors"
        )
    p = runs_p(found)
    if p < _RANDOM:
        said.append(f"residuals come in runs (p = {p:.1g}): the model misses something")
    if found.n_data < _FEW * len(found.theta):
        said.append(f"there are only {found.n_data} readings for {len(found.theta)} parameters")
    for name, sd in zip(found.names, found.sd, strict=True):
        if sd > _UNDETERMINED and name in {s.name for s in found.objective.system.species}:
            said.append(f"log β of {name} is not determined (sd {sd:.2g}): leave it out")
    said += [f"log β of {name} ended at its bound" for name in found.at_bound]
    return said


def _suspects(found: Fit, constants: Sequence[Constant]) -> tuple[list[str], list[str]]:
    """Refine one quantity more, of each titration; name the one that explains most.

    Returns
    -------
    list of str
        What leaves no misfit; at most one.
    list of str
        What leaves less of it: sigma falls to `_LESS`; at most one.
    """
    whole = partly = (found.bic - _EVIDENCE, "")
    held = {(n.titration, n.name) for n in found.objective.nuisances}
    for i, one in enumerate(found.objective.titrations):
        for name, text in _SUSPECTS.items():
            if (i, name) in held or not _can_be(one, name):
                continue
            freed = _with(found, constants, Nuisance(i, name))
            if freed is None:
                continue
            value, usual = freed.theta[-1], freed.objective.nuisances[-1].usual
            if not abs(value - usual) > 3.0 * freed.sd[-1]:
                continue
            said = f"{one.name}: {text.format(value=value, share=value)}"
            if _explained(freed):
                whole = min(whole, (freed.bic, said))
            elif freed.sigma < _LESS * found.sigma:
                less = f" That leaves sigma {freed.sigma:.1f}: refine it, if it can be"
                partly = min(partly, (freed.bic, f"{said}{less}"))
    return [whole[1]] * bool(whole[1]), [partly[1]] * bool(partly[1])


def _can_be(one: Titration, name: str) -> bool:
    if name == "drift":
        return one.pH is not None
    if name == "pH":
        return one.pH is not None and one.method != POTENTIOMETRIC
    if name == "ligand":
        return "ligand" in one.cell.reagents
    return one.method == POTENTIOMETRIC


def _with(found: Fit, constants: Sequence[Constant], more: Nuisance) -> Fit | None:
    free = set(found.objective.free)
    values = found.objective.constants(found.theta)
    started = [
        replace(one, log_beta=float(values[s])) if s in free else one
        for s, one in enumerate(constants)
    ]
    objective = replace(found.objective, nuisances=(*found.objective.nuisances, more))
    try:
        return fit(objective, started)
    except DataError:
        return None


def _leaves(found: Fit, constants: Sequence[Constant]) -> list[str]:
    """Look for a point from which on one curve leaves the model."""
    objective = found.objective
    for i, one in enumerate(objective.titrations):
        if one.method != POTENTIOMETRIC:
            continue
        for share in _KEPT:
            kept = np.arange(len(one)) < share * len(one)
            if kept.sum() < _FEW * len(found.theta):
                break
            part = [one.take(kept) if k == i else t for k, t in enumerate(objective.titrations)]
            try:
                shorter = fit(replace(objective, titrations=tuple(part)), constants)
            except DataError:
                continue
            if shorter.sigma < found.sigma / 2 and runs_p(shorter) > _RANDOM:
                at = int(kept.sum())
                return [
                    f"{one.name}: from about {one.volume_mL[at]:.3g} mL (pH {one.pH[at]:.1f}) on "
                    "the curve leaves the model that the points before obey: did something "
                    "precipitate, or a species form that is not in the model?"
                ]
    return []


def _refined(found: Fit) -> list[str]:
    """Say which refined nuisances are far from what was stated."""
    said = []
    first = len(found.objective.free)
    for k, nuisance in enumerate(found.objective.nuisances, start=first):
        value, sd = found.theta[k], found.sd[k]
        if abs(value - nuisance.usual) > 3.0 * sd and nuisance.name in _SUSPECTS:
            name = found.objective.titrations[nuisance.titration].name
            text = _SUSPECTS[nuisance.name].format(value=value, share=value)
            said.append(f"{name}: {text}")
    return said


def solids(found: Fit) -> list[str]:
    """Say where a hydroxide of a metal ion is supersaturated by the constants as refined."""
    said = []
    for i, one in enumerate(found.objective.titrations):
        free = found.objective.solutions(found.theta)[i].x
        for at, ion in enumerate(found.objective.system.components[:-1]):
            solid = solubility(ion) if "+" in ion else None
            if solid is None or not (free[:, at] > 0).any():
                continue
            over = np.flatnonzero(_saturation(one, free[:, at], free[:, -1], solid) > 0)
            if len(over):
                first = over[0]
                said.append(
                    f"{one.name}: {solid.name} may precipitate from {one.volume_mL[first]:.3g} mL "
                    f"(pH {-np.log10(free[first, -1]):.1f}) on (log K {solid.log_k:g}, "
                    f"{solid.source}); what is fitted beyond holds for a clear solution only"
                )
    return said


def _saturation(one: Titration, metal: Floats, proton: Floats, solid: Hydroxide) -> Floats:
    """Return log(a(M)/a(H)^z) − log K, activities by Davies' equation where it reaches."""
    z = solid.charge
    try:
        gammas = log_gamma([z, 1], one.cell.ionic_strength_M, one.cell.temperature_C)
    except DataError:
        gammas = np.zeros(2)
    return np.log10(metal) + gammas[0] - z * (np.log10(proton) + gammas[1]) - solid.log_k
