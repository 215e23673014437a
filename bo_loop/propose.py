"""Posterior + objective + open rows -> proposals. Pure: no I/O, no clock, no global state.

`bo-loop suggest` and the demo come through `propose`, so what is shown is what runs in the lab.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bo_loop.acquisition.batch import explain, select
from bo_loop.acquisition.functions import Acquisition
from bo_loop.acquisition.objectives import Objective
from bo_loop.errors import CampaignError
from bo_loop.records import Floats, PoolPosterior, Proposal

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Candidates:
    """The rows of a posterior, pool ∪ answered pairs, and what each may be used for.

    Parameters
    ----------
    pair_ids : sequence of str, length N
        Break ties; name the picks.
    n_ligands : (N,) int64
        Number of ligands of each pair.
    open, pending, answered : (N,) bool
        May be proposed; proposed or in progress without a result; has a result or a literature
        value, and is of the campaign's target metals and n.
    """

    pair_ids: Sequence[str]
    n_ligands: NDArray[np.int64]
    open: Mask
    pending: Mask
    answered: Mask


@dataclass(frozen=True)
class Decision:
    """What a round chose.

    Parameters
    ----------
    proposals : tuple of Proposal
        In the order of the picks.
    incumbent_row : int
        The answered row with the best posterior mean; the best open row if none is answered.
    incumbent : float
        Its value under the objective.
    """

    proposals: tuple[Proposal, ...]
    incumbent_row: int
    incumbent: float


def propose(
    posterior: PoolPosterior,
    candidates: Candidates,
    objective: Objective,
    acquisition: Acquisition,
    *,
    q: int,
    rng: np.random.Generator,
    noise: Floats,
) -> Decision:
    """Choose the next q pairs.

    Parameters
    ----------
    posterior : PoolPosterior
        Over the N rows of `candidates`, before pending pairs are conditioned on.
    candidates : Candidates
        What the rows are.
    objective, acquisition
        What is maximised, and what a row is worth.
    q : int
        Pairs wanted; with fewer open ones, all of them come back.
    rng : numpy.random.Generator
        Source of every random draw.
    noise : (N,) float64
        Learned noise variance of one measurement of each row, original units².

    Returns
    -------
    Decision

    Raises
    ------
    CampaignError
        If no row is open.
    """
    rows = np.flatnonzero(candidates.open)
    if len(rows) == 0:
        raise CampaignError(
            "No pair is open: everything in the pool is answered, pending or withdrawn. Log the "
            "pending results, or start a campaign with a larger pool."
        )
    view = objective.view(posterior, candidates.n_ligands)
    known = np.flatnonzero(candidates.answered)
    known = known if len(known) else rows
    means = view.mean(known)
    incumbent_row, incumbent = int(known[means.argmax()]), float(means.max())
    chosen = select(
        posterior,
        objective,
        acquisition,
        rows=rows,
        pair_ids=candidates.pair_ids,
        n_ligands=candidates.n_ligands,
        incumbent=incumbent,
        q=q,
        rng=rng,
        noise=noise,
        pending_rows=np.flatnonzero(candidates.pending),
    )
    variance = posterior.variance(chosen.rows)
    columns = zip(
        chosen.rows,
        posterior.mean(chosen.rows),
        view.mean(chosen.rows),
        np.sqrt(variance),
        np.sqrt(variance + noise[chosen.rows]),
        chosen.scores,
        strict=True,
    )
    proposals = tuple(
        Proposal(
            row=int(row),
            mean=float(mean),
            sd=float(sd),
            sd_latent=float(sd_latent),
            acquisition=float(score),
            rank=rank,
            reason=explain(acquisition, float(value), float(sd_latent), incumbent, objective),
        )
        for rank, (row, mean, value, sd_latent, sd, score) in enumerate(columns, start=1)
    )
    return Decision(proposals, incumbent_row, incumbent)
