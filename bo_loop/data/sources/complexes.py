"""Which reactions of a PHREEQC database give a constant of ML_n, and which do not, and why.

A component is a metal ion if its formula is one metal atom with at most oxo oxygens and its charge
is positive. Master species that hold a metal ion or a ligand in another form (Hg(OH)2, NH4+,
HPO4-2, HAcetate) are turned into the aquo ion and the deprotonated ligand with the database's own
constants. What is left after that of protons and water decides: none, and it is ML_n; protons, and
it is protonated; else hydroxo.

Symbols
-------
M, L   metal ion; ligand, fully deprotonated
X      master species that holds M or L
n      ligands in the complex
β_n    M + n L = ML_n, overall constant
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from bo_loop.chemistry.ions import MetalIon, is_metal_formula
from bo_loop.data.observations import MAX_LIGANDS
from bo_loop.data.sources.phreeqc_file import Reaction, formula, species_charge

_ELECTRONS = {"e-", "O2"}  # redox reactions are written with the one or the other
_SOLVENT = {"H+", "H2O"}
_COLUMNS = {
    "line": "int64",
    "reaction": "str",
    "species": "str",
    "log_k": "float64",
    "reference": "str",
    "measured_I": "float64",
    "measured_T": "float64",
    "reason": "object",
    "metal": "object",
    "charge": "Int64",
    "component": "object",
    "n_ligands": "Int64",
    "log_beta": "float64",
    "delta_z2": "float64",
}


@dataclass(frozen=True)
class Conversion:
    """A master species X read as the component wanted: X + protons·H+ = component (+ water)."""

    component: str
    protons: float
    waters: float
    log_k: float


def judged(reactions: Sequence[Reaction], ligands: Mapping[str, int]) -> pd.DataFrame:
    """Say of every reaction whether it gives a constant of ML_n, or why not.

    Parameters
    ----------
    reactions : sequence of Reaction
        Of one database.
    ligands : mapping of str to int
        The fully deprotonated ligands, as the database writes them, and their charges.

    Returns
    -------
    DataFrame
        One row for each reaction, in file order: line, reaction, species, log_k, reference,
        measured_I, measured_T, reason ("" if it gives one), and for those that do metal, charge,
        component, n_ligands, log_beta (25 °C, I = 0) and delta_z2, the sum of squared charges of
        ML_n less that of its parts.
    """
    conversions = conversions_of(reactions, ligands)
    last = {reaction.species: reaction.line for reaction in reactions}
    rows = []
    for reaction in reactions:
        superseded = last[reaction.species] != reaction.line
        complex_, reason = _judge(reaction, conversions, ligands)
        reason = "defined again further down" if superseded else reason
        rows.append(
            {
                "line": reaction.line,
                "reaction": reaction.text,
                "species": reaction.species,
                "log_k": reaction.log_k,
                "reference": reaction.reference,
                "measured_I": reaction.ionic_strength_M,
                "measured_T": reaction.temperature_C,
                "reason": reason,
                **({} if reason else complex_),
            }
        )
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _judge(
    reaction: Reaction, conversions: Mapping[str, Conversion], ligands: Mapping[str, int]
) -> tuple[dict[str, str | int | float], str]:
    """Return the complex ML_n with its log β, and the reason against it ("" if there is none)."""
    parts, log_beta = converted(reaction, conversions)
    protons, waters = parts.pop("H+", 0), parts.pop("H2O", 0)
    metals = {part: n for part, n in parts.items() if is_metal_ion(part)}
    bound = {part: n for part, n in parts.items() if part in ligands}
    others = parts.keys() - metals.keys() - bound.keys()
    n_ligands = sum(bound.values())
    rules = {
        "definition of a master species": not reaction.components,
        "redox": bool(_ELECTRONS & others),
        "no metal ion among the components": not metals,
        "polynuclear": sum(metals.values()) != 1,
        "component that is not a ligand of the table": bool(others),
        "hydrolysis, no ligand": not bound,
        "mixed ligands": len(bound) > 1,
        "balance of atoms not checked (polysulfide)": not reaction.atoms_checked,
        "protonated": protons > 0,
        "hydroxo": protons < 0 or waters != 0,
        f"not 1 to {MAX_LIGANDS} ligands": n_ligands not in range(1, MAX_LIGANDS + 1),
        "charge does not balance": not balanced(reaction),
    }
    reason = next((reason for reason, applies in rules.items() if applies), "")
    if reason:
        return {}, reason
    (metal,), (component,) = metals, bound
    ion, z = MetalIon(formula(metal), species_charge(metal)), ligands[component]
    found = {"metal": ion.metal, "charge": ion.charge, "component": component}
    delta_z2 = (ion.charge + n_ligands * z) ** 2 - ion.charge**2 - n_ligands * z**2
    return found | {
        "n_ligands": int(n_ligands),
        "log_beta": round(log_beta, 4),
        "delta_z2": delta_z2,
    }, ""


def converted(
    reaction: Reaction, conversions: Mapping[str, Conversion]
) -> tuple[Counter[str], float]:
    """Write a reaction in aquo ions and deprotonated ligands: components, log K.

    X + p H+ = C + w H2O with log K_X turns  n X + … = product  into  n C + … = product, with
    n·p protons less, n·w waters more on the left, and log K less n·log K_X.
    """
    parts: Counter[str] = Counter()
    log_k = reaction.log_k
    for name, n in reaction.components.items():
        conversion = conversions.get(name)
        if conversion is None:
            parts[name] += n
            continue
        parts[conversion.component] += n
        parts["H+"] -= n * conversion.protons
        parts["H2O"] += n * conversion.waters
        log_k -= n * conversion.log_k
    return Counter({part: n for part, n in parts.items() if n}), log_k


def conversions_of(
    reactions: Sequence[Reaction], ligands: Mapping[str, int]
) -> dict[str, Conversion]:
    """Find the hydrolysis constants of metals and the protonation constants of ligands."""
    found = {}
    for reaction in reactions:
        others = reaction.components.keys() - _SOLVENT
        if len(others) != 1:
            continue
        (name,) = others
        protons, waters = (reaction.components.get(part, 0) for part in ("H+", "H2O"))
        if reaction.components[name] != 1 or name in ligands or is_metal_ion(name):
            continue
        hydrolysed = is_metal_ion(reaction.species) and protons > 0
        protonated = reaction.species in ligands and protons < 0 and not waters
        if hydrolysed or protonated:
            found[name] = Conversion(reaction.species, protons, -waters, reaction.log_k)
    return found


def balanced(reaction: Reaction) -> bool:
    """Whether a reaction keeps the charge."""
    charge = sum(n * species_charge(part) for part, n in reaction.components.items())
    return abs(charge - species_charge(reaction.species)) < 1e-9


def is_metal_ion(species: str) -> bool:
    """Whether a species is one metal atom, with at most oxo oxygens, and a positive charge."""
    return species_charge(species) > 0 and is_metal_formula(formula(species))
