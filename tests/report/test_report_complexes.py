"""Complexes in three dimensions: built once, read with care, shown in a browser."""

import json
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from page_server import browser, needs_browser

from bo_loop.base.errors import CampaignError
from bo_loop.base.html import render
from bo_loop.report import complexes
from bo_loop.report.complexes import build, built, gathered, path_of, scripts, shown

GOLD = {
    "name": "Au+1 + 2 ammonia", "key": "Au+1:L2:X", "charge": 1, "unpaired": 0, "method": "a way",
    "energy_eV": -1.5, "minima_kJ_mol": [0.0], "donors": [["N", 2.02], ["N", 2.03]],
    "strain_kJ_mol": 0.4, "warnings": ["the cavity is too small"], "notes": [],
    "symbols": ["Au", "N", "N"], "positions_A": [[0, 0, 0], [2.02, 0, 0], [-2.03, 0, 0.0004]],
    "bonds": [[1, 0, 0], [2, 0, 0]],
}  # fmt: skip
PAIR = "Au+1:L2:QGZKDVFQNNGYKY-UHFFFAOYSA-N"


@pytest.fixture
def campaign(tmp_path):
    row = {"pair_id": PAIR, "metal": "Au", "charge": 1, "ligand": "ammonia", "smiles": "N"}
    uranyl = row | {"pair_id": "UO2+2:L2:Q", "metal": "UO2", "charge": 2}
    pool = pd.DataFrame([row, uranyl]).assign(n_ligands=2)
    return SimpleNamespace(path=tmp_path, pool=pool)


def kept(campaign, **changed):
    path = path_of(campaign.path, PAIR)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(GOLD | changed), encoding="utf-8")
    return path


def test_no_pair_is_kept_outside_the_folder(tmp_path):
    assert path_of(tmp_path, "../../Ni+2:L1:A-N:T25").parent == tmp_path / "structures"
    assert path_of(tmp_path, PAIR + ":T25I0.1") == path_of(tmp_path, PAIR)


def test_what_was_built_is_not_built_again(campaign, monkeypatch):
    pytest.importorskip("tblite", reason="the extra structures is not installed")
    monkeypatch.setattr(complexes, "_STARTS", 1)
    assert built(campaign.path, PAIR) is None
    made = build(campaign, PAIR)
    assert made["name"] == "Au+1 + 2 ammonia"
    assert [symbol for symbol, _ in made["donors"]] == ["N", "N"]
    assert built(campaign.path, PAIR) == json.loads(json.dumps(made))
    monkeypatch.setattr("bo_loop.structures.conformers.lowest", None)
    assert build(campaign, PAIR)["energy_eV"] == made["energy_eV"]
    with pytest.raises(CampaignError, match=r"Cu\+2:L1:B is not in the pool"):
        build(campaign, "Cu+2:L1:B")


@pytest.mark.parametrize(
    "changed",
    [
        {"symbols": ["Au", "N"]},
        {"symbols": ["Au", "N", "<b>"]},
        {"positions_A": [[0, 0, 0], [1, 0], [2, 0, 0]]},
        {"positions_A": [[0, 0, 0], [1, 0, "x"], [2, 0, 0]]},
        {"bonds": [[1, 9, 0]]},
        {"bonds": [[1, 0]]},
        {"donors": ["N 2.02"]},
        {"warnings": [7]},
        {"strain_kJ_mol": "much"},
        {"charge": None},
    ],
)
def test_a_file_that_holds_no_structure_is_named(campaign, changed):
    path = kept(campaign, **changed)
    with pytest.raises(CampaignError, match="holds no structure: delete it") as raised:
        built(campaign.path, PAIR)
    assert str(path) in str(raised.value)


def test_those_at_hand_are_gathered_and_problems_are_told_once(campaign, monkeypatch):
    rows = [*campaign.pool.itertuples(), *campaign.pool.itertuples()]
    assert gathered(campaign, rows, 0) == ([], [])
    kept(campaign)
    structures, problems = gathered(campaign, rows, 2)
    assert [each["name"] for each in structures] == ["Au⁺ + 2 ammonia"]
    assert problems == [
        "UO2+2 + 2 ammonia: GFN2-xTB has no parameters for U; it knows hydrogen to radon."
    ]
    kept(campaign, bonds=[[1]])
    structures, problems = gathered(campaign, rows, 0)
    assert structures == []
    assert "holds no structure" in problems[0]


def test_without_the_extra_one_sentence_says_so(campaign, monkeypatch):
    monkeypatch.setitem(sys.modules, "ase", None)
    structures, problems = gathered(campaign, list(campaign.pool.itertuples())[:1], 1)
    assert structures == []
    assert problems == [
        "The package ase is not installed. What computes structures needs the extra structures: "
        "pip install 'bo-loop[structures]'."
    ]


def test_what_is_shown_are_sentences():
    found = shown("Au⁺ + 2 ammonia", GOLD)
    assert found["warnings"] == ["The cavity is too small."]
    assert found["words"] == (
        "N 2.02, N 2.03 Å from the metal. Strain: 0 kJ/mol of the ligand, as it is bound. "
        "Charge +1, 0 unpaired electrons. A way."
    )
    assert json.loads(found["drawn"])["positions"][2] == [-2.03, 0, 0.0]


@pytest.mark.slow
@needs_browser
def test_a_browser_draws_it_and_loads_nothing(tmp_path):
    body = (
        '{% extends "page" %}{% block body %}<div data-complexes>'
        '<div data-place style="position:relative;width:300px;height:200px"></div>'
        '{% for each in both %}<button data-complex="{{ each.drawn }}">{{ each.name }}</button>'
        "{% endfor %}</div>{% endblock %}"
    )
    both = [shown("one", GOLD), shown("other", GOLD | {"bonds": []})]
    path = tmp_path / "page.html"
    path.write_text(render(body, title="t", scripts=scripts(), both=both), encoding="utf-8")
    asked, errors = [], []
    with browser() as opened:
        page = opened.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path.as_uri())
        page.locator("[data-place] canvas").wait_for()
        blank = "() => !document.querySelector('canvas').toDataURL().slice(100).match(/[^A]/)"
        assert not page.evaluate(blank)
        page.get_by_role("button", name="other").click()
        assert page.get_by_role("button", name="other").get_attribute("aria-pressed") == "true"
        assert page.get_by_role("button", name="one").get_attribute("aria-pressed") == "false"
    assert asked == [path.as_uri()]
    assert errors == []
