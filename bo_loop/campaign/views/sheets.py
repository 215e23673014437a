"""Workbooks for people: the form of a round, to be filled in and logged; the ranked pool."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bo_loop.campaign.ledger.state import STATUSES
from bo_loop.campaign.views.forms import asked_for, words_of_rows
from bo_loop.campaign.views.views import shown_movers, shown_nearest
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import PROPERTY, renamed

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.data.workbooks import Column

_MOST_DRAWN = 500
_MEANING = "log10 of the overall stability constant β of ML_n"
_OF_THE_SOLUTION = {
    "pH": "of the solution",
    "total_metal_M": "metal ion in all its forms, mol/L",
    "total_ligand_M": "ligand in all its forms, mol/L",
}
_FORM_NOTE = (
    "Fill in the yellow cells, save, and type bo-loop log name=… results=<this file>. A row whose "
    "result and status are empty is still pending. Rows may be sorted; columns of your own are "
    "named, and not read."
)


def form(
    proposals: "pd.DataFrame",
    asked: Mapping[str, float],
    properties: Sequence[Property] = (LOG_BETA,),
) -> bytes:
    """Return the form of a round as a workbook, the conditions wanted filled in.

    Parameters
    ----------
    proposals : DataFrame
        A row for each, as `views.proposals` returns it.
    asked, properties
        As of `bo_loop.campaign.views.forms.form`.
    """
    from bo_loop.data.workbooks import workbook

    columns = [
        *_asked(proposals, asked, properties),
        *_pair(proposals),
        *_predicted(proposals, properties),
    ]
    return workbook(columns, "results", _FORM_NOTE)


def ranking(ranked: "pd.DataFrame", properties: Sequence[Property] = (LOG_BETA,)) -> bytes:
    """Return the ranked pool as a workbook.

    Parameters
    ----------
    ranked : DataFrame
        As `bo_loop.campaign.rounds.ranking.ranking` returns it.
    properties : sequence of Property
        What the campaign is about.
    """
    from bo_loop.data.workbooks import Column, workbook

    to_beat = ranked.attrs["reference"]
    columns = [
        Column("rank", "by the value that the objective is expected to have",
               _values(ranked, "rank"), 6),
        *_of_what(ranked),
        *_pair(ranked, role=True),
        *_estimates(ranked, properties),
        Column(
            ranked.attrs["quantity"] + " expected", "what the objective makes of it",
            _values(ranked, "value"), 13, digits="0.00",
        ),
        Column("chance to beat the best", f"the best so far: {to_beat}", _values(ranked, "chance"),
               11, digits="0%"),
        *_nearness(ranked, properties),
    ]  # fmt: skip
    if ranked["cost"].notna().any():
        columns.insert(
            -3, Column("cost", "of the ligand, as the pool says", _values(ranked, "cost"))
        )
    return workbook(columns, "ranking", f"Every pair that may be proposed. To beat: {to_beat}.")


def ranking_table(
    ranked: "pd.DataFrame", properties: Sequence[Property] = (LOG_BETA,)
) -> "pd.DataFrame":
    """Return the ranked pool as a table for a file: what is known nearest in words."""
    words = words_of_rows(ranked, properties)
    shown = ranked.assign(nearest=list(map(shown_nearest, ranked["nearest"], words)))
    empty = [name for name in ("cost", "role", "value") if not shown[name].astype(bool).any()]
    return shown.drop(columns=[*empty, *(["cost"] if shown["cost"].isna().all() else [])])


def _asked(
    proposals: "pd.DataFrame", asked: Mapping[str, float], properties: Sequence[Property]
) -> list["Column"]:
    """Return what the lab fills in."""
    from bo_loop.data.workbooks import Column

    empty = [None] * len(proposals)
    several = len(properties) > 1
    meant = [_MEANING if of.is_log_beta else of.expected for of in properties]
    called = [Column(PROPERTY, "what is asked for", asked_for(proposals, properties), 14)]
    return [
        *(called if several else []),
        Column(renamed("log_beta", properties), f"the result: {'; or '.join(meant)}"
               "; also >20, <3, or 12.3 ± 0.2", empty, 11, fill_in=True),
        *_at_pH(empty, asked),
        Column(renamed("log_beta_sd", properties),
               "the result's standard deviation, if you have one", empty, 11, fill_in=True),
        *[Column(name, _OF_THE_SOLUTION[name], [value] * len(empty), 10, fill_in=True)
          for name, value in asked.items()],
        Column("status", "measured, failed or in_progress; empty with a result means measured",
               empty, 12, fill_in=True, choices=STATUSES),
        Column("temperature (°C)", "at which it was measured; filled in: what is wanted",
               _values(proposals, "temperature_C"), 12, fill_in=True),
        Column("ionic strength (mol/L)", "likewise", _values(proposals, "ionic_strength_M"), 11,
               fill_in=True),
        Column("confirm", "yes, if a value is right that bo-loop doubts", empty, 9, fill_in=True,
               choices=("yes",)),
        Column("note", "anything worth keeping", empty, 22, fill_in=True),
    ]  # fmt: skip


def _at_pH(empty: list[None], asked: Mapping[str, float]) -> list["Column"]:
    """Return the column of what may be given in place of log β under the round's objective."""
    from bo_loop.data.workbooks import Column

    if "total_metal_M" in asked:
        about = "in place of log_beta: −log10 of the free metal ion, at the pH and totals beside it"
        return [Column("pM", about, empty, 11, fill_in=True)]
    about = "in place of log_beta: the conditional constant log10 K′, at the pH beside it"
    return [Column("log_K_cond", about, empty, 11, fill_in=True)] if asked else []


