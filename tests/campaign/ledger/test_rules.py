import re
import sys

import pytest
from sample_events import STARTED, corrected, grown, measured, pair, proposed

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.rules import check, new_events
from bo_loop.campaign.ledger.state import CampaignState

ANSWERED = [
    proposed(1, "a", "b"),
    measured("a", 5.0, log_beta_sd=0.1, replicate=1, date="2025-01-30"),
]
VOIDED = [measured("a", 5.0, replicate=1), corrected(2, void=True)]
WITHDRAWN = [pair("withdrawn", "a", reason="toxic")]


@pytest.mark.parametrize(
    ("before", "new", "words"),
    [
        ([], STARTED, "'ni' was started already"),
        ([("closed", {})], measured("a", 1.0), "closed by event 2.*bo-loop reopen"),
        ([("closed", {})], ("closed", {}), "closed by event 2"),
        ([], ("reopened", {}), "is not closed"),
        ([], ("opened", {}), "Unknown event 'opened'"),
        # proposals
        ([], proposed(2, "a"), "Round 2 cannot follow 0 rounds.*Repeat"),
        ([], proposed(1, "a", seen=2), "seen is 2; the ledger has events 1 to 1"),
        ([], proposed(1, "a", "a"), "each once"),
        ([], proposed(1), "at least one pair"),
        (ANSWERED, proposed(2, "a"), r"not open: a \(measured\)"),
        (ANSWERED, proposed(2, "b"), r"not open: b \(pending\)"),
        (WITHDRAWN, proposed(1, "a"), r"not open: a \(withdrawn\)"),
        ([pair("failed", "a")], proposed(1, "a"), r"not open: a \(failed\)"),
        ([pair("in_progress", "a")], proposed(1, "a"), r"not open: a \(in_progress\)"),
        # results
        (WITHDRAWN, measured("a", 1.0), "a was withdrawn. Restore it first"),
        ([], measured("a", "5"), "log_beta is '5'; it must be a finite number"),
        ([], measured("a", True), "log_beta is True"),
        ([], measured("a", float("inf")), "log_beta is inf"),
        ([], measured("a", None), "lacks log_beta"),
        ([], measured("a", 1.0, log_beta_sd=-0.1), "must not be negative"),
        ([], measured("a", 1.0, log_beta_sd="0.1"), "log_beta_sd is '0.1'"),
        ([], measured("a", 1.0, censoring="<"), "censoring is '<'; it must be one of"),
        ([], measured("a", 1.0, temperature_C="warm"), "temperature_C is 'warm'"),
        ([], measured("a", 1.0, replicate=0), "replicate is 0"),
        ([], measured("a", 1.0, replicate=1.5), "replicate is 1.5"),
        ([], measured("a", 1.0, replicate="second"), "replicate is 'second'"),
        (ANSWERED, measured("a", 5.3, replicate=1), "a is answered: log_beta 5 ± 0.1"),
        (VOIDED, measured("a", 5.0), "logged as event 2 and voided since.*correct event 2"),
        # failures, work in progress, withdrawals
        (ANSWERED, pair("failed", "a"), r"a is measured \(event 3\).*void it"),
        (ANSWERED, pair("in_progress", "a"), r"a is measured \(event 3\)"),
        (ANSWERED, pair("withdrawn", "a"), r"a is measured \(event 3\)"),
        (WITHDRAWN, pair("failed", "a"), "a was withdrawn. Restore"),
        (WITHDRAWN, pair("in_progress", "a"), "a was withdrawn. Restore"),
        ([], pair("restored", "a"), "a is open, not withdrawn"),
        ([], ("failed", {}), "'failed' lacks pair_id"),
        ([], ("started", {"name": "x", "config": "c"}), "lacks sealed, versions, n_observations"),
        # corrections
        (ANSWERED, corrected(9, void=True), r"Event 9 does not exist.*last measurements: 3 \(a\)"),
        (ANSWERED, corrected(2, void=True), "Event 2 is not a measurement"),
        (ANSWERED, corrected(3), "either voids it or gives new values"),
        (ANSWERED, corrected(3, void=True, log_beta=1.0), "either voids it or gives new values"),
        (ANSWERED, corrected(3, log_beta=None), "log_beta is None"),
        (ANSWERED, corrected(3, log_beta="5,3"), "log_beta is '5,3'"),
        (ANSWERED, corrected(3, log_beta=1.0, pair_id="b"), "cannot move it to another pair"),
        ([*VOIDED, pair("withdrawn", "a")], corrected(2, log_beta=1.0), "a was withdrawn. Restore"),
        (
            [*VOIDED, measured("a", 6.0, replicate=1)],
            corrected(2, log_beta=5.0),
            r"measured anew since \(event 4\).*replicate=true",
        ),
        # pool
        ([], ("pool_extended", {"pairs": []}), "at least one pair"),
        ([], ("pool_extended", {"pairs": [{"pair_id": "n"}] * 2}), "repeated or added before: n"),
        (
            [("pool_extended", {"pairs": [{"pair_id": "n"}]})],
            ("pool_extended", {"pairs": [{"pair_id": "n"}, {"pair_id": "m"}]}),
            "repeated or added before: n",
        ),
        # what the fold could not read
        ([], ("proposed", {**proposed(1, "a")[1], "proposals": [{"pair_id": "a"}]}), "proposals"),
    ],
)
def test_what_may_not_follow_is_refused(before, new, words):
    with pytest.raises(CampaignError) as caught:
        new_events(grown(*before), [new])
    assert re.search(words, str(caught.value))


