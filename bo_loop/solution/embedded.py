"""Equilibria of the embedded databases: hydrolysis, protonation, complexes, solubility products.

The databases and their order are those of `bo_loop.data.sources.minteq`: of one kind of equilibrium
of one ion, ligand or pair, all constants are from the first database that has any, so that they
belong together, and each names it. All are for 25 °C and I = 0. Polynuclear and mixed-ligand
species are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.data.sources.complexes import (
    Conversion,
    balanced,
    conversions_of,
    converted,
    is_metal_ion,
)
from bo_loop.data.sources.minteq import DATABASES, account, ligand_table
from bo_loop.data.sources.phreeqc_file import (
    Reaction,
    database_text,
    formula,
    read_reactions,
    species_charge,
)
from bo_loop.solution.species import PROTON, Species

LIGAND = "L"


@dataclass(frozen=True)
class Hydroxide:
    """A solid hydroxide M(OH)_z and its solubility product.

    Parameters
    ----------
    name : str
        Its formula, with ``(s)``.
    charge : int
        z, the charge of the metal ion.
    log_k : float
        log10 of ``a(M) / a(H⁺)^z`` over the solid: M(OH)_z + z H⁺ = M + z H₂O.
    source : str
        The database.
    """

    name: str
    charge: int
    log_k: float
    source: str


def hydrolysis(ion: str) -> tuple[Species, ...]:
    """Return the mononuclear hydroxo species of a metal ion; empty if none is known.

    Raises
    ------
    DataError
        If the ion cannot be read.
    """
    return _species(str(parse_ion(ion)), "")


def protonation(ligand: str) -> tuple[Species, ...]:
    """Return the protonated forms of an embedded ligand, by its `ligand_table` name.

    Raises
    ------
    DataError
        If there is no such ligand.
    """
    return _species("", embedded_ligand(ligand))


def complexes(ion: str, ligand: str) -> tuple[Species, ...]:
    """Return ML_n, MH_kL and M(OH)_jL of a metal ion with an embedded ligand.

    ML_n are those that the observations have (`bo_loop.data.sources.minteq.account`); the others
    are from the database that gives ML_n.

    Raises
    ------
    DataError
        If the ion cannot be read, or there is no such ligand.
    """
    metal, name = parse_ion(ion), embedded_ligand(ligand)
    kept = account().query("kept")
    of_pair = kept[
        (kept["metal"] == metal.metal) & (kept["charge"] == metal.charge) & (kept["ligand"] == name)
    ]
    if of_pair.empty:
        return ()
    found = [
        _named(str(metal), int(n), 0, float(value), source)
        for n, value, source in of_pair[["n_ligands", "log_beta", "source"]].itertuples(index=False)
    ]
    mixed = _table().query(
        "metal == @metal_name and ligand == @name and source == @source and n_protons != 0",
        local_dict={
            "metal_name": str(metal),
            "name": name,
            "source": str(of_pair["source"].iat[0]),
        },
    )
    return (*found, *_rows(mixed))


def solubility(ion: str) -> Hydroxide | None:
    """Return the least soluble hydroxide M(OH)_z of the first database that has one.

    Raises
    ------
    DataError
        If the ion cannot be read.
    """
    return _hydroxides().get(str(parse_ion(ion)))


def embedded_ligand(text: str) -> str:
    """Return the `ligand_table` name of a ligand given by it, a database's name or a SMILES.

    Raises
    ------
    DataError
        If no embedded ligand is meant.
    """
    table = ligand_table()
    plain = text.strip().lower()
    for name, smiles, components in table[["name", "smiles", "components"]].itertuples(index=False):
        short = {component.rstrip("+-0123456789").lower() for component in components.split()}
        if plain == name.lower() or plain in short or text.strip() == smiles:
            return str(name)
    from bo_loop.chemistry.ligands import standardise

    try:
        wanted = standardise(text)
    except DataError:
        wanted = None
    for name, smiles in table[["name", "smiles"]].itertuples(index=False):
        if wanted is not None and standardise(smiles) == wanted:
            return str(name)
    raise DataError(
        f"{text!r} is not among the embedded ligands: {', '.join(table['name'])}. Give one of "
        "these, its SMILES, or a table of your own constants."
    )


def ligand_charge(ligand: str) -> int:
    """Return the charge of an embedded ligand when fully deprotonated."""
    table = ligand_table().set_index("name")
    return int(table.loc[embedded_ligand(ligand), "charge"])


def _species(metal: str, ligand: str) -> tuple[Species, ...]:
    """Return the species of the first database that has any of a metal ion or a ligand alone."""
    every = _table()
    found = every[(every["metal"] == metal) & (every["ligand"] == ligand)]
    return _rows(found[found["source"] == found["source"].iat[0]]) if len(found) else ()


def _rows(table: pd.DataFrame) -> tuple[Species, ...]:
    columns = ["metal", "n_ligands", "n_protons", "log_beta", "source"]
    ordered = table.sort_values(["n_ligands", "n_protons"], key=abs, kind="stable")
    return tuple(_named(*row) for row in ordered[columns].itertuples(index=False))


def _named(metal: str, n: int, k: int, log_beta: float, source: str) -> Species:
    parts = {metal: 1} if metal else {}
    parts |= ({LIGAND: n} if n else {}) | ({PROTON: k} if k else {})
    return Species(species_name(metal, n, k), parts, log_beta, source=source)


def species_name(metal: str, n_ligands: int, n_protons: int) -> str:
    """Write a species: ``NiL``, ``NiHL``, ``Ni(OH)2``, ``Ni(OH)L2``, ``H2L``."""
    count = {0: "", 1: ""}
    protons = f"H{n_protons if n_protons > 1 else ''}" if n_protons > 0 else ""
    ligands = f"{LIGAND}{count.get(n_ligands, n_ligands)}" if n_ligands else ""
    hydroxo = f"(OH){count.get(-n_protons, -n_protons)}" if n_protons < 0 else ""
    return f"{metal.partition('+')[0]}{hydroxo}{protons}{ligands}"


@cache
def _table() -> pd.DataFrame:
    """Return all mononuclear species: source, metal, ligand, n_ligands, n_protons, log_beta."""
    ligands = ligand_table()
    names, charges = {}, {}
    for name, charge, components in ligands[["name", "charge", "components"]].itertuples(
        index=False
    ):
        names |= dict.fromkeys(components.split(), name)
        charges |= dict.fromkeys(components.split(), charge)
    rows = []
    for database in DATABASES:
        reactions = read_reactions(database_text(database.file))
        conversions = conversions_of(reactions, charges)
        last = {reaction.species: reaction for reaction in reactions}
        found = [_mononuclear(reaction, conversions, names) for reaction in last.values()]
        found += [_master(conversion, names) for conversion in conversions.values()]
        rows += [(database.source, *row) for row in found if row is not None]
    columns = ["source", "metal", "ligand", "n_ligands", "n_protons", "log_beta"]
    every = pd.DataFrame(rows, columns=columns)
    return every.drop_duplicates(columns[:-1], keep="last").reset_index(drop=True)


def _mononuclear(
    reaction: Reaction, conversions: Mapping[str, Conversion], names: Mapping[str, str]
) -> tuple[str, str, int, int, float] | None:
    """Read a reaction as that of one metal ion, one kind of ligand, protons and water, if it is."""
    if not reaction.components or not reaction.atoms_checked or not balanced(reaction):
        return None
    parts, log_beta = converted(reaction, conversions)
    protons, _ = parts.pop("H+", 0), parts.pop("H2O", 0)
    metals = [part for part in parts if is_metal_ion(part)]
    bound = [part for part in parts if part in names]
    sizes = [parts[part] for part in metals]
    whole = all(n > 0 and n == int(n) for n in parts.values()) and protons == int(protons)
    if not whole or len(parts) != len(metals) + len(bound) or not parts or sizes not in ([], [1]):
        return None
    if len(bound) > 1 or (metals and not bound and protons >= 0):
        return None
    metal = str(MetalIon(formula(metals[0]), species_charge(metals[0]))) if metals else ""
    ligand = names[bound[0]] if bound else ""
    n_ligands = int(parts[bound[0]]) if bound else 0
    if (n_ligands, protons) == (1, 0) and not metals:
        return None
    return metal, ligand, n_ligands, int(protons), round(log_beta, 4)


def _master(
    conversion: Conversion, names: Mapping[str, str]
) -> tuple[str, str, int, int, float] | None:
    """Read X + p H⁺ = M or L as the species X, which no reaction of the database forms."""
    component, protons = conversion.component, -conversion.protons
    if protons != int(protons):
        return None
    log_beta = round(-conversion.log_k, 4)
    if component in names:
        return "", names[component], 1, int(protons), log_beta
    metal = str(MetalIon(formula(component), species_charge(component)))
    return metal, "", 0, int(protons), log_beta


@cache
def _hydroxides() -> dict[str, Hydroxide]:
    found: dict[str, Hydroxide] = {}
    for database in DATABASES:
        of_database: dict[str, Hydroxide] = {}
        for reaction in read_reactions(database_text(database.file), "PHASES"):
            if not is_metal_ion(reaction.species):
                continue
            ion = MetalIon(formula(reaction.species), species_charge(reaction.species))
            z = ion.charge
            solid = f"{ion.metal}(OH){z if z > 1 else ''}"
            if dict(reaction.components) != {solid: 1, "H+": z, "H2O": -z}:
                continue
            here = Hydroxide(f"{solid}(s)", z, reaction.log_k, database.source)
            known = of_database.get(str(ion))
            if known is None or here.log_k < known.log_k:
                of_database[str(ion)] = here
        found = of_database | found
    return found
