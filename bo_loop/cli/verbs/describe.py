"""Write the features of ligands and metal ions as a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from bo_loop.base.errors import ConfigError
from bo_loop.base.files import write_once
from bo_loop.cli.terminal import fields
from bo_loop.data.writing import refuse_output, table_bytes
from bo_loop.features.registry import describe

_MOST_SHOWN = 200


def run(config: Mapping[str, Any], console: Console) -> None:
    """Describe what is listed, and print it or write a table.

    Raises
    ------
    ConfigError
        If nothing is listed, there is no such block, or both lists have other lengths.
    DataError
        If something cannot be read, or the table cannot be written.
    """
    out = None if config["out"] is None else Path(config["out"])
    if out is not None:
        refuse_output(out)
    asked = {name: _listed(name, config[name]) for name in ("smiles", "metal")}
    asked = {name: values for name, values in asked.items() if values}
    if not asked:
        raise ConfigError("Nothing is to be described: give smiles=[…] or metal=[…].")
    if len({len(values) for values in asked.values()}) > 1:
        raise ConfigError("smiles and metal differ in length: a row has one of each.")
    frame = pd.DataFrame(asked)
    described = pd.concat([frame, describe(frame, config["blocks"])], axis=1)
    if out is not None:
        write_once(out, table_bytes(described, out))
        console.print(f"{len(described)} rows, {described.shape[1]} columns in {out}")
        return
    for row in described.to_dict("records"):
        shown = {k: f"{v:g}" if isinstance(v, float) else v for k, v in row.items() if v != 0}
        console.print(fields(dict(list(shown.items())[:_MOST_SHOWN])))


def _listed(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, Mapping):
        raise ConfigError(f"{name} is {value!r}: give a list.")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(each) for each in value]
    # What Hydra's grammar cannot read comes as it was typed: [NCCN,OC(=O)CN]
    text = str(value).strip()
    typed = text.startswith("[") and text.endswith("]") and bool(set(text) & set(",(=#"))
    return [each.strip() for each in text[1:-1].split(",")] if typed else [text]
