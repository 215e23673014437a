"""Where a campaign stands, in numbers that need no model."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.several import non_dominated
from bo_loop.base.config import build
from bo_loop.base.types import Floats, Rows
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_rows import pool_pairs


@dataclass(frozen=True)
class Status:
    """Where a campaign stands.

    Parameters
    ----------
    name : str
    n_pool, n_literature : int
        Pairs in the pool, and observations sealed at start.
    rounds : int
        Rounds proposed.
    counts : mapping of str to int
        Pairs that are pending, in_progress, measured, failed or withdrawn; and how many of the
        measured ones are awaiting_replicate.
    pending : tuple of str
        Pairs that wait for a result, in the order in which they were proposed.
    best : mapping or None
        The best measured pair under an objective of one value: ``pair_id, log_beta, ligand``, and
        ``values``: what the objective makes of it, by what that is called.
    best_so_far : tuple of float
        Its log β after each result, in the order of logging; from the first that can be judged.
    front : tuple of mapping
        Under an objective of several values, the measured pairs that none other beats in
        everything, as `best`. The best in the first objective come first.
    closed : bool
    """

    name: str
    n_pool: int
    n_literature: int
    rounds: int
    counts: Mapping[str, int]
    pending: tuple[str, ...]
    best: Mapping[str, Any] | None
    best_so_far: tuple[float, ...]
    front: tuple[Mapping[str, Any], ...]
    closed: bool


def status_of(
    state: CampaignState, config: Mapping[str, Any], measured: pd.DataFrame, pool: pd.DataFrame
) -> Status:
    """Sum up a campaign; `config` in force, `measured` as `views.measurements` returns it."""
    waiting = tuple(p for p in state.proposals if state.waiting(p))
    awaiting = {"awaiting_replicate": len(state.awaited)} if state.awaited else {}
    objective = build(config["objective"])
    worth = worth_of(objective, measured, pool)

    def told(result: int) -> dict[str, Any]:
        row = measured.iloc[result]
        return {
            "pair_id": row.pair_id,
            "log_beta": float(row.log_beta),
            "ligand": row.ligand or row.smiles,
            "values": objective.shown_each(worth[result]),
        }

    leaders: list[int] = []
    if objective.scalar:
        leaders = [int(np.nanargmax(worth[:i])) for i in _lengths_with_a_leader(worth)]
    return Status(
        name=state.name,
        n_pool=state.n_pool + len(state.added_pairs),
        n_literature=state.n_observations,
        rounds=len(state.rounds),
        counts=dict(Counter(state.states.values())) | awaiting,
        pending=waiting,
        best=told(leaders[-1]) if leaders else None,
        best_so_far=tuple(float(measured["log_beta"].iloc[i]) for i in leaders),
        front=() if objective.scalar else tuple(told(i) for i in best_rows(objective, worth)),
        closed=bool(state.closed_seq),
    )


def worth_of(objective: Any, measured: pd.DataFrame, pool: pd.DataFrame) -> Floats:
    """Return what an objective makes of each result, the larger the better.

    Returns
    -------
    (k,) float64, or (k, p) of an objective of p values
        NaN where it cannot be told: the result is a bound, or its value depends on pairs that are
        not measured.
    """
    if measured.empty:
        return np.empty(0)
    pairs = pool_pairs(pool)
    own = pd.Index(pool["pair_id"]).get_indexer(measured["pair_id"])
    exact = (measured["censoring"] == "none").to_numpy()
    results = np.where(exact, np.arange(len(measured)), -1)
    # Of other pairs, the first result counts; each result stands for its own pair.
    first = np.full(len(pool) + 1, -1)  # what is not there is row −1, and has none
    first[own[exact][::-1]] = results[exact][::-1]
    parts = objective.parts(pairs)[own]
    parts = np.where(parts == own[:, None], results[:, None], first[parts])
    rows = np.flatnonzero((parts >= 0).all(axis=1))
    log_beta = measured["log_beta"].to_numpy(float)[parts[rows]]
    told = objective.value(log_beta[None], own[rows], pairs)[0]
    worth = np.full((len(measured), *told.shape[1:]), np.nan)
    worth[rows] = told
    return worth


def best_rows(objective: Any, worth: Floats) -> Rows:
    """Return the rows of `worth` with a value, best first; of several values, those of the front.

    Equal ones stay in their order.
    """
    values = worth if worth.ndim == 2 else worth[:, None]
    rows = np.flatnonzero(~np.isnan(values).any(axis=1))
    if len(rows) and not objective.scalar:
        rows = rows[non_dominated(values[rows])]
    return rows[np.argsort(-values[rows, 0], kind="stable")]


def _lengths_with_a_leader(worth: Floats) -> range:
    """Return how many results there were whenever at least one had a worth."""
    told = np.flatnonzero(~np.isnan(worth))
    return range(int(told[0]) + 1, len(worth) + 1) if len(told) else range(0)
