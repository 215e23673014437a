"""Does a campaign's record hold, and does all else follow from it? Reads only.

==========  =====================================================================================
ledger      its chain, and that nothing acknowledged is missing (reading it checks that);
            ledger.head, which says so, is there
sealed      the files that `start` sealed have the hashes that it recorded
views       measurements.csv and each round's model.json are what the ledger says, byte for byte;
            of proposals.csv, which is the lab's form, only our columns are compared; results
            and rounds in the folder are all in the ledger
rounds      the posterior and the picks of each round follow from its recorded hyperparameters and
            the events that it had seen; one made with earlier rules of features is noted
==========  =====================================================================================
"""

import csv
import io
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bo_loop.base import files, received
from bo_loop.base.errors import BoLoopError, CampaignError, DataError
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import fold, grow, own_copy
from bo_loop.campaign.ledger.ledger import has_head
from bo_loop.campaign.ledger.state import CampaignState, Round
from bo_loop.campaign.record import FORM, MEASUREMENTS, Record, held_by
from bo_loop.campaign.settings import with_overrides
from bo_loop.campaign.views import forms, views
from bo_loop.data.cells import read_cells
from bo_loop.data.numbers import plain_value

if TYPE_CHECKING:
    from bo_loop.surrogate import Surrogate

TOLERANCE = 1e-6
_NO_HEAD = (
    "is missing: nothing shows whether events were cut off the end of the ledger. Compare it with "
    "a backup; the next command that records something writes ledger.head again"
)
_SHOWN_DIGITS = 1e-5  # a form shows six digits
_COMPARED = ("mean", "sd", "sd_latent", "acquisition")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Parameters
    ----------
    what : str
        "ledger", a file, "round 1".
    outcome : {"ok", "note", "failed"}
        A note is something to know that breaks no promise.
    detail : str
        What was found.
    """

    what: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class Verification:
    """All that was looked at, in order."""

    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """Those that failed."""
        return tuple(check for check in self.checks if check.outcome == "failed")


def verify(record: Record, versions: Mapping[str, str], *, refit: bool = False) -> Verification:
    """Check a campaign.

    Parameters
    ----------
    record : Record
        The campaign.
    versions : mapping of str to str
        The packages as they are installed.
    refit : bool
        Also optimise each round's model anew, and report what comes out.

    Returns
    -------
    Verification

    Raises
    ------
    CampaignError
        If the ledger itself is damaged: nothing else can then be judged.
    """
    found = record.ledger.read()
    torn = f"; {len(found.torn)} unfinished bytes at its end" if found.torn else ""
    n = len(found.events)
    checks = [Check("ledger", "note" if torn else "ok", f"{n} events, each follows{torn}")]
    if not has_head(record.ledger.path):
        checks.append(Check("ledger.head", "failed", _NO_HEAD))
    sealed = list(_sealed(record))
    checks += sealed
    state = record.folded(found.events)
    checks += _unexplained(record, state)
    if all(check.outcome == "ok" for check in sealed):
        checks += _views(record, state)
        checks += [
            _round(record, made, seen, versions, refit=refit)
            for made, seen in _rounds(state.rounds, found.events)
        ]
    return Verification(tuple(checks))


def _rounds(
    rounds: Iterable[Round], events: Sequence[Event]
) -> Iterator[tuple[Round, CampaignState]]:
    """Yield each round with the state that it had seen; events are folded once for all of them."""
    state = CampaignState()
    for made in rounds:
        if made.seen < state.seq:  # a round that knew less than the one before it
            state = CampaignState()
        state = fold(events[state.seq : made.seen], state)
        yield made, state


def _sealed(record: Record) -> Iterator[Check]:
    for name, expected in record.sealed.hashes.items():
        try:
            same = files.sha256(record.path / name) == expected
            problem = "" if same else "its SHA-256 is not the one recorded at start"
        except CampaignError as error:
            problem = str(error)
        yield _check(name, problem, "as sealed")


def _unexplained(record: Record, state: CampaignState) -> Iterator[Check]:
    """Look for what lies in the folder, and the ledger knows nothing of."""
    content = held_by(record.path / MEASUREMENTS)
    if content is not None and views.unexplained(content, state):
        state = record.state()  # another process may have recorded them meanwhile
    if content is not None and (rows := views.unexplained(content, state)):
        detail = f"shows results that the ledger does not have: event {', '.join(rows[:5])}"
        yield Check(MEASUREMENTS, "failed", detail)
    known = {f"{made.number:03d}" for made in state.rounds}
    folder = record.path / "rounds"
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        if name.isdecimal() and name not in known:
            yield Check(f"rounds/{name}", "failed", "the ledger does not have this round")
    for pattern in ("ledger.torn-*", "measurements.set-aside-*"):
        for path in sorted(record.path.glob(pattern)):
            yield Check(path.name, "note", "was set aside by an earlier command: look at it")


def _views(record: Record, state: CampaignState) -> Iterator[Check]:
    for path, content in record.views(state).items():
        name = path.relative_to(record.path).as_posix()
        held = held_by(path)
        if held is None and not path.exists():
            yield Check(name, "note", "is not there; the next command that records writes it")
        elif held is None:
            yield Check(name, "failed", "cannot be read")
        elif path.name == FORM:
            yield _check(name, _form_problem(path, content()), "our columns as proposed")
        elif held == content():
            yield Check(name, "ok", "as the ledger says")
        elif path.name == MEASUREMENTS and _was_so_before(record, path):
            yield Check(name, "note", "is behind the ledger; the next command brings it up to date")
        else:
            if not (path.name == MEASUREMENTS and views.unexplained(held, state)):
                yield Check(name, "failed", "is not what the ledger says: it was changed by hand")


def _was_so_before(record: Record, path: Path) -> bool:
    """Whether a view on disk is that of an earlier event: a command was cut off after its own."""
    content = held_by(path) or b""
    text = io.StringIO(content.decode("utf-8-sig", errors="replace"), newline="")
    try:
        n_results = sum(1 for _ in csv.reader(text)) - 1
    except csv.Error:
        return False
    state = own_copy(CampaignState())
    for event in record.ledger.read().events:
        grow(state, event)
        voided = sum(map(len, state.voided_by_pair.values()))
        if len(state.pair_of) - voided == n_results:  # else it is not worth while to make it
            view = record.views(state).get(path)
            if view is not None and view() == content:
                return True
    return False


def _form_problem(path: Path, expected: bytes) -> str:
    """Say how our columns of a form differ; the lab may sort its rows and fill in its own."""
    try:
        theirs = read_cells(path).frame
        ours = read_cells(path, content=expected).frame
    except DataError as error:
        return f"cannot be read: {error}"
    columns = [
        name  # a form is older than a column of which the ledger says nothing
        for name in ours.columns
        if name not in forms.THEIRS and (name in theirs or (ours[name] != "").any())
    ]
    missing = [name for name in columns if name not in theirs]
    if missing:
        return f"lacks our columns {', '.join(missing)}"
    if sorted(theirs["pair_id"]) != sorted(ours["pair_id"]):
        return "does not hold the pairs of the round, each once"
    pairs = ours.merge(theirs, on="pair_id", suffixes=("", " there"))
    changed = [
        f"{name} of {row['pair_id']} is {row[name + ' there']!r}, not {row[name]!r}"
        for row in pairs.to_dict("records")
        for name in columns
        if name != "pair_id" and not _same_cell(row[name], row[name + " there"])
    ]
    return "; ".join(changed)


def _same_cell(ours: str, theirs: str) -> bool:
    numbers = plain_value(ours), plain_value(theirs)
    if any(map(math.isnan, numbers)):
        return _plain(ours) == _plain(theirs)
    return math.isclose(*numbers, rel_tol=_SHOWN_DIGITS, abs_tol=1e-12)


def _plain(text: str) -> str:
    """Text as any encoding of a spreadsheet gives it back."""
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip().removeprefix("'")


def _round(
    record: Record,
    made: Round,
    seen: CampaignState,
    versions: Mapping[str, str],
    *,
    refit: bool,
) -> Check:
    what = f"round {made.number}"
    differing = [
        f"{name} {made.versions[name]}, now {versions.get(name, 'not installed')}"
        for name in made.versions
        if made.versions[name] != versions.get(name)
    ]
    note = f"the packages differ ({'; '.join(differing)}), so numbers may" if differing else ""
    if earlier := _earlier_rules(record, seen):
        return Check(
            what, "note", f"made with earlier rules of features ({earlier}): not recomputed"
        )
    try:
        problems, report = _recomputed(record, made, seen, refit=refit)
    except BoLoopError as error:
        problems, report = [f"cannot be recomputed: {error}"], ""
    detail = "; ".join(part for part in (*problems, note, report) if part)
    if problems:
        return Check(what, "note" if differing else "failed", detail)
    follows = f"posterior and picks follow from event {made.seen} and the hyperparameters"
    return Check(what, "note" if differing else "ok", "; ".join(filter(None, [follows, detail])))


def _earlier_rules(record: Record, seen: CampaignState) -> str:
    """Name the rules of a round's features, if they are not the installed ones; else ""."""
    from bo_loop.features.schema import schema_version

    stored = record.sealed.features()
    kinds = {"version": str, "blocks": dict}
    received.require_keys(record.path / "features.json", stored, kinds)
    made_by = seen.features or stored["version"]
    return "" if made_by == schema_version(stored["blocks"]) else made_by


