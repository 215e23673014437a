"""Where a refinement starts, if no one says: a scan over log K of ML, or of HL."""

from collections.abc import Callable, Sequence

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.lab.titration.curve import Constant
from bo_loop.lab.titration.objective import Objective
from bo_loop.solution.species import PROTON

NO_SOLUTION = 1e4  # a residual where the balances cannot be closed
_LOG_K = range(1, 23)
_MOST_STARTS = 3


def starts(objective: Objective, free: Sequence[Constant]) -> list[Floats]:
    """Return where to start: what was given; else the best of a scan over log K."""
    usual = [nuisance.usual for nuisance in objective.nuisances]
    if all(one.log_beta is not None for one in free):
        return [np.array([*(one.log_beta for one in free), *usual], dtype=np.float64)]
    scores, tried = [], []
    for acids, spread in _scans(objective, free):
        for log_k in _LOG_K:
            known = (float(log_k), acids or float(log_k), spread)
            start = np.array([*(_pattern(one, *known) for one in free), *usual])
            r = safe(objective.residual)(start)
            scores.append(float(np.log1p(r**2).sum()) if len(r) > 1 else np.inf)
            tried.append(start)
        scores.append(np.inf)  # one scan ends
        tried.append(start)
    lowest = [
        k
        for k in range(len(tried))
        if np.isfinite(scores[k]) and scores[k] == min(scores[max(k - 1, 0) : k + 2])
    ]
    return [tried[k] for k in sorted(lowest, key=lambda k: scores[k])[:_MOST_STARTS]]


def _scans(objective: Objective, free: Sequence[Constant]) -> list[tuple[float, float]]:
    """Return what is scanned: log K of HL (0: scanned itself), and how far the next ones fall."""
    if not any(_counts(one)[0] for one in free):
        return [(0.0, 1.5), (0.0, 5.0)]
    known = [
        float(objective.log_beta[s])
        for s, each in enumerate(objective.system.species)
        if s not in objective.free and sorted(each.parts.values()) == [1, 1]
        and PROTON in each.parts
    ]  # fmt: skip
    return [(known[0], 1.5)] if known else [(9.0, 1.5), (5.0, 1.5)]


def _counts(one: Constant) -> tuple[int, int, int]:
    """Return how many metal ions, ligands and protons a species holds."""
    protons = one.parts.get(PROTON, 0)
    others = {name: n for name, n in one.parts.items() if name != PROTON}
    metals = sum(n for name, n in others.items() if "+" in name)
    return metals, sum(others.values()) - metals, protons


def _pattern(one: Constant, log_k: float, acid: float, spread: float) -> float:
    """Guess log β of a species from log K of ML and of HL, unless it is given."""
    if one.log_beta is not None:
        return one.log_beta
    metals, ligands, protons = _counts(one)
    if not metals:
        falling = acid * protons - spread * protons * (protons - 1) / 2
        return falling if protons > 0 else 14.0 * protons
    bound = log_k * (ligands - 0.15 * ligands * (ligands - 1)) + (metals - 1) * 3.0
    return bound + (min(0.6 * acid, 6.0) if protons > 0 else 9.0) * protons


def safe(function: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """Return a residual that is very large where the balances cannot be closed."""

    def guarded(theta: Floats) -> Floats:
        try:
            return function(theta)
        except DataError:
            return np.array([NO_SOLUTION])

    return guarded
