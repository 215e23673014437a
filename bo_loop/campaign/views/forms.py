"""CSV for people: the lab's form and the tables of results (utf-8-sig, LF).

``rounds/001/proposals.csv`` is created once and filled in by hand. Its columns up to ``moved_by``
are ours, the rest are the lab's. A row whose result and status are both empty is still pending.
"""

from typing import Any

import pandas as pd

from bo_loop.campaign.views.views import shown_movers, shown_nearest

_OURS = {
    "rank": "rank",
    "pair_id": "pair_id",
    "metal": "metal",
    "charge": "charge",
    "ligand": "ligand",
    "smiles": "smiles",
    "n_ligands": "n_ligands",
    "mean": "predicted_log_beta",
    "sd": "predicted_sd",
    "acquisition": "acquisition",
    "reason": "reason",
    "role": "role",
    "replicate": "replicate",
    "outside_domain": "outside_domain",
    "nearest": "nearest",
    "movers": "moved_by",
}
THEIRS = (
    "log_beta",
    "log_beta_sd",
    "temperature_C",
    "ionic_strength_M",
    "status",
    "confirm",
    "note",
)


def form(proposals: pd.DataFrame) -> bytes:
    """Return the form of a round, the conditions wanted filled in.

    Parameters
    ----------
    proposals : DataFrame
        A row for each, as `views.proposals` returns it.
    """
    told = proposals.assign(
        replicate=["" if pd.isna(n) else str(int(n)) for n in proposals["replicate"]],
        outside_domain=proposals["outside_domain"].map({True: "yes", False: "no"}),
        nearest=[shown_nearest(nearest) for nearest in proposals["nearest"]],
        movers=[shown_movers(movers) for movers in proposals["movers"]],
    )
    return table(told.reindex(columns=[*_OURS, *THEIRS]).rename(columns=_OURS))


def table(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV; numbers with six digits, nothing for a missing value.

    Notes
    -----
    Text that a spreadsheet would run as a formula gets a leading apostrophe, which is how
    spreadsheets themselves keep such text.
    """
    texts = {
        name: [_cell(value) for value in column.to_numpy(object)]
        for name, column in frame.items()
        if not pd.api.types.is_numeric_dtype(column)
    }
    text = frame.assign(**texts).to_csv(index=False, lineterminator="\n", float_format="%.6g")
    return text.encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
