"""Batches: q rows one after another, each as if those before it had been measured; and why.

Kriging believer (Ginsbourger, Le Riche and Carraro 2010): a pending or picked row is taken to
answer with its posterior mean. Two things follow, and both are used:

- conditioning on the mean leaves every mean unchanged, so means are computed once;
- conditioning never raises a variance, so a variance that was exact a pick ago is a bound now, and
  only the rows of highest ceiling are computed anew (see `screen`).

Believed values count as found: the incumbent of each pick is the best of the incumbent given, the
means of pending rows and the means of earlier picks. Otherwise EI would pay a second time for a
gain that an earlier pick is already believed to bring.

Symbols
-------
N           rows of the posterior (pool ∪ answered pairs)
k           open rows
q           rows wanted
mean        (k,) posterior mean of what is maximised
bound       (k,) never below the variance given pending rows and earlier picks
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from bo_loop.acquisition.functions import Acquisition, percent
from bo_loop.acquisition.objectives import Objective, View
from bo_loop.acquisition.screen import Marginal, ranked, top
from bo_loop.errors import ConfigError, FitError
from bo_loop.records import Floats, PoolPosterior, Rows


@dataclass(frozen=True)
class Selection:
    """Rows to measure next.

    Parameters
    ----------
    rows : (≤ q,) int64
        Rows of the posterior, in the order of choice.
    scores : (≤ q,) float64
        Score of each at the time of its choice, given the picks before it.
    """

    rows: Rows
    scores: Floats


def select(
    posterior: PoolPosterior,
    objective: Objective,
    acquisition: Acquisition,
    *,
    rows: Rows,
    pair_ids: Sequence[str],
    n_ligands: Rows,
    incumbent: float,
    q: int,
    rng: np.random.Generator,
    noise: float | Floats,
    pending_rows: Rows | Sequence[int] = (),
) -> Selection:
    """Choose q of the open rows.

    Parameters
    ----------
    posterior : PoolPosterior
        Posterior of log β over N rows.
    objective : Objective
        What is maximised.
    acquisition : Acquisition
        What a row is worth.
    rows : (k,) int
        Open rows, in any order.
    pair_ids : (N,) sequence of str
        Id of every row of the posterior. Ties within a relative 1e-9 go to the smaller id, and
        random draws follow the order of ids: the order of rows never decides.
    n_ligands : (N,) int
        Number of ligands of every row of the posterior.
    incumbent : float
        Best value so far, in the units of ``objective.view(...)``.
    q : int
        Rows wanted; with fewer open rows, all of them come back.
    rng : numpy.random.Generator
        Source of random draws; advanced by Thompson and Random only.
    noise : float or (N,) float64
        Learned noise variance of one measurement of log β, of every row if they differ.
    pending_rows : (p,) int, optional
        Rows proposed earlier and not yet answered.

    Returns
    -------
    Selection
        min(q, k) rows and their scores.

    Raises
    ------
    ConfigError
        If q is less than 1, or the objective cannot compare the rows.
    FitError
        If a mean or variance is not a finite number.
    ValueError
        If an open row is also pending.
    """
    if q < 1:
        raise ConfigError(f"batch_size is {q}: at least one pair has to be proposed.")
    pair_ids = np.asarray(pair_ids, dtype=object)
    noise = np.broadcast_to(noise, len(pair_ids))
    newly_believed = np.asarray(pending_rows, dtype=np.int64)
    rows = _in_order_of_ids(np.asarray(rows, dtype=np.int64), pair_ids)
    if np.isin(rows, newly_believed).any():
        raise ValueError("open rows must not be pending")
    if len(rows) == 0:
        return Selection(rows, np.empty(0))
    prior = objective.view(posterior, n_ligands)
    mean, bound = prior.mean(rows), prior.variance_bound(rows)
    _refuse_non_finite(mean, bound, rows, pair_ids)
    best = incumbent
    if len(newly_believed):
        best = max(best, float(prior.mean(newly_believed).max()))
    believed, chosen, scores = posterior, [], []
    for _ in range(min(q, len(rows))):
        believed = _believe(believed, newly_believed, noise[newly_believed])
        view = objective.view(believed, n_ligands)
        at, score, bound = _pick(acquisition, view, rows, mean, bound, best, rng)
        newly_believed = rows[at : at + 1]
        chosen.append(rows[at])
        scores.append(score)
        best = max(best, mean[at])
        rows, mean, bound = (np.delete(each, at) for each in (rows, mean, bound))
    return Selection(np.array(chosen, dtype=np.int64), np.array(scores, dtype=np.float64))


def explain(
    acquisition: Acquisition, mean: float, sd: float, incumbent: float, objective: Objective
) -> str:
    """Say in one sentence why a row was chosen.

    Parameters
    ----------
    acquisition : Acquisition
        What chose it.
    mean, sd : float
        Posterior mean and latent standard deviation of the objective's view.
    incumbent : float
        Best value so far, in the same units.
    objective : Objective
        Gives the values their name and sign.

    Returns
    -------
    str
        The chance to beat the best so far, and the acquisition's motive.
    """
    chance = norm.cdf((mean - incumbent) / sd) if sd > 0 else float(mean > incumbent)
    best = f"{objective.quantity} {objective.shown(incumbent):z.2f}"
    return f"{percent(chance)} chance to beat {best}; {acquisition.motive(mean, sd, incumbent)}"


@dataclass(frozen=True)
class _Believed:
    """A view whose means are known: `table[row]` holds those of the open rows."""

    view: View
    table: Floats

    def mean(self, rows: Rows) -> Floats:
        return self.table[rows]

    def variance(self, rows: Rows) -> Floats:
        return self.view.variance(rows)

    def variance_bound(self, rows: Rows) -> Floats:
        return self.view.variance_bound(rows)

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        return self.view.covariance(rows_a, rows_b)


def _pick(
    acquisition: Acquisition,
    view: View,
    rows: Rows,
    mean: Floats,
    bound: Floats,
    incumbent: float,
    rng: np.random.Generator,
) -> tuple[int, float, Floats]:
    """Return the best row's position and score, and the tightened variance bounds."""
    if isinstance(acquisition, Marginal):
        found = top(
            acquisition,
            mean=mean,
            variance_bound=bound,
            variance=lambda at: view.variance(rows[at]),
            incumbent=incumbent,
            q=1,
        )
        return int(found.positions[0]), float(found.scores[0]), found.variance_bound
    table = np.full(rows.max() + 1, np.nan)
    table[rows] = mean
    scores = acquisition.score(_Believed(view, table), rows, incumbent, rng)
    at = int(ranked(scores, 1)[0])
    return at, float(scores[at]), bound


def _believe(posterior: PoolPosterior, rows: Rows, noise: Floats) -> PoolPosterior:
    if len(rows) == 0:
        return posterior
    return posterior.condition(rows, posterior.mean(rows), noise)


def _in_order_of_ids(rows: Rows, pair_ids: Sequence[str]) -> Rows:
    return np.array(sorted(set(rows.tolist()), key=lambda row: pair_ids[row]), dtype=np.int64)


def _refuse_non_finite(mean: Floats, bound: Floats, rows: Rows, pair_ids: Sequence[str]) -> None:
    bad = rows[~(np.isfinite(mean) & np.isfinite(bound))]
    if len(bad):
        named = ", ".join(str(pair_ids[row]) for row in bad[:3])
        raise FitError(
            f"The model predicts no finite mean or variance for {len(bad)} of {len(rows)} open "
            f"pairs (among them {named}), so they cannot be ranked. Refit the model, or leave "
            "these pairs out of the pool."
        )
