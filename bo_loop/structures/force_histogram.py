"""How large the forces in a database are, a histogram of |force| for each element."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from bo_loop.base.extras import optional
from bo_loop.base.html import BLUE, ORANGE
from bo_loop.base.types import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EDGES = np.logspace(-4.0, 1.0, 51)
"""Of the bins, eV/Å; forces beyond are counted in the outermost ones."""

_COLUMNS = 4
_WIDTH, _HEIGHT = 2.3, 1.7  # inches, of a panel


def histogram(rows: Iterator[Any]) -> dict[str, Floats]:
    """Count the atoms of a database by element and |force|.

    Parameters
    ----------
    rows : iterator
        As `bo_loop.structures.store.Store.rows` yields them.

    Returns
    -------
    dict of str to (50,) int64
        Between `EDGES`; elements by atomic number.
    """
    symbols = optional("structures", "ase.data").chemical_symbols
    found: dict[int, Floats] = {}
    for row in rows:
        size = np.clip(np.linalg.norm(row.forces, axis=1), EDGES[0], np.nextafter(EDGES[-1], 0.0))
        for number in set(row.numbers.tolist()):
            counted = np.histogram(size[row.numbers == number], EDGES)[0]
            found[number] = found.get(number, 0) + counted
    return {symbols[number]: found[number] for number in sorted(found)}


def draw(counted: dict[str, Floats]) -> "Figure":
    """Draw what `histogram` returns, a panel for each element; a line marks the median."""
    from matplotlib.figure import Figure

    n_rows = -(-len(counted) // _COLUMNS)
    figure = Figure(figsize=(_COLUMNS * _WIDTH, max(n_rows, 1) * _HEIGHT), layout="constrained")
    panels = figure.subplots(max(n_rows, 1), _COLUMNS, sharex=True, squeeze=False).ravel()
    for axes in panels[len(counted) :]:
        axes.remove()
    for axes, (symbol, counts) in zip(panels, counted.items(), strict=False):
        share = counts / counts.sum()
        axes.stairs(100.0 * share, EDGES, fill=True, color=BLUE)
        middle = int(np.searchsorted(np.cumsum(share), 0.5))
        axes.axvline(np.sqrt(EDGES[middle] * EDGES[middle + 1]), color=ORANGE, linewidth=1.2)
        axes.set_xscale("log")
        axes.set_title(f"{symbol}, {counts.sum():,} atoms", fontsize=9, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    for axes in panels[max(len(counted) - _COLUMNS, 0) : len(counted)]:
        axes.tick_params(labelbottom=True)  # the lowest of its column
    figure.supxlabel("|force|, eV/Å (line: median)", fontsize=9)
    figure.supylabel("share of the atoms, %", fontsize=9)
    return figure
