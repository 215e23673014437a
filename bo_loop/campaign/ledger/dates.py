"""Dates of measurements: read where they are unmistakable, refused where they cannot be right."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

_EARLIEST = 1900  # the pH scale is of 1909; and spreadsheets call their day 0 1899-12-30
_WRITTEN = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d\d)(\d\d))"
    r"(?:[ T]+(\d{1,2}:\d\d.*))?",
    re.ASCII,
)
_MIDNIGHT = re.compile(r"0?0:00(:00)?")
_FARTHEST_EAST = timedelta(hours=14)  # where a day begins first


def checked_date(text: str) -> str:
    """Return a date as it was written, but for a spreadsheet's midnight behind it.

    Parameters
    ----------
    text : str
        Year, month and day in this order: ``2025-01-31``, ``2025/1/31``, ``20250131``,
        ``2025年1月31日``; perhaps with the time.

    Raises
    ------
    ValueError
        Why it is refused, and what to write instead.
    """
    said, time = _read(text)
    text = text.strip()
    today = (datetime.now(UTC) + _FARTHEST_EAST).date()
    if said > today:
        raise ValueError(f"lies in the future, for today is {today}: is the year right?")
    if said.year < _EARLIEST:
        raise ValueError(f"lies before {_EARLIEST}: is the year right?")
    return text.removesuffix(time).rstrip(" T") if _MIDNIGHT.fullmatch(time) else text


def same_day(text: str) -> str:
    """Return what two dates have in common that are the same, however they are written."""
    try:
        said, time = _read(text)
    except ValueError:  # of a record older than these rules
        return text
    return f"{said} {time}" if time and not _MIDNIGHT.fullmatch(time) else str(said)


def _read(text: str) -> tuple[date, str]:
    """Return the day, and the time if one is given."""
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise ValueError("expected a date with the year first, such as 2025-01-31")
    year, _, *others, time = found.groups()
    month, day = (int(number) for number in others if number)
    try:
        return date(int(year), month, day), time or ""
    except ValueError:
        raise ValueError("there is no such day; expected one such as 2025-01-31") from None
