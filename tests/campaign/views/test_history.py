import io

from rich.console import Console
from sample_events import MOVED_BY, SHOWN, STARTED, A, as_events, explained, proposed
from small_campaign import POOL

from bo_loop.campaign.views.history import history
from bo_loop.cli.terminal import history_table


def shown(table):
    console = Console(file=io.StringIO(), width=80)
    console.print(table)
    return console.file.getvalue()


def words(events, pair=None):
    return [row["what"] for row in history(events, POOL, pair)]


def test_history_of_a_pair_shows_what_was_nearest():
    assert words(explained(), A) == [
        f"round 1, rank 1: best; nearest known: {SHOWN}; moved by {MOVED_BY}"
    ]
    assert not any("nearest" in text for text in words(explained()))
    old = as_events(STARTED, proposed(1, A))
    assert words(old, A) == ["round 1, rank 1: best"]


def test_the_history_of_one_pair_names_it_in_the_title():
    alone = shown(history_table(history(explained(), POOL, A), "Recorded"))
    assert "Recorded, Ni+2 + ligand A" in alone
    assert alone.count("ligand A") == 1
    every = shown(history_table(history(explained(), POOL), "Recorded"))
    assert "Recorded," not in every
    assert "ligand B" in " ".join(every.split())
