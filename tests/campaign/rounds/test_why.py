"""What a proposal carries beside its prediction reaches the form, the tables and the history."""

import io
import json

import pytest
import small_campaign
from rich.console import Console
from sample_events import (
    DETAILS,
    MOVERS,
    NEAREST,
    STARTED,
    STOP,
    A,
    B,
    as_events,
    explained,
    proposed,
)
from small_campaign import POOL, start

from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.rounds import decide as rounds
from bo_loop.campaign.views.views import proposals
from bo_loop.cli.terminal import proposals_table
from bo_loop.cli.verbs import campaign as commands


def table_text(frame):
    return shown(proposals_table(frame, "round 1"))


def shown(table):
    console = Console(file=io.StringIO(), width=80)
    console.print(table)
    return console.file.getvalue()


@pytest.fixture
def frame():
    return proposals(fold(explained()).rounds[0], POOL)


@pytest.fixture
def old_frame():
    """Of a round that was recorded before there were such details."""
    return proposals(fold(as_events(STARTED, proposed(1, A, B))).rounds[0], POOL)


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
