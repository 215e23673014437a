"""Named blocks of features, for pandas: what each column is, in which unit, and where it is from.

Blocks of one's own come by an entry point of the group ``bo_loop.blocks``, which names a `Block`:

    [project.entry-points."bo_loop.blocks"]
    size = "my_package:SIZE"
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.chemistry.ligands import standardise
from bo_loop.features import columns
from bo_loop.features.assembly import LIGAND_BLOCKS, METAL_BLOCKS

GROUP = "bo_loop.blocks"
OF = {"ligand": "smiles", "metal": "metal"}
"""What a block describes, and the column of a table that names it."""


@dataclass(frozen=True)
class Column:
    """What a column says, in which unit, and where it comes from."""

    said: str
    unit: str
    source: str


@dataclass(frozen=True)
class Block:
    """Features that belong together.

    Parameters
    ----------
    name : str
    of : {"ligand", "metal"}
        What they describe.
    columns : mapping of str to Column
        In the order of the table; or one of them, under ``*``, that speaks for all.
    table : callable
        From standard SMILES, or from `MetalIon`s, to values, (n, d).
    names : callable
        The names of the columns.
    """

    name: str
    of: str
    columns: Mapping[str, Column]
    table: Callable[[Sequence[Any]], Floats]
    names: Callable[[], Sequence[str]]

    def __post_init__(self):
        if self.of not in OF:
            raise ConfigError(f"The block {self.name!r} is of {self.of!r}: one of {', '.join(OF)}.")


@cache
def known_blocks() -> Mapping[str, Block]:
    """Return all blocks by name: those of bo-loop, then those of entry points.

    Raises
    ------
    ConfigError
        If an entry point is not a block, or two blocks have one name.
    """
    found: dict[str, Block] = {}
    for of, own in (("metal", METAL_BLOCKS), ("ligand", LIGAND_BLOCKS)):
        for name, (names, table) in own.items():
            said = {key: Column(*each) for key, each in columns.said(name).items()}
            found[name] = Block(name, of, said, table, names)
    for point in entry_points(group=GROUP):
        block = point.load()
        if not isinstance(block, Block) or block.name in found:
            raise ConfigError(
                f"The entry point {point.name!r} of {GROUP} ({point.value}) names no block, or one "
                "whose name is taken. Mend or remove the package that it is from."
            )
        found[block.name] = block
    return found


def describe(frame: pd.DataFrame, blocks: Sequence[str] | None = None) -> pd.DataFrame:
    """Describe the ligands and metal ions of a table.

    Parameters
    ----------
    frame : DataFrame, n rows
        ``smiles`` for blocks of ligands; ``metal`` for blocks of metal ions, ``Cu+2``, or ``Cu``
        with a column ``charge``.
    blocks : sequence of str, optional
        Names of blocks; all that are cheap and that the table has the columns for, if not given:
        neither ``mordred`` nor ``atoms``, of thousands of columns, nor ``cavity``.

    Returns
    -------
    DataFrame, n rows
        ``block.column``, unscaled; nan where a value is not defined. The index is that of `frame`.

    Raises
    ------
    ConfigError
        If there is no such block, or the table lacks the column that it needs.
    DataError
        Listing the structures and ions that cannot be read.
    """
    every = known_blocks()
    if blocks is None:
        blocks = [
            name
            for name, block in every.items()
            if OF[block.of] in frame and name not in ("mordred", "atoms", "cavity")
        ]
    unknown = [name for name in blocks if name not in every]
    if unknown:
        raise ConfigError(f"There is no block {', '.join(unknown)}: choose of {', '.join(every)}.")
    lacking = sorted({OF[every[n].of] for n in blocks} - set(frame.columns))
    if lacking or not len(blocks):
        raise ConfigError(
            f"The table lacks a column {' and '.join(lacking) or 'smiles or metal'}, which the "
            "blocks describe."
        )
    parts = [_described(frame, every[name]) for name in blocks]
    return pd.concat(parts, axis=1)


def _described(frame: pd.DataFrame, block: Block) -> pd.DataFrame:
    things = _ligands(frame) if block.of == "ligand" else _ions(frame)
    distinct = list(dict.fromkeys(things))
    at = {thing: i for i, thing in enumerate(distinct)}
    values = np.asarray(block.table(distinct), dtype=np.float64) if distinct else np.empty((0, 0))
    names = [f"{block.name}.{name}" for name in block.names()]
    rows = values[[at[thing] for thing in things]] if distinct else np.empty((0, len(names)))
    return pd.DataFrame(rows, columns=names, index=frame.index)


def _ligands(frame: pd.DataFrame) -> list[str]:
    return _read(frame["smiles"].astype(str).tolist(), standardise)


def _ions(frame: pd.DataFrame) -> list[MetalIon]:
    texts = frame["metal"].astype(str)
    if "charge" in frame:
        texts = texts + [f"{int(charge):+d}" for charge in frame["charge"]]
    return _read(texts.tolist(), parse_ion)


def _read(texts: Sequence[str], read: Callable[[str], Any]) -> list[Any]:
    """Read each text once.

    Raises
    ------
    DataError
        Listing those that cannot be read.
    """
    known: dict[str, Any] = {}
    problems = []
    for text in dict.fromkeys(texts):
        try:
            known[text] = read(text)
        except DataError as error:
            problems.append(f"{text}: {error}")
    if problems:
        raise DataError("These cannot be described.", problems)
    return [known[text] for text in texts]


def page() -> str:
    """Return the page that says what each column of bo-loop's own blocks is, in Markdown."""
    parts = [_HEAD]
    for block in known_blocks().values():
        rows = "".join(
            f"| {_named(name, block)} | {column.said} | {column.unit} | {column.source} |\n"
            for name, column in block.columns.items()
        )
        parts.append(
            f"## `{block.name}`, of {'ligands' if block.of == 'ligand' else 'metal ions'}\n\n"
            f"| column | what it says | unit | source |\n|---|---|---|---|\n{rows}"
        )
    return "\n".join(parts)


def _named(name: str, block: Block) -> str:
    return f"all {len(block.names())}" if name == "*" else f"`{name}`"


_HEAD = """# Descriptors

What models see of metal ions and ligands, for use elsewhere too:

```console
$ bo-loop describe smiles=[NCCN,OC(=O)CN] blocks=[donors,site] out=described.csv
```

```python
from bo_loop.features import describe

described = describe(table, ["donors", "bonding"])  # a DataFrame with smiles, metal, charge
```

Values are unscaled. Blocks of your own come by an entry point of the group `bo_loop.blocks`, which
names a `bo_loop.features.registry.Block`. This page is written by
`python -m bo_loop.features.registry`.
"""

if __name__ == "__main__":
    print(page(), end="")
