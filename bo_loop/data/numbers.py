"""Numbers as chemists and spreadsheets write them: understood exactly, or refused with the fix.

Accepted: ``12.3``, ``12,3`` (a decimal comma: no value here reaches a thousand), full-width digits,
any minus sign, ``>20`` and ``<1`` (the true value lies above, below), ``12.3 ± 0.2``,
``12.34(5)`` (the sd in units of the last digit), ``8.15*`` (a footnote's mark is left out).
Everything else is refused; nothing is evaluated, rounded or guessed.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?"
_PLAIN = re.compile(_NUMBER.replace("[.,]", r"\."), re.ASCII)
_WRITTEN = re.compile(
    rf"(?P<sign>>=|<=|[<>≥≤≧≦⩾⩽])?\s*(?P<value>{_NUMBER})"
    rf"(?:\((?P<last>\d{{1,3}})\)|\s*(?:±|\+/?-)\s*(?P<sd>{_NUMBER})|"
    rf"\s*\(\s*(?:±|\+/?-)\s*(?P<inside>{_NUMBER})\s*\))?"
    r"\s*(?P<mark>[*†‡§¶]{1,3})?",
    re.ASCII,
)
# NFKC would turn 10² into 102; only signs that mean the same as an ASCII one are replaced.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_MINUS = dict.fromkeys(map(ord, "−–—‐‑‒﹣⁃"), "-")
# Zero-width and direction marks, soft hyphens: nothing that a reader sees.
_UNSEEN = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_SIGNS = _FULL_WIDTH | _MINUS | _UNSEEN
_SUPERSCRIPT = re.compile("[⁰¹²³⁴-⁹⁺⁻⁽⁾ᵃ-ᵡʰʲʳˢˡʷˣʸᶜᶠᶻⁱⁿ^]")

_NO_VALUE = re.compile(
    r"n\.?\s?/?[da]\.?|n\.?b\.?|not (determined|detected)|tbd|nan|none|null|-+|\?+"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T].*)?|\d{1,2}[-/]\d{1,2}([-/]\d{2,4})?"
    rf"|\d{{1,2}}[-/. ]?{_MONTH}([-/ ]\d{{2,4}})?|{_MONTH}[-/ ]?\d{{1,4}}|.*\d月.*"
)
_RANGE = re.compile(r"(\d+[.,]\d+|\d+)\s*(?:-|~|to|bis|\.{2,3}|…)\s*(\d+[.,]\d+|\d+)")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d*)?")
_LONGEST = 60


@dataclass(frozen=True)
class Reading:
    """What a cell says: a value, its sd if stated, on which side of it the true value may lie."""

    value: float
    sd: float | None = None
    censoring: str = "none"
    plain: bool = True
    mark: str = ""

    def __str__(self) -> str:
        sign = {"none": "", "lower": "above ", "upper": "below "}[self.censoring]
        sd = "" if self.sd is None else f", sd {self.sd!r}"
        mark = f", without the mark {self.mark}" if self.mark else ""
        return f"{sign}{self.value!r}{sd}{mark}"


def understand(text: str) -> Reading:
    """Read a number with what may be written beside it.

    Parameters
    ----------
    text : str
        A cell that is not blank.

    Returns
    -------
    Reading
        ``plain`` is false where the text is more than an ordinary number, and what was understood
        should be shown.

    Raises
    ------
    ValueError
        Why it is refused, and what to write instead.
    """
    tidy = " ".join(text.strip().removeprefix("'").translate(_SIGNS).split())
    found = _WRITTEN.fullmatch(tidy) if len(tidy) <= _LONGEST else None
    if not found:
        raise ValueError(_refusal(tidy))
    if found["sign"] and (found["sd"] or found["inside"] or found["last"]):
        raise ValueError("a bound has no sd — write > or < and the number alone")
    sign, value, sd = found["sign"] or "", _float(found["value"]), _sd(found)
    if not math.isfinite(value + (sd or 0.0)):
        raise ValueError(_refusal(tidy))
    return Reading(
        value=value,
        sd=sd,
        censoring="none" if not sign else "lower" if sign in (">", ">=", *"≥≧⩾") else "upper",
        plain=_PLAIN.fullmatch(text.strip()) is not None,
        mark=found["mark"] or "",
    )


def plain_value(value: str | float | None) -> float:
    """Return the value of a number, or of text that is nothing but one; NaN of anything else."""
    if isinstance(value, bool) or value is None:
        return math.nan
    try:
        if not isinstance(value, str):
            return float(value)
        reading = understand(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    stated = reading.sd is not None or reading.censoring != "none" or reading.mark
    return math.nan if stated else reading.value


def _sd(found: re.Match[str]) -> float | None:
    stated = found["sd"] or found["inside"]
    if stated:
        return _float(stated)
    if not found["last"]:
        return None
    last_digit = Decimal(found["value"].replace(",", ".")).as_tuple().exponent
    return float(Decimal(found["last"]).scaleb(int(last_digit)))


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _refusal(text: str) -> str:
    low = text.lower()[:_LONGEST]
    if text.startswith(("=", "@")):
        return "a formula, which is never evaluated — paste its value (paste special, values)"
    if text.startswith("#"):
        return "a spreadsheet's error value — mend the formula there, and paste its value"
    if _NO_VALUE.fullmatch(low):
        return (
            "no value — leave the cell empty (still pending), or clear it and write failed or "
            "in_progress in the column status"
        )
    if _SUPERSCRIPT.search(low):
        return "a superscript, a footnote's mark or a power — write the number alone"
    if _GROUPED.fullmatch(low):
        return "a number with thousands separators — write the digits and one decimal point only"
    ends = _RANGE.fullmatch(low)
    if ends and (re.search("[.,]", low) or not _DATE.fullmatch(low)):
        low_end, high_end = map(_float, ends.groups())
        middle, half = (low_end + high_end) / 2, abs(high_end - low_end) / 2
        return f"a range — write one value and its sd: {middle:g} ± {half:g}, if that is meant"
    if _DATE.fullmatch(low):
        return (
            "a date; spreadsheets turn 12.3 or 3-12 into one — format the cell as text or number "
            "and type the value again"
        )
    if low.startswith(("~", "≈", "ca", "about", "approx")):
        return "only about a number — write the number, and its sd in the column log_beta_sd"
    return "expected a number such as 12.3, >20, <1 or 12.3 ± 0.2, or nothing"
