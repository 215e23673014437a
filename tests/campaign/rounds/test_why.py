"""What a proposal carries beside its prediction reaches the form, the tables and the history."""

import io
import json

import pandas as pd
import pytest
import small_campaign
from rich.console import Console
from sample_events import STARTED, as_events, proposed
from small_campaign import POOL, start

from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.rounds import decide as rounds
from bo_loop.campaign.verify import _form_problem
from bo_loop.campaign.views.forms import form
from bo_loop.campaign.views.history import history
from bo_loop.campaign.views.views import proposals
from bo_loop.cli.terminal import history_table, proposals_table
from bo_loop.cli.verbs import campaign as commands

A, B = "Ni+2:L1:A", "Ni+2:L1:B"
NEAREST = [
    {
        "metal": "Cu+2",
        "ligand": "glycine",
        "n_ligands": 2,
        "log_beta": 15.125,
        "censoring": "none",
        "similarity": 0.931,
    },
    {
        "metal": "Zn+2",
        "ligand": "EDTA",
        "n_ligands": 1,
        "log_beta": 20.0,
        "censoring": "lower",
        "similarity": 0.25,
    },
]
SHOWN = "Cu+2 + 2 glycine: log β 15.12 (0.93); Zn+2 + EDTA: log β > 20 (0.25)"
STOP = {
    "probability": 0.03,
    "tolerance": 0.1,
    "advice": "3 % chance that anything open beats the best log β by more than 0.1: going on is "
    "not worth it.",
}
MOVERS = [
    {"feature": "properties.ionic_radius", "relevance": 0.75, "direction": -1},
    {"feature": "mordred.SLogP", "relevance": 0.5, "direction": 1},
    {"feature": "charge.ligand_charge", "relevance": 0.25, "direction": 0},
]
MOVED_BY = "ionic radius ↓, SLogP ↑, charge of the ligand ~"
DETAILS = {
    A: {"role": "target", "nearest": NEAREST, "outside_domain": False, "movers": MOVERS},
    B: {"role": "competitor", "nearest": NEAREST[1:], "outside_domain": True, "movers": []},
}


def events():
    kind, data = proposed(1, A, B)
    told = [p | DETAILS[p["pair_id"]] for p in data["proposals"]]
    return as_events(STARTED, (kind, data | {"proposals": told, "stop": STOP}))


def table_text(frame):
    return shown(proposals_table(frame, "round 1"))


def shown(table):
    console = Console(file=io.StringIO(), width=80)
    console.print(table)
    return console.file.getvalue()


@pytest.fixture
def frame():
    return proposals(fold(events()).rounds[0], POOL)


@pytest.fixture
def old_frame():
    """Of a round that was recorded before there were such details."""
    return proposals(fold(as_events(STARTED, proposed(1, A, B))).rounds[0], POOL)


def test_the_fold_keeps_them_and_does_without():
    made = fold(events()).rounds[0]
    assert made.stop == STOP
    assert [p.role for p in made.proposals] == ["target", "competitor"]
    assert made.proposals[0].nearest == tuple(NEAREST)
    assert [p.outside_domain for p in made.proposals] == [False, True]
    assert made.proposals[0].movers == tuple(MOVERS)
    old = fold(as_events(STARTED, proposed(1, A))).rounds[0]
    assert old.stop is None
    kept = old.proposals[0]
    assert (kept.role, kept.nearest, kept.outside_domain, kept.movers) == ("", (), None, ())


def test_the_form_says_them_in_cells(frame, old_frame):
    cells = ["role", "outside_domain", "nearest", "moved_by"]
    read = pd.read_csv(io.BytesIO(form(frame, {})), dtype=str, keep_default_na=False)
    assert read[cells].to_numpy().tolist() == [
        ["target", "no", SHOWN, MOVED_BY],
        ["competitor", "yes", SHOWN.split("; ")[1], ""],
    ]
    read = pd.read_csv(io.BytesIO(form(old_frame, {})), dtype=str, keep_default_na=False)
    assert read[cells].to_numpy().tolist() == [["", "", "", ""]] * 2


def test_a_form_from_before_these_columns_is_as_proposed(frame, old_frame, tmp_path):
    path = tmp_path / "proposals.csv"
    written = pd.read_csv(io.BytesIO(form(old_frame, {})), dtype=str, keep_default_na=False)
    cells = ["role", "outside_domain", "nearest", "moved_by"]
    written.drop(columns=cells).to_csv(path, index=False)
    assert _form_problem(path, form(old_frame, {})) == ""
    problem = _form_problem(path, form(frame, {}))
    assert problem == "lacks our columns role, outside_domain, nearest, moved_by"


def test_the_table_marks_what_is_outside_the_domain(frame, old_frame):
    text = table_text(frame)
    words = " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert "(target)" in words
    assert "(competitor)" in words
    assert words.count("†") == 2  # the pair and the note
    assert "† outside the applicability domain" in words
    assert words.count("best") == 1  # the second says "as above"
    assert "as above" in words
    assert words.count("moved by") == 1
    assert words.count("↓") == words.count("↑") == 1
    assert "†" not in table_text(old_frame)
    assert "†" not in table_text(frame[:1])


def words(events, pair=None):
    return [row["what"] for row in history(events, POOL, pair)]


def test_history_of_a_pair_shows_what_was_nearest():
    assert words(events(), A) == [
        f"round 1, rank 1: best; nearest known: {SHOWN}; moved by {MOVED_BY}"
    ]
    assert not any("nearest" in text for text in words(events()))
    old = as_events(STARTED, proposed(1, A))
    assert words(old, A) == ["round 1, rank 1: best"]


def test_the_history_of_one_pair_names_it_in_the_title():
    alone = shown(history_table(history(events(), POOL, A), "Recorded"))
    assert "Recorded, Ni+2 + ligand A" in alone
    assert alone.count("ligand A") == 1
    every = shown(history_table(history(events(), POOL), "Recorded"))
    assert "Recorded," not in every
    assert "ligand B" in " ".join(every.split())


@pytest.fixture
def suggest(tmp_path, monkeypatch):
    def decide(*arguments):
        made = small_campaign.decide(*arguments)
        told = [p | DETAILS.get(p["pair_id"], {}) for p in made["proposals"]]
        return made | {"proposals": told, "stop": STOP if len(told) == 2 else None}

    small_campaign.cheapen(monkeypatch)
    monkeypatch.setattr(rounds, "decide", decide)
    start(tmp_path)
    config = {"name": "small", "directory": str(tmp_path), "operator": "Sato", "batch_size": 2}
    config["pick"] = None

    def run(**options):
        commands.suggest(config | options, frozenset(options) - {"json"})

    return run


def test_suggest_says_when_going_on_is_not_worth_it(suggest, capsys):
    suggest(json=False)
    assert STOP["advice"] in " ".join(capsys.readouterr().out.split())
    suggest(json=False, batch_size=1)
    assert "chance that" not in capsys.readouterr().out


def test_json_carries_all(suggest, capsys):
    suggest(json=True)
    first, second = json.loads(capsys.readouterr().out)
    assert (first["nearest"], first["role"], first["stop"]) == (NEAREST, "target", STOP)
    assert first["movers"] == MOVERS
    assert (second["outside_domain"], second["stop"]) == (True, STOP)
