"""Where a campaign stands, in numbers that need no model."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.campaign.state import CampaignState
from bo_loop.config import build


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
        Pairs that are pending, in_progress, measured, failed or withdrawn.
    pending : tuple of str
        Pairs that wait for a result, in the order in which they were proposed.
    best : mapping or None
        The best measured pair under the objective: ``pair_id, log_beta, ligand``.
    best_so_far : tuple of float
        Its log β after each result, in the order of logging.
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
    closed: bool


def status_of(state: CampaignState, config: Mapping[str, Any], measured: pd.DataFrame) -> Status:
    """Sum up a campaign; `measured` as `views.measurements` returns it."""
    waiting = tuple(p for p in state.proposals if state.state_of(p) in ("pending", "in_progress"))
    values = measured["log_beta"].to_numpy(float)
    best, course = None, ()
    if len(values):
        objective = build({**config, **state.overrides}["objective"])
        view = objective.view(_Measured(values), measured["n_ligands"].to_numpy())
        scores = view.mean(np.arange(len(values)))
        leaders = [int(np.argmax(scores[: i + 1])) for i in range(len(scores))]
        course = tuple(float(values[i]) for i in leaders)
        row = measured.iloc[leaders[-1]]
        best = {"pair_id": row.pair_id, "log_beta": course[-1], "ligand": row.ligand or row.smiles}
    return Status(
        name=state.name,
        n_pool=state.n_pool + len(state.added_pairs),
        n_literature=state.n_observations,
        rounds=len(state.rounds),
        counts=dict(Counter(state.states.values())),
        pending=waiting,
        best=best,
        best_so_far=course,
        closed=bool(state.closed_seq),
    )


@dataclass(frozen=True)
class _Measured:
    """Known values in the place of a posterior, for an objective to rank."""

    values: np.ndarray

    def mean(self, rows: np.ndarray) -> np.ndarray:
        return self.values[rows]
