"""How a report prints ions, pairs and settings."""

from collections.abc import Mapping
from typing import Any

from bo_loop.base.config import build
from bo_loop.campaign import options

_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def ion(metal: str, charge: int) -> str:
    """Return a metal ion as printed: Ni²⁺."""
    sign = f"{abs(charge) if abs(charge) > 1 else ''}{'+' if charge > 0 else '-'}"
    return f"{metal}{sign.translate(_SUPERSCRIPT)}"


def pair_name(row: Any) -> str:
    """Return a row of a table as printed, Ni²⁺ + 2 glycine; and which of several properties."""
    number = f"{row.n_ligands} " if row.n_ligands > 1 else ""
    of = f": {row.property}" if getattr(row, "property", "") else ""
    return f"{ion(row.metal, row.charge)} + {number}{row.ligand or row.smiles}{of}"


def named_options(group: str, node: Mapping[str, Any]) -> str:
    """Return a config node by its name, with the options that are not its own: ``UCB, beta = 9``.

    `group` is that of its config: ``model``, ``acquisition``.
    """
    name, usual = str(node["_target_"]).rpartition(".")[2], options.defaults(group, node)
    changed = [
        f"{key.replace('_', ' ')} = {value}"
        for key, value in node.items()
        if key != "_target_" and usual.get(key) != value and not isinstance(value, list | Mapping)
    ]
    return ", ".join([name, *changed])


def in_words(group: str, node: Mapping[str, Any]) -> str:
    """Return what a config node says of itself, and behind it what it is called."""
    words = (type(build(node)).__doc__ or "").partition("\n")[0].rstrip(".")
    return f"{words} ({named_options(group, node)})"
