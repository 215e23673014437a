"""Read the reactions of a PHREEQC database, as shipped in the phreeqc package."""

import importlib.util
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bo_loop.base.errors import DataError

_TERM = re.compile(r"(- ?)?(?:(\d*\.?\d+) +)?(\S+)")
_CHARGE = re.compile(r"([+-])(\d*)$")
_CONDITIONS = re.compile(r"#\s*T and ionic strength:\s*([\d.]+)\s+([\d.]+)")
_REFERENCE = re.compile(r"#\s*log K source:\s*(\S+)")


@dataclass(frozen=True)
class Reaction:
    """One reaction of a SOLUTION_SPECIES block.

    Parameters
    ----------
    line : int
        Line in the file.
    text : str
        As written, without comment.
    species : str
        The species that it defines: the first product.
    components : mapping of str to float
        The other species and how many of each make one of `species` (negative: set free).
    log_k : float
        log10 K at 25 °C and I = 0.
    atoms_checked : bool
        False where the file tells PHREEQC not to check the balance of atoms.
    reference : str
        Where a comment of the MINTEQ format says that log K is from; "" if it does not.
    ionic_strength_M, temperature_C : float
        Where, after such a comment, it was measured; nan if it does not say.
    """

    line: int
    text: str
    species: str
    components: Mapping[str, float]
    log_k: float
    atoms_checked: bool
    reference: str = ""
    ionic_strength_M: float = float("nan")
    temperature_C: float = float("nan")


def database_text(name: str) -> str:
    """Read a database that the installed phreeqc package ships.

    Parameters
    ----------
    name : str
        File name, such as ``"minteq.v4.dat"``.

    Raises
    ------
    DataError
        If the package or the file is not there.
    """
    package = importlib.util.find_spec("phreeqc")
    if package is None or package.origin is None:
        raise DataError(
            "The embedded data need the Python package phreeqc, which is not installed. "
            "Install it, or take the literature from a file of your own."
        )
    path = Path(package.origin).parent / "databases" / name
    if not path.exists():
        raise DataError(
            f"The installed phreeqc has no {path}. Install phreeqc 1.1 or later, or take the "
            "literature from a file of your own."
        )
    return path.read_text(encoding="utf-8", errors="replace")


def read_reactions(text: str, block: str = "SOLUTION_SPECIES") -> list[Reaction]:
    """Read the reactions of every block of one kind of a PHREEQC database.

    Parameters
    ----------
    text : str
        The database.
    block : str, optional
        ``PHASES`` for solids: each dissolves into the `Reaction.species` and what the components
        set free.

    Returns
    -------
    list of Reaction
        In file order, repeated definitions of a species included.

    Raises
    ------
    DataError
        If a reaction has no log_k.
    """
    blocks: list[tuple[int, str, dict[str, str]]] = []
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split("#")[0].split()
        if len(words) == 1 and re.fullmatch("[A-Z_]{3,}", words[0]):
            inside = words[0] == block
        elif inside and "=" in words:
            blocks.append((number, " ".join(words), {}))
        elif inside and words and blocks:
            blocks[-1][2][words[0]] = words[1] if len(words) > 1 else ""
        elif inside and blocks:
            blocks[-1][2].update(_commented(line))
    lacking = [f"line {n}: {text}" for n, text, options in blocks if "log_k" not in options]
    if lacking:
        raise DataError(f"PHREEQC database: {len(lacking)} reactions have no log_k.", lacking)
    return [_reaction(*block) for block in blocks]


def _commented(line: str) -> dict[str, str]:
    """Return what a comment of the MINTEQ format says of the reaction above it."""
    conditions, reference = _CONDITIONS.search(line), _REFERENCE.search(line)
    said = {"# I": conditions[1], "# T": conditions[2]} if conditions else {}
    return said | ({"# reference": reference[1]} if reference else {})


def _reaction(line: int, text: str, options: Mapping[str, str]) -> Reaction:
    left, right = (
        [_TERM.fullmatch(term).groups() for term in re.split(r" \+ | (?=- )", side)]
        for side in text.split(" = ")
    )
    components: Counter[str] = Counter()
    for sign, side in ((1, left), (-1, right)):
        for minus, count, name in side:
            components[name] += (-sign if minus else sign) * float(count or 1)
    species = right[0][2]
    # `X = X` defines a master species and cancels; elsewhere the product is not a component.
    balance = {name: n for name, n in components.items() if n and name != species}
    return Reaction(
        line,
        text,
        species,
        balance,
        float(options["log_k"]),
        atoms_checked="-no_check" not in options,
        reference=options.get("# reference", ""),
        ionic_strength_M=float(options.get("# I", "nan")),
        temperature_C=float(options.get("# T", "nan")),
    )


def species_charge(species: str) -> int:
    """Charge of a species as PHREEQC writes it: ``Cr(OH)2+`` is +1, ``Cu+2`` is +2."""
    match = _CHARGE.search(species)
    return int(match[1] + (match[2] or "1")) if match else 0


def formula(species: str) -> str:
    """Return the species without its charge: ``Cr(OH)2`` for ``Cr(OH)2+``."""
    return _CHARGE.sub("", species)
