"""CSV for people: the lab's form and the tables of results (utf-8-sig, LF).

``rounds/001/proposals.csv`` is created once and filled in by hand. Its columns up to ``moved_by``
are ours, the rest are the lab's. A row whose result and status are both empty is still pending.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bo_loop.campaign.ledger.state import AT_PH
from bo_loop.campaign.views.views import shown_movers, shown_nearest
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import PROPERTY, of_pair, renamed

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
_AT_PH = ("log_beta", "log_K_cond", "log_beta_sd", "pH", *THEIRS[2:])
_OF_TOTALS = ("log_beta", "pM", "log_beta_sd", *AT_PH, *THEIRS[2:])


def of_the_lab(properties: Sequence[Property]) -> frozenset[str]:
    """Return all columns that the lab may fill in."""
    return frozenset(renamed(name, properties) for name in (*_AT_PH, *_OF_TOTALS))


_DIGITS = "%.6g"


def form(
    proposals: "pd.DataFrame",
    asked: Mapping[str, float],
    properties: Sequence[Property] = (LOG_BETA,),
) -> bytes:
    """Return the form of a round, the conditions wanted filled in.

    Parameters
    ----------
    proposals : DataFrame
        A row for each, as `views.proposals` returns it.
    asked : mapping of str to float
        The pH and the totals that the round's objective is about: then log K′ or pM may be given
        in place of log β.
    properties : sequence of Property
        What the campaign is about; of several, a column ``property`` says which is asked for.
    """
    import pandas as pd

    from bo_loop.data.writing import csv_bytes

    words = words_of_rows(proposals, properties)
    written = proposals.assign(
        replicate=["" if pd.isna(n) else str(int(n)) for n in proposals["replicate"]],
        outside_domain=proposals["outside_domain"].map({True: "yes", False: "no"}),
        nearest=list(map(shown_nearest, proposals["nearest"], words)),
        movers=[shown_movers(movers) for movers in proposals["movers"]],
    )
    theirs = _OF_TOTALS if "total_metal_M" in asked else _AT_PH if asked else THEIRS
    written = written.assign(**asked)
    ours = dict(_OURS)
    if len(properties) > 1:
        written = written.assign(**{PROPERTY: asked_for(proposals, properties)})
        ours = {"rank": "rank", "pair_id": "pair_id", PROPERTY: PROPERTY} | ours
    shown = written.reindex(columns=[*ours, *theirs]).rename(columns=ours)
    shown = shown.rename(columns=lambda name: renamed(name, properties))
    return csv_bytes(shown, float_format=_DIGITS)


def asked_for(proposals: "pd.DataFrame", properties: Sequence[Property]) -> list[str]:
    """Return what a value of each row is, as it is measured: ``recovery (%)``."""
    found = [of_pair(pair_id, properties) for pair_id in proposals["pair_id"]]
    return [of.name + (f" ({of.unit})" if of.unit else "") for of in found]


def words_of_rows(rows: "pd.DataFrame", properties: Sequence[Property]) -> list[str]:
    """Return what values of each row are called on the modelled scale."""
    return [of_pair(pair_id, properties).words for pair_id in rows["pair_id"]]


def measurements(
    columns: Mapping[str, Sequence[Any]], properties: Sequence[Property] = (LOG_BETA,)
) -> bytes:
    """Return the table of results, by column as `views.measured_columns`, with six digits."""
    from bo_loop.data.writing import csv_of

    return csv_of({renamed(name, properties): v for name, v in columns.items()}, _DIGITS)
