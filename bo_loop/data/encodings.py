"""Text of a table from its bytes: UTF-8 and UTF-16 say what they are, others are told apart."""

import re
import warnings
from pathlib import Path

from bo_loop.base.errors import ConfigError, DataError

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}

# Bytes of cp932 whose first halves stand for letters of Western Europe in cp1252 (é ü ß …), or for
# its quotes and dashes. Followed by an ASCII letter, either reading is possible.
_LETTERS = range(0xE0, 0xFD)
_QUOTES = (0x91, 0x92, 0x93, 0x94, 0x96, 0x97)
_PRIVATE = range(0xF0, 0xFA)  # of cp932: characters of nobody's
_LONGEST_SHOWN = 20


def decoded(content: bytes, path: Path, encoding: str | None = None) -> str:
    """Return the text of a table.

    Parameters
    ----------
    content : bytes
        What the file holds.
    path : Path
        Named in messages.
    encoding : str, optional
        A codec of Python, such as ``"cp1252"`` or ``"shift_jis"``; a file that begins with a byte
        order mark is what that says. Without it, UTF-8 is recognised; of other bytes,
        `looks_japanese` decides between cp932 and cp1252, and a warning shows what came of it.

    Raises
    ------
    ConfigError
        If there is no such codec.
    DataError
        If the bytes are not text in that encoding, or in any that is recognised.
    """
    bom = next((codec for mark, codec in _BOMS.items() if content.startswith(mark)), None)
    if encoding is not None:
        _require_codec(encoding)
        return _as_given(content, path, bom or encoding)
    if bom != "utf-16" and b"\0" in content:
        raise DataError(f"{path} is not text: save it again as CSV UTF-8.")
    try:
        return content.decode(bom or "utf-8")
    except UnicodeDecodeError as error:
        if bom:
            raise DataError(f"{path} is not text: save it again as CSV UTF-8.") from error
    codecs = ["cp932", "cp1252"] if looks_japanese(content) else ["cp1252", "cp932"]
    for codec in codecs:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        kind = "Japanese" if codec == "cp932" else "Western European"
        warnings.warn(
            f"{path} is not UTF-8, and was read as {kind} text ({codec}), as in "
            f"{_example(text)!r}. If that is wrong, give encoding=, or save it again as CSV UTF-8",
            stacklevel=2,
        )
        return text
    raise DataError(
        f"{path} is not text in UTF-8, cp932 or cp1252: give its encoding=, or save it again as "
        "CSV UTF-8."
    )


def looks_japanese(content: bytes) -> bool:
    """Whether bytes are rather cp932 than cp1252.

    Notes
    -----
    The bytes are cut into characters of cp932, and those into runs of characters that are not
    ASCII. A run speaks for Japanese if one of its characters cannot be a Western letter, quote or
    sign with the ASCII letter behind it: kana, kanji of two bytes above 0x7F, or two halfwidth
    katakana in a row. A lone ° or é and the letter that it would swallow speak against it.
    """
    japanese = western = 0
    for run in _runs(content):
        if any(_is_japanese(one) for one in run) or (
            len(run) > 1 and all(len(o) == 1 for o in run)
        ):
            japanese += len(run)
        else:
            western += len(run)
    return japanese > western


def _runs(content: bytes) -> list[list[bytes]]:
    runs: list[list[bytes]] = []
    at, open_run = 0, False
    while at < len(content):
        byte = content[at]
        if byte < 0x80:
            at, open_run = at + 1, False
            continue
        wide = 0x81 <= byte <= 0x9F or 0xE0 <= byte <= 0xFC
        one = content[at : at + 2] if wide else content[at : at + 1]
        if not open_run:
            runs.append([])
        runs[-1].append(one)
        at, open_run = at + len(one), True
    return runs


def _is_japanese(one: bytes) -> bool:
    if len(one) < 2:
        return False
    first, second = one
    if second < 0x40 or first in _PRIVATE:  # –, é before a space or comma; ö, ñ before anything
        return False
    if first in _LETTERS:
        return not (second >= 0xC0 or chr(second).isalpha())
    return second >= 0x80 or first not in _QUOTES or not chr(second).isalpha()


def _require_codec(encoding: str) -> None:
    try:
        "".encode(encoding)
    except (LookupError, TypeError, ValueError) as error:
        raise ConfigError(
            f"encoding is {encoding!r}, which is not a text encoding: such as utf-8, cp1252 or "
            "cp932."
        ) from error


def _as_given(content: bytes, path: Path, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except ValueError as error:
        raise DataError(f"{path} is not text in {encoding} ({error}).") from error


def _example(text: str) -> str:
    """Return the first word that is not ASCII."""
    word = re.search(r"[^\s,;\"]*[^\x00-\x7f][^\s,;\"]*", text)
    return word[0][:_LONGEST_SHOWN] if word else ""
