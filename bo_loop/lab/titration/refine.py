"""From files to constants: read, choose species, fit, judge. What `bo-loop refine` runs."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bo_loop.base import received
from bo_loop.base.errors import CampaignError, DataError
from bo_loop.base.types import Floats
from bo_loop.data.grids import MAX_FILE_BYTES
from bo_loop.lab.titration.checks import faults, solids
from bo_loop.lab.titration.choice import Tried, attempt, compare, proposed_sets
from bo_loop.lab.titration.experiment import Experiment, File, experiment
from bo_loop.lab.titration.limits import intervals
from bo_loop.lab.titration.refinement import Fit

AUTO = "auto"


@dataclass(frozen=True)
class Refinement:
    """Constants as titrations gave them.

    Parameters
    ----------
    experiment : Experiment
    tried : list of Tried
        All sets of species that were fitted, the best first.
    chosen : Tried
    limits : (p', 2) float64
        95 % limits of the refined constants.
    faults : list of str
        What is doubtful; empty if nothing is.
    notes : list of str
        How everything was understood, and what to know of the result.
    curves, cells : list of (Path, bytes)
        The files that all of this is from.
    """

    experiment: Experiment
    tried: list[Tried]
    chosen: Tried
    limits: Floats
    faults: list[str]
    notes: list[str]
    curves: list[File] = field(repr=False)
    cells: list[File] = field(repr=False)

    @property
    def fit(self) -> Fit:
        """Of the species chosen."""
        assert self.chosen.fit is not None
        return self.chosen.fit

    @property
    def log_beta(self) -> dict[str, tuple[float, float]]:
        """Log β and its sd of each refined species."""
        return {
            name: (float(value), float(sd))
            for name, value, sd in zip(
                self.chosen.species, self.fit.theta, self.fit.sd, strict=False
            )
        }

    @property
    def fixed(self) -> dict[str, float]:
        """Log β of the species that were taken as known."""
        system, free = self.fit.objective.system, set(self.chosen.species)
        return {s.name: float(s.log_beta) for s in system.species if s.name not in free}

    def record(self) -> dict[str, Any]:
        """Return what a reviewer needs to refine again, beside the files themselves."""
        return {
            "curves": [_named(file) for file in self.curves],
            "cells": [_named(file) for file in self.cells],
            "species": list(self.chosen.species),
            "fixed": self.fixed,
            "log_beta": {name: list(pair) for name, pair in self.log_beta.items()},
            "sigma": self.fit.sigma,
        }


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def _named(file: File) -> dict[str, str]:
    return {"name": file[0].name, "sha256": digest(file[1])}


def load(paths: Sequence[str | Path]) -> list[File]:
    """Read files that anyone may have written.

    Raises
    ------
    DataError
        If one is not there, cannot be read, or is too large.
    """
    found = []
    for path in map(Path, paths):
        try:
            found.append((path, received.read_bytes(path, MAX_FILE_BYTES)))
        except FileNotFoundError as error:
            raise DataError(f"there is no file {path}.") from error
        except CampaignError as error:
            raise DataError(str(error)) from error
    return found


def refine(
    curves: Sequence[File],
    cells: Sequence[File] = (),
    *,
    species: Sequence[str] | str | None = None,
    fixed: Mapping[str, float] | None = None,
) -> Refinement:
    """Refine constants from curves of titrations.

    Parameters
    ----------
    curves, cells : sequence of (Path, bytes)
        As `bo_loop.lab.titration.experiment.experiment` takes them.
    species : sequence of str or "auto", optional
        Those to refine; "auto": sets are proposed and compared, and the best is taken. By default,
        those stated as free.
    fixed : mapping of str to float, optional
        log β of the others, in place of those stated or embedded.

    Returns
    -------
    Refinement

    Raises
    ------
    DataError
        If a file cannot be used, no species is named, or nothing can be fitted.
    """
    named = None if species is None or species == AUTO else list(species)
    known = experiment(curves, cells, species=named, fixed=fixed)
    if species == AUTO:
        tried = compare(known, proposed_sets(known))
    elif known.free:
        known.require_absorbing()
        tried = [attempt(known, known.free)]
    else:
        raise DataError(
            "which species form is not stated: give species=[ML,ML2], free: in the cell's file, or "
            "species=auto, which proposes some."
        )
    best = tried[0]
    if best.fit is None:
        raise DataError(f"{', '.join(best.species)} cannot be refined: {best.problem}")
    wrong = faults(best.fit, best.constants)
    clear = [] if wrong else solids(best.fit)
    limits = intervals(best.fit, best.constants)
    return Refinement(
        known, tried, best, limits, wrong, [*known.notes, *clear], list(curves), list(cells)
    )


def refit(
    curves: Sequence[File],
    cells: Sequence[File],
    species: Sequence[str],
    fixed: Mapping[str, float],
) -> dict[str, tuple[float, float]]:
    """Return log β and sd of a recorded refinement, made again.

    Raises
    ------
    DataError
        As `refine`.
    """
    known = experiment(curves, cells, species=species, fixed=fixed)
    again = attempt(known, known.free)
    if again.fit is None:
        raise DataError(again.problem)
    return {
        name: (float(value), float(sd))
        for name, value, sd in zip(again.species, again.fit.theta, again.fit.sd, strict=False)
    }
