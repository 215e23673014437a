"""The report of a campaign: a page that needs no other file."""

import shlex
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bo_loop.acquisition.scores.functions import percent
from bo_loop.base.files import write_once, write_view
from bo_loop.base.html import render
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.views.labels import sentences
from bo_loop.campaign.views.views import shown_movers, shown_nearest, shown_number
from bo_loop.report import complexes, figures
from bo_loop.report import facts as gathered
from bo_loop.report.chemical_space import FEWEST, layout
from bo_loop.report.drawings import draw
from bo_loop.report.facts import Facts, facts_of
from bo_loop.report.in_water import in_water
from bo_loop.report.ligand_map import ligands_of, thinned
from bo_loop.report.model import Learned, learned
from bo_loop.report.sentences import calibration, left_out, summary
from bo_loop.report.wording import in_words, pair_name

_REPORT = "report.html"
_MOST_BEST = 6
_MOST_COMPARED = 30
_STAGES = {"beta_1": "β₁", "beta_n": "βₙ"}


def write_report(campaign: Campaign, out: str | Path | None = None, n_structures: int = 0) -> Path:
    """Write a campaign down as a page for people that needs no other file.

    Parameters
    ----------
    campaign : Campaign
    out : str or Path, optional
        A new file; by default ``report.html`` in the campaign's folder, a view.
    n_structures : int
        As for `report`.

    Returns
    -------
    Path
        Where it lies.

    Raises
    ------
    CampaignError
        If a sealed file is damaged, or the page cannot be written; `out` is not overwritten.
    """
    page = report(campaign, n_structures).encode("utf-8")
    path = campaign.path / _REPORT if out is None else Path(out)
    (write_view if out is None else write_once)(path, page)
    return path


def report(campaign: Campaign, n_structures: int = 0) -> str:
    """Return a campaign's report.

    Parameters
    ----------
    campaign : Campaign
    n_structures : int
        How many of the complexes that wait for a result, or else of the best, are built if they
        have not been; those that have been are shown in any case.

    Returns
    -------
    str
        HTML that loads nothing: question, pool and data; the best so far; complexes in three
        dimensions; every round; how right the predictions were; what the model has learned;
        chemical space; versions, fingerprints.

    Raises
    ------
    CampaignError
        If the ledger or a sealed file is damaged.
    """
    facts = facts_of(campaign)
    state, best = facts.state, gathered.best_first(facts, _MOST_BEST)
    compared = facts.proposed[facts.proposed["log_beta"].notna()]
    found = learned(campaign, facts) if state.rounds else None
    each = gathered.each_property(facts)
    words = state.words if len(state.properties) == 1 else ""
    waiting = _waiting(facts)
    shown = [*waiting, *best.itertuples()]
    structures, problems = complexes.gathered(campaign, shown, n_structures)
    return render(
        files("bo_loop.report").joinpath("campaign.html").read_text(encoding="utf-8"),
        title=f"{state.name}: campaign report",
        name=state.name,
        n_events=state.seq,
        time=facts.events[-1].time.replace("T", " ").replace("Z", " UTC"),
        closed=facts.status.closed,
        **summary(facts),
        model=in_words("model", facts.settings["model"]) + ".",
        choice=_choice(facts),
        keys=_keys(facts, compared),
        best=list(best.itertuples()),
        front=bool(facts.status.front),
        n_results=len(facts.measured),
        n_not_allowed=facts.status.n_not_allowed,
        by_metal=gathered.by_metal(facts, _MOST_COMPARED),
        progress=list(filter(None, [_progress(one, name) for name, one in each])),
        rounds=gathered.rounds(campaign, facts),
        unproposed=list(gathered.unproposed(facts).itertuples()),
        calibration=list(filter(None, [_calibration(one, name) for name, one in each])),
        learned=_learned(found),
        ranked=_ranked(found, state.words),
        next=_next(campaign, facts),
        waiting=waiting,
        structures=structures,
        structure_problems=problems,
        scripts=complexes.scripts() if structures else (),
        pending=facts.status.pending,
        in_water=in_water(facts, best, found),
        space=_space(facts, best),
        curation=gathered.curation(facts),
        versions=_versions(facts),
        fingerprints=_fingerprints(facts),
        settings=yaml.safe_dump(dict(facts.settings), allow_unicode=True, sort_keys=False),
        draw=draw,
        pair=pair_name,
        nearest=partial(shown_nearest, words=words),
        of=words,
        movers=shown_movers,
        why=sentences,
        percent=percent,
    )


def _choice(facts: Facts) -> str:
    settings = facts.settings
    words = in_words("acquisition", settings["acquisition"])
    return f"{words}; {settings['batch_size']} pairs a round."


