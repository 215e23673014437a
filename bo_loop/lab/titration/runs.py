"""Do residuals change sign as often as chance would have it? The test of Wald and Wolfowitz."""

import numpy as np
from scipy import stats

from bo_loop.base.types import Floats
from bo_loop.lab.titration.curve import POTENTIOMETRIC
from bo_loop.lab.titration.refinement import Fit

_FEWEST = 8  # residuals of which runs say something


def residuals(found: Fit) -> list[Floats]:
    """Return weighted residuals of each titration, calculated − observed; (B,) or (B, K)."""
    objective, theta = found.objective, found.theta
    parts: dict[int, Floats] = {}
    for i, one in enumerate(objective.titrations):
        if one.method == POTENTIOMETRIC:
            parts[i] = (objective.pH(i, theta) - one.pH) * objective.weights[i]
    for group in objective.groups:
        left = -objective.projected(group, theta).residual
        at = 0
        for i in group:
            parts[i] = left[at : at + len(objective.titrations[i])]
            at += len(objective.titrations[i])
    return [parts[i] for i in range(len(objective.titrations))]


def runs_p(found: Fit) -> float:
    """Return the probability of as few runs of signs, or fewer, over all titrations.

    Counts of runs, and what is expected of them, are summed over curves and signals (Wald and
    Wolfowitz, Ann. Math. Statist. 1940, 11, 147).
    """
    runs = expected = variance = 0.0
    for part in residuals(found):
        for column in part.reshape(len(part), -1).T:
            positive = column > 0
            n, up = len(column), int(positive.sum())
            down = n - up
            if n < _FEWEST or not up or not down:
                continue
            runs += 1 + int((positive[1:] != positive[:-1]).sum())
            mean = 1 + 2 * up * down / n
            expected += mean
            variance += (mean - 1) * (mean - 2) / (n - 1)
    if variance == 0.0:
        return 1.0
    return float(stats.norm.cdf((runs + 0.5 - expected) / np.sqrt(variance)))
