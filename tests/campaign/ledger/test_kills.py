"""Kill -9 in the middle of every command: all or none of its event, and a campaign that opens."""

import random
import signal
import time

import pytest
import small_campaign
from faults import HOWS, NEVER, die_in, in_child, kill_at
from small_campaign import cheapen, results

from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.ledger.ledger import read

LETTERS = {"A": "10.5", "B": "9.75", "E": "8"}
GREEDY = {"_target_": "bo_loop.acquisition.Greedy"}
VERBS = {
    "suggest": (lambda c: c.suggest(), ["proposed"]),
    "log": (lambda c: c.log(c.path.parent / "results.csv"), ["measured"] * 3),
    "correct": (lambda c: c.correct(3, log_beta=9.5, reason="typing"), ["corrected"]),
    "withdraw": (lambda c: c.withdraw("Ni+2:L1:E"), ["withdrawn"]),
    "restore": (lambda c: c.restore("Ni+2:L1:D"), ["restored"]),
    "extend": (lambda c: c.extend(ligands="new.csv"), ["pool_extended"]),
    "configure": (lambda c: c.configure(batch_size=3), ["config_changed"]),
    "close": (lambda c: c.close(), ["closed"]),
    "reopen": (lambda c: c.reopen(), ["reopened"]),
}


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """A campaign for each verb, ready for it; and one that is yet to be started."""
    with pytest.MonkeyPatch.context() as patch:
        cheapen(patch)
        folder = tmp_path_factory.mktemp("templates")
        campaign = small_campaign.start(folder)
        campaign.suggest()
        campaign.log(results(folder, {"C": "9.9"}))
        campaign.withdraw("Ni+2:L1:D")
        closed = small_campaign.copy(campaign, folder / "closed")
        closed.close()
        yield {verb: closed if verb == "reopen" else campaign for verb in VERBS}


def run_killed(template, verb, folder, arm):
    """Run a verb on a copy of its template in a child that dies; return its status."""
    folder.mkdir()
    results(folder, LETTERS)
    small_campaign.copy(template, folder / "small")
    act, _ = VERBS[verb]
    return in_child(lambda: act(Campaign(folder / "small")), arm)


def check_after_kill(template, verb, folder):
    """All or none, no view trusted that is not the ledger's; and then life goes on."""
    path = folder / "small"
    before = template.record.ledger.read().events
    found = read(path / "ledger.jsonl").events
    assert found[: len(before)] == before
    new = [event.event for event in found[len(before) :]]
    assert new in ([], VERBS[verb][1])
    campaign = Campaign(path)
    assert not [c for c in campaign.verify().checks if c.outcome == "failed" and "/" in c.what]
    if campaign.state().closed_seq:
        campaign.reopen()
    campaign.log(results(folder, {"F": "9.25"}, "next.csv"))
    campaign = Campaign(path)
    assert campaign.record.ledger.read().events[: len(found)] == found
    assert campaign.measurements()["pair_id"].iloc[-1] == "Ni+2:L1:F"
    files = [c for c in campaign.verify().checks if "." in c.what and "torn-" not in c.what]
    assert {c.outcome for c in files} == {"ok"}, files
    return bool(new)


def kill_and_check(templates, verb, folder, targets):
    """Kill at each of `targets`, (number of the call, how); return whether it was recorded."""
    outcomes = []
    for target, how in targets:
        status, said = run_killed(
            templates[verb], verb, folder / f"{target}-{how}", lambda t=target, h=how: kill_at(t, h)
        )
        assert status & 0x7F == signal.SIGKILL
        assert said == b""
        outcomes.append(check_after_kill(templates[verb], verb, folder / f"{target}-{how}"))
    assert outcomes == sorted(outcomes)  # once it is recorded, it stays so
    return outcomes


def calls_of(templates, verb, folder):
    status, said = run_killed(
        templates[verb], verb, folder / "rehearsal", lambda: kill_at(NEVER, "before")
    )
    assert status == 0
    assert check_after_kill(templates[verb], verb, folder / "rehearsal")  # it was acknowledged
    return int(said)


@pytest.mark.parametrize("verb", VERBS)
def test_a_killed_command_leaves_all_or_none(templates, tmp_path, verb):
    n = calls_of(templates, verb, tmp_path)
    assert n >= 10
    chosen = sorted({1, n, *random.Random(0).sample(range(1, n + 1), 7)})
    targets = [(target, HOWS[i % 3]) for i, target in enumerate(chosen)]
    outcomes = kill_and_check(templates, verb, tmp_path, targets)
    assert len(outcomes) >= 7  # nine verbs: above 60 kills
    assert set(outcomes) == {False, True}


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_command_killed_anywhere_leaves_all_or_none(templates, tmp_path, verb):
    n = calls_of(templates, verb, tmp_path)
    targets = [(target, how) for target in range(1, n + 1) for how in HOWS]
    outcomes = kill_and_check(templates, verb, tmp_path, targets)
    assert set(outcomes) == {False, True}
    print(f"{verb}: {len(outcomes)} kills, {sum(outcomes)} recorded")


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_command_killed_at_any_instant_leaves_all_or_none(templates, tmp_path, verb):
    begun = time.perf_counter()
    calls_of(templates, verb, tmp_path)
    longest = time.perf_counter() - begun
    rng = random.Random(verb)
    for i in range(25):
        instant = rng.uniform(0.001, longest)
        status, said = run_killed(
            templates[verb], verb, tmp_path / str(i), lambda t=instant: die_in(t)
        )
        assert status in (0, signal.SIGALRM)
        recorded = check_after_kill(templates[verb], verb, tmp_path / str(i))
        assert recorded or said == b""  # nothing acknowledged is lost


def start_in_child(folder, target, how):
    return in_child(lambda: small_campaign.start(folder), lambda: kill_at(target, how))


def test_a_killed_start_leaves_a_campaign_or_none(tmp_path, monkeypatch):
    cheapen(monkeypatch)
    (tmp_path / "rehearsal").mkdir()
    status, said = start_in_child(tmp_path / "rehearsal", NEVER, "before")
    assert status == 0
    outcomes = []
    for target in range(1, int(said) + 1):
        folder = tmp_path / str(target)
        folder.mkdir()
        status, _ = start_in_child(folder, target, HOWS[target % 3])
        assert status & 0x7F == signal.SIGKILL
        outcomes.append((folder / "small").exists())
        campaign = Campaign(folder / "small") if outcomes[-1] else small_campaign.start(folder)
        assert len(campaign.record.ledger.read().events) == 1
        assert len(campaign.suggest()) == 2
    assert len(outcomes) >= 20
    assert set(outcomes) == {False, True}
