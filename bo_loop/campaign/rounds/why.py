"""What stands beside a proposal: the nearest known pairs, the domain, the features that move it."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.types import Mover, PairFeatures, Rows
from bo_loop.models.explain.relevance import movers, spread
from bo_loop.models.kernels.tensors import qualified_names
from bo_loop.surrogate import Surrogate

_NEAREST = 3


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
    kin = neighbours(surrogate, features, rows, observations)
    moved_by = moving(surrogate, features, rows)
    return [
        near | {"movers": [asdict(mover) for mover in own]}
        for near, own in zip(kin, moved_by, strict=True)
    ]


def moving(surrogate: Surrogate, features: PairFeatures, rows: Rows) -> list[tuple[Mover, ...]]:
    """Name the features that move the predictions of k pairs most; parameters as of `context`.

    What all candidates share, such as the properties of the one metal of a campaign, is not named.
    """
    n = len(surrogate.y)
    names = np.array(qualified_names(features))
    constant = set(names[spread(features) == 0.0].tolist())
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


def neighbours(
    surrogate: Surrogate, features: PairFeatures, rows: Rows, observations: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return what is known nearest to each of some pairs.

    Parameters
    ----------
    surrogate, features, rows, observations
        As for `context`.

    Returns
    -------
    list of dict, length k
        ``nearest``: the three most similar measured pairs, each with ``metal, ligand, n_ligands,
        log_beta, censoring, similarity``, the prior correlation; ``outside_domain``, as
        `Surrogate.outside_domain` says.
    """
    distinct = ~observations.duplicated(["metal", "charge", "smiles", "n_ligands"])
    known = np.flatnonzero(distinct)
    similarity = surrogate.similarity(features, rows)[:, known]
    found = []
    for similar, outside in zip(
        similarity, surrogate.outside_domain(features, rows).tolist(), strict=True
    ):
        best = known[np.argsort(-similar, kind="stable")[:_NEAREST]]
        at = dict(zip(known.tolist(), similar.tolist(), strict=True))
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
        found.append({"nearest": near, "outside_domain": outside})
    return found
