import io

from rich.console import Console
from sample_events import (
    MOVED_BY,
    SHOWN,
    STARTED,
    A,
    again,
    as_events,
    corrected,
    explained,
    measured,
    proposed,
)
from small_campaign import POOL

from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.views.history import history
from bo_loop.cli.terminal import history_table


def shown(table):
    console = Console(file=io.StringIO(), width=80)
    console.print(table)
    return console.file.getvalue()


def words(events, pair=None):
    return [row["what"] for row in history(events, POOL, fold(events), pair and [pair])]


def test_history_of_a_pair_shows_what_was_nearest():
    assert words(explained(), A) == [
        f"round 1, rank 1: best; nearest known: {SHOWN}; moved by {MOVED_BY}"
    ]
    assert not any("nearest" in text for text in words(explained()))
    old = as_events(STARTED, proposed(1, A))
    assert words(old, A) == ["round 1, rank 1: best"]


def test_the_history_of_one_pair_names_it_in_the_title():
    alone = shown(history_table(history(explained(), POOL, fold(explained()), [A]), "Recorded"))
    assert "Recorded, Ni+2 + ligand A" in alone
    assert alone.count("ligand A") == 1
    every = shown(history_table(history(explained(), POOL, fold(explained())), "Recorded"))
    assert "Recorded," not in every
    assert "ligand B" in " ".join(every.split())


def test_each_row_tells_what_stood_at_the_time():
    settings = ("config_changed", {"overrides": {"batch_size": 2}})
    events = as_events(
        STARTED,
        proposed(1, A),
        measured(A, 7.0, replicate=1),
        corrected(3, log_beta=7.5),
        corrected(3, void=True, reason="wrong flask"),
        corrected(3, log_beta=7.25),
        settings,
        ("config_changed", {"overrides": {"batch_size": 2, "seed": 1}}),
        again(2, A),
        measured(A, 8.0, replicate=2),
    )
    state = fold(events)
    rows = history(events, POOL, state)
    assert [row["what"] for row in rows[2:]] == [
        "log β 7",
        "event 3: log_beta 7.0 → 7.5",
        "event 3 voided: log β 7.5; wrong flask",
        "event 3: log_beta 7.5 → 7.25",
        "batch_size = 2",
        "seed = 1",
        "round 2, rank 1: best",
        "log β 8; replicate 2",
    ]
    assert [row["mean"] for row in rows[2:]] == [5.5, 5.5, 5.5, 5.5, None, None, 6.5, 6.5]
    assert history(events, POOL, state, last=3) == rows[-3:]
    assert history(events, POOL, state, last=0) == []


def test_settings_are_told_by_what_differs():
    ucb = {"_target_": "bo_loop.acquisition.UCB", "beta": 4, "max_per_ligand": None, "floor": 0}
    events = as_events(
        STARTED,
        ("config_changed", {"overrides": {"acquisition": ucb}}),
        ("config_changed", {"overrides": {"acquisition": ucb | {"max_per_ligand": 1}}}),
    )
    assert words(events)[1:] == [
        "acquisition = UCB(beta=4, floor=0)",
        "acquisition.max_per_ligand = 1",
    ]
