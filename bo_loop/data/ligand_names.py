"""What chemists call ligands: full names, short ones (EDTA, nta, phen), those of the anions.

A name is compared without regard to case, spaces, punctuation and ways of writing Greek letters.
"""

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

_TABLES = (
    ("bo_loop.data", "common_chelators.csv"),
    ("bo_loop.data.sources", "embedded_ligands.csv"),
)
_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "ω": "omega"})
_SHORT = re.compile(r"(?P<long>.*\S)\s+\((?P<short>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_DRAWN = re.compile(
    r"\s*(?:(?:DL|D|L|rac|meso|cis|trans|\((?:[RSEZ],?)+\)|\([+-]\)|\(±\))[-‐ ]+)+(?=\w)"
)
_PREFIX = re.compile(r"L-\(\+\)-|D-\(-\)-")
_CHARGE = re.compile(r"[\d+−-]+$")


def key(name: str) -> str:
    """Return a name as it is compared: ``1,10-Phenanthroline`` as ``110phenanthroline``."""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_GREEK)
    return "".join(filter(str.isalnum, plain))


def keys(name: str) -> frozenset[str]:
    """Return the keys of a name, of its short form in brackets, and of the anion of an acid.

    ``Nitrilotriacetic acid (NTA)`` is also ``nta`` and ``nitrilotriacetate``.
    """
    split = _SHORT.fullmatch(name.strip())
    found = {key(text) for text in ([name, *split.groups()] if split else [name])} - {""}
    return frozenset(found | {_anion(one) for one in found})


def loose_keys(name: str) -> frozenset[str]:
    """Return the keys of a name without its stereochemistry: of ``L-Alanine``, ``alanine``."""
    return keys(_DRAWN.sub("", _PREFIX.sub("", name)))


def _anion(name: str) -> str:
    return f"{name.removesuffix('icacid')}ate" if name.endswith("icacid") else name


@cache
def _named() -> tuple[tuple[str, frozenset[str]], ...]:
    """SMILES and keys of each ligand that the package has a name for."""
    found = []
    for package, table in _TABLES:
        with resources.files(package).joinpath(table).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                also = row["also"].split("; ") if "also" in row else _components(row)
                every = frozenset().union(*map(keys, [row["name"], *also]))
                found.append((row["smiles"], every - {""}))
    return tuple(found)


def _components(row: dict[str, str]) -> list[str]:
    """Return what the embedded databases call a ligand, without its charge: Edta, Glycine."""
    return [_CHARGE.sub("", component) for component in row["components"].split()]


@cache
def by_name() -> dict[str, tuple[str, ...]]:
    """SMILES of the ligands that the package has a name for, by the keys of all their names."""
    found: dict[str, tuple[str, ...]] = {}
    for smiles, names in _named():
        for name in names:
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), smiles)))
    return found


@cache
def by_smiles() -> dict[str, frozenset[str]]:
    """Keys of all names of the ligands that the package has a name for, by SMILES."""
    found: dict[str, frozenset[str]] = {}
    for smiles, names in _named():
        found[smiles] = found.get(smiles, frozenset()) | names
    return found
