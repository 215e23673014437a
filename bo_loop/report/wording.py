"""How a report prints ions, pairs and settings."""

from collections.abc import Mapping
from typing import Any

from bo_loop.base.config import build

_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
# Options that say how a computer goes about it; the settings at the end of the page list them.
_HIDDEN = {"_target_", "max_iter", "fit_rows", "seed", "device", "folds", "tolerance"}


def ion(metal: str, charge: int) -> str:
    """Return a metal ion as printed: Ni²⁺."""
    sign = f"{abs(charge) if abs(charge) > 1 else ''}{'+' if charge > 0 else '-'}"
    return f"{metal}{sign.translate(_SUPERSCRIPT)}"


def pair_name(row: Any) -> str:
    """Return a row of a table as printed: Ni²⁺ + 2 glycine."""
    number = f"{row.n_ligands} " if row.n_ligands > 1 else ""
    return f"{ion(row.metal, row.charge)} + {number}{row.ligand or row.smiles}"


def named_options(node: Mapping[str, Any]) -> str:
    """Return a config node in words: ``UCB, beta = 4``."""
    name = str(node["_target_"]).rpartition(".")[2]
    shown = {k: v for k, v in node.items() if k not in _HIDDEN}
    options = [
        f"{k} = {v}" for k, v in shown.items() if v is not None and v is not False and v != []
    ]
    return ", ".join([name, *options])


def in_words(node: Mapping[str, Any]) -> str:
    """Return a config node with the first line of what it says of itself."""
    words = (type(build(node)).__doc__ or "").partition("\n")[0]
    return f"{named_options(node)}: {words}".rstrip(".")
