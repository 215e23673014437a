"""Traces of replays whose scores are known by hand."""

import numpy as np
import pandas as pd

# Twenty pairs of value 0 … 19: the top 5 % is the best pair alone; 95 % of the way is 18.05.
POOL = np.arange(20.0)


def trace(strategy, seed, values):
    return pd.DataFrame(
        {
            "strategy": strategy,
            "seed": seed,
            "experiment": np.arange(1, len(values) + 1),
            "value": np.array(values, dtype=float),
        }
    )


TRACES = pd.concat(
    [
        trace("a", 0, [5, 19, 2]),
        trace("a", 1, [19, 0, 1]),
        trace("a", 2, [3, 4, 2]),
        trace("b", 0, [18, 17, 16]),
        trace("b", 1, [1, 2, 3]),
    ],
    ignore_index=True,
)


POOLS = {0: POOL, 1: POOL, 2: POOL}
