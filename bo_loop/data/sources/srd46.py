"""NIST SRD 46: read the official distribution (doi 10.18434/M32154) as observations.

Symbols
-------
β_n      overall constant of ML_n; K_n the stepwise one: log β_n = log β_(n-1) + log K_n
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.data.curation.steps import Step, drop, note
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.data.property import Property
from bo_loop.data.quantities import LOG_BETA_RANGE
from bo_loop.data.sources.mysql_dump import Wanted, read_tables
from bo_loop.data.sources.protonation import with_cumulative
from bo_loop.data.sources.srd46_names import ligands, metal_ions, structure_notes
from bo_loop.data.sources.srd46_numbers import numbers

SOURCE = "NIST SRD 46"

EXTRA_COLUMNS = (
    "vlm_id",
    "tentative",
    "derived",
    "ligand_charge",
    "structure_doubt",
    "electrolyte",
    "footnote",
)

_TYPES = dict.fromkeys(("metal", "ligand", "smiles", "structure_doubt"), "str") | {
    "charge": "int64", "temperature_C": "float64", "ionic_strength_M": "float64",
    "log_beta": "float64", "ligand_charge": "float64",
}  # fmt: skip

# Definitions are matched by their id: the text of some is cut at 110 characters. Isomer variants
# (814, 817, …) have ids of their own and are so left out.
OVERALL = {"812": 1, "840": 2, "872": 3, "894": 4, "903": 5, "907": 6}
STEPWISE = {"868": 2, "888": 3, "902": 4, "905": 5, "909": 6}
# Stepwise, in the order of the protons: [HL]/[H][L], [H2L]/[H][HL], …
PROTONATION = {
    "79": 1, "32": 2, "53": 3, "64": 4, "68": 5, "72": 6, "76": 7, "77": 8, "78": 9, "25": 10,
    "26": 11,
}  # fmt: skip
# Of 110 pairs that have both, the two agree within rounding, by the pKa of HL and log K of ML.
MHL = {"788": "[MHL]/[ML][H]", "779": "[MHL]/[M][HL]"}
MHL_COLUMNS = (
    "metal", "charge", "ligand", "smiles", "equilibrium", "log_K", "temperature_C",
    "ionic_strength_M", "source",
)  # fmt: skip
_PLACEHOLDER, _LOG_K, _PROTON, _WATER = "1", "3", "68", "1"
ENTHALPY = Property("ΔH", unit="kJ/mol")
ENTROPY = Property("ΔS", unit="J/(mol K)")
# The number of the kind of constant, what a value is called, and between which it is believed.
_THERMODYNAMIC = {
    ENTHALPY: ("2", "an enthalpy", (-500.0, 500.0)),
    ENTROPY: ("4", "an entropy", (-1500.0, 1500.0)),
}
_WRONG_METAL = frozenset({"164462", "164463", "164464", "164465"})

_TABLES = {
    "verkn_ligand_metal": Wanted(
        (
            "verkn_ligand_metalid", "ligandennr", "metalnr", "beta_definitionnr",
            "constanttypnr", "temperature", "ionicstrength", "constant",
        ),
        ("error", "footnotenr", "solventnr", "electrolyte"),
    ),
    "liganden": Wanted(("ligandenid",), ("name_ligand", "formula", "figure_definition")),
    "metal": Wanted(("metalid", "name_metal")),
    "mol_data": Wanted(("ligandennr", "mol_string_encoded")),
    "footnote": Wanted(welcome=("footnoteid", "name_footnote")),
}  # fmt: skip


def load(*, path: str | Path) -> pd.DataFrame:
    """Observations of NIST SRD 46, ready for `curate`.

    Parameters
    ----------
    path : str or Path
        The official zip file ("SRD 46 SQL.zip") or the folder it unpacks to.

    Returns
    -------
    DataFrame
        Observations. ``log_beta_sd`` is the stated error, missing where none is stated.

    Raises
    ------
    DataError
        If the file or a table of it is missing or damaged, or holds no constant.
    """
    return read(path)[0][list(OBSERVATION_COLUMNS)]


def read(path: str | Path) -> tuple[pd.DataFrame, list[Step]]:
    """Observations of NIST SRD 46 with what curation wants to know of them, and what was left out.

    Parameters
    ----------
    path : str or Path
        As `load`.

    Returns
    -------
    observations : DataFrame
        Observations, and ``vlm_id`` (the row of verkn_ligand_metal), ``tentative`` (printed in
        brackets), ``derived`` (summed from stepwise constants), ``ligand_charge`` (of the drawing,
        fully deprotonated; missing if not given), ``structure_doubt`` (why the structure cannot be
        the ligand's, or ""), ``electrolyte`` and ``footnote``.
    steps : list of Step
        What was left out or found wrong, in order.

    Raises
    ------
    DataError
        As `load`.
    """
    return _observations(path, *_read_tables(path))


def read_all(path: str | Path) -> tuple[pd.DataFrame, list[Step], pd.DataFrame]:
    """Return what `read` does, and what `protonated_complexes` does, in one reading."""
    tables, steps = _read_tables(path)
    return *_observations(path, tables, steps), _protonated_complexes(tables)


def _observations(
    path: str | Path, tables: Mapping[str, pd.DataFrame], steps: list[Step]
) -> tuple[pd.DataFrame, list[Step]]:
    rows, more = _select(tables["verkn_ligand_metal"])
    rows, as_read = numbers(rows)
    rows, joined = _join(rows, metal_ions(tables["metal"]), ligands(tables, rows["ligandennr"]))
    rows, overall = _overall(rows)
    footnotes = tables["footnote"].dropna().set_index("footnoteid")["name_footnote"].to_dict()
    rows = rows.assign(
        source=SOURCE,
        electrolyte=rows["electrolyte"].fillna(""),
        footnote=[footnotes.get(key, "") for key in rows["footnotenr"]],
    )
    steps += [*more, *as_read, *joined, *overall, *structure_notes(rows)]
    if rows.empty:
        raise DataError(
            f"{path} holds no overall constant that can be read. Left out, step by step:",
            [f"{s.name}: {s.concerned} of {s.before} rows" for s in steps if s.concerned],
        )
    # Every value was checked where it was read: to check them again took a fifth of the time.
    rows = rows[[*OBSERVATION_COLUMNS, *EXTRA_COLUMNS]].reset_index(drop=True)
    return rows.astype(_TYPES), steps


def protonation(path: str | Path) -> pd.DataFrame:
    """Stepwise protonation constants, as `bo_loop.data.sources.protonation.load` gives them.

    What is left out is counted in a warning: equilibria other than the addition of one proton to
    one ligand, values that cannot be read, and ligands without a structure.

    Raises
    ------
    DataError
        As `load`.
    """
    tables, _ = _read_tables(path)
    rows = tables["verkn_ligand_metal"]
    everything = rows[rows["metalnr"].eq(_PROTON) & rows["constanttypnr"].eq(_LOG_K)]
    one_step = everything["beta_definitionnr"].isin(PROTONATION)
    rows, other = drop(
        everything, ~one_step, "equilibrium", "not one proton more on one ligand", ()
    )
    rows, as_read = numbers(rows)
    rows = rows.join(ligands(tables, rows["ligandennr"]), on="ligandennr")
    unusable = rows["smiles"].fillna("").eq("")
    rows, undrawn = drop(rows, unusable, "structure", "no structure, or it cannot be read", ())
    if rows.empty:
        raise DataError(f"{path} holds no protonation constant of a ligand that is drawn.")
    if len(rows) < len(everything):
        counts = [f"{s.before - s.after}: {s.detail}" for s in (other, *as_read, undrawn)]
        reasons = "; ".join(line for line in counts if not line.startswith("0:"))
        warnings.warn(
            f"of {len(everything)} protonation constants of {SOURCE}, {len(rows)} are read; left "
            f"out are {reasons}",
            stacklevel=2,
        )
    return with_cumulative(
        rows.assign(
            n_protons=rows["beta_definitionnr"].map(PROTONATION).astype("int64"),
            log_k=rows["log_beta"],
            source=SOURCE,
        )
    )


def protonated_complexes(path: str | Path) -> pd.DataFrame:
    """Constants of protonated complexes MHL, which are not log β of ML_n.

    Returns
    -------
    DataFrame
        `MHL_COLUMNS`: ``equilibrium`` says of which reaction ``log_K`` is, as `MHL` writes it.
        Bounds are left out.

    Raises
    ------
    DataError
        As `load`.
    """
    return _protonated_complexes(_read_tables(path)[0])


def _protonated_complexes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = tables["verkn_ligand_metal"]
    rows = rows[rows["constanttypnr"].eq(_LOG_K) & ~rows["metalnr"].eq(_PROTON)]
    rows, _ = numbers(rows[rows["beta_definitionnr"].isin(MHL)])
    rows = rows[rows["censoring"].eq("none")]
    rows, _ = _join(rows, metal_ions(tables["metal"]), ligands(tables, rows["ligandennr"]))
    rows = rows.assign(
        equilibrium=rows["beta_definitionnr"].map(MHL), log_K=rows["log_beta"], source=SOURCE
    )
    return rows[list(MHL_COLUMNS)].astype({"charge": "int64"}).reset_index(drop=True)


def thermodynamic(path: str | Path, of: Property) -> tuple[pd.DataFrame, list[Step]]:
    """Enthalpies or entropies of complexation, M + n L = ML_n in water.

    Parameters
    ----------
    path : str or Path
        As `load`.
    of : Property
        `ENTHALPY` or `ENTROPY`.

    Returns
    -------
    observations : DataFrame
        As of `read`, but for what log β alone has; ``log_beta`` is the value.
    steps : list of Step
        What was left out or found wrong, in order.

    Raises
    ------
    DataError
        As `load`.
    """
    kind, called, limits = _THERMODYNAMIC[of]
    tables, steps = _read_tables(path)
    rows = tables["verkn_ligand_metal"]
    overall = rows["beta_definitionnr"].isin(OVERALL) & ~rows["metalnr"].eq(_PROTON)
    wanted = overall & rows["constanttypnr"].eq(kind)
    detail = f"not {called} of ML_n from M and L"
    rows, others = drop(rows, ~wanted, "kind of constant", detail, ())
    rows, as_read = numbers(rows, limits)
    bound = rows["censoring"].ne("none")
    rows, bounds = drop(rows, bound, "bounds", "only a bound is known", ("vlm_id", "constant"))
    rows, joined = _join(rows, metal_ions(tables["metal"]), ligands(tables, rows["ligandennr"]))
    if rows.empty:
        raise DataError(f"{path} does not hold {called} of a complex whose ligand is drawn.")
    rows = rows.assign(n_ligands=rows["beta_definitionnr"].map(OVERALL), source=SOURCE)
    steps = [*steps, others, *as_read, bounds, *joined, *structure_notes(rows)]
    whole = {"charge": "int64", "n_ligands": "int64"}
    rows = rows[[*OBSERVATION_COLUMNS, "vlm_id", "tentative", "structure_doubt"]].astype(whole)
    return rows.reset_index(drop=True), steps


def curation_of(of: Property) -> dict[str, Any]:
    """Options of `bo_loop.data.curation.curate.curate` where what holds for log β does not."""
    return {"log_beta_range": _THERMODYNAMIC[of][2]}


def _read_tables(path: str | Path) -> tuple[dict[str, pd.DataFrame], list[Step]]:
    name = f"{SOURCE} (doi 10.18434/M32154)"
    tables, steps = read_tables(Path(path), _TABLES, name)
    constants = tables["verkn_ligand_metal"].rename(columns={"verkn_ligand_metalid": "vlm_id"})
    return {**tables, "verkn_ligand_metal": constants}, steps


def _select(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Step]]:
    """Keep log K of ML_n in water; everything else is counted by its reason."""
    star = rows["constant"].str.fullmatch(r"\s*\*+\s*").fillna(False).astype(bool)
    steps = []
    for name, detail, out in (
        (
            "placeholders",
            "no constant (type 1 or *)",
            star | rows["constanttypnr"].eq(_PLACEHOLDER),
        ),
        ("kind of constant", "enthalpies, entropies: not log K", ~rows["constanttypnr"].eq(_LOG_K)),
        ("protonation", "constants of H+, not of a metal ion", rows["metalnr"].eq(_PROTON)),
        ("wrong metal", "rows known to name a wrong metal", rows["vlm_id"].isin(_WRONG_METAL)),
        (
            "equilibrium",
            "not ML_n from M and L: mixed, protonated, hydroxo, polynuclear species and isomers",
            ~rows["beta_definitionnr"].isin({**OVERALL, **STEPWISE}),
        ),
        ("solvent", "not water", rows["solventnr"].notna() & ~rows["solventnr"].eq(_WATER)),
    ):
        show = ("vlm_id", "metalnr", "ligandennr", "beta_definitionnr", "constant")
        rows, step = drop(rows, out.reindex(rows.index), name, detail, show)
        steps.append(step)
    return rows, steps


def _join(
    rows: pd.DataFrame, ions: pd.DataFrame, drawn: pd.DataFrame
) -> tuple[pd.DataFrame, list[Step]]:
    rows = rows.join(ions, on="metalnr").join(drawn, on="ligandennr")
    unknown = rows["metal"].isna()
    detail = "not a bare or oxo-cation: organometallic, ammonium and hydroxo cations, molecules"
    rows, metal = drop(rows, unknown, "metal ion", detail, ("ion",), limit=None)
    unusable = rows["smiles"].fillna("").eq("")
    show = ("ligandennr", "ligand", "unusable")
    detail = "none, or it cannot be read"
    rows, ligand = drop(rows, unusable, "structure", detail, show, limit=None)
    return rows, [metal, ligand]


def _overall(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Step]]:
    """Replace a missing overall constant by the sum of stepwise ones at the same conditions."""
    n = rows["beta_definitionnr"].map(OVERALL)
    known = rows[n.notna()].assign(n_ligands=n.dropna().astype("int64"), derived=False)
    for definition, size in STEPWISE.items():
        stepwise = rows[rows["beta_definitionnr"].eq(definition)]
        known = pd.concat([known, _summed(known, stepwise, size)[known.columns]])
    detail = "K2 … K6 left out where the overall constant is given, or the step before is missing"
    show = ("vlm_id", "beta_definitionnr", "constant")
    out = ~rows.index.isin(known.index)
    _, left = drop(rows, out, "stepwise constants", detail, show)
    detail = "log β summed from stepwise constants"
    made = note(known, known["derived"], "summed constants", detail, ("vlm_id", "log_beta"))
    return known.sort_index(kind="stable"), [left, made]


def _summed(known: pd.DataFrame, stepwise: pd.DataFrame, size: int) -> pd.DataFrame:
    """Rows of `stepwise` (K of this size) made overall by the β before, where β is not known."""
    same = ["ligandennr", "metalnr", "temperature_C", "ionic_strength_M"]
    stepwise = stepwise[stepwise["censoring"].eq("none")]
    present = known.loc[known["n_ligands"].eq(size), same].drop_duplicates()
    stated = stepwise[same].merge(present.assign(stated=True), how="left")["stated"]
    stepwise = stepwise[stated.isna().to_numpy()]
    base = known[known["n_ligands"].eq(size - 1) & known["censoring"].eq("none")]
    # Where the step before has several values, the larger one, as curation does.
    base = base.sort_values("log_beta", kind="stable").drop_duplicates(same, keep="last")
    base = base.set_index(same)[["log_beta", "log_beta_sd", "tentative"]]
    stepwise = stepwise.join(base.add_suffix("_before"), on=same, how="inner")
    summed = stepwise.assign(
        # Sums of printed decimals are printed decimals: no 15.030000000000001.
        log_beta=(stepwise["log_beta"] + stepwise["log_beta_before"]).round(9),
        log_beta_sd=np.hypot(stepwise["log_beta_sd"], stepwise["log_beta_sd_before"]),
        tentative=stepwise["tentative"] | stepwise["tentative_before"].astype(bool),
        n_ligands=size,
        derived=True,
    )
    return summed[summed["log_beta"].between(*LOG_BETA_RANGE)]
