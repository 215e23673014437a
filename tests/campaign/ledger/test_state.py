from hypothesis import given, settings
from hypothesis import strategies as st
from sample_events import STARTED, as_events, corrected, grown, measured, proposed

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.ledger.rules import check, new_events
from bo_loop.campaign.ledger.state import CampaignState

# ---------------------------------------------------------------- the fold


# ---------------------------------------------------------------- random campaigns

PAIRS = st.sampled_from("abcd")
VALUES = st.sampled_from([1.0, 2.0, 3.5])
COMMANDS = st.one_of(
    st.tuples(st.just("proposed"), st.sets(PAIRS, min_size=1, max_size=2)),
    st.tuples(st.just("measured"), PAIRS, VALUES, st.booleans()),
    st.tuples(st.just("failed"), PAIRS, st.sampled_from(["", "lost"])),
    st.tuples(st.sampled_from(["in_progress", "withdrawn", "restored"]), PAIRS),
    st.tuples(st.just("corrected"), st.integers(1, 12), st.one_of(st.none(), VALUES)),
    st.tuples(st.sampled_from(["closed", "reopened", "started"])),
)


def candidate(state, command):
    kind, *rest = command
    if kind == "proposed":
        return proposed(len(state.rounds) + 1, *sorted(rest[0]), seen=max(state.seq, 1))
    if kind == "measured":
        return measured(rest[0], rest[1])
    if kind == "corrected":
        change = {"void": True} if rest[1] is None else {"log_beta": rest[1]}
        return corrected(rest[0], **change)
    if kind == "started":
        return STARTED
    return (kind, {"pair_id": rest[0], **({"note": rest[1]} if rest[1:] else {})} if rest else {})


class Oracle:
    """What each pair is, told again without the fold: from the list of what was accepted."""

    def __init__(self):
        self.log = []

    def results(self):
        found = {}
        for seq, (kind, data) in enumerate(self.log, start=1):
            if kind == "measured":
                found[seq] = [data["pair_id"], data["log_beta"], True]
            elif kind == "corrected" and data.get("void"):
                found[data["corrects"]][2] = False
            elif kind == "corrected":
                found[data["corrects"]][1:] = [data["log_beta"], True]
        return {seq: (p, value) for seq, (p, value, stands) in found.items() if stands}

    def state_of(self, pair_id):
        if any(p == pair_id for p, _ in self.results().values()):
            return "measured"
        trail, before_withdrawal = "open", "open"
        for kind, data in self.log:
            ids = [p["pair_id"] for p in data.get("proposals", [])]
            if kind == "proposed" and pair_id in ids:
                trail = "pending"
            elif data.get("pair_id") == pair_id and kind == "withdrawn":
                before_withdrawal, trail = trail, "withdrawn"
            elif data.get("pair_id") == pair_id and kind == "restored":
                trail = before_withdrawal
            elif data.get("pair_id") == pair_id and kind in ("failed", "in_progress"):
                trail = kind
        return trail


@settings(max_examples=300, deadline=None)
@given(st.lists(COMMANDS, max_size=25))
def test_random_campaigns_agree_with_a_second_account(commands):
    oracle, state = Oracle(), CampaignState()
    for command in [("started",), *commands]:
        new = candidate(state, command)
        flag = command[0] == "measured" and command[3]
        try:
            accepted, duplicates = new_events(state, [new], replicate=flag)
        except CampaignError:
            continue
        assert len(accepted) + duplicates == 1
        oracle.log += accepted
        state = fold(as_events(*accepted, start=state.seq + 1), state)
        # what was just recorded adds nothing when it is given again (closing is refused twice)
        if accepted and new[0] in ("measured", "failed", "in_progress", "withdrawn", "corrected"):
            assert new_events(state, [new]) == ([], 1)
        assert {r.seq: (r.pair_id, r.log_beta) for r in state.results} == oracle.results()
        assert {p: state.state_of(p) for p in "abcd"} == {p: oracle.state_of(p) for p in "abcd"}
    events = as_events(*oracle.log)
    assert fold(events) == state
    for k in range(len(events) + 1):
        assert fold(events[k:], fold(events[:k])) == state
    numbers = [(r.pair_id, r.replicate) for r in state.results]
    assert len(set(numbers)) == len(numbers)
    seen = [p.pair_id for r in state.rounds for p in r.proposals]
    assert len(set(seen)) == len(seen)


def test_check_accepts_what_apply_then_holds():
    state = grown()
    check(state, *measured("a", 5.0, replicate=1))
    assert fold(as_events(measured("a", 5.0, replicate=1), start=2), state).results
