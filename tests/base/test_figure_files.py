from pathlib import Path

import pytest
from matplotlib.figure import Figure

from bo_loop.base.figure_files import FIGURES, figure_bytes

BEGINS = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}


def drawn():
    figure = Figure()
    figure.subplots().plot([0.0, 1.0], [1.0, 3.0], label="a")
    return figure


@pytest.mark.parametrize("suffix", FIGURES)
def test_the_same_numbers_make_the_same_file(suffix):
    first = figure_bytes(drawn(), Path(f"a{suffix}"))
    assert first.startswith(BEGINS[suffix])
    assert first == figure_bytes(drawn(), Path(f"b{suffix.upper()}"))
