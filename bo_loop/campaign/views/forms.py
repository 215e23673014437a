"""CSV for people: the lab's form and the tables of results (utf-8-sig, LF).

``rounds/001/proposals.csv`` is created once and filled in by hand. Its columns up to ``moved_by``
are ours, the rest are the lab's. A row whose result and status are both empty is still pending.
"""

from typing import TYPE_CHECKING

from bo_loop.campaign.views.views import shown_movers, shown_nearest

if TYPE_CHECKING:
    import pandas as pd

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
_DIGITS = "%.6g"


def form(proposals: "pd.DataFrame") -> bytes:
    """Return the form of a round, the conditions wanted filled in.

    Parameters
    ----------
    proposals : DataFrame
        A row for each, as `views.proposals` returns it.
    """
    import pandas as pd

    from bo_loop.data.writing import csv_bytes

    written = proposals.assign(
        replicate=["" if pd.isna(n) else str(int(n)) for n in proposals["replicate"]],
        outside_domain=proposals["outside_domain"].map({True: "yes", False: "no"}),
        nearest=[shown_nearest(nearest) for nearest in proposals["nearest"]],
        movers=[shown_movers(movers) for movers in proposals["movers"]],
    )
    shown = written.reindex(columns=[*_OURS, *THEIRS]).rename(columns=_OURS)
    return csv_bytes(shown, float_format=_DIGITS)


def measurements(results: "pd.DataFrame") -> bytes:
    """Return the table of results, as `views.measurements` gives it, numbers with six digits."""
    from bo_loop.data.writing import csv_bytes

    return csv_bytes(results, float_format=_DIGITS)
