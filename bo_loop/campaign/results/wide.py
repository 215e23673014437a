"""Tables of results of several properties: a column for each, or the property named in each row."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bo_loop.data.property import Property, columns_of, plain
from bo_loop.data.property_rows import PROPERTY, VALUE, VALUE_SD, named, of_pair

_AS_ONE = {"log_beta": VALUE, "log_beta_sd": VALUE_SD, PROPERTY: PROPERTY}


def columns_of_each(headers: Sequence[str], properties: Sequence[Property]) -> dict[str, str]:
    """Return the headers that hold values, by our own columns.

    Those are ``property, log_beta, log_beta_sd`` if a header names the property, and else
    ``log_beta:log_D`` and ``log_beta_sd:log_D`` of each property.
    """
    names = {plain(text): text for text in headers}
    if plain(PROPERTY) in names:
        called = {ours: plain(theirs) for ours, theirs in _AS_ONE.items()}
        return {ours: names[theirs] for ours, theirs in called.items() if theirs in names}
    return {
        f"{ours}:{of.column}": header
        for of in properties
        for ours, header in columns_of(headers, of).items()
    }


def states_values(columns: Collection[str]) -> bool:
    """Whether a table with these of our own columns can hold results."""
    return {PROPERTY, "log_beta"} <= set(columns) or any(
        name.startswith("log_beta:") for name in columns
    )


def one_value_each(
    rows: Sequence[Mapping[str, Any]], numbers: Sequence[int], properties: Sequence[Property]
) -> tuple[list[dict[str, Any]], list[int], list[str]]:
    """Return a row for each value, whose ``property`` is in our words.

    Returns
    -------
    list of dict
        Of a table with a column for each property, a row for each cell that is filled in.
    list of int
        The number of the row in the file that each comes from.
    list of str
        What is wrong.
    """
    found: list[dict[str, Any]] = []
    at: list[int] = []
    problems = []
    for number, row in zip(numbers, rows, strict=True):
        if PROPERTY in row:
            found.append(_in_our_words(dict(row), properties))
            at.append(number)
            if not found[-1][PROPERTY] and (row.get("log_beta") or row.get("status")):
                known = ", ".join(of.name for of in properties)
                problems.append(
                    f"row {number}, property: {row[PROPERTY]!r} — expected one of {known}"
                )
            continue
        if row.get("status"):
            problems.append(
                f"row {number}, status: {row['status']!r} — of which property? Say it in the "
                "round's form, or in a table with the columns property and value"
            )
        new = [_value_of(row, of) for of in properties if row.get(f"log_beta:{of.column}")]
        found += new
        at += [number] * len(new)
    return found, at, problems


def _in_our_words(row: dict[str, Any], properties: Sequence[Property]) -> dict[str, Any]:
    """Return a row with the property in our words; "" if it names none, and its pair_id neither."""
    of = named(row[PROPERTY], properties)
    if not row[PROPERTY] and row.get("pair_id", "").count(":") > 2:
        of = of_pair(row["pair_id"], properties)
    return (_with_id(row, of) if of else row) | {PROPERTY: of.words if of else ""}


def _with_id(row: dict[str, Any], of: Property) -> dict[str, Any]:
    """Return a row that says the property in its pair_id, if it has one."""
    if row.get("pair_id", "").count(":") != 2:
        return row
    metal, n, key = row["pair_id"].split(":")
    return row | {"pair_id": f"{metal}:{n}:{of.column}:{key}"}


def _value_of(row: Mapping[str, Any], of: Property) -> dict[str, Any]:
    own = _with_id({name: cell for name, cell in row.items() if ":" not in name}, of)
    values = {name: row.get(f"{name}:{of.column}", "") for name in ("log_beta", "log_beta_sd")}
    return {**own, **values, PROPERTY: of.words}


def row_property(row: Mapping[str, Any], properties: Sequence[Property]) -> Property:
    """Return the property that a row of `one_value_each` is a value of."""
    if len(properties) == 1:
        return properties[0]
    found = (of for of in properties if of.words == row[PROPERTY])
    return next(found, properties[0])
