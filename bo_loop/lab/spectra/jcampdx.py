"""JCAMP-DX by the package ``jcamp``, with the checks that it leaves to its caller.

McDonald, Wilks, JCAMP-DX: a standard form for exchange of infrared spectra in computer readable
form, Applied Spectroscopy 1988, 42, 151; versions 4.24 and 5.
"""

import contextlib
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.extras import optional
from bo_loop.data.encodings import decoded
from bo_loop.lab.spectra.curves import Curve

_MOST_POINTS = 10_000_000
_KEPT = re.compile(r"[a-z.$][a-z0-9 ./$_-]{0,60}")
_NOT_SAID = {"x", "y", "xydata", "xypoints", "peak table", "children", "end", "filename"}


def jcamp_curves(content: bytes, path: Path) -> list[Curve]:
    """Read every block of a JCAMP-DX file.

    Raises
    ------
    DataError
        If it is not such a file, is of a kind that is not read (peak tables, NMR FIDs in pages),
        or holds other points than its header says.
    """
    text = decoded(content, path)
    if "##" not in text[:10_000]:
        raise DataError("it has no line that begins with ##, as JCAMP-DX has.")
    stated = [int(n) for n in re.findall(r"(?im)^##\s*npoints\s*=\s*(\d{1,12})\s*$", text)]
    if any(n > _MOST_POINTS for n in stated):  # they would be made before the data are looked at
        raise DataError(f"it states {max(stated):,} points, more than {_MOST_POINTS:,}.")
    jcamp, said = optional("lab", "jcamp"), io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            whole = jcamp.read(text.splitlines())
    except KeyError as error:
        raise DataError(f"its header lacks ##{str(error.args[0]).upper()}=.") from error
    # The package has no error of its own: on files that anyone may have written it ends in errors
    # of whatever it does to them (values, types, indices, steps of zero).
    except Exception as error:
        raise DataError(f"it is not JCAMP-DX that can be read ({error!r}).") from error
    complaint = said.getvalue().strip()
    # Its X-Check compares the lines' own abscissae, which are rounded, with the header's.
    if complaint and "X-Check" not in complaint:
        raise DataError(f"its data are damaged: {complaint.splitlines()[0]}")
    blocks = [block for block in _blocks(whole) if len(block.get("x", ()))]
    if not blocks:
        raise DataError("it holds no spectrum (##XYDATA or ##XYPOINTS).")
    return [
        _curve(block, f"block {i + 1}" if len(blocks) > 1 else "") for i, block in enumerate(blocks)
    ]


def _blocks(whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield whole
    for child in whole.get("children", ()):
        yield from _blocks(child)


def _curve(block: Mapping[str, Any], place: str) -> Curve:
    if "peak table" in block:
        raise DataError("it is a table of peaks, not a spectrum: the measured curve is needed.")
    if "xydata" not in block and "xypoints" not in block:
        raise DataError("its data are of a kind that is not read: (X++(Y..Y)) or (XY..XY) are.")
    x, y = (np.asarray(block[name], dtype=np.float64) for name in ("x", "y"))
    stated = block.get("npoints")
    if len(x) != len(y) or (isinstance(stated, int) and stated != len(y)):
        raise DataError(f"its header states {stated} points, and there are {len(y)}.")
    said = {
        key: str(value).strip()
        for key, value in block.items()
        if key not in _NOT_SAID and _KEPT.fullmatch(key) and str(value).strip()
    }
    if "names" in said or "title" in said:
        said.setdefault("title", said.get("names", ""))
    if kind := said.get("data type") or said.get("datatype"):
        said["method"] = kind.replace("SPECTRUM", "").strip() or kind
        if "fid" in kind.casefold().split():
            raise DataError("it is a free induction decay; save the transformed spectrum.")
    for key in [*said]:
        if key.startswith((".", "$")):
            said[key.lstrip(".$ ")] = said.pop(key)
    return Curve(x, y, str(block.get("xunits", "")), str(block.get("yunits", "")), place, said)
