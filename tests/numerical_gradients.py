"""Gradients of any fitted model by central differences, from its `bind` and `noise` alone.

v′_j = 2 ∂c(x + t e_j, x)/∂t with the posterior covariance c, so that only the k pairs asked for,
and none of the moved ones, need a solve.
"""

from dataclasses import replace

import numpy as np

from bo_loop.base.types import PairFeatures
from bo_loop.models.gp.gradients import Gradients

_STEP = 1e-4  # of a scaled feature
_MOVED_AT_ONCE = 4096  # rows


def numerical(model, features: PairFeatures) -> Gradients:
    size = max(1, _MOVED_AT_ONCE // max(1, 2 * len(features.dense_names())))
    every = np.arange(len(features))
    blocks = [
        _central_differences(model, features.take(every[i : i + size]))
        for i in range(0, len(every), size)
    ]
    names = ("mean", "variance", "mean_slope", "variance_slope")
    return Gradients(*(np.concatenate([getattr(b, name) for b in blocks]) for name in names))


def _central_differences(model, features: PairFeatures) -> Gradients:
    k, d = len(features), len(features.dense_names())
    bound = model.bind(_with_moved(features))
    own, moved = np.arange(k), np.arange(k, k + 2 * d * k)
    mean = bound.mean(moved).reshape(d, 2, k)
    shared = bound.covariance(moved, own).reshape(d, 2, k, k)[..., own, own]
    return Gradients(
        bound.mean(own),
        bound.variance(own) + model.noise(features),
        (mean[:, 0] - mean[:, 1]).T / (2.0 * _STEP),
        (shared[:, 0] - shared[:, 1]).T / _STEP,
    )


def _with_moved(features: PairFeatures) -> PairFeatures:
    """Return the k pairs, then for each feature all of them with it raised, all with it lowered."""
    own = features.dense()
    steps = _STEP * np.kron(np.eye(own.shape[1]), [[1.0], [-1.0]])
    moved = (own + steps[:, None, :]).reshape(-1, own.shape[1])
    tables = {**features.metal, **features.ligand, "pair": features.pair}
    ends = np.cumsum([table.shape[1] for table in tables.values()])
    blocks = dict(zip(tables, np.split(moved, ends[:-1], axis=1), strict=True))
    rows = np.arange(len(moved))
    group = features.ligand_group[features.ligand_row]
    apart = replace(
        features,
        metal={block: blocks[block] for block in features.metal},
        ligand={block: blocks[block] for block in features.ligand},
        ligand_group=np.tile(group, len(steps)),
        metal_row=rows,
        ligand_row=rows,
        pair=blocks["pair"],
        source=None,
        own=None,
    )
    return features.concat(apart)
