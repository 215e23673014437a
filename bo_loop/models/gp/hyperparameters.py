"""Hyperparameters in original units, as a record states them, and θ, as a search has it.

θ holds what the kernel has, then the log noise of each group of sources (`source_noise`), then, if
sources may be off, the log variance of their offsets; all in standardised units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bo_loop.base.types import Floats
from bo_loop.models.gp.fitting import Optimum
from bo_loop.models.gp.source_noise import Groups
from bo_loop.models.kernels.base import Naming


@dataclass(frozen=True)
class Statement:
    """How θ of one model is stated, and read back.

    Parameters
    ----------
    naming : Naming
        Of the kernel's part.
    groups : Groups or None
        Sources with a noise of their own; None where all rows share one.
    offset : bool
        Whether θ has a variance of offsets.
    """

    naming: Naming
    groups: Groups | None
    offset: bool

    def of(self, found: Optimum, centre: float, scale: float) -> dict[str, Any]:
        """State what a search found; the outcome was standardised by `centre` and `scale`."""
        groups = self.groups
        g = 1 if groups is None else len(groups)
        p = len(found.theta) - g - self.offset
        noise, *offset = np.split(np.exp(found.theta[p:]) * scale**2, [g])
        noise = noise.tolist()
        stated = self.naming.stated(found.theta[:p], scale)
        stated["noise"] = noise[-1] if groups is None else groups.shared(noise)
        stated["mean"] = centre + found.mean * scale
        stated["widened"] = 1.0
        if groups is not None:
            stated["source_noise"] = dict(zip(groups.names, noise, strict=False))
        if self.offset:
            stated["offset_variance"] = float(offset[0][0])
        return stated

    def theta(self, stated: Mapping[str, Any], scale: float) -> Floats:
        """Return the θ that `stated` says, of other groups of sources perhaps, before widening."""
        groups, noise = self.groups, [stated["noise"]]
        if groups is not None:
            own = stated.get("source_noise", {})
            noise = [own.get(name, stated["noise"]) for name in (*groups.names, None)][
                : len(groups)
            ]
        offset = [stated.get("offset_variance", stated["noise"])] if self.offset else []
        unit = scale * stated.get("widened", 1.0)
        rest = np.log(np.array([*noise, *offset]) / unit**2)
        return np.concatenate([self.naming.theta(stated, unit), rest])


def rescaled(naming: Naming, stated: Mapping[str, Any], by: float) -> dict[str, Any]:
    """State the same hyperparameters with all standard deviations multiplied by `by`."""
    made = {**stated, **naming.stated(naming.theta(stated, 1.0), by)}
    for name in ("noise", "offset_variance"):
        if name in stated:
            made[name] = stated[name] * by**2
    if "source_noise" in stated:
        own = stated["source_noise"].items()
        made["source_noise"] = {source: noise * by**2 for source, noise in own}
    return made | {"widened": stated["widened"] * by}
