"""What stands beside a proposal: the nearest known pairs, the domain, the features that move it."""

from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.types import Floats, Mask, Mover, Rows
from bo_loop.campaign.rounds.bound import BoundRound
from bo_loop.chemistry.ligands import ligand_group
from bo_loop.data.property_rows import PROPERTY, species
from bo_loop.models.explain.relevance import movers, spread
from bo_loop.models.gp.source_noise import MEMORY
from bo_loop.models.kernels.tensors import qualified_names

_NEAREST = 3


def context(bound: BoundRound, rows: Rows) -> list[dict[str, Any]]:
    """Return what an event says of each pick beside its prediction.

    Parameters
    ----------
    bound : BoundRound
    rows : (k,) int64
        The picks among its candidates.

    Returns
    -------
    list of dict, length k
        What `neighbours` returns; ``movers``: the three features that
        move the prediction most, each with ``feature, relevance, direction``.
    """
    kin = neighbours(bound, rows)
    moved_by = moving(bound, rows)
    return [
        near | {"movers": [asdict(mover) for mover in own]}
        for near, own in zip(kin, moved_by, strict=True)
    ]


def moving(bound: BoundRound, rows: Rows) -> list[tuple[Mover, ...]]:
    """Name the features that move the predictions of k pairs most; parameters as of `context`.

    Only features that a choice of ligands can change are named: none of the metal ion, and none
    that all candidates share.
    """
    surrogate, features = bound.surrogate, bound.features
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


def neighbours(bound: BoundRound, rows: Rows) -> list[dict[str, Any]]:
    """Return what is known nearest to each of some pairs.

    Parameters
    ----------
    bound, rows
        As for `context`. A pair that is known itself is not its own neighbour.

    Returns
    -------
    list of dict, length k
        ``nearest``: the three most similar other measured pairs, each with ``metal, ligand,
        n_ligands, log_beta, censoring, similarity``, the prior correlation; ``outside_domain``, as
        `Surrogate.outside_domain` says; with a memory, ``rests_on``, as `_bases`.
    """
    observations = bound.observations
    measured = observations["source"].ne(MEMORY).to_numpy()
    repeated = observations[measured].duplicated([*species(observations), "smiles"])
    known = np.flatnonzero(measured)[~repeated.to_numpy()]
    every = bound.surrogate.similarity(bound.features, rows)
    bases = [{}] * len(rows) if measured.all() else _bases(observations, measured, every)
    similarity = every[:, known]
    outside = bound.surrogate.outside_domain(bound.features, rows).tolist()
    found = []
    for pair, similar, is_outside, basis in zip(
        bound.pairs.iloc[rows].itertuples(), similarity, outside, bases, strict=True
    ):
        order = known[np.argsort(-similar, kind="stable")]
        others = (
            i
            for i in order.tolist()
            if _of_one_property(pair, observations.iloc[i])
            and not _same(pair, observations.iloc[i])
        )
        best = list(islice(others, _NEAREST))
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
            for i, row in zip(best, observations.iloc[best].itertuples(), strict=True)
        ]
        found.append({"nearest": near, "outside_domain": is_outside} | basis)
    return found


def _bases(observations: pd.DataFrame, measured: Mask, similarity: Floats) -> list[dict[str, Any]]:
    """Return what each prediction rests on.

    Returns
    -------
    list of dict
        ``rests_on``: of the memory, the literature and the lab's own results, the prior
        correlation with the nearest pair of each.
    """
    own = observations["own"].to_numpy(dtype=bool)
    kinds = {"memory": ~measured, "literature": measured & ~own, "your results": own}
    known = {name: similarity[:, of].max(1) for name, of in kinds.items() if of.any()}
    return [
        {"rests_on": {name: float(values[i]) for name, values in known.items()}}
        for i in range(len(similarity))
    ]


def shown_basis(details: Mapping[str, Any]) -> str:
    """Return what a proposal rests on as the end of its reason; empty without a memory."""
    parts = [f"{name} ({value:.2f})" for name, value in details.get("rests_on", {}).items()]
    return f"; rests on {', '.join(parts)}" if parts else ""


def _of_one_property(pair: Any, observation: "pd.Series") -> bool:
    return PROPERTY not in observation or pair.property == observation[PROPERTY]


def _same(pair: Any, observation: "pd.Series") -> bool:
    """Whether an observation is of this very pair; tables often leave out the stereochemistry."""
    own = ("metal", "charge", "n_ligands")
    return all(getattr(pair, name) == observation[name] for name in own) and (
        ligand_group(pair.smiles) == ligand_group(observation["smiles"])
    )
