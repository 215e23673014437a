"""Does a campaign's record hold, and does all else follow from it? Reads only.

==========  =====================================================================================
ledger      its chain, and that nothing acknowledged is missing (reading it checks that);
            ledger.head, which says so, is there
sealed      the files that `start` sealed have the hashes that it recorded, and the parts of a large
            pool those of its manifest; no other file lies among them
views       measurements.csv and each round's model.json are what the ledger says, byte for byte;
            of proposals.csv, which is the lab's form, only our columns are compared; results
            and rounds in the folder are all in the ledger
raw         curves that results were refined from have the SHA-256 that their events name, and give
            the constants of these events again
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

from bo_loop.base import files
from bo_loop.base.errors import CampaignError, DataError
from bo_loop.campaign import sealed_pool
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import fold, grow, own_copy
from bo_loop.campaign.ledger.ledger import has_head
from bo_loop.campaign.ledger.state import CampaignState, Round
from bo_loop.campaign.record import Record
from bo_loop.campaign.results.rechecked import Check, refined_again
from bo_loop.campaign.rounds.recheck import recheck
from bo_loop.campaign.views import forms
from bo_loop.campaign.views.folder import FORM, MEASUREMENTS, WORKBOOK, held_by
from bo_loop.campaign.views.labels import called_today
from bo_loop.data.cells import read_cells
from bo_loop.data.numbers import plain_value
from bo_loop.data.property import LOG_BETA, Property

_NO_HEAD = (
    "is missing: nothing shows whether events were cut off the end of the ledger. Compare it with "
    "a backup; the next command that records something writes ledger.head again"
)
_SHOWN_DIGITS = 1e-5  # a form shows six digits


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
    checks += refined_again(record.path, found.events)
    if all(check.outcome == "ok" for check in sealed):
        checks += _views(record, state)
        checks += [
            Check(f"round {made.number}", *recheck(record, made, seen, versions, refit=refit))
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
        if name == sealed_pool.MANIFEST and not problem:
            yield from _parts(record)


def _parts(record: Record) -> Iterator[Check]:
    try:
        parts = record.sealed.pool_parts()
    except CampaignError as error:
        yield Check(sealed_pool.FOLDER, "failed", str(error))
        return
    found = sealed_pool.problems(record.path, parts)
    yield from (Check(name, "failed", problem) for name, problem in found)
    if not found:
        yield Check(sealed_pool.FOLDER, "ok", f"{len(parts)} parts, as sealed")


def _unexplained(record: Record, state: CampaignState) -> Iterator[Check]:
    """Look for what lies in the folder, and the ledger knows nothing of."""
    if rows := record.unexplained(held_by(record.path / MEASUREMENTS), state):
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
    expected = record.views(state)
    for path, content in expected.items():
        name = path.relative_to(record.path).as_posix()
        held = held_by(path)
        if held is None and not path.exists():
            yield Check(name, "note", "is not there; the next command that records writes it")
        elif held is None:
            yield Check(name, "failed", "cannot be read")
        elif path.name in (FORM, WORKBOOK):
            ours = expected[path.with_name(FORM)]()
            problem = "" if held == ours else _form_problem(path, ours, state.properties)
            yield _check(name, problem, "our columns as proposed")
        elif held == content():
            yield Check(name, "ok", "as the ledger says")
        elif path.name == MEASUREMENTS and _was_so_before(record, path):
            yield Check(name, "note", "is behind the ledger; the next command brings it up to date")
        else:
            if not (path.name == MEASUREMENTS and record.unexplained(held, state)):
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


def _form_problem(path: Path, expected: bytes, properties: Sequence[Property] = (LOG_BETA,)) -> str:
    """Say how our columns of a form differ; the lab may sort its rows and fill in its own."""
    try:
        theirs = read_cells(path).frame
        ours = read_cells(path.with_name(FORM), content=expected).frame
    except DataError as error:
        return f"cannot be read: {error}"
    lab = forms.of_the_lab(properties)
    columns = [
        name  # a form is older than a column of which the ledger says nothing
        for name in ours.columns
        if name not in lab and (name in theirs or (ours[name] != "").any())
    ]
    missing = [name for name in columns if name not in theirs]
    if missing:
        return f"lacks our columns {', '.join(missing)}"
    if sorted(theirs["pair_id"]) != sorted(ours["pair_id"]):
        return "does not hold the pairs of the round, each once"
    if "moved_by" in theirs:  # what features are called may be another version's
        theirs = theirs.assign(moved_by=theirs["moved_by"].map(called_today))
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


def _check(what: str, problem: str, fine: str) -> Check:
    return Check(what, "failed" if problem else "ok", problem or fine)
