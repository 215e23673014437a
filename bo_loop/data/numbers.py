"""Numbers as chemists and spreadsheets write them: understood exactly, or refused with the fix.

Taken: ``12.3``, ``12,3`` (a comma is a decimal comma: no value here reaches a thousand), full-width
digits, any minus sign, ``>20`` and ``<1`` (the true value lies above, below), ``12.3 ± 0.2``.
Everything else is refused; nothing is evaluated, rounded or guessed.
"""

import math
import re
from dataclasses import dataclass

_NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?"
_PLAIN = re.compile(_NUMBER.replace("[.,]", r"\."), re.ASCII)
_WRITTEN = re.compile(
    rf"(?P<sign>>=|<=|[<>≥≤≧≦⩾⩽])?\s*(?P<value>{_NUMBER})(?:\s*(?:±|\+/?-)\s*(?P<sd>{_NUMBER}))?",
    re.ASCII,
)
# NFKC would turn 10² into 102; only signs that mean the same as an ASCII one are replaced.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = _FULL_WIDTH | dict.fromkeys(map(ord, "−–‐‑‒﹣"), "-")
_SPACES = re.compile(r"[\s\u200b\ufeff]+")

_NO_VALUE = re.compile(
    r"n\.?\s?/?[da]\.?|n\.?b\.?|not (determined|detected)|tbd|nan|none|null|-+|\?+"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T].*)?|\d{1,2}[-/]\d{1,2}([-/]\d{2,4})?"
    rf"|\d{{1,2}}[-/. ]?{_MONTH}([-/ ]\d{{2,4}})?|{_MONTH}[-/ ]?\d{{1,4}}|.*\d月.*"
)
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d*)?")


@dataclass(frozen=True)
class Reading:
    """What a cell says: a value, its sd if stated, on which side of it the truth may lie."""

    value: float
    sd: float | None = None
    censoring: str = "none"
    plain: bool = True

    def __str__(self) -> str:
        sign = {"none": "", "lower": "above ", "upper": "below "}[self.censoring]
        return f"{sign}{self.value!r}" + ("" if self.sd is None else f", sd {self.sd!r}")


def understand(text: str) -> Reading:
    """Read a measured value.

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
    tidy = _SPACES.sub(" ", text.strip().removeprefix("'").translate(_SIGNS)).strip()
    found = _WRITTEN.fullmatch(tidy)
    if not found or (found["sign"] and found["sd"]):
        raise ValueError(_refusal(tidy, bound_with_sd=found is not None))
    sign = found["sign"] or ""
    value, sd = _float(found["value"]), None if found["sd"] is None else _float(found["sd"])
    if not math.isfinite(value + (sd or 0.0)):
        raise ValueError(_refusal(tidy, bound_with_sd=False))
    return Reading(
        value=value,
        sd=sd,
        censoring="none" if not sign else "lower" if sign in (">", ">=", *"≥≧⩾") else "upper",
        plain=_PLAIN.fullmatch(text.strip()) is not None,
    )


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _refusal(text: str, *, bound_with_sd: bool) -> str:
    low = text.lower()
    if bound_with_sd:
        return "a bound has no sd — write > or < and the number alone"
    if text.startswith(("=", "@")):
        return "a formula, which is never evaluated — paste its value (paste special, values)"
    if text.startswith("#"):
        return "a spreadsheet's error value — mend the formula there, and paste its value"
    if _NO_VALUE.fullmatch(low):
        return (
            "no value — leave the cell empty (still pending), or clear it and write failed or "
            "in_progress in the column status"
        )
    if _GROUPED.fullmatch(text):
        return "a number with thousands separators — write the digits and one decimal point only"
    if _DATE.fullmatch(low):
        return (
            "a date; spreadsheets turn 12.3 or 3-12 into one — format the cell as text or number "
            "and type the value again"
        )
    if low.startswith(("~", "≈", "ca", "about", "approx")):
        return "only about a number — write the number, and its sd in the column log_beta_sd"
    return "expected a number such as 12.3, >20, <1 or 12.3 ± 0.2, or nothing"
