"""Which fields the data of each event has, and of which kind. No I/O.

What they mean is tabled in `bo_loop.campaign.ledger.state`. A ledger may have come from anyone, so
the fold reads no field whose kind was not checked here; fields that are not listed are left alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bo_loop.campaign.ledger.state import AT_PH, NEEDED, VALUES, stated_quantity
from bo_loop.data.quantities import CENSORING

Kind = Callable[[Any], bool]

_LONGEST_SHOWN = 60
_MOST_SHAPES = 1000
_SHA256 = re.compile("[0-9a-f]{64}")


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


def _numbers(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_number, value.values()))


def _listed_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


_EXACT: dict[Kind, frozenset[type]] = {
    _text: frozenset({str}),
    _number: frozenset({int, float}),
    _whole: frozenset({int}),
    _switch: frozenset({bool}),
}
"""The types of which all values are of a kind: the type alone decides most of a ledger."""


@dataclass(frozen=True)
class _Fields:
    """The fields that a mapping must have, and those that it may leave out or have null.

    Most mappings of a ledger have the same fields with values of the same types, so what follows
    from those alone is found once for each such shape.
    """

    required: Mapping[str, Kind]
    optional: Mapping[str, Kind] = field(default_factory=dict)
    shapes: dict[tuple[Any, ...], tuple[str, tuple[tuple[str, Kind], ...]]] = field(
        default_factory=dict, init=False, compare=False
    )

    def problem(self, data: Mapping[str, Any]) -> str:
        """Say which field is missing or of another kind; "" if none is."""
        shape = (*data, *map(type, data.values()))
        known = self.shapes.get(shape)
        if known is None:
            if len(self.shapes) == _MOST_SHAPES:  # a ledger that came from anyone
                self.shapes.clear()
            known = self.shapes[shape] = self._found(data)
        lacking, by_value = known
        if lacking:
            return lacking
        for name, is_kind in by_value:
            if not is_kind(data[name]):
                return f"{name} is {repr(data[name])[:_LONGEST_SHOWN]}"
        return ""

    def _found(self, data: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, Kind], ...]]:
        """Return what fields and types lack, and the fields whose values have to be looked at."""
        if not self.required.keys() <= data.keys():
            lacking = ", ".join(name for name in self.required if name not in data)
            return f"it lacks {lacking}", ()
        kinds = {name: self.required.get(name) or self._optional(name, data) for name in data}
        return "", tuple(
            (name, kind)
            for name, kind in kinds.items()
            if kind and type(data[name]) not in _EXACT.get(kind, ())
        )

    def _optional(self, name: str, data: Mapping[str, Any]) -> Kind | None:
        return None if data[name] is None else self.optional.get(name)


def _several(each: _Fields) -> Kind:
    def test(value: Any) -> bool:
        return isinstance(value, list | tuple) and all(
            isinstance(one, Mapping) and not each.problem(one) for one in value
        )

    return test


def _pairs(value: Any) -> bool:
    # what else a pair holds is checked with the pool, a column at a time
    if not isinstance(value, list) or not _all_of(dict, value):
        return False
    return _all_of(str, [one.get("pair_id") for one in value])


def _all_of(kind: type, values: list[Any]) -> bool:
    return all(issubclass(one, kind) for one in {*map(type, values)})


def _raw(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, Mapping)
        and _text(one.get("name"))
        and _text(one.get("sha256"))
        and _SHA256.fullmatch(one["sha256"]) is not None
        for one in value
    )


def _refined(value: Any) -> bool:
    """Whether a mapping says how constants were refined from raw files."""
    if not isinstance(value, Mapping) or not value.get("curves"):
        return False
    estimates = value.get("log_beta")
    return (
        _raw(value["curves"])
        and _raw(value.get("cells", []))
        and _listed_texts(value.get("species"))
        and _numbers(value.get("fixed"))
        and isinstance(estimates, Mapping)
        and all(
            isinstance(pair, list) and len(pair) == 2 and all(map(_number, pair))
            for pair in estimates.values()
        )
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
    "nearest": _several(_Fields(_NEAREST)),
    "outside_domain": _switch,
    "movers": _several(_Fields({"feature": _text, "relevance": _number, "direction": _direction})),
    "replicate": _whole,
    "allowed": _switch,
    "rests_on": _mapping,
}
_STOP = _Fields({"probability": _number, "tolerance": _number, "advice": _text})
_RESULT = {
    "censoring": _censoring,
    "temperature_C": _number,
    "ionic_strength_M": _number,
}
_VALUE = dict.fromkeys((*VALUES, *AT_PH, "log_beta_sd", "value"), _number)
_CONVERTED = {"seq": _whole, "log_beta": _number, "log_beta_sd": _number}
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
        "proposals": _several(_Fields(_PROPOSAL, _PROPOSAL_MAY)),
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
    "started": {
        "n_left_out": _whole,
        "property": lambda value: _mapping(value) or _several(_Fields({}))(value),
    },
    "proposed": {
        **dict.fromkeys(("overrides", "fit", "incumbent", "chosen_by"), _mapping),
        "versions": _texts,
        "refitted": _switch,
        "picked": _listed_texts,
        "stop": lambda value: isinstance(value, Mapping) and not _STOP.problem(value),
        "asked": _numbers,
        "converted": _several(_Fields(_CONVERTED)),
    },
    "measured": {**_VALUE, "confirmed": _listed_texts, "refined": _refined},
    "corrected": {**_RESULT, **_VALUE, "void": _switch, "confirmed": _listed_texts},
    "pool_extended": {"there": _listed_texts, "generated": _origins, "expansion": _mapping},
    "config_changed": {"choices": _texts},
}


def missing(kind: str, data: Mapping[str, Any]) -> list[str]:
    """Return the fields that an event of `kind` must have and `data` lacks."""
    value = _lacking(data) if kind == "measured" else []
    return [*value, *(name for name in REQUIRED[kind] if data.get(name) is None)]


def check(kind: str, data: Mapping[str, Any]) -> None:
    """Refuse data that lack a field, or hold one of another kind.

    Raises
    ------
    ValueError
        Naming the field.
    """
    plain = data.get("log_beta") is not None  # as nearly all are, and then nothing is lacking
    if kind == "measured" and not plain and (lacking := _lacking(data)):
        raise ValueError(f"it lacks {', '.join(lacking)}")
    if problem := _FIELDS[kind].problem(data):
        raise ValueError(problem)


def _lacking(data: Mapping[str, Any]) -> list[str]:
    """Return what a result lacks of the value that it states, and of what belongs to that."""
    quantity = stated_quantity(data)
    return [name for name in (quantity, *NEEDED[quantity]) if data.get(name) is None]


_FIELDS = {
    kind: _Fields(required, _SAID | _OPTIONAL.get(kind, {})) for kind, required in REQUIRED.items()
}