def _recomputed(
    record: Record, made: Round, state: CampaignState, *, refit: bool
) -> tuple[list[str], str]:
    """Return how a round differs from what follows now, and what a new fit would give."""
    from bo_loop.base.config import build
    from bo_loop.campaign.rounds.bound import training
    from bo_loop.campaign.rounds.decide import choose
    from bo_loop.surrogate import Surrogate

    config = with_overrides(record.settings(state), made.overrides)
    schema = record.schema(state)
    pool, literature = record.pool_of(state), record.literature
    recipe = build(config["model"])
    observations = training(schema, literature, pool, state)

    def chosen(surrogate: "Surrogate") -> dict[str, Any]:
        return choose(surrogate, observations, literature, pool, state, config)

    again = chosen(Surrogate.build(schema, recipe, observations, made.hyperparameters, near=pool))
    problems = _differences(made, again)
    if not refit:
        return problems, ""
    start = state.hyperparameters
    fitted = Surrogate.fit(schema, recipe, observations, start=start, near=pool)
    return problems, _refit_report(made, chosen(fitted))


def _differences(made: Round, again: Mapping[str, Any]) -> list[str]:
    recorded = [p.pair_id for p in made.proposals]
    picks = [p["pair_id"] for p in again["proposals"]]
    if picks != recorded:
        return [f"the picks were {', '.join(recorded)}, and would be {', '.join(picks)}"]
    problems = [
        f"{name} of {old.pair_id} was {getattr(old, name)!r}, and would be {new[name]!r}"
        for old, new in zip(made.proposals, again["proposals"], strict=True)
        for name in _COMPARED
        if not _close(getattr(old, name), new[name])
    ]
    before = made.incumbent or {}
    now = {key: value for key, value in again["incumbent"].items() if key in before}
    if before and not _close(before, now):
        problems.append(f"the incumbent was {before}, and would be {now}")
    return problems


def _close(a: Any, b: Any) -> bool:
    """Whether two JSON values are the same but for rounding errors of their numbers."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_close(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_close, a, b))
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-12)
    return a == b


def _refit_report(made: Round, again: Mapping[str, Any]) -> str:
    largest = max(
        (
            abs(p["mean"] - old.mean)
            for old in made.proposals
            for p in again["proposals"]
            if p["pair_id"] == old.pair_id
        ),
        default=math.nan,
    )
    same = [p["pair_id"] for p in again["proposals"]] == [p.pair_id for p in made.proposals]
    objective = {key: (made.fit.get(key), again["fit"].get(key)) for key in ("mll", "n_iter")}
    return (
        f"refitted: the picks are {'the same' if same else 'others'}, means differ by up to "
        f"{largest:.2g}, "
        + ", ".join(f"{key} {was} then, {now} now" for key, (was, now) in objective.items())
    )


def _check(what: str, problem: str, fine: str) -> Check:
    return Check(what, "failed" if problem else "ok", problem or fine)
