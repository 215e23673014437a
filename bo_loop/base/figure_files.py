"""Figures as files, in one list of formats."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES = (".svg", ".png", ".pdf")
"""Suffixes of figures that are written."""


def figure_bytes(figure: "Figure", out: Path) -> bytes:
    """Return a figure in the format of a file name, the same bytes for the same numbers."""
    import matplotlib

    file = io.BytesIO()
    kind = out.suffix.lower()[1:]
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    with matplotlib.rc_context({"svg.hashsalt": "bo_loop"}):
        figure.savefig(file, format=kind, dpi=150, metadata=undated)
    return file.getvalue()
