"""Protonation constants of ligands: a table of their own, beside the observations.

`load` keeps the steps of the table; `as_observations` writes what can be summed as observations
of the pseudo-ion ``H+k``, for models that learn from the ligand's basicity.

Symbols
-------
K_k       stepwise: H + H_(k-1)L = H_kL; columns ``n_protons`` = k and ``log_k``
β^H_k     overall: log β^H_k = Σ_(j≤k) log K_j; column ``log_beta``
"""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MAX_PROTONS, METALS, PROTON
from bo_loop.data.cells import bad_rows, quantities_of, read_cells, say, spreadsheet_rows
from bo_loop.data.headers import listed
from bo_loop.data.observations import (
    OBSERVATION_COLUMNS,
    STATED_SCALES,
    standardised,
    validate_observations,
)
from bo_loop.data.quantities import LOG_BETA_RANGE

COLUMNS = (
    "smiles",
    "ligand",
    "n_protons",
    "log_k",
    "log_beta",
    "temperature_C",
    "ionic_strength_M",
    "source",
)
REQUIRED = ("smiles", "equilibrium", "temperature_C", "ionic_strength_M", "log_K")

# "[HL]/[L][H]", "[H₂L]/[HL][H]", "[H2L]/[H][HL]": the subscript of the product is k.
_EQUILIBRIUM = re.compile(r"\[(H\d*L)\]/(?:\[(H?\d*L)\]\[H\]|\[H\]\[(H?\d*L)\])")
_BRACKETED = re.compile(r"\[\d*([A-Z][a-z]?)")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def load(
    *,
    path: str | Path | Sequence[str | Path],
    source: str | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Stepwise and overall protonation constants from tables.

    Parameters
    ----------
    path : str, Path, or sequence of them
        ``.csv``, ``.parquet`` or ``.xlsx`` with the columns ``smiles``, ``equilibrium``
        ("[H₂L]/[HL][H]"), ``temperature_C``, ``ionic_strength_M``, ``log_K``, and, if they are
        there, ``ligand`` and ``source``.
    source : str, optional
        Stands in for ``source`` where it is empty or absent; else the name of the file does.
    encoding : str, optional
        Of a ``.csv``, as `bo_loop.data.encodings.decoded` takes it.

    Returns
    -------
    DataFrame
        `COLUMNS`; one row for each row of the tables, in order. SMILES are standard ones, but
        for acids that hold a metal (chromate, vanadate): those stay as they are written.

    Raises
    ------
    DataError
        If a file cannot be read, or with one line for every bad cell.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    tables = [_table(one, source or one.stem, encoding) for one in map(Path, paths)]
    return with_cumulative(pd.concat(tables, ignore_index=True))


def with_cumulative(rows: pd.DataFrame) -> pd.DataFrame:
    """Add ``log_beta``, the sum of the steps up to each one.

    Parameters
    ----------
    rows : DataFrame
        `COLUMNS` less ``log_beta``.

    Returns
    -------
    DataFrame
        `COLUMNS`, numbered from 0. ``log_beta`` is missing where a lower step is not known for the
        same structure, conditions and source; of several values of a lower step, the larger counts.
    """
    key = ["smiles", "temperature_C", "ionic_strength_M", "source"]
    rows = rows.reset_index(drop=True)
    best = rows.groupby([*key, "n_protons"])["log_k"].max()
    below = pd.Series(0.0, index=rows.index)
    for step in range(1, int(rows["n_protons"].max())):
        of_step = best[best.index.get_level_values("n_protons") == step].droplevel("n_protons")
        lower = rows[key].join(of_step.rename("log_k"), on=key)["log_k"]
        below = below + lower.where(rows["n_protons"].gt(step), 0.0)
    return rows.assign(log_beta=(rows["log_k"] + below).round(9))[list(COLUMNS)]


def as_observations(
    constants: pd.DataFrame, *, temperature_C: float, ionic_strength_M: float
) -> pd.DataFrame:
    """Write overall protonation constants as observations of metal ``H``, charge k.

    They are to tell of a ligand how basic it is, not how that changes with the conditions: of each
    ligand, those at one set of conditions are kept. (With all of them, β1 of unseen ligands was
    predicted worse, and a fit took longer.)

    Parameters
    ----------
    constants : DataFrame
        As `load` gives them.
    temperature_C, ionic_strength_M : float
        Of each ligand, the constants at the conditions nearest to these are kept, differences
        taken on the `STATED_SCALES`; of conditions as near, the first in the table.

    Returns
    -------
    DataFrame
        Observations of k H⁺ + L → H_kL: ``log_beta`` is the sum of the steps, ``n_ligands`` 1.
        Constants with a lower step missing, those of acids that hold a metal, steps beyond the
        eighth, sums that no observation can have, and those at other conditions are left out
        with a warning that counts them.

    Raises
    ------
    DataError
        If no constant can be used.
    """
    usable, left_out = constants, {}
    for why, out in (
        ("a lower step is not known at the same conditions", constants["log_beta"].isna()),
        ("the acid holds a metal", constants["smiles"].map(_holds_metal).astype(bool)),
        (f"they are of more than {MAX_PROTONS} protons", constants["n_protons"].gt(MAX_PROTONS)),
        (
            "log β of all protons is outside {:g} to {:g}".format(*LOG_BETA_RANGE),
            ~constants["log_beta"].between(*LOG_BETA_RANGE),
        ),
    ):
        kept = usable[~out[usable.index]]
        left_out[why] = len(usable) - len(kept)
        usable = kept
    rows = usable
    if len(usable):
        rows = usable[_nearest(usable, temperature_C, ionic_strength_M)]
    left_out["others of the ligand are at conditions nearer to the data's"] = len(usable) - len(
        rows
    )
    reasons = ", ".join(f"{count} because {why}" for why, count in left_out.items() if count)
    if rows.empty:
        raise DataError(
            f"of {len(constants)} protonation constants none can be used: {reasons}. Complete the "
            "table, or leave it out (data.protonation=null)."
        )
    if reasons:
        warnings.warn(
            f"of {len(constants)} protonation constants, these are left out: {reasons}",
            stacklevel=2,
        )
    rows = rows.rename(columns={"n_protons": "charge"})
    rows = rows.assign(metal=PROTON, n_ligands=1, log_beta_sd=np.nan, censoring="none")
    return validate_observations(rows, "the protonation constants")[list(OBSERVATION_COLUMNS)]


def _nearest(rows: pd.DataFrame, temperature_C: float, ionic_strength_M: float) -> pd.Series:
    """Tell the rows at the conditions, of each ligand, that are nearest to those given."""
    conditions = ["temperature_C", "ionic_strength_M"]
    scale = pd.Series(STATED_SCALES)[conditions]
    apart = (rows[conditions] - [temperature_C, ionic_strength_M]) / scale
    distance = apart.pow(2).sum(axis=1, min_count=2).fillna(np.inf)
    nearest = rows.loc[distance.groupby(rows["smiles"]).idxmin(), ["smiles", *conditions]]
    key = pd.MultiIndex.from_frame(rows[["smiles", *conditions]])
    return pd.Series(key.isin(pd.MultiIndex.from_frame(nearest)), index=rows.index)


def _table(path: Path, source: str, encoding: str | None) -> pd.DataFrame:
    cells = read_cells(
        path,
        (*REQUIRED, "inchi", "ligand", "source"),
        needed=REQUIRED,
        quiet=("note",),
        encoding=encoding,
    )
    frame, problems = cells.frame, list(cells.problems)
    if "smiles" not in frame and "inchi" in frame:
        frame = frame.rename(columns={"inchi": "smiles"})
    missing = [column for column in REQUIRED if column not in frame]
    if missing:
        raise DataError(
            f"{path} has no column {', '.join(missing)}; it has {listed(cells.header)}. "
            f"Protonation constants need {', '.join(REQUIRED)}."
        )
    values: dict[str, pd.Series] = {}
    for column in ("temperature_C", "ionic_strength_M", "log_K"):
        numbers, understood, wrong = quantities_of(cells, column)
        values[column] = pd.Series(numbers, index=frame.index, dtype="float64")
        say(understood, path)
        problems += wrong
    protons = [_protons(text) for text in frame["equilibrium"]]
    problems += [
        f"row {cells.rows[i]}, equilibrium: {text!r} — expected one proton added to one ligand, as "
        "in [HL]/[L][H] or [H2L]/[HL][H]"
        for i, text in enumerate(frame["equilibrium"])
        if not protons[i]
    ]
    # Chromate and its like are acids, but not ligands of this program: they stay as written.
    ligands = ~frame["smiles"].map(_holds_metal).astype(bool)
    where = [row for row, is_ligand in zip(cells.rows, ligands, strict=True) if is_ligand]
    try:
        smiles = standardised(frame[ligands], str(path))["smiles"].reindex(frame.index)
    except DataError as error:
        problems += spreadsheet_rows(error.problems, where)
    if problems:
        raise bad_rows(path, problems)
    values["smiles"] = smiles.fillna(frame["smiles"])
    text = {c: frame.get(c, "") for c in ("ligand", "source")}
    rows = frame.assign(**values, **text, n_protons=protons, log_k=values["log_K"])
    return rows.assign(source=rows["source"].where(rows["source"].ne(""), source))


def _protons(equilibrium: str) -> int:
    """Return k of K_k; 0 if the text is no such equilibrium."""
    match = _EQUILIBRIUM.fullmatch(equilibrium.translate(_SUBSCRIPTS).replace(" ", ""))
    if match is None:
        return 0
    product, reactant = (_count(name) for name in (match[1], match[2] or match[3]))
    return product if product == reactant + 1 else 0


def _holds_metal(smiles: str) -> bool:
    return any(symbol in METALS for symbol in _BRACKETED.findall(smiles))


def _count(name: str) -> int:
    """Return the protons of L, HL, H2L and so on."""
    return int(name[1:-1] or 1) if name.startswith("H") else 0
