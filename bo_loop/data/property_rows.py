"""Several properties in one campaign: each value of a pair is a row of its own.

Such a row has a column ``property``, in the words of `Property.words`, and says it in its pair_id:
``Ni+2:L1:log_D:<InChIKey>``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bo_loop.base.errors import ConfigError
from bo_loop.data.property import Property, plain

if TYPE_CHECKING:
    import pandas as pd

PROPERTY = "property"
"""The column that says which property a row is a value of."""

VALUE, VALUE_SD = "value", "value_sd"
"""In place of a column for each property, in a table that names the property of every row."""


def properties_of(node: Any) -> tuple[Property, ...]:
    """Read a config node: of one property, a list of several, or nothing, which is log β.

    Raises
    ------
    ConfigError
        If a property is none, or two go by one name.
    """
    if not isinstance(node, list | tuple):
        return (Property.of(node),)
    found = tuple(Property.of(each) for each in node if each)
    if len(found) != len(node) or not found:
        raise ConfigError(f"property is {node!r}: give one property, or a list of several.")
    columns = [of.column.casefold() for of in found]
    if len(set(columns)) < len(columns) or len({of.words for of in found}) < len(found):
        raise ConfigError(
            f"property names {', '.join(of.name for of in found)}: each needs a name of its own."
        )
    if len(found) > 1 and (taken := {PROPERTY, VALUE, VALUE_SD} & set(columns)):
        raise ConfigError(f"property.name {min(taken)!r} means something else in a table.")
    return found


def stated(properties: Sequence[Property]) -> Any:
    """Return what `properties_of` reads; None for log β."""
    if len(properties) > 1:
        return [asdict(of) for of in properties]
    return None if properties[0].is_log_beta else asdict(properties[0])


def named(text: str, properties: Iterable[Property]) -> Property | None:
    """Return the property that a text means, by its name, its column or its words."""
    for of in properties:
        called = (of.name, of.column, of.words, f"{of.name} {of.unit}")
        if plain(text) and plain(text) in map(plain, called):
            return of
    return None


def words_of(properties: Sequence[Property]) -> str:
    """Return what a campaign is about: ``log D, recovery``."""
    return properties[0].words if len(properties) == 1 else ", ".join(p.name for p in properties)


def pair_of(pair_id: str) -> str:
    """Return the ``pair_id`` that a pair has without a property."""
    head, _, key = pair_id.rpartition(":")
    return ":".join([*head.split(":")[:2], key])


def column_of(pair_id: str) -> str:
    """Return the column of the property that a ``pair_id`` names; "" if it names none."""
    return pair_id.split(":")[2] if pair_id.count(":") > 2 else ""


def values_of(frame: "pd.DataFrame", of: Property) -> "pd.DataFrame":
    """Return rows of pairs as rows of values of a property of them."""
    split = frame["pair_id"].str.rsplit(":", n=1, expand=True)
    ids = split[0] + f":{of.column}:" + split[1]
    return frame.assign(pair_id=ids.astype("str"), **{PROPERTY: of.words}).astype({PROPERTY: "str"})


def of_each(frame: "pd.DataFrame", properties: Sequence[Property]) -> "pd.DataFrame":
    """Return a row for each property of each pair, pair by pair; the pairs, if it is one."""
    import pandas as pd

    if len(properties) == 1:
        return frame
    each = [values_of(frame, of) for of in properties]
    return pd.concat(each).sort_index(kind="stable").reset_index(drop=True)


def pairs_of(pool: "pd.DataFrame") -> "pd.DataFrame":
    """Return the pairs of a pool, each once, as they are without a property."""
    if PROPERTY not in pool:
        return pool
    once = pool.drop_duplicates(["metal", "charge", "n_ligands", "smiles"], ignore_index=True)
    ids = [pair_of(pair_id) for pair_id in once["pair_id"]]
    return once.assign(pair_id=ids).astype({"pair_id": "str"}).drop(columns=PROPERTY)


def species(table: "pd.DataFrame | Mapping[str, Any]") -> list[str]:
    """Return the columns that tell what a value is of, but for the ligand."""
    own = [PROPERTY] if PROPERTY in table else []
    return ["metal", "charge", "n_ligands", *own]


def of_pair(pair_id: str, properties: Sequence[Property]) -> Property:
    """Return the property that a ``pair_id`` is a value of."""
    if len(properties) == 1:
        return properties[0]
    column = column_of(pair_id)
    return next((of for of in properties if of.column == column), properties[0])


def renamed(column: str, properties: Sequence[Property]) -> str:
    """Return what tables for people call a column of ours, as `Property.renamed` does of one."""
    if len(properties) == 1:
        return properties[0].renamed(column)
    return _RENAMED.get(column, column)


_RENAMED = {"log_beta": VALUE, "log_beta_sd": VALUE_SD, "predicted_log_beta": "predicted"}


def values(properties: Sequence[Property]) -> str:
    """Return what several values are called: ``constants``, ``values of log D and recovery``."""
    if len(properties) == 1:
        return properties[0].values
    return f"values of {' and '.join(of.name for of in properties)}"


def result_column(properties: Sequence[Property]) -> str:
    """Return the column of a form that the lab fills in."""
    return renamed("log_beta", properties)
