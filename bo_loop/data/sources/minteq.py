"""Stability constants of four databases that the phreeqc package ships, read at run time.

They hold 5,215 reactions in solution; `account` gives each with the reason for or against it. Those
of ML_n are taken in this order, each pair with the constant of the first database that has it:

    ThermoChimie 12a (sit.dat)       radioactive waste: actinides, lanthanides; critically reviewed
    MINTEQ v4 (minteq.v4.dat)        trace metals; mostly from NIST SRD 46
    LLNL (llnl.dat)                  rock and water; acetates and oxyanions of the lanthanides
    MINTEQ v3 (minteq.dat)           what version 4 left out

All constants are for 25 °C and I = 0. Comments in MINTEQ v4 state at which ionic strength many of
them were measured: the database has brought these to I = 0 with the Davies equation. Five rules set
constants aside (reasons in `account`):

    Davies beyond its range        measured above 0.5 M and Δz² ≠ 0 (acetate of Co²⁺, n = 2)
    conditions not stated          MINTEQ, not from NIST, no conditions, and Δz² ≠ 0: it may be
                                   a value of 0.1 M (EDTA of Ba²⁺: 7.72, about 9.6 at I = 0)
    not above log β1               β_n ≤ β_1 although log β_1 > 3 (citrate of Pb²⁺, n = 2)
    below an ion pair              z_L ≤ −2 and log β_n more than 1 below the outer-sphere
                                   association constant of the ions, Fuoss (J. Am. Chem. Soc. 1958,
                                   80, 5059), at 5 Å: log K = −0.50 − 0.62 z_M z_L (sulfates of
                                   LLNL with the wrong sign)
    databases contradict           the first database's value is more than 1 log unit from those of
                                   all others that have one: none is taken

Δz² is the change in the sum of squared charges, to which every Debye–Hückel correction is
proportional; where it is 0, a constant hardly depends on I.

The default leaves out inorganic ligands of one or two heavy atoms (halides, ammonia, cyanide, …).
Most Mordred descriptors are undefined for them, and a filter on undefined descriptors would take
those away from all ligands.

The module, and the config option ``data=minteq``, bear the name of the database that once was the
only one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.data.observations import OBSERVATION_COLUMNS, standardised, validate_observations
from bo_loop.data.sources.complexes import judged
from bo_loop.data.sources.phreeqc_file import database_text, read_reactions

SMALL = 2  # heavy atoms; inorganic ligands up to this size are left out by default
MAX_DAVIES_M = 0.5  # ionic strength up to which the Davies equation holds, mol/L
STRONG = 3.0  # log β1 above which a β_n that is not larger is a mistake
APART = 1.0  # log units by which two databases may differ

_WHERE = "the embedded databases"
_TRIPLE = ["metal", "charge", "ligand", "n_ligands"]


@dataclass(frozen=True)
class Database:
    """A file of the phreeqc package, and the name that its constants bear."""

    file: str
    source: str
    states_conditions: bool


DATABASES = (
    Database("sit.dat", "ThermoChimie 12a", states_conditions=True),
    Database("minteq.v4.dat", "MINTEQ v4", states_conditions=False),
    Database("llnl.dat", "LLNL", states_conditions=True),
    Database("minteq.dat", "MINTEQ v3", states_conditions=False),
)
"""In order of priority. ThermoChimie and LLNL state I = 0 for every constant."""


@dataclass(frozen=True, kw_only=True)
class Minteq:
    """The constants of ML_n of the databases, at 25 °C and I = 0.

    Parameters
    ----------
    include_inorganic : bool, optional
        Also keep the inorganic ligands of one or two heavy atoms (F−, Cl−, Br−, I−, sulfide,
        ammonia, cyanide); see the module's text for what that costs.
    without_metals : sequence of str, optional
        Metal ions to leave out, such as ``["Ni+2"]``.
    memory : str, optional
        What a campaign is to know beside these constants: the name of a model of the library, such
        as ``log_beta``, or the folder of one. `read` returns nothing of it.
    """

    include_inorganic: bool = False
    without_metals: Sequence[str] = ()
    memory: str | None = None

    def read(self) -> pd.DataFrame:
        """Return valid observations, in the order of the databases, all without `log_beta_sd`.

        Raises
        ------
        DataError
            If a metal ion to leave out cannot be read or is not in the databases.
        """
        from bo_loop.chemistry.ligands import heavy_atoms

        kept = account().query("kept").reset_index(drop=True)
        ligands = ligand_table().set_index("name")
        frame = pd.DataFrame(
            {
                "metal": kept["metal"],
                "charge": kept["charge"],
                "ligand": kept["ligand"],
                "smiles": kept["ligand"].map(ligands["smiles"]),
                "n_ligands": kept["n_ligands"],
                "temperature_C": 25.0,
                "ionic_strength_M": 0.0,
                "log_beta": kept["log_beta"],
                "log_beta_sd": float("nan"),
                "censoring": "none",
                "source": kept["source"],
            },
            columns=list(OBSERVATION_COLUMNS),
        )
        organic = kept["ligand"].map(ligands["kind"]) == "organic"
        wanted = organic | (frame["smiles"].map(heavy_atoms) > SMALL) | self.include_inorganic
        frame = frame[wanted & ~_is_one_of(frame, self.without_metals)]
        return standardised(validate_observations(frame, _WHERE), _WHERE)


def ligand_table() -> pd.DataFrame:
    """Structures of the ligands: name, smiles, charge, kind, components (as the files write it)."""
    table = resources.files("bo_loop.data.sources").joinpath("embedded_ligands.csv")
    with table.open("rb") as file:
        return pd.read_csv(file, keep_default_na=False, encoding="utf-8")


def account() -> pd.DataFrame:
    """Say of every reaction in solution whether its constant of ML_n is taken, or why not.

    Returns
    -------
    DataFrame
        One row for each reaction, by database and in file order: source, line, reaction, species,
        log_k, reference, measured_I, measured_T, kept (bool), reason ("" if kept), and for those
        that give ML_n metal, charge, component, ligand, n_ligands, log_beta, delta_z2.

    Raises
    ------
    DataError
        If a database is not there or cannot be read.
    """
    return _account().copy()


@cache
def _account() -> pd.DataFrame:
    table = ligand_table()
    names, charges = {}, {}
    for name, charge, components in table[["name", "charge", "components"]].itertuples(index=False):
        names |= dict.fromkeys(components.split(), name)
        charges |= dict.fromkeys(components.split(), charge)
    frames = [
        judged(read_reactions(database_text(database.file)), charges).assign(
            source=database.source, states_conditions=database.states_conditions
        )
        for database in DATABASES
    ]
    every = pd.concat(frames, ignore_index=True)
    every["ligand"] = every["component"].map(names)
    every["ligand_charge"] = every["component"].map(charges)
    for reason, rule in _RULES.items():  # each sees what the rules before it have left
        left = every[every["reason"] == ""]
        every.loc[left.index[rule(left).to_numpy()], "reason"] = reason
    every["kept"] = every["reason"] == ""
    return every.drop(columns=["states_conditions", "ligand_charge"])


def _not_above_first(left: pd.DataFrame) -> pd.Series:
    of_pair = [left["source"], left["metal"], left["charge"], left["ligand"]]
    first = left["log_beta"].where(left["n_ligands"] == 1).groupby(of_pair).transform("max")
    return (left["n_ligands"] > 1) & (first > STRONG) & (left["log_beta"] <= first)


def _beyond_davies(left: pd.DataFrame) -> pd.Series:
    return (left["measured_I"] > MAX_DAVIES_M) & (left["delta_z2"] != 0)


def _unstated(left: pd.DataFrame) -> pd.Series:
    told = left["states_conditions"] | left["reference"].str.startswith("NIST")
    return ~told & left["measured_I"].isna() & (left["delta_z2"] != 0)


def _below_ion_pair(left: pd.DataFrame) -> pd.Series:
    pair = -0.50 - 0.62 * left["charge"].astype(float) * left["ligand_charge"]
    return (left["ligand_charge"] <= -2) & (left["log_beta"] < pair - 1.0)


def _contradicted(left: pd.DataFrame) -> pd.Series:
    values = left.groupby(_TRIPLE)["log_beta"]
    return values.transform(
        lambda v: float(len(v) > 1 and np.abs(v.to_numpy()[1:] - v.iloc[0]).min() > APART)
    ).astype(bool)


def _in_earlier(left: pd.DataFrame) -> pd.Series:
    return left.duplicated(_TRIPLE)


_RULES = {
    "not above log β1": _not_above_first,
    "Davies beyond its range": _beyond_davies,
    "conditions not stated": _unstated,
    "below an ion pair": _below_ion_pair,
    "databases contradict": _contradicted,
    "in a database before it": _in_earlier,
}


def _is_one_of(frame: pd.DataFrame, metals: Sequence[str]) -> pd.Series:
    ions = [MetalIon(m, z) for m, z in zip(frame["metal"], frame["charge"], strict=True)]
    unwanted = {parse_ion(text) for text in metals}
    unknown = sorted(unwanted - set(ions))
    if unknown:
        raise DataError(
            f"without_metals: {', '.join(map(str, unknown))} not in {_WHERE}. "
            f"Their metal ions are {', '.join(map(str, sorted(set(ions))))}."
        )
    return pd.Series([ion in unwanted for ion in ions], index=frame.index)