def _keys(facts: Facts, compared: pd.DataFrame) -> list[tuple[str, str]]:
    status = facts.status
    keys = []
    if status.best:
        ((name, value),) = status.best["values"].items()
        number = shown_number(value, status.best["value_censoring"][name])
        keys = [(number, f"best {name}")]
    keys += [
        (str(len(facts.measured)), "results"),
        (str(status.rounds), "rounds"),
        (str(len(status.pending)), "waiting for a result"),
    ]
    if len(compared) and len(facts.state.properties) == 1:
        error = (compared["log_beta"] - compared["mean"]).abs().mean()
        keys.append((f"{error:.2f}", "mean error of the predictions"))
    return keys


def _progress(facts: Facts, words: str) -> str:
    if facts.measured.empty:
        return ""
    course = gathered.course(facts)
    if course.empty:
        return ""
    objective, best = facts.worth.objective, facts.status.best_so_far
    label = objective.quantity if objective.scalar else words
    if len(facts.state.properties) > 1:
        label, best = words, best if objective.quantity == words else ()
    return figures.progress(course, best, len(facts.measured), label)


def _calibration(facts: Facts, words_of: str) -> dict[str, str] | None:
    """Compare predictions on record with results; None before the first of them."""
    compared = facts.proposed[facts.proposed["log_beta"].notna()]
    if compared.empty:
        return None
    errors = gathered.standardised_errors(compared)
    several = len(facts.state.properties) > 1
    return {
        "words": f"{words_of}: " * several + calibration(errors, compared),
        "prospective": figures.prospective(compared, words_of),
        "coverage": figures.coverage(errors),
    }


def _waiting(facts: Facts) -> list[Any]:
    """Return the last proposal of each pair that waits for a result, the latest round first."""
    rows = facts.proposed[facts.proposed["pair_id"].isin(facts.status.pending)]
    if rows.empty:
        return []
    last = rows.drop_duplicates("pair_id", keep="last")
    return list(last.sort_values(["round", "rank"], ascending=[False, True]).itertuples())


def _next(campaign: Campaign, facts: Facts) -> str:
    """Return the command that a person would type next."""
    directory = campaign.path.parent
    where = [] if str(directory) == "campaigns" else [f"directory={directory}"]
    verb, more = "suggest", []
    if facts.status.closed:
        verb = "reopen"
    elif facts.status.pending:
        last = max(row.round for row in _waiting(facts))
        verb, more = "log", [f"results={campaign.form(last).with_suffix('.xlsx')}"]
    return shlex.join(["bo-loop", verb, f"name={campaign.path.name}", *where, *more])


def _ranked(found: Learned | None, words: str) -> dict[str, Any] | None:
    """Return the first open pairs; None if there is no model, or nothing open."""
    if found is None or found.ranked is None:
        return None
    rows = found.ranked
    value = rows.attrs["quantity"] if rows["value"].notna().any() else ""
    return {
        "rows": list(rows.itertuples()),
        "total": rows.attrs["total"],
        "value": "" if value == words else value,
        "reference": rows.attrs["reference"],
        "cost": rows["cost"].notna().any(),
    }


def _learned(found: Learned | None) -> dict[str, Any] | None:
    """Describe the last round's model; None before the first round."""
    if found is None:
        return None
    several = len(found.relevances) > 1
    return {
        "parities": [
            (
                figures.parity(one.observed, one.predicted, one.own, one.words),
                left_out(one.observed, one.predicted),
            )
            for one in found.parities
        ],
        "relevances": [
            (
                f" of {_STAGES.get(name, name)}" if several else "",
                figures.relevances(shares, found.groups),
            )
            for name, shares in found.relevances.items()
        ],
    }


def _space(facts: Facts, best: pd.DataFrame) -> dict[str, str] | None:
    """Map the ligands of pool and literature; None if there are too few."""
    ligands = ligands_of(facts)
    total = len(ligands)
    if total < FEWEST:
        return None
    ligands = thinned(ligands)
    groups = list(ligands["ligand_group"])
    of_pair = facts.pool.set_index("pair_id")["ligand_group"]
    numbers: dict[int, int] = {}
    for number, pair_id in enumerate(best["pair_id"], start=1):
        numbers.setdefault(groups.index(of_pair[pair_id]), number)
    shown = "" if len(ligands) == total else f"{len(ligands)} of {total} are shown. "
    return {
        "drawing": figures.space(layout(list(ligands["smiles"])), list(ligands["state"]), numbers),
        "words": "Each dot is a ligand; those with similar structures lie close together (t-SNE of "
        f"Morgan fingerprints). {shown}Numbers are as in the list of the best above.",
    }


def _versions(facts: Facts) -> list[tuple[str, str, str]]:
    first = facts.state.versions
    last: Mapping[str, str] = facts.state.rounds[-1].versions if facts.state.rounds else {}
    return [(name, first.get(name, ""), last.get(name, "")) for name in {**first, **last}]


def _fingerprints(facts: Facts) -> list[tuple[str, str]]:
    last = facts.events[-1]
    return [
        (f"ledger, event {last.seq}", last.hash),
        ("settings at start", facts.state.config),
        *facts.state.sealed.items(),
    ]