def test_nothing_precedes_the_start():
    with pytest.raises(CampaignError, match="`bo-loop start` comes first"):
        new_events(CampaignState(), [measured("a", 1.0)])
    assert new_events(CampaignState(), [STARTED]) == ([STARTED], 0)


def test_another_value_names_the_old_one_and_both_ways_out():
    with pytest.raises(CampaignError) as caught:
        new_events(grown(*ANSWERED), [measured("a", 5.3)])
    for words in (
        "log_beta 5 ± 0.1 (25 °C, I = 0.1 M)",
        "measured 2025-01-30",
        "event 3 at 2025-01-31T09:00:00Z",
        "now given: log_beta 5.3",
        "replicate=true",
        "bo-loop correct",
    ):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"log_beta_sd": 0.2},
        {"log_beta_sd": None},
        {"censoring": "lower"},
        {"temperature_C": 37.0},
        {"ionic_strength_M": 1.0},
        {"date": "2025-01-31"},
        {"date": None},
    ],
)
def test_any_difference_makes_another_result(change):
    again = ("measured", {**ANSWERED[1][1], "replicate": None, **change})
    with pytest.raises(CampaignError, match="a is answered"):
        new_events(grown(*ANSWERED), [again])


def test_a_file_with_results_old_and_new_adds_the_new_ones():
    state = grown(*ANSWERED)
    events, duplicates = new_events(state, [ANSWERED[1], measured("b", 6.0), measured("b", 6.0)])
    assert (events, duplicates) == ([measured("b", 6.0, replicate=1)], 2)


def test_replicates_are_numbered_past_every_earlier_one():
    state = grown(*ANSWERED)
    events, _ = new_events(state, [measured("a", 5.3), measured("a", 5.4)], replicate=True)
    assert [data["replicate"] for _, data in events] == [2, 3]
    events, _ = new_events(grown(*VOIDED), [measured("a", 5.0)], replicate=True)
    assert events[0][1]["replicate"] == 2
    assert new_events(grown(*VOIDED), [measured("a", 5.1)])[0][0][1]["replicate"] == 1


def test_a_pair_whose_second_replicate_stands_is_still_answered():
    state = grown(*VOIDED, measured("a", 5.2, replicate=2))
    with pytest.raises(CampaignError, match=r"a is answered: log_beta 5\.2"):
        new_events(state, [measured("a", 5.5)])


