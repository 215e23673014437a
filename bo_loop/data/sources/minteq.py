"""Stability constants of the MINTEQ v4 database, read at run time from the phreeqc package.

From 1,335 reactions in solution, 764 constants log β_n of ML_n: 32 metal ions, 45 ligands (n = 1:
420, 2: 210, 3: 79, 4: 45, 5: 6, 6: 4). They are given at 25 °C and I = 0, to which the database
refers them; comments in the file say that 178 of them were measured at other conditions.
`account` gives every reaction with the reason against it:

    protonated                                    151   MHL, and M(HS)n of sulfide
    no metal ion among the components             118   acid-base; oxyanions of Cr, Mo, Sb, Sn
    hydrolysis, no ligand                          81
    definition of a master species                 75   humic Dom_a, Dom_b, Dom_c occur here only
    polynuclear                                    54   several metal atoms, of one kind or two
    hydroxo                                        30
    redox                                          27
    mixed ligands                                  17
    component that is no ligand of the table       10   borate, silicate, chromate, molybdate
    balance of atoms not checked (polysulfide)      5
    defined again further down                      3

A component is a metal ion if its formula is one metal atom with at most oxo oxygens and its charge
is positive (so Fe+2, Cu+ and Cr+2, which the file makes by reduction, count), or if it is Hg(OH)2,
Cr(OH)2+, Sn(OH)2 or Tl(OH)3. These four are turned into Hg+2, Cr+3, Sn+2, Tl+3, and NH4+, HS-,
HSe-, HSeO3- into NH3, S-2, Se-2, SeO3-2, with the file's own constants. What is left after that of
protons and water decides: none, and it is ML_n; protons, and it is protonated; else hydroxo.

A prototype that did not look at what is left counted 779 constants of 43 ligands. It had 19 which
are no ML_n: Pb, Zn, Cd, Fe(II) (HS)2, Tl, Cd, Ag (HS), Pb, Zn, Cd, Cu, Fe(II) (HS)3, Zn, Cd (HS)4,
polysulfides of Cu+ and Ag+, CrH2PO4+2, Cr(NH3)5OH+2, Cr2(OH)2(SO4)2. The 4 constants of selenide
and selenite, which it lacked, are here: 779 − 19 + 4 = 764.

The default leaves out inorganic ligands of one or two heavy atoms. Most Mordred descriptors are
undefined for them, and a filter on undefined descriptors would take those away from all ligands.
Measured (1,613 two-dimensional descriptors; those defined for every ligand kept):

    ligands kept                                   constants   ligands   descriptors
    all (include_inorganic=True)                         764        45         1,015
    2 heavy atoms or more                                599        38         1,115
    organic, or 3 heavy atoms or more (default)          581        37         1,157
    3 heavy atoms or more                                566        36         1,166
    organic                                              482        30         1,181
    organic with 4 heavy atoms or more                   452        27         1,237

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
from functools import cache
from importlib import resources

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MetalIon, is_metal_formula, parse_ion
from bo_loop.data.observations import (
    MAX_LIGANDS,
    OBSERVATION_COLUMNS,
    standardised,
    validate_observations,
)
from bo_loop.data.sources.phreeqc_file import (
    Reaction,
    database_text,
    formula,
    read_reactions,
    species_charge,
)

SOURCE = "MINTEQ v4"
HYDROLYSED_FORMS = ("Hg(OH)2", "Cr(OH)2+", "Sn(OH)2", "Tl(OH)3")
SMALL = 2  # heavy atoms; inorganic ligands up to this size are left out by default

_DATABASE = "minteq.v4.dat"


@dataclass(frozen=True)
class _Conversion:
    """A master species X read as the component wanted: X + protons·H+ = component (+ water)."""

    component: str
    protons: float
    waters: float
    log_k: float


def load(*, include_inorganic: bool = False, without_metals: Sequence[str] = ()) -> pd.DataFrame:
    """Read the constants of ML_n as observations at 25 °C and I = 0.

    Parameters
    ----------
    include_inorganic : bool, optional
        Also keep the inorganic ligands of one or two heavy atoms (F−, Cl−, Br−, I−, sulfide,
        selenide, ammonia, cyanide); see the module's text for what that costs.
    without_metals : sequence of str, optional
        Metal ions to leave out, such as ``["Ni+2"]``.

    Returns
    -------
    DataFrame
        Valid observations, in the order of the database. `log_beta_sd` is missing throughout.

    Raises
    ------
    DataError
        If a metal ion to leave out cannot be read or is not in the database.
    """
    from bo_loop.chemistry.ligands import heavy_atoms

    kept = account().query("kept")
    ligands = ligand_table().set_index("component")
    frame = pd.DataFrame(
        {
            "metal": kept["metal"],
            "charge": kept["charge"],
            "ligand": kept["component"].map(ligands["name"]),
            "smiles": kept["component"].map(ligands["smiles"]),
            "n_ligands": kept["n_ligands"],
            "temperature_C": 25.0,
            "ionic_strength_M": 0.0,
            "log_beta": kept["log_beta"],
            "log_beta_sd": float("nan"),
            "censoring": "none",
            "source": SOURCE,
        },
        columns=list(OBSERVATION_COLUMNS),
    )
    organic = kept["component"].map(ligands["kind"]) == "organic"
    wanted = organic | (frame["smiles"].map(heavy_atoms) > SMALL) | include_inorganic
    frame = frame[wanted & ~_is_one_of(frame, without_metals)]
    return standardised(validate_observations(frame, SOURCE), SOURCE)


def ligand_table() -> pd.DataFrame:
    """Structures of the database's ligand components: component, name, smiles, charge, kind."""
    with resources.files("bo_loop.data.sources").joinpath("minteq_ligands.csv").open("rb") as file:
        return pd.read_csv(file, keep_default_na=False, encoding="utf-8")


