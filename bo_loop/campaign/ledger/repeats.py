"""What a command would only say again: events that the ledger holds in all but name."""

from collections.abc import Mapping
from typing import Any

from bo_loop.campaign.ledger.dates import same_day
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import result_of, result_values
from bo_loop.campaign.ledger.state import RESULT_FIELDS, CampaignState, Result


def is_recorded(state: CampaignState, kind: str, data: Mapping[str, Any]) -> bool:
    """Whether an event says only what is recorded already.

    Parameters
    ----------
    state : CampaignState
        The campaign so far.
    kind : str
        Type of the event.
    data : mapping
        Its data, complete; a `measured` one without `replicate` matches any replicate.
    """
    if kind == "measured":
        given = as_result(state, data)
        versions = [v for r in state.results_of(given.pair_id) for v in (r, *r.superseded)]
        return any(
            v.identity == given.identity and data.get("replicate") in (None, v.replicate)
            for v in versions
        )
    if kind == "failed":
        given_failure = data.get("note") or "", same_day(data.get("date") or "")
        tried_again = state.waiting(data["pair_id"]) == "in_progress"
        return not tried_again and any(
            (f.note, same_day(f.date)) == given_failure
            for f in state.failures_by_pair.get(data["pair_id"], ())
        )
    if kind == "in_progress":
        return state.waiting(data["pair_id"]) == kind
    if kind == "withdrawn":
        pair_id = data["pair_id"]
        return kind in (state.state_of(pair_id), state.replicate_lost(pair_id))
    if kind == "corrected":
        return _correction_recorded(state, data)
    if kind == "pool_extended":
        added = {p["pair_id"] for p in state.added_pairs}
        return bool(data["pairs"]) and {p["pair_id"] for p in data["pairs"]} <= added
    if kind == "renewed":
        return data["features"] == state.features
    return kind == "config_changed" and data["overrides"] == state.overrides


def _correction_recorded(state: CampaignState, data: Mapping[str, Any]) -> bool:
    old = state.result(data["corrects"])
    is_voided = old is not None and old in state.voided_of(old.pair_id)
    changed = [f for f in RESULT_FIELDS if f in data]
    if data.get("void"):
        return is_voided
    if old is None or is_voided or not changed:
        return False
    return all(getattr(old, f) == v for f, v in result_values(data, changed).items())


def as_result(state: CampaignState, data: Mapping[str, Any]) -> Result:
    """Return the result that `measured` data state, for its identity, whatever its number."""
    return result_of(state, Event(state.seq + 1, "measured", "", {**data, "replicate": 1}))
