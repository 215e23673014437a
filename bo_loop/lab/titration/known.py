"""Constants that a titration takes as known: stated ones, else embedded ones."""

from collections.abc import Mapping, Sequence

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.cell import ion_product
from bo_loop.lab.titration.curve import Constant
from bo_loop.lab.titration.notation import read_species, species_name
from bo_loop.lab.titration.setup import SECOND
from bo_loop.lab.titration.statement import Statement
from bo_loop.solution.embedded import LIGAND, embedded_ligand, hydrolysis, protonation
from bo_loop.solution.species import PROTON, Species, System

_STATED = "stated"

Free = Mapping[str, tuple[float | None, float, float]]
"""Species to refine, by canonical name: start (None: where the curve suggests), least, most."""


def water_of(said: Statement) -> Species:
    """Return OH⁻ with the ion product of water, as stated or at the conditions."""
    strength = said.number("ionic_strength_M", 0.1)
    if "pK_w" in said.numbers:
        return Species("OH", {PROTON: -1}, -said.numbers["pK_w"].value, strength, _STATED)
    pk = ion_product(said.number("temperature_C", 25.0), strength)
    return Species("OH", {PROTON: -1}, -pk, strength, "Harned and Hamer 1933, Davies")


def free_of(said: Statement, species: Sequence[str] | None, symbols: Mapping[str, str]) -> Free:
    """Return the species to refine: those named, or else those stated."""
    usual = Constant()
    found = {}
    for text, what in said.free.items():
        found[species_name(read_species(text, symbols))] = what
    if species is None:
        return found
    wanted = [species_name(read_species(text, symbols)) for text in species]
    return {name: found.get(name, (None, usual.low, usual.high)) for name in wanted}


def stated_species(
    constants: Mapping[str, float], symbols: Mapping[str, str], strength: float
) -> dict[str, Species]:
    """Return species of stated constants, by canonical name."""
    found = {}
    for text, value in constants.items():
        parts = read_species(text, symbols)
        name = species_name(parts)
        found[name] = Species(name, parts, float(value), strength, _STATED)
    return found


def fixed_of(
    said: Statement,
    charges: Mapping[str, int],
    symbols: Mapping[str, str],
    free: Free,
    notes: list[str],
) -> dict[str, Species]:
    """Return known constants: stated; else embedded ones of protonation and of hydrolysis."""
    strength = said.number("ionic_strength_M", 0.1)
    found = stated_species(said.constants, symbols, strength)
    wanted: list[Species] = []
    for role, symbol in (("ligand", LIGAND), ("competitor", SECOND)):
        text = said.texts.get(role)
        own = any(set(read_species(name, symbols)) == {symbol, PROTON} for name in {*found, *free})
        if text is None or own or symbol not in charges:
            continue
        try:
            known = protonation(embedded_ligand(text))
        except DataError:
            notes.append(f"no protonation constants of {text} are known: give constants, or none "
                         "is counted")  # fmt: skip
            continue
        wanted += [
            Species(
                each.name.replace(LIGAND, symbol),
                {symbol if part == LIGAND else part: n for part, n in each.parts.items()},
                each.log_beta,
                each.ionic_strength_M,
                each.source,
            )
            for each in known
        ]
    if said.switches.get("hydrolysis", True):
        for ion in (name for name in charges if "+" in name):
            own = any(set(read_species(n, symbols)) == {ion, PROTON} for n in {*found, *free})
            wanted += [] if own else hydrolysis(ion)
    wanted = [
        Species(species_name(each.parts), each.parts, each.log_beta, each.ionic_strength_M,
                each.source) for each in wanted
    ]  # fmt: skip
    return found | _moved(wanted, charges, strength, said.number("temperature_C", 25.0), notes)


def _moved(
    wanted: Sequence[Species],
    charges: Mapping[str, int],
    strength: float,
    temperature_C: float,
    notes: list[str],
) -> dict[str, Species]:
    """Return embedded constants at the ionic strength of the titration."""
    if not wanted:
        return {}
    try:
        values = System(charges, tuple(wanted)).log_beta(strength, temperature_C)
    except DataError as error:
        raise DataError(f"{error} Or give constants at that ionic strength.") from error
    shown = ", ".join(
        f"{each.name} {value:.2f}" for each, value in zip(wanted, values, strict=True)
    )
    notes.append(
        f"log β from the embedded databases, moved to I = {strength:g} M: {shown}"
        + ("" if temperature_C == 25.0 else "; they are for 25 °C")
    )
    return {
        each.name: Species(each.name, each.parts, float(value), strength, each.source)
        for each, value in zip(wanted, values, strict=True)
    }