def account() -> pd.DataFrame:
    """Say of every reaction in solution whether it gives a constant of ML_n, or why not.

    Returns
    -------
    DataFrame
        One row for each reaction, in file order: line, reaction, species, log_k, kept (bool),
        reason ("" if kept), and for those kept metal, charge, component, n_ligands, log_beta.

    Raises
    ------
    DataError
        If the database is not there, cannot be read, or lacks a constant for a conversion.
    """
    return _account().copy()


@cache
def _account() -> pd.DataFrame:
    reactions = read_reactions(database_text(_DATABASE))
    ligands = set(ligand_table()["component"])
    conversions = _conversions(reactions, ligands)
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
                "kept": not reason,
                "reason": reason,
                **(complex_ if not reason else {}),
            }
        )
    return pd.DataFrame(rows).astype({"charge": "Int64", "n_ligands": "Int64"})


def _judge(
    reaction: Reaction, conversions: Mapping[str, _Conversion], ligands: set[str]
) -> tuple[dict[str, str | int | float], str]:
    """Return the complex ML_n with its log β, and the reason against it ("" if there is none)."""
    parts, log_beta = _converted(reaction, conversions)
    protons, waters = parts.pop("H+", 0), parts.pop("H2O", 0)
    metals = {part: n for part, n in parts.items() if _is_metal_ion(part)}
    bound = {part: n for part, n in parts.items() if part in ligands}
    others = parts.keys() - metals.keys() - bound.keys()
    n_ligands = sum(bound.values())
    charge = sum(n * species_charge(part) for part, n in parts.items()) + protons
    rules = {
        "definition of a master species": not reaction.components,
        "redox": "e-" in others,
        "no metal ion among the components": not metals,
        "polynuclear": sum(metals.values()) > 1,
        "component that is no ligand of the table": bool(others),
        "hydrolysis, no ligand": not bound,
        "mixed ligands": len(bound) > 1,
        "balance of atoms not checked (polysulfide)": not reaction.atoms_checked,
        "protonated": protons > 0,
        "hydroxo": protons < 0 or waters != 0,
        f"not 1 to {MAX_LIGANDS} ligands": n_ligands not in range(1, MAX_LIGANDS + 1),
        "charge does not balance": charge != species_charge(reaction.species),
    }
    reason = next((reason for reason, applies in rules.items() if applies), "")
    if reason:
        return {}, reason
    (metal,), (component,) = metals, bound
    ion = _ion(metal)
    found = {"metal": ion.metal, "charge": ion.charge, "component": component}
    return found | {"n_ligands": int(n_ligands), "log_beta": round(log_beta, 4)}, ""


def _converted(
    reaction: Reaction, conversions: Mapping[str, _Conversion]
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


def _conversions(reactions: Sequence[Reaction], ligands: set[str]) -> dict[str, _Conversion]:
    """Find the hydrolysis constants of metals and the protonation constants of ligands."""
    found = {}
    for reaction in reactions:
        others = {name for name in reaction.components if name not in {"H+", "H2O"}}
        if len(others) != 1:
            continue
        (name,) = others
        hydrolysed = name in HYDROLYSED_FORMS and _is_metal_ion(reaction.species)
        protonated = reaction.species in ligands and reaction.components == {name: 1, "H+": -1}
        if hydrolysed or protonated:
            protons, waters = (reaction.components.get(part, 0) for part in ("H+", "H2O"))
            found[name] = _Conversion(reaction.species, protons, -waters, reaction.log_k)
    lacking = set(HYDROLYSED_FORMS) - found.keys()
    if lacking:
        raise DataError(f"{_DATABASE} has no reaction that frees the metal of {sorted(lacking)}.")
    return found


def _is_metal_ion(species: str) -> bool:
    """Whether a species is one metal atom, with at most oxo oxygens, and a positive charge."""
    return species_charge(species) > 0 and is_metal_formula(formula(species))


def _ion(species: str) -> MetalIon:
    return MetalIon(formula(species), species_charge(species))


def _is_one_of(frame: pd.DataFrame, metals: Sequence[str]) -> pd.Series:
    ions = [MetalIon(m, z) for m, z in zip(frame["metal"], frame["charge"], strict=True)]
    unwanted = {parse_ion(text) for text in metals}
    unknown = sorted(unwanted - set(ions))
    if unknown:
        raise DataError(
            f"without_metals: {', '.join(map(str, unknown))} not in {SOURCE}. "
            f"Its metal ions are {', '.join(map(str, sorted(set(ions))))}."
        )
    return pd.Series([ion in unwanted for ion in ions], index=frame.index)
