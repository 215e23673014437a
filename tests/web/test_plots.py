"""Figures are what JSON holds, and no name of theirs is a tag."""

import json

import pytest
from shown_figures import CALIBRATION, MODEL, NAME, PROGRESS, SPACE, STAGE, WATER

from bo_loop.web import plots


@pytest.mark.parametrize(
    ("draw", "found"),
    [
        (plots.progress, PROGRESS),
        (plots.prospective, CALIBRATION),
        (plots.coverage, [0.5, -1.2, 0.1]),
        (plots.parity, MODEL),
        (plots.relevances, STAGE),
        (plots.space, SPACE),
        (plots.water, WATER),
    ],
)
def test_a_figure_is_plain_and_escaped(draw, found):
    made = draw(found)
    assert made["data"]
    text = json.dumps(made, allow_nan=False)
    assert "<a " not in text
    assert ("&lt;a " in text) == (NAME in json.dumps(found))


def test_a_part_of_which_there_is_nothing_to_show_is_none_and_not_drawn():
    water = {"words": "cannot be said", "pH": [], "species": []}
    found = plots.figures({"progress": None, "water": water, "space": SPACE})
    assert found["progress"] is None
    assert found["water"] == {"words": "cannot be said", "figures": []}
    assert (found["space"]["words"], found["space"]["smiles"]) == ("", ["C", "CC"])


def test_a_band_of_a_species_lets_the_curves_behind_it_through():
    traces = plots.water(WATER)["data"]
    (band,) = [trace for trace in traces if "fill" in trace]
    assert band["fillcolor"].startswith("rgba(")
    assert band["fillcolor"].endswith(",.2)")


def test_a_ligand_on_the_map_knows_its_row():
    traces = plots.space(SPACE)["data"]
    assert {trace["name"]: trace["customdata"] for trace in traces} == {
        "in the pool (1)": [1],
        "measured (1)": [0],
    }


def test_coverage_counts_results_within_each_interval():
    (campaign,) = [t for t in plots.coverage([0.5, 3.0])["data"] if t["line"].get("shape") == "hv"]
    at = dict(zip(campaign["x"], campaign["y"], strict=True))
    assert (at[0.0], at[50.0], at[100.0]) == (0.0, 50.0, 100.0)
