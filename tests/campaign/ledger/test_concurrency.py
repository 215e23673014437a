"""Several processes log and suggest in one campaign at the same time, through `Campaign`."""

import multiprocessing
import os
from collections import Counter

import pytest
import small_campaign
from small_campaign import cheapen, pairs

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.campaign import Campaign


def log_results(path, letters, n_rows, acknowledged):
    """Log a value for each pair, `n_rows` at a time; put what was acknowledged in the queue."""
    campaign = Campaign(path)
    for i in range(0, len(letters), n_rows):
        rows = [f"Ni+2:L1:{c},{10 + int(c) / 1e6!r}" for c in letters[i : i + n_rows]]
        content = "\n".join(["pair_id,log_beta", *rows]).encode()
        logged = campaign.log(f"{os.getpid()}.csv", content=content, operator=str(os.getpid()))
        acknowledged.put(list(logged.recorded["pair_id"]))
    acknowledged.put(None)


def suggest_rounds(path, n_rounds, acknowledged):
    campaign = Campaign(path)
    for _ in range(n_rounds):
        try:
            acknowledged.put(list(campaign.suggest()["pair_id"]))
        except CampaignError as error:  # a quieter moment is asked for: nothing was recorded
            if "Repeat the command" not in str(error):
                raise
    acknowledged.put(None)


def run_together(tmp_path, monkeypatch, *, n_loggers, n_results, n_rows, n_rounds):
    letters = [f"{i:05d}" for i in range(n_loggers * n_results)]
    spare = [f"{i:05d}" for i in range(90_000, 90_000 + 2 * 2 * n_rounds)]
    # what is to be logged stands last: rounds take the first open pairs
    cheapen(monkeypatch, pairs([*spare, *letters]))
    path = small_campaign.start(tmp_path).path
    fork = multiprocessing.get_context("fork")
    logged, proposed = fork.Queue(), fork.Queue()
    shares = [letters[k::n_loggers] for k in range(n_loggers)]
    workers = [fork.Process(target=log_results, args=(path, s, n_rows, logged)) for s in shares]
    suggesting = {"target": suggest_rounds, "args": (path, n_rounds, proposed)}
    workers += [fork.Process(**suggesting) for _ in range(2)]
    for worker in workers:
        worker.start()
    said = [drained(queue, n) for queue, n in ((logged, n_loggers), (proposed, 2))]
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * len(workers)
    return Campaign(path), letters, *said


def drained(queue, n_ends):
    """Everything that `n_ends` processes said before each ended with None."""
    said = []
    while n_ends:
        item = queue.get(timeout=300)
        n_ends, said = (n_ends - 1, said) if item is None else (n_ends, [*said, *item])
    return said


def check_together(campaign, letters, logged, proposed):
    state = campaign.state()
    expected = Counter(f"Ni+2:L1:{c}" for c in letters)
    assert Counter(logged) == expected  # every result was acknowledged
    assert Counter(r.pair_id for r in state.results) == expected  # and is there once
    assert all(r.log_beta == 10 + int(r.pair_id[-5:]) / 1e6 for r in state.results)
    in_rounds = [p.pair_id for made in state.rounds for p in made.proposals]
    assert Counter(proposed) == Counter(in_rounds)
    assert max(Counter(in_rounds).values()) == 1  # no pair is proposed twice
    assert [made.number for made in state.rounds] == list(range(1, len(state.rounds) + 1))
    assert {check.outcome for check in campaign.verify().checks} == {"ok"}
    return len(in_rounds)


def test_processes_log_and_suggest_at_once(tmp_path, monkeypatch):
    found = run_together(tmp_path, monkeypatch, n_loggers=6, n_results=40, n_rows=8, n_rounds=3)
    assert check_together(*found) >= 2


@pytest.mark.slow
def test_eight_processes_log_200_results_each_one_by_one(tmp_path, monkeypatch):
    found = run_together(tmp_path, monkeypatch, n_loggers=8, n_results=200, n_rows=1, n_rounds=10)
    assert check_together(*found) >= 2
