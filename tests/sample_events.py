"""Events that several tests of the ledger use."""

import hashlib
import json
from datetime import UTC, datetime

from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import fold

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


def grown(*new):
    return fold(as_events(STARTED, *new))


def pair(kind, pair_id, **extra):
    return (kind, {"pair_id": pair_id, **extra})


def corrected(seq, **extra):
    return ("corrected", {"corrects": seq, **extra})


def again(number, *pair_ids, replicate=2, mean=6.5):
    kind, data = proposed(number, *pair_ids)
    told = [p | {"replicate": replicate, "mean": mean} for p in data["proposals"]]
    return kind, data | {"proposals": told}


A, B = "Ni+2:L1:A", "Ni+2:L1:B"
NEAREST = [
    {
        "metal": "Cu+2",
        "ligand": "glycine",
        "n_ligands": 2,
        "log_beta": 15.125,
        "censoring": "none",
        "similarity": 0.931,
    },
    {
        "metal": "Zn+2",
        "ligand": "EDTA",
        "n_ligands": 1,
        "log_beta": 20.0,
        "censoring": "lower",
        "similarity": 0.25,
    },
]
SHOWN = "Cu+2 + 2 glycine: log β 15.12 (0.93); Zn+2 + EDTA: log β > 20 (0.25)"

STOP = {
    "probability": 0.03,
    "tolerance": 0.1,
    "advice": "3 % chance that anything open beats the best log β by more than 0.1: going on is "
    "not worth it.",
}

MOVERS = [
    {"feature": "properties.ionic_radius", "relevance": 0.75, "direction": -1},
    {"feature": "mordred.SLogP", "relevance": 0.5, "direction": 1},
    {"feature": "charge.ligand_charge", "relevance": 0.25, "direction": 0},
]
MOVED_BY = "ionic radius ↓, SLogP ↑, charge of the ligand ~"

DETAILS = {
    A: {"role": "target", "nearest": NEAREST, "outside_domain": False, "movers": MOVERS},
    B: {"role": "competitor", "nearest": NEAREST[1:], "outside_domain": True, "movers": []},
}


def explained():
    """A round whose proposals say what is nearest and what moves them, and whether to go on."""
    kind, data = proposed(1, A, B)
    told = [p | DETAILS[p["pair_id"]] for p in data["proposals"]]
    return as_events(STARTED, (kind, data | {"proposals": told, "stop": STOP}))
