"""The ligands that the map of chemical space shows."""

import numpy as np
import pandas as pd

from bo_loop.report.facts import Facts
from bo_loop.report.figures import STATES

MOST = 1000


def ligands_of(facts: Facts) -> pd.DataFrame:
    """Return each ligand once, with the furthest state that any of its pairs has reached.

    Returns
    -------
    DataFrame
        ``ligand_group, ligand, smiles``; ``state``, one of `bo_loop.report.figures.STATES`.
    """
    order = {state: i for i, state in enumerate(STATES)}
    waiting = {"pending": "waiting", "in_progress": "waiting"}
    states = facts.pool["pair_id"].map(facts.state.state_of).replace(waiting)
    both = pd.concat(
        [facts.pool.assign(state=states), facts.literature.assign(state="literature")],
        ignore_index=True,
    )
    both = both.assign(order=both["state"].map(order)).sort_values(
        "order", ascending=False, kind="stable"
    )
    first = both.drop_duplicates("ligand_group").sort_index()
    return first[["ligand_group", "ligand", "smiles", "state"]].reset_index(drop=True)


def thinned(ligands: pd.DataFrame) -> pd.DataFrame:
    """Return `MOST` at most: what something has come of, and evenly spaced ones of the rest."""
    if len(ligands) <= MOST:
        return ligands
    quiet = ligands["state"].isin(["open", "literature"])
    kept = ligands[~quiet].head(MOST)
    rest = ligands[quiet]
    rows = np.linspace(0, len(rest) - 1, MOST - len(kept)).round().astype(int)
    return pd.concat([kept, rest.iloc[rows]], ignore_index=True)
