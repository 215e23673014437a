import numpy as np
import pytest

from bo_loop.report.speciation import draw
from bo_loop.solution.distribution import distribute, system_of, with_bands
from bo_loop.solution.embedded import complexes, protonation


@pytest.fixture(scope="module")
def found():
    species = (*protonation("glycine"), *complexes("Ni+2", "glycine"))
    system = system_of(["Ni+2"], -1, species)
    total = {"Ni+2": 1e-3, "L": 2e-3}
    return distribute(system, total, np.arange(2, 12.01, 0.5), ionic_strength_M=0.1)


def test_it_draws_the_shares_and_where_the_hydroxide_may_precipitate(found):
    (axes,) = draw(found).axes
    drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert {"Ni+2", "NiL", "NiL2"} <= set(drawn)
    assert "Ni(OH)" not in drawn or drawn["Ni(OH)"].max() >= 2.0
    assert drawn["NiL"] == pytest.approx(100 * found.speciation.shares("Ni+2")["NiL"])
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert "Ni(OH)2(s) may precipitate" in labels


def test_bands_are_drawn_where_there_are_any(found):
    assert not draw(found).axes[0].collections[1:]  # but for the hydroxide's
    size = len(found.speciation.system.species)
    noise = np.random.default_rng(0).normal(0.0, 0.3, (20, size))
    banded = with_bands(found, found.speciation.system.log_beta(0.1) + noise)
    (axes,) = draw(banded).axes
    assert len(axes.collections) == len(axes.lines) + 1
    nickel = [line.get_label() for line in axes.lines].index("NiL")
    edge = axes.collections[nickel].get_paths()[0].vertices[:, 1]
    assert edge.max() == pytest.approx(100 * banded.bands["Ni+2"]["NiL"][1].max(), abs=1e-6)
