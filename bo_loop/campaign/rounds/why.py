"""What stands beside a proposal: the nearest known pairs, the domain, the features that move it."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.types import Floats, Mask, Mover, PairFeatures, Rows
from bo_loop.models.explain.relevance import movers, spread
from bo_loop.models.kernels.tensors import qualified_names
from bo_loop.surrogate import Surrogate

_NEAREST = 3
_FAMILIAR = 0.5


def context(
    surrogate: Surrogate, features: PairFeatures, rows: Rows, observations: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return what an event says of each pick beside its prediction.

    Parameters
    ----------
    surrogate : Surrogate
        Fitted to `observations`.
    features : PairFeatures
        Of the candidates.
    rows : (k,) int64
        The picks among them.
    observations : DataFrame

    Returns
    -------
    list of dict, length k
        ``nearest`` and ``outside_domain``, as `neighbours`; ``movers``: the three features that
        move the prediction most, each with ``feature, relevance, direction``.
    """
    kin = neighbours(surrogate.similarity(features, rows), observations)
    moved_by = moving(surrogate, features, rows)
    return [
        near | {"movers": [asdict(mover) for mover in own]}
        for near, own in zip(kin, moved_by, strict=True)
    ]


def moving(surrogate: Surrogate, features: PairFeatures, rows: Rows) -> list[tuple[Mover, ...]]:
    """Name the features that move the predictions of k pairs most; parameters as of `context`.

    Only features that a choice of ligands can change are named: none of the metal ion, and none
    that all candidates share.
    """
    n = len(surrogate.y)
    names = np.array(qualified_names(features))
    constant = set(names[spread(features) == 0.0].tolist())
    constant |= {name for name in names.tolist() if name.partition(".")[0] in features.metal}
    found: list[tuple[Mover, ...]] = [()] * len(rows)
    for model, seen, at in surrogate.model.parts(
        surrogate.behind_training(features, rows)
    ).values():
        new, old = np.flatnonzero(at >= n), np.flatnonzero(at < n)
        if len(new) == 0:
            continue
        of_each = movers(model, seen.take(new), seen.take(old), constant=constant)
        for i, own in zip(at[new] - n, of_each, strict=True):
            found[i] = own
    return found


def outside_domain(
    surrogate: Surrogate, features: PairFeatures, rows: Rows, observations: pd.DataFrame
) -> Mask:
    """Tell which of k pairs lie outside the domain, (k,); parameters as of `context`."""
    near = neighbours(surrogate.similarity(features, rows), observations)
    return np.array([found["outside_domain"] for found in near], dtype=bool)


def neighbours(similarity: Floats, observations: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what is known nearest to each of some pairs.

    Parameters
    ----------
    similarity : (k, n) float64
        Prior correlation of the pairs with the observations.
    observations : DataFrame, n rows
        What the model was fitted to.

    Returns
    -------
    list of dict, length k
        ``nearest``: the three most similar measured pairs, each with ``metal, ligand, n_ligands,
        log_beta, censoring, similarity``; ``outside_domain``: whether even the first has a
        correlation below 0.5, so that it explains less than a quarter of the variance.
    """
    distinct = ~observations.duplicated(["metal", "charge", "smiles", "n_ligands"])
    rows = np.flatnonzero(distinct)
    found = []
    for similar in similarity[:, rows]:
        best = rows[np.argsort(-similar, kind="stable")[:_NEAREST]]
        at = dict(zip(rows.tolist(), similar.tolist(), strict=True))
        near = [
            {
                "metal": f"{row.metal}{row.charge:+d}",
                "ligand": row.ligand or row.smiles,
                "n_ligands": int(row.n_ligands),
                "log_beta": float(row.log_beta),
                "censoring": row.censoring,
                "similarity": at[i],
            }
            for i, row in zip(best.tolist(), observations.iloc[best].itertuples(), strict=True)
        ]
        outside = not near or near[0]["similarity"] < _FAMILIAR
        found.append({"nearest": near, "outside_domain": outside})
    return found
