"""Histograms of |force|: atoms counted by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from bo_loop.structures.force_histogram import EDGES, draw, histogram

pytest.importorskip("ase", reason="the extra structures is not installed")


def row(numbers, sizes):
    forces = np.array(sizes)[:, None] * [0.6, 0.0, -0.8]
    return SimpleNamespace(numbers=np.array(numbers), forces=forces)


def test_atoms_are_counted_by_element_and_size():
    found = histogram(iter([row([8, 1, 1], [0.02, 0.5, 0.0]), row([1], [0.5]), row([8], [99.0])]))
    assert list(found) == ["H", "O"]
    assert found["H"].sum() == 3
    at = np.searchsorted(EDGES, 0.5, side="right") - 1
    assert found["H"][at] == 2
    assert found["H"][0] == 1  # nothing is left out
    assert found["O"][-1] == 1
    assert EDGES[at] <= 0.5 < EDGES[at + 1]


def test_each_element_has_a_panel_with_its_median():
    figure = draw(histogram(iter([row([1, 1, 1, 6, 7, 8, 29], [1e-3, 0.1, 0.1, 1, 1, 1, 1])])))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["H, 3 atoms", "C, 1 atoms", "N, 1 atoms", "O, 1 atoms", "Cu, 1 atoms"]
    (line,) = figure.axes[0].lines
    assert line.get_xdata()[0] == pytest.approx(0.1, rel=0.13)
