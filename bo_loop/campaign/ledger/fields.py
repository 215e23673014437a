"""Which fields the data of each event has, and of which kind. No I/O.

What they mean is tabled in `bo_loop.campaign.ledger.state`. A ledger may have come from anyone, so
the fold reads no field whose kind was not checked here; fields that are not listed are left alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bo_loop.data.quantities import CENSORING

Kind = Callable[[Any], bool]

_LONGEST_SHOWN = 60


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


def _mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_text, value.values()))


def _listed_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _several(required: Mapping[str, Kind], optional: Mapping[str, Kind]) -> Kind:
    def test(value: Any) -> bool:
        return isinstance(value, list | tuple) and all(
            isinstance(one, Mapping) and not _problem(one, required, optional) for one in value
        )

    return test


def _pairs(value: Any) -> bool:
    # what else a pair holds is checked with the pool, a column at a time
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("pair_id"), str) for one in value
    )


def _censoring(value: Any) -> bool:
    return value in CENSORING


def _direction(value: Any) -> bool:
    return _number(value) and value in (-1, 0, 1)


def _origins(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(one, Mapping)
        and _text(one.get("generator"))
        and _listed_texts(one.get("parents"))
        for one in value.values()
    )


_NEAREST = {
    **dict.fromkeys(("metal", "ligand"), _text),
    **dict.fromkeys(("log_beta", "similarity"), _number),
    "n_ligands": _whole,
    "censoring": _censoring,
}
_PROPOSAL = {
    "pair_id": _text,
    "rank": _whole,
    **dict.fromkeys(("mean", "sd", "sd_latent", "acquisition"), _number),
    "reason": _text,
}
_PROPOSAL_MAY = {
    "role": _text,
    "nearest": _several(_NEAREST, {}),
    "outside_domain": _switch,
    "movers": _several({"feature": _text, "relevance": _number, "direction": _direction}, {}),
    "replicate": _whole,
    "allowed": _switch,
}
_STOP = {"probability": _number, "tolerance": _number, "advice": _text}
_RESULT = {
    "log_beta": _number,
    "censoring": _censoring,
    "temperature_C": _number,
    "ionic_strength_M": _number,
}
_SAID = dict.fromkeys(("operator", "method", "date", "note", "reason", "by", "source"), _text)

REQUIRED: dict[str, dict[str, Kind]] = {
    "started": {
        **dict.fromkeys(("name", "config"), _text),
        **dict.fromkeys(("sealed", "versions"), _texts),
        **dict.fromkeys(("n_observations", "n_pool"), _whole),
    },
    "proposed": {
        **dict.fromkeys(("round", "seed", "seen"), _whole),
        "hyperparameters": _mapping,
        "proposals": _several(_PROPOSAL, _PROPOSAL_MAY),
    },
    "in_progress": {"pair_id": _text},
    "measured": {"pair_id": _text, **_RESULT, "replicate": _whole},
    "failed": {"pair_id": _text},
    "corrected": {"corrects": _whole},
    "withdrawn": {"pair_id": _text},
    "restored": {"pair_id": _text},
    "pool_extended": {"pairs": _pairs},
    "config_changed": {"overrides": _mapping},
    "renewed": {"features": _text},
    "closed": {},
    "reopened": {},
}
"""The fields that each type of event must have."""

_OPTIONAL: dict[str, dict[str, Kind]] = {
    "started": {"n_left_out": _whole},
    "proposed": {
        **dict.fromkeys(("overrides", "fit", "incumbent"), _mapping),
        "versions": _texts,
        "refitted": _switch,
        "stop": lambda value: isinstance(value, Mapping) and not _problem(value, _STOP, {}),
    },
    "measured": {"log_beta_sd": _number, "confirmed": _listed_texts},
    "corrected": {**_RESULT, "log_beta_sd": _number, "void": _switch, "confirmed": _listed_texts},
    "pool_extended": {"there": _listed_texts, "generated": _origins, "expansion": _mapping},
    "config_changed": {"choices": _texts},
}


def missing(kind: str, data: Mapping[str, Any]) -> list[str]:
    """Return the fields that an event of `kind` must have and `data` lacks."""
    return [name for name in REQUIRED[kind] if data.get(name) is None]


def check(kind: str, data: Mapping[str, Any]) -> None:
    """Refuse data that lack a field, or hold one of another kind.

    Raises
    ------
    ValueError
        Naming the field.
    """
    if problem := _problem(data, *_FIELDS[kind]):
        raise ValueError(problem)


def _problem(
    data: Mapping[str, Any], required: Mapping[str, Kind], optional: Mapping[str, Kind]
) -> str:
    if not required.keys() <= data.keys():
        return f"it lacks {', '.join(name for name in required if name not in data)}"
    for name, value in data.items():
        is_kind = required.get(name) or (value is not None and optional.get(name))
        if is_kind and not is_kind(value):
            return f"{name} is {repr(value)[:_LONGEST_SHOWN]}"
    return ""


_FIELDS = {kind: (required, _SAID | _OPTIONAL.get(kind, {})) for kind, required in REQUIRED.items()}
