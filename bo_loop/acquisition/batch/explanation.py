"""Why an item was chosen, in a sentence for the chemist.

Symbols
-------
k      items
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from bo_loop.acquisition.batch.replicates import drawn_values, measured_items
from bo_loop.acquisition.objectives.base import LogBeta, Objective
from bo_loop.acquisition.objectives.front import Incumbent
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.functions import EI, percent
from bo_loop.acquisition.scores.gains import Gains, gains_of, moments_of
from bo_loop.base.types import Floats, Mask, Rows
from bo_loop.chemistry.ions import PROTON


@dataclass(frozen=True)
class Reference:
    """What a proposal has to beat.

    Parameters
    ----------
    value : float or Front
        As the objective has it: what the model makes of it, not what was measured.
    name : str
        What a person calls it, and where it is from.
    """

    value: Incumbent
    name: str = ""


@dataclass(frozen=True)
class Prospects:
    """What items promise: mean and sd of their values, chance to gain, and expected gain.

    Of an objective of several values, only the chance says anything.

    Parameters
    ----------
    mean, sd, chance, gain : (k,) float64, or float of one item
    """

    mean: Floats | float
    sd: Floats | float
    chance: Floats | float
    gain: Floats | float

    @classmethod
    def gaussian(cls, mean: Floats, sd: Floats, incumbent: float) -> "Prospects":
        """Return the prospects of Gaussian values, (k,) each."""
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = np.where(sd > 0, ndtr((mean - incumbent) / sd), mean > incumbent)
        return cls(mean, sd, chance, EI().value(mean, sd**2, incumbent))

    def of(self, i: int) -> "Prospects":
        """Return the prospects of one item."""
        return Prospects(*(float(each[i]) for each in (self.mean, self.sd, self.chance, self.gain)))


def prospects(
    objective: Objective,
    own: Items,
    items: Rows,
    pairs: PoolPairs,
    incumbent: Incumbent,
    *,
    measured: Mask | None = None,
    noise: Floats | float = 0.0,
) -> Prospects:
    """Compute what k items promise.

    Parameters
    ----------
    objective : Objective
    own : Items
        log β of the pairs that each item's value depends on.
    items : (k,) int64
        Their rows among `pairs`.
    incumbent : float or Front
    measured : (k, m) bool, optional
        With it, of what will be expected of each value once these pairs are measured.
    noise : (N,) float64
    """
    if objective.gaussian:
        own = own if measured is None else measured_items(own, measured, noise)
        mean, variance = moments_of(objective, own, items, pairs)
        return Prospects.gaussian(mean, np.sqrt(variance), incumbent)
    if measured is None:
        gains = gains_of(objective, own, items, pairs, incumbent)
        mean, variance = moments_of(objective, own, items, pairs)
    else:
        values = drawn_values(objective, own, items, pairs, measured, noise)
        gains = Gains.drawn(objective.improvement(values, incumbent))
        mean, variance = values.mean(axis=0), values.var(axis=0)
    return Prospects(mean, np.sqrt(variance), gains.chance(), gains.expected())


def sources_of_doubt(objective: Objective, own: Items, items: Rows, pairs: PoolPairs) -> list[str]:
    """Say of each item what its doubt comes from: log β, the ligand's pKa, or the pK of MHL.

    Each is what would be left if the others were known. Empty where a value knows no pKa.

    Parameters
    ----------
    objective, own, items, pairs
        As for `prospects`.
    """
    if not (objective.scalar and objective.asks_protons):
        return [""] * len(items)
    proton = np.char.startswith(np.array(pairs.metals, dtype=str), f"{PROTON}+")[own.parts]
    variances = []
    for doubtful in (~proton, proton, np.zeros_like(proton)):
        both = doubtful[:, :, None] & doubtful[:, None, :]
        left = replace(own, covariance=np.where(both, own.covariance, 0.0))
        variances.append(moments_of(objective, left, items, pairs)[1])
    beta, acid, mixed = variances
    sds = np.sqrt(np.maximum([beta - mixed, acid - mixed, mixed], 0.0)).T
    return [_mostly(dict(zip(("log β", "pKa", "MHL"), each, strict=True))) for each in sds]


def _mostly(sds: Mapping[str, float]) -> str:
    shown = {name: sd for name, sd in sds.items() if name != "MHL" or sd >= 0.005}
    first, *others = sorted(shown, key=lambda name: -shown[name])
    rest = "".join(f"; {name}: ± {shown[name]:.2f}" for name in others)
    return f" (mostly from {first}: ± {shown[first]:.2f}{rest})"


def explain(
    acquisition: Acquisition,
    objective: Objective,
    latent: Prospects,
    learned: Prospects,
    reference: Reference,
    doubt: str = "",
) -> str:
    """Say in one sentence why an item was chosen.

    Parameters
    ----------
    acquisition : Acquisition
        What chose it.
    objective : Objective
        Of one value; gives the values their name and sign.
    latent : Prospects
        What the one item promises.
    learned : Prospects
        What one measurement would teach, where items are scored by that; else as `latent`.
    reference : Reference
        Best value so far.
    doubt : str
        As `sources_of_doubt` says it.

    Returns
    -------
    str
        The chance to beat the best so far, and the acquisition's motive.
    """
    best = f"{objective.shown(reference.value):z.2f}"
    best += f" of {reference.name}" if reference.name else ""
    motive = acquisition.motive(latent.mean, learned.sd, reference.value, learned.gain)
    if isinstance(objective, LogBeta):  # log β itself stands beside it
        return f"{percent(latent.chance)} chance to beat {objective.quantity} {best}; {motive}"
    predicted = f"{objective.quantity} predicted {objective.shown(latent.mean):z.2f}"
    chance = f"{percent(latent.chance)} chance to beat {best}"
    return f"{predicted} ± {latent.sd:.2f}{doubt}; {chance}; {motive}"