def _pair(frame: "pd.DataFrame", role: bool = False) -> list["Column"]:
    """Return what the pair is; the structure drawn."""
    from bo_loop.chemistry.pictures import png
    from bo_loop.data.workbooks import Column

    drawn = frame["smiles"].head(_MOST_DRAWN)
    pictures = [png(smiles) for smiles in drawn] + [None] * (len(frame) - len(drawn))
    columns = [
        Column("structure", "of the ligand, neutral", pictures, 17),
        Column("metal", "the metal ion", _values(frame, "metal"), 7),
        Column("charge", "of the metal ion", _values(frame, "charge"), 7),
        Column("ligand", "its name", _values(frame, "ligand"), 24),
        Column("n_ligands", "n: ligands in the complex ML_n", _values(frame, "n_ligands"), 9),
    ]
    if not role and "replicate" in frame and frame["replicate"].notna().any():
        columns.append(
            Column("replicate", "which measurement of the pair it is", _values(frame, "replicate"))
        )
    if (frame["role"] != "").any():
        columns.append(
            Column("role", "target, or competitor: measured for the sake of the same ligand's "
                   "target", _values(frame, "role"))
        )  # fmt: skip
    return columns


def _of_what(ranked: "pd.DataFrame") -> list["Column"]:
    """Return which of several properties each row is a value of."""
    from bo_loop.data.workbooks import Column

    if PROPERTY not in ranked:
        return []
    return [Column(PROPERTY, "what the prediction is of", _values(ranked, PROPERTY), 14)]


def _estimates(frame: "pd.DataFrame", properties: Sequence[Property]) -> list["Column"]:
    from bo_loop.data.workbooks import Column

    words = " or ".join(of.words for of in properties)
    return [
        Column(renamed("predicted_log_beta", properties), f"{words} that the model expects",
               _values(frame, "mean"), 11, digits="0.00"),
        Column("predicted_sd", "the prediction's standard deviation, noise of a measurement "
               "included: two results of three lie within one", _values(frame, "sd"), 11,
               digits="0.00"),
    ]  # fmt: skip


def _nearness(frame: "pd.DataFrame", properties: Sequence[Property]) -> list["Column"]:
    from bo_loop.data.workbooks import Column

    told = {True: "yes", False: "no"}
    own = words_of_rows(frame, properties)
    words = properties[0].words if len(properties) == 1 else "their values"
    return [
        Column("outside_domain", "yes: no known pair is much like it, so trust the prediction less",
               [told.get(one) for one in frame["outside_domain"].tolist()], 10),
        Column("nearest", f"the known pairs most like it, with {words} and likeness (1: the same)",
               list(map(shown_nearest, frame["nearest"], own)), 48),
        Column("smiles", "the structure as SMILES", _values(frame, "smiles"), 20),
        Column("pair_id", "what bo-loop knows the pair by", _values(frame, "pair_id"), 34),
    ]  # fmt: skip


def _predicted(proposals: "pd.DataFrame", properties: Sequence[Property]) -> list["Column"]:
    from bo_loop.data.workbooks import Column

    words = properties[0].words if len(properties) == 1 else "the property"
    return [
        *_estimates(proposals, properties),
        Column("reason", "why it was chosen", _values(proposals, "reason"), 48),
        Column("moved_by", "features that move the prediction most: "
               f"↑ {words} rises with it, ↓ it falls, ~ only the doubt changes",
               [shown_movers(movers) for movers in proposals["movers"]], 28),
        Column("rank", "in the order of choice", _values(proposals, "rank"), 6),
        Column("acquisition", "its score when it was chosen", _values(proposals, "acquisition"),
               11, digits="0.000"),
        *_nearness(proposals, properties),
    ]  # fmt: skip


def _values(frame: "pd.DataFrame", name: str) -> list[Any]:
    """Return a column as plain values, None where one is missing."""
    return [None if value != value else value for value in frame[name].tolist()]
