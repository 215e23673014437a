import json

import pytest
from sample_events import STARTED, measured

from bo_loop.base.errors import CampaignError
from bo_loop.base.received import DEEPEST
from bo_loop.campaign.ledger.events import BrokenChainError, LedgerRead, canonical, chain, parse

TIME = "2025-01-31T09:00:00Z"
DEEP: list = []
for _ in range(DEEPEST):
    DEEP = [DEEP]


@pytest.fixture(scope="module")
def lines():
    """Three lines, the last two of one batch."""
    first, events = chain([STARTED], (), TIME)
    second, _ = chain([measured("a", 5.0), ("closed", {"note": "µ"})], events, TIME)
    return (first + second).splitlines(keepends=True)


def test_canonical_json_sorts_keys_and_keeps_letters():
    assert canonical({"b": 1, "a": "µ", "c": [1.5, None]}) == (
        '{"a":"µ","b":1,"c":[1.5,null]}'.encode()
    )


def test_what_was_chained_is_parsed_again(lines):
    found = parse(b"".join(lines))
    assert [(e.seq, e.event, e.batch) for e in found.events] == [
        (1, "started", (1, 1)), (2, "measured", (1, 2)), (3, "closed", (2, 2)),
    ]  # fmt: skip
    assert [e.prev for e in found.events] == ["0" * 64, *(e.hash for e in found.events[:2])]
    assert (found.verified, found.torn) == (b"".join(lines), b"")


def test_what_is_not_whole_at_the_end_is_torn(lines):
    found = parse(b"".join(lines[:2]))
    assert (len(found.events), found.verified, found.torn) == (1, lines[0], lines[1])
    found = parse(b"".join(lines) + b'{"half')
    assert (len(found.events), found.torn) == (3, b'{"half')
    assert parse(b"") == LedgerRead()


def test_only_what_follows_the_known_is_read(lines):
    known = parse(lines[0])
    found = parse(b"".join(lines), known)
    assert found.events[0] is known.events[0]
    assert parse(lines[0], known).events == known.events
    changed = parse(b"".join(lines), LedgerRead((), b"other"))
    assert changed.events == found.events


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda fields: fields | {"seq": 3}, "its bytes do not match its hash"),
        (lambda fields: fields | {"data": []}, "it is not an event"),
        (lambda fields: {k: v for k, v in fields.items() if k != "batch"}, "it is not an event"),
    ],
)
def test_a_changed_line_is_named(lines, change, problem):
    changed = canonical(change(json.loads(lines[1]))) + b"\n"
    with pytest.raises(BrokenChainError) as caught:
        parse(lines[0] + changed + lines[2])
    assert (caught.value.line, caught.value.problem) == (2, problem)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (("opened", {}), "Unknown event 'opened'"),
        (("closed", {"x": float("nan")}), "not plain JSON"),
        (("closed", {2: "b", 10: "a"}), "not plain JSON"),
        (("closed", {"deep": DEEP}), "not plain JSON"),
    ],
)
def test_what_cannot_be_recorded(event, words):
    with pytest.raises(CampaignError, match=words):
        chain([("closed", {}), event], (), TIME)
