"""Events that several tests of the ledger use."""

import hashlib
import json
from datetime import UTC, datetime

from bo_loop.campaign.ledger.events import Event

STARTED = (
    "started",
    {
        "name": "ni",
        "config": "c0",
        "sealed": {"campaign.yaml": "ab"},
        "versions": {"torch": "2"},
        "n_observations": 700,
        "n_pool": 30,
    },
)


def clock():
    return datetime(2025, 1, 31, 9, 0, 0, tzinfo=UTC)


def measured(pair_id, log_beta, **extra):
    values = {"censoring": "none", "temperature_C": 25.0, "ionic_strength_M": 0.1}
    return ("measured", {"pair_id": pair_id, "log_beta": log_beta, **values, **extra})


def proposed(number, *pair_ids, seen=1):
    proposals = [
        {
            "pair_id": p,
            "rank": rank,
            "mean": 5.5,
            "sd": 1.5,
            "sd_latent": 1.25,
            "acquisition": -0.5,
            "reason": "best",
        }
        for rank, p in enumerate(pair_ids, start=1)
    ]
    return (
        "proposed",
        {
            "round": number,
            "seed": 0,
            "seen": seen,
            "hyperparameters": {"noise": 0.1 * number},
            "proposals": proposals,
        },
    )


def as_events(*new, start=1):
    """Events as a ledger would hold them, without hashes."""
    return [
        Event(seq, kind, "2025-01-31T09:00:00Z", data)
        for seq, (kind, data) in enumerate(new, start=start)
    ]


def canonical(fields):
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def line(**fields):
    """A line with the right hash, whatever it says."""
    whole = {
        "seq": 1,
        "event": "closed",
        "schema": 1,
        "time": "2025-01-31T09:00:00Z",
        "batch": {"index": 1, "size": 1},
        "data": {},
        "prev": "0" * 64,
        **fields,
    }
    digest = hashlib.sha256(canonical(whole)).hexdigest()
    return canonical({**whole, "hash": digest}) + b"\n", digest


def by_pair(results):
    """What a state holds of `results`."""
    found = {}
    for result in results:
        found[result.pair_id] = (*found.get(result.pair_id, ()), result)
    return found
