"""The files of a campaign's folder that follow from its ledger, and how to make each again."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bo_loop.base import files, received
from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.state import CampaignState, Round
from bo_loop.campaign.views import forms, sheets, views

if TYPE_CHECKING:
    import pandas as pd

FORM, MODEL, MEASUREMENTS = "proposals.csv", "model.json", "measurements.csv"
WORKBOOK = "proposals.xlsx"
WRITTEN_ONCE = (FORM, WORKBOOK, MODEL)


def round_folder(path: Path, number: int) -> Path:
    """Return the folder of a round."""
    return path / "rounds" / f"{number:03d}"


def views_of(
    path: Path, state: CampaignState, pool: "pd.DataFrame"
) -> dict[Path, Callable[[], bytes]]:
    """Return how to rebuild each view of the campaign in the folder `path`.

    ``measurements.csv`` is there once a result is.
    """
    # of a large pool, few pairs are in any view
    concerned = {*state.proposals, *state.results_by_pair}
    pool = pool[pool["pair_id"].isin(concerned)]
    made: dict[Path, Callable[[], bytes]] = {}
    of = state.properties
    for one in state.rounds:
        folder = round_folder(path, one.number)
        made[folder / FORM] = lambda r=one: forms.form(views.proposals(r, pool), r.asked, of)
        made[folder / WORKBOOK] = lambda r=one: sheets.form(views.proposals(r, pool), r.asked, of)
        made[folder / MODEL] = lambda r=one: _model_json(r)
    if state.results or state.voided:
        made[path / MEASUREMENTS] = lambda: forms.measurements(
            views.measured_columns(state.results, state, pool), of
        )
    return made


def held_by(path: Path) -> bytes | None:
    """Return the content of a view; None if there is no file, or none that can be read."""
    try:
        return received.read_bytes(path)
    except (FileNotFoundError, CampaignError):
        return None


def write_unless_there(path: Path, content: Callable[[], bytes]) -> None:
    """Write a view that nothing overwrites."""
    if path.exists():
        return
    try:
        files.make_folder(path.parent)
        files.write_once(path, _made(path, content))
    except CampaignError:
        if not path.exists():  # else another process had the same thought, and the same content
            raise


def _made(path: Path, content: Callable[[], bytes]) -> bytes:
    try:
        return content()
    except OSError as error:  # a workbook passes through a temporary file
        raise CampaignError(
            f"{path} could not be made ({error.filename}: {error.strerror})."
        ) from error


def _model_json(made: Round) -> bytes:
    contents: Mapping[str, Any] = {
        "round": made.number,
        "hyperparameters": made.hyperparameters,
        "fit": made.fit,
        "incumbent": made.incumbent,
        "versions": made.versions,
    } | ({} if made.chosen_by is None else {"acquisition": made.chosen_by})
    return (json.dumps(contents, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
