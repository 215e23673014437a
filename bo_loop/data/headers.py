"""Headers of other people's tables: which column each one means, and in which unit.

One rule for every reader, that of `bo_loop.data.meanings`. What is understood and what is not read
is said (`Recognised.notes`); a header that is nearly one that is missing is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bo_loop.base.errors import DataError
from bo_loop.data.meanings import UNSEEN, Meaning, key_of, wanted_meaning

_LONGEST = 60
_MOST_NAMED = 20
_ALIKE = 0.85


@dataclass(frozen=True)
class Recognised:
    """Which columns of a table are read.

    Parameters
    ----------
    columns : mapping of str to int
        Position of each column that is read.
    units : mapping of str to str
        Units that headers name, by column.
    constants : list of (Meaning, int)
        Columns of K_n and β_n whose headers say n, with their positions.
    stepwise : bool
        Whether ``log_beta`` is called log K, which is the same only for n = 1.
    notes : list of str
        What was understood that is not written as here; and what is not read.
    """

    columns: dict[str, int]
    units: dict[str, str] = field(default_factory=dict)
    constants: list[tuple[Meaning, int]] = field(default_factory=list)
    stepwise: bool = False
    notes: list[str] = field(default_factory=list)


def recognise(
    headers: Sequence[str],
    wanted: Sequence[str],
    where: str,
    *,
    mapping: Mapping[str, str] | None = None,
    quiet: Sequence[str] = (),
) -> Recognised:
    """Find the columns that a reader wants.

    Parameters
    ----------
    headers : sequence of str
        As they are written.
    wanted : sequence of str
        Columns that the reader knows.
    where : str
        The table, for messages.
    mapping : mapping of str to str, optional
        The table's own header of some columns; nothing else is read as those.
    quiet : sequence of str
        Headers of which nothing need be said, whether they are read or not.

    Raises
    ------
    DataError
        If two headers mean one column, one that `mapping` names is absent, or one is nearly that
        of a column that is missing.
    """
    texts = [UNSEEN.sub("", header).strip() for header in headers]
    given = dict(mapping or {})
    taken = {at: column for column, at in _mapped(texts, given, where).items()}
    claims: dict[str, list[int]] = {}
    meant: dict[int, Meaning] = {}
    constants: list[tuple[Meaning, int]] = []
    for at, text in enumerate(texts):
        if at in taken:
            claims.setdefault(taken[at], []).append(at)
        elif (one := wanted_meaning(text, wanted)) and one.column not in given:
            meant[at] = one
            if one.n:
                constants.append((one, at))
            else:
                claims.setdefault(one.column, []).append(at)
    columns = {column: _one_of(column, places, texts, where) for column, places in claims.items()}
    _refuse_twice(constants, texts, where)
    read = {*columns.values(), *(at for _, at in constants)}
    unread = [t for at, t in enumerate(texts) if at not in read and t and t not in quiet]
    strange = [text for text in unread if not wanted_meaning(text, wanted)]
    _refuse_lookalikes(strange, [c for c in wanted if c not in columns], where)
    units = {c: meant[at].unit for c, at in columns.items() if at in meant and meant[at].unit}
    beta = meant.get(columns.get("log_beta", -1))
    found = Recognised(columns, units, constants, stepwise=beta is not None and beta.stepwise)
    found.notes.extend(_notes(found, texts, unread, {*given, *quiet}))
    return found


def _mapped(texts: Sequence[str], mapping: Mapping[str, str], where: str) -> dict[str, int]:
    position = {text: at for at, text in reversed(list(enumerate(texts)))}
    absent = [theirs for theirs in mapping.values() if theirs.strip() not in position]
    if absent:
        raise DataError(
            f"{where} has no column {', '.join(map(repr, absent))}, which columns= names. It "
            f"has {listed(texts)}."
        )
    return {ours: position[theirs.strip()] for ours, theirs in mapping.items()}


def _one_of(column: str, places: Sequence[int], texts: Sequence[str], where: str) -> int:
    exact = [at for at in places if texts[at] == column]
    if len(exact) > 1:
        raise DataError(f"{where} has more than one column {column!r}: keep one of them.")
    if len(places) > 1 and not exact:
        raise DataError(
            f"{where} has the columns {listed([texts[at] for at in places])}, which may each be "
            f"{column}: name the right one {column}."
        )
    return exact[0] if exact else places[0]


def _refuse_twice(
    constants: Sequence[tuple[Meaning, int]], texts: Sequence[str], where: str
) -> None:
    said: dict[tuple[str, int], int] = {}
    for one, at in constants:
        if (one.column, one.n) in said:
            both = [texts[said[one.column, one.n]], texts[at]]
            raise DataError(
                f"{where} has the columns {listed(both)}, both for n = {one.n}: keep one of them."
            )
        said[one.column, one.n] = at


def _refuse_lookalikes(unread: Sequence[str], absent: Sequence[str], where: str) -> None:
    """Raise if a header that would not be read is nearly that of a column that is not there."""
    by_start: dict[str, list[str]] = {}
    for column in absent:
        by_start.setdefault(key_of(column)[:3], []).append(column)
    for header in dict.fromkeys(unread):
        key = key_of(header[:_LONGEST])
        for column in by_start.get(key[:3], ()):
            if SequenceMatcher(None, key, key_of(column)).ratio() >= _ALIKE:
                raise DataError(
                    f"{where}: column {header!r} is not one that is read; {column!r} is. If that "
                    "is what it holds, rename it; if not, rename it to something less alike."
                )


def _notes(
    found: Recognised, texts: Sequence[str], unread: Sequence[str], quiet: set[str]
) -> list[str]:
    converted = {"K": " − 273.15", "mM": " / 1000", "µM": " / 10⁶", "ln": " / ln 10"}
    converted |= {"µL": " / 1000", "L": " · 1000", "V": " · 1000"}
    notes = []
    for column, at in found.columns.items():
        unit = found.units.get(column, "")
        if texts[at] != column and not {column, texts[at]} & quiet:
            notes.append(f"{texts[at]!r} as {column}{converted.get(unit, '')}")
    notes += [
        f"{texts[at]!r} as {'log K' if one.stepwise else one.column}, n = {one.n}"
        + converted.get(one.unit, "")
        for one, at in found.constants
    ]
    said = [f"read {', '.join(notes)}"] if notes else []
    return said + ([f"not read: {listed(unread)}"] if unread else [])


def listed(texts: Sequence[str]) -> str:
    """Return headers as a message names them, the first of very many."""
    shown = [repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…") for text in texts]
    more = f" and {len(shown) - _MOST_NAMED} more" if len(shown) > _MOST_NAMED else ""
    return ", ".join(shown[:_MOST_NAMED]) + more
