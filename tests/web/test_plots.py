"""Figures are what JSON holds, and no name of theirs is a tag."""

import json

import pytest

from bo_loop.web import plots

NAME = "<a href='javascript:alert(1)'>EDTA</a>"

PROGRESS = {
    "label": NAME, "place": [1, 2], "names": [NAME, "b"], "censoring": ["none", "lower"],
    "value": [9.5, 12.0], "mean": [10.0, None], "sd": [1.0, None], "best_at": [1, 2],
    "best": [9.5, 12.0],
}  # fmt: skip
CALIBRATION = {
    "names": [NAME, "b"], "mean": [10.0, 11.0], "sd": [1.0, 1.0], "log_beta": [9.5, 12.0],
    "log_beta_sd": [None, 0.1], "quantity": NAME,
}  # fmt: skip
MODEL = {"observed": [1.0, 2.0], "predicted": [1.5, 2.5], "own": [True, False], "quantity": NAME}
STAGE = {"features": [NAME, "charge"], "shares": [0.6, 0.4], "groups": ["ligand", "metal ion"]}
SPACE = {"x": [0.0, 1.0], "y": [0.0, 1.0], "ligand": [NAME, ""], "smiles": ["C", "CC"],
         "state": ["measured", "open"]}  # fmt: skip
WATER = {"pH": [2.0, 3.0], "species": [{"name": NAME, "share": [1, 2], "low": [0, 1], "high": [2, 3]}]}  # fmt: skip  # noqa: E501


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
