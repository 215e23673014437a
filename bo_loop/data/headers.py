"""Headers of other people's tables: which column each one means, and in which unit.

One rule for every reader: a header is matched without regard to case, spaces, punctuation and
full-width forms, with the unit in brackets, behind a slash or as its last word, and by the
synonyms of `SYNONYMS`. What is understood and what is not read is said (`Recognised.notes`); a
header that is nearly one that is missing is refused.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import lru_cache

from bo_loop.base.errors import DataError
from bo_loop.data.quantities import unit_of

SYNONYMS = {
    "pair_id": "pair pairid",
    "metal": "m ion metalion cation metalcation centralion centralatom metalname 金属 金属イオン",
    "charge": "z metalcharge ioncharge chargeofmetal chargeofion 電荷",
    "ligand": "name ligandname nameofligand compound compoundname 配位子",
    "smiles": "smilesstring ligandsmiles smilesofligand canonicalsmiles isomericsmiles",
    "inchi": "standardinchi stdinchi ligandinchi inchistring",
    "n_ligands": "n nligand nl nofligands numberofligands ligandnumber ligandspermetal",
    "log_beta": "logbetan lgbeta lgbetan log10beta overallconstant logbetaoverall",
    "log_beta_sd": (
        "sd stdev std stddev standarddeviation error err uncertainty sigma standarderror "
        "sdlogbeta errorlogbeta logbetaerror logbetauncertainty logbetastd sdlogk logksd"
    ),
    "censoring": "censored censor bound",
    "temperature_C": "t temp temperature 温度",
    "ionic_strength_M": "i mu ionicstrength ionicst イオン強度",
    "source": "reference references ref refs citation literature",
    "log_K": "logk lgk log10k pka pk logkh",
    "log_K_cond": (
        "logkprime lgkprime log10kprime logkcond logkapp logkapparent logkconditional "
        "conditionalconstant logconditionalconstant"
    ),
    "pM": "pmetal pmetalfree",
    "pH": "",
    "total_metal_M": "totalmetal metaltotal cmetal",
    "total_ligand_M": "totalligand ligandtotal cligand",
    "equilibrium": "reaction equilibria",
    "cost": "price",
    "status": "state resultstatus",
    "date": "measuredon dateofmeasurement 日付",
    "operator": "analyst measuredby who",
    "method": "technique",
    "note": "notes comment comments remark remarks 備考",
    "replicate": "replicateno replicatenumber repeat",
    "confirm": "confirmed",
    "curated": "",
}
"""By column: its other names, as `_key` writes them."""

_NO_UNIT = ("pair_id", "n_ligands", "charge", "status", "date", "replicate", "confirm", "censoring")
_TEXT = (
    "metal",
    "ligand",
    "smiles",
    "inchi",
    "source",
    "equilibrium",
    "operator",
    "method",
    "note",
)

_BY_KEY = {
    key: column
    for column, words in SYNONYMS.items()
    for key in (column.replace("_", "").lower(), *words.split())
}
_CONSTANT = re.compile(
    r"(?P<before>sd|error|sigma|std|uncertainty)?(?:of)?"
    r"(?P<log>log|lg|log10|ln)(?P<kind>k|beta)(?P<n>[1-6])?"
    r"(?P<after>sd|error|sigma|std|uncertainty)?"
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_BRACKET = re.compile(r"(?P<name>[^(\[{]+?)\s*[(\[{]\s*(?P<unit>[^)\]}]*?)\s*[)\]}]\s*")
_ASIDE = re.compile(r"[(\[{/%]")
_SLASH = re.compile(r"(?P<name>[^/]+?)\s*/\s*(?P<unit>[^/]+(?:/[^/]+)?)")
_LAST_WORD = re.compile(r"(?P<name>.+?)[\s_,]+(?:in\s+)?(?P<unit>[^\s_,]+)")
_PRIME = re.compile(r"(?<=[kK])['’′ʹ]")
_GREEK = str.maketrans({"β": "beta", "Β": "beta", "σ": "sigma", "μ": "mu", "µ": "mu"})
_LONGEST = 60
_MOST_NAMED = 20
_ALIKE = 0.85


@dataclass(frozen=True)
class Meaning:
    """What a header says.

    Parameters
    ----------
    column : str
        One of `SYNONYMS`.
    unit : str
        As `bo_loop.data.quantities.unit_of` writes it; ``"ln"`` for a natural logarithm.
    n : int
        Of a column of constants, its number of ligands; 0 where the header does not say.
    stepwise : bool
        Whether it is K_n rather than β_n.
    """

    column: str
    unit: str = ""
    n: int = 0
    stepwise: bool = False


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


@lru_cache(maxsize=10_000)
def meaning(header: str) -> Meaning | None:
    """Return what a header means, whatever the reader wants; None if that is not known."""
    header = _UNSEEN.sub("", header).strip()
    if not header or len(header) > _LONGEST:
        return None
    if not _ASIDE.search(header) and (found := _named(header, "")):
        return found
    for pattern in (_BRACKET, _SLASH, _LAST_WORD):
        split = pattern.fullmatch(header)
        if split and (found := _named(split["name"], split["unit"])):
            return found
    return None


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
    texts = [_UNSEEN.sub("", header).strip() for header in headers]
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


def _named(name: str, unit: str) -> Meaning | None:
    key = _key(name)
    constant = _CONSTANT.fullmatch(key)
    if constant and (constant["n"] or constant["log"] == "ln" or constant["kind"] == "beta"):
        if unit or (constant["before"] and constant["after"]):
            return None
        is_sd = constant["before"] or constant["after"]
        return Meaning(
            "log_beta_sd" if is_sd else "log_beta",
            unit="ln" if constant["log"] == "ln" else "",
            n=int(constant["n"] or 0),
            stepwise=constant["kind"] == "k",
        )
    column = _BY_KEY.get(key)
    if column is None or not unit or column in _TEXT:
        return Meaning(column) if column else None
    known = unit_of(column, unit)
    return Meaning(column, known) if known else None


def _key(text: str) -> str:
    text = _PRIME.sub("prime", text.translate(_GREEK))
    plain = unicodedata.normalize("NFKC", text).translate(_GREEK).lower()
    return "".join(filter(str.isalnum, plain))


def wanted_meaning(text: str, wanted: Sequence[str]) -> Meaning | None:
    """Return what a header means to a reader that wants some columns; None if nothing.

    A ``log K`` without number is the constant of protonation, or else, as a stepwise one, log β.
    """
    if text in wanted:
        return Meaning(text)
    one = meaning(text)
    if one is None:
        return None
    if one.column == "log_K" and "log_K" not in wanted and "log_beta" in wanted:
        return replace(one, column="log_beta", stepwise=True) if _is_log_k(text) else None
    if one.column == "log_beta" and "log_K" in wanted and one.stepwise and one.n <= 1:
        return Meaning("log_K", one.unit)
    return one if one.column in wanted else None


def _is_log_k(text: str) -> bool:
    return _key(text).startswith(("log", "lg"))


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
        by_start.setdefault(_key(column)[:3], []).append(column)
    for header in dict.fromkeys(unread):
        key = _key(header[:_LONGEST])
        for column in by_start.get(key[:3], ()):
            if SequenceMatcher(None, key, _key(column)).ratio() >= _ALIKE:
                raise DataError(
                    f"{where}: column {header!r} is not one that is read; {column!r} is. If that "
                    "is what it holds, rename it; if not, rename it to something less alike."
                )


def _notes(
    found: Recognised, texts: Sequence[str], unread: Sequence[str], quiet: set[str]
) -> list[str]:
    converted = {"K": " − 273.15", "mM": " / 1000", "µM": " / 10⁶", "ln": " / ln 10"}
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
