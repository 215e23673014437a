import numpy as np
import pytest
from validations import found

from bo_loop.studies.validate.figures import figures


@pytest.fixture(scope="module")
def shown():
    facts = {
        "relevances": {"beta_1": {"ligand.donors": 0.75, "metal.radius": 0.25}},
        "contributions": {"charge": 1.5, "radius": 3.0},
    }
    return {each.name: each for each in figures(found(**facts))}


def test_every_figure_for_which_there_are_data(shown):
    of_model = {f"{kind}_ligand_pair_gp" for kind in ("relevance", "parity", "contributions")}
    assert set(shown) == {"constants", "boxes_ligand", "calibration_ligand"} | of_model


def test_constants_of_each_ion_are_counted(shown):
    (axes,) = shown["constants"].figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["Cu+2", "Ni+2", "Zn+2"]
    assert [bar.get_height() for bar in axes.patches] == [1, 1, 1, 1, 1, 0]


def test_the_share_within_an_interval(shown):
    (axes,) = shown["calibration_ligand"].figure.axes
    _, curve = axes.lines
    level, share = curve.get_data()
    # |z| is 0.5 of three and 1.0 of two: within intervals of more than 38.3 and 68.3 %.
    assert share[level < 0.38].max() == 0.0
    np.testing.assert_allclose(share[(level > 0.39) & (level < 0.68)], 0.6)
    assert share[level > 0.69].min() == 1.0


def test_the_most_relevant_feature_is_on_top(shown):
    (axes,) = shown["relevance_ligand_pair_gp"].figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["donors", "radius"]
    assert axes.yaxis_inverted()
    assert axes.get_title() == "β₁: 1.00 of the whole"