def test_all_problems_are_listed_with_their_rows():
    new = [measured("a", 5.3), measured("c", 1.0), measured("d", "x"), measured("c", 2.0)]
    with pytest.raises(CampaignError) as caught:
        new_events(grown(*ANSWERED), new, labels=["row 2", "row 3", "row 4", "row 5"])
    first, *rows = str(caught.value).splitlines()
    assert first.startswith("Nothing was recorded")
    assert [r.strip("- ").split(":")[0] for r in rows] == ["row 2", "row 4", "row 5"]
    assert "given earlier in this file" in rows[2]


@pytest.mark.parametrize(
    ("before", "new"),
    [
        ([pair("failed", "a", note="lost")], pair("failed", "a", note="lost again")),
        ([pair("failed", "a"), pair("in_progress", "a")], pair("failed", "a")),
        ([pair("failed", "a")], measured("a", 1.0, replicate=1)),
        ([pair("failed", "a")], pair("in_progress", "a")),
        ([proposed(1, "a")], measured("z", 1.0, replicate=1)),
        ([*WITHDRAWN, pair("restored", "a")], proposed(1, "a", seen=3)),
        (VOIDED, corrected(2, log_beta=5.0)),
        ([("closed", {})], ("reopened", {})),
        ([("config_changed", {"overrides": {"seed": 1}})], ("config_changed", {"overrides": {}})),
    ],
)
def test_what_may_follow_is_taken(before, new):
    assert new_events(grown(*before), [new]) == ([new], 0)


def test_a_closed_campaign_refuses_even_what_it_holds():
    with pytest.raises(CampaignError, match="was closed"):
        new_events(grown(*ANSWERED, ("closed", {})), [ANSWERED[1]])


def test_check_alone_guards_a_transaction():
    check(grown(*ANSWERED), *proposed(2, "c", seen=3))
    with pytest.raises(CampaignError, match="Repeat the command"):
        check(grown(*ANSWERED), *proposed(2, "a", seen=3))
    unreadable = {**proposed(2, "c", seen=3)[1], "proposals": [{"pair_id": "c"}]}
    with pytest.raises(CampaignError, match="proposals is"):
        check(grown(*ANSWERED), "proposed", unreadable)


# ---------------------------------------------------------------- cost


class Counted(str):
    """An id that counts how often it is compared."""

    compared = 0

    def __eq__(self, other):
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def cost(work, n):
    """Calls and comparisons of ids that `work` needs for a file of n pairs."""
    calls = 0

    def count(_frame, kind, _argument):
        nonlocal calls
        calls += kind in ("call", "c_call")

    candidates, state = work([Counted(f"Ni+2:L1:{i:027d}") for i in range(n)])
    Counted.compared = 0
    sys.setprofile(count)
    try:
        new_events(state, candidates)
    finally:
        sys.setprofile(None)
    return calls + Counted.compared


def answered(ids):
    return [measured(p, 5.0, replicate=1) for p in ids]


FILES = {
    "first results": lambda ids: ([measured(p, 5.0) for p in ids], grown(proposed(1, *ids))),
    "the same again": lambda ids: ([measured(p, 5.0) for p in ids], grown(*answered(ids))),
    "replicates": lambda ids: (
        [measured(p, 6.0, replicate=2) for p in ids],
        grown(*answered(ids)),
    ),
    "failures again": lambda ids: (
        [pair("failed", p) for p in ids],
        grown(*(pair("failed", p) for p in ids)),
    ),
    "after voiding all": lambda ids: (
        [measured(p, 6.0) for p in ids],
        grown(*answered(ids), *(corrected(i + 2, void=True) for i in range(len(ids)))),
    ),
    "corrections": lambda ids: (
        [corrected(i + 2, log_beta=6.0) for i in range(len(ids))],
        grown(*answered(ids)),
    ),
    "more pairs": lambda ids: (
        [("pool_extended", {"pairs": [{"pair_id": p} for p in ids]})],
        grown(),
    ),
}


@pytest.mark.parametrize("work", FILES.values(), ids=FILES)
def test_a_file_of_twice_the_rows_costs_twice_as_much(work):
    assert 0 < cost(work, 200) <= 2.1 * cost(work, 100)
