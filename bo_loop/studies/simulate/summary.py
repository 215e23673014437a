"""Results of the replays of a simulation: curves per replay, and a table of medians.

Curves have one row for each strategy, seed and experiment:

best_so_far   best value found
regret        by how much it falls short of the pool's best
top_share     share of the pool's top pairs found
enrichment    that share over the one expected of random choice
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from bo_loop.base.types import Floats
from bo_loop.studies.simulate import metrics

TOP = 0.05
"""Share of a pool that counts as its top."""

EXPECTED_RANDOM = "random, expected"

_EACH = ["strategy", "seed"]


def curves(traces: pd.DataFrame, pools: Mapping[int, Floats]) -> pd.DataFrame:
    """Course of every replay.

    Parameters
    ----------
    traces : DataFrame
        `bo_loop.studies.simulate.replay.TRACE_COLUMNS`.
    pools : mapping of int to (N,) float64
        The values of every pair that a seed could find.

    Returns
    -------
    DataFrame
        ``strategy, seed, experiment`` and the columns above.
    """
    parts = []
    for (strategy, seed), trace in traces.groupby(_EACH, sort=False):
        truth, found = pools[seed], trace["value"].to_numpy()
        share = metrics.share_found(found, truth, metrics.top_threshold(truth, TOP))
        parts.append(
            pd.DataFrame(
                {
                    "strategy": strategy,
                    "seed": seed,
                    "experiment": trace["experiment"].to_numpy(),
                    "best_so_far": metrics.best_so_far(found),
                    "regret": metrics.simple_regret(found, truth),
                    "top_share": share,
                    "enrichment": metrics.enrichment(share, len(truth)),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def scores(traces: pd.DataFrame, pools: Mapping[int, Floats]) -> pd.DataFrame:
    """One row a replay: the ends of its curves, and how soon it got there.

    Parameters
    ----------
    traces, pools
        As `curves`.

    Returns
    -------
    DataFrame
        ``strategy, seed, experiments, top_share, enrichment, auc, regret, to_best, to_95``; the
        last two are infinite where it was not reached.
    """
    ends = curves(traces, pools).groupby(_EACH, sort=False).last().reset_index()
    rows = []
    for (_, seed), trace in traces.groupby(_EACH, sort=False):
        truth, found = pools[seed], trace["value"].to_numpy()
        threshold = metrics.top_threshold(truth, TOP)
        rows.append(
            {
                "auc": metrics.area(found >= threshold, np.count_nonzero(truth >= threshold)),
                "to_best": metrics.experiments_to(found, truth.max()),
                "to_95": metrics.experiments_to(found, metrics.near_best(truth)),
            }
        )
    table = ends.rename(columns={"experiment": "experiments"}).join(pd.DataFrame(rows))
    return table[
        [*_EACH, "experiments", "top_share", "enrichment", "auc", "regret", "to_best", "to_95"]
    ]


def summary(scored: pd.DataFrame, pools: Mapping[int, Floats]) -> pd.DataFrame:
    """Medians over seeds, with quartiles of the share of the top; random choice last.

    Parameters
    ----------
    scored : DataFrame
        As `scores` returns.
    pools : mapping of int to (N,) float64
        As `curves`.

    Returns
    -------
    DataFrame
        One row a strategy: ``strategy, seeds, experiments, top_share, top_share_q1, top_share_q3,
        enrichment, auc, regret, to_best, to_95, found_best`` (share of the seeds). The row
        "random, expected" holds exact means; where there is no closed form, NaN.
    """
    rows = []
    for strategy, of_one in scored.groupby("strategy", sort=False):
        middle = of_one.drop(columns=_EACH).median()
        rows.append(
            {
                "strategy": strategy,
                "seeds": len(of_one),
                "experiments": int(middle["experiments"]),
                "top_share": middle["top_share"],
                "top_share_q1": of_one["top_share"].quantile(0.25),
                "top_share_q3": of_one["top_share"].quantile(0.75),
                **middle[["enrichment", "auc", "regret", "to_best", "to_95"]],
                "found_best": float(np.isfinite(of_one["to_best"]).mean()),
            }
        )
    seeds = sorted(scored["seed"].unique())
    return pd.DataFrame(
        [*rows, _expected(int(scored["experiments"].max()), [pools[s] for s in seeds])]
    )


def _expected(n_experiments: int, pools: list[Floats]) -> dict[str, object]:
    """Return what random choice does on average, exactly; the mean over the pools of the seeds."""
    share = [metrics.random_share(len(p), n_experiments) for p in pools]
    tops = [np.count_nonzero(p >= metrics.top_threshold(p, TOP)) for p in pools]
    ideal = [np.minimum(np.arange(1, n_experiments + 1), k).sum() / k for k in tops]
    good = {
        "to_best": [np.count_nonzero(p >= p.max()) for p in pools],
        "to_95": [np.count_nonzero(p >= metrics.near_best(p)) for p in pools],
    }
    waits = {
        name: np.mean(
            [metrics.random_experiments_to(len(p), k) for p, k in zip(pools, of, strict=True)]
        )
        for name, of in good.items()
    }
    return {
        "strategy": EXPECTED_RANDOM,
        "experiments": n_experiments,
        "top_share": np.mean([s[-1] for s in share]),
        "enrichment": 1.0,
        "auc": np.mean([s.sum() / i for s, i in zip(share, ideal, strict=True)]),
        **waits,
    }
