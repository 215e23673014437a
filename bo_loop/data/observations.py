"""The two tables that everything else is given: pairs, and observations of them.

Importing this module costs pandas; RDKit is imported where it is used.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.types import PAIR_COLUMNS
from bo_loop.chemistry.ions import MAX_CHARGE, MAX_PROTONS, PROTON, MetalIon, is_metal_formula
from bo_loop.data.large_pools import distinct, each, joined_ids
from bo_loop.data.numbers import plain_value
from bo_loop.data.quantities import CENSORING, LIMITS

OBSERVATION_COLUMNS = (*PAIR_COLUMNS, "log_beta", "log_beta_sd", "censoring", "source")
MAX_LIGANDS = 6

# Conditions have scales of their own, whatever their spread: where the data hold one constant, a
# later, different value must count; and a few pool rows at I = 0.1 M among literature at I = 0
# must not lie many standard deviations away from it.
STATED_SCALES = {"temperature_C": 10.0, "ionic_strength_M": 0.5}

Rule = tuple[Callable[[Any], bool], str]
"""Whether a value will do, and what is expected instead of one that will not."""

_INTEGERS = ("charge", "n_ligands")
_FLOATS = ("temperature_C", "ionic_strength_M", "log_beta", "log_beta_sd")


def validate_pairs(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Check a table of pairs and give its columns their types.

    Parameters
    ----------
    frame : DataFrame
        At least `PAIR_COLUMNS`; numbers may be text, as a csv reader leaves them.
    where : str
        File or source, named in messages.

    Returns
    -------
    DataFrame
        A new table: `PAIR_COLUMNS` first, then the other columns untouched; rows in order,
        numbered from 0.

    Raises
    ------
    DataError
        If a column is missing, or with one line for every bad value: row (as a spreadsheet
        numbers them, the header being row 1), column, value and what is expected.
    """
    return _validate(frame, where, PAIR_COLUMNS)


def validate_observations(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Check a table of observations and give its columns their types.

    Parameters, returns and errors are those of `validate_pairs`, with `OBSERVATION_COLUMNS`.
    A missing `log_beta_sd` stays missing (NaN); every other number must be there. Rows of metal
    ``H`` are protonation constants: ``charge`` protons on one ligand.
    """
    table = _validate(frame, where, OBSERVATION_COLUMNS, {"metal": _METAL_OR_PROTON})
    one_ligand = table["n_ligands"].eq(1) & table["charge"].le(MAX_PROTONS)
    wrong = table.index[table["metal"].eq(PROTON) & ~one_ligand]
    if len(wrong):
        raise DataError(
            f"{where}: {len(wrong)} protonation constants cannot be used.",
            [
                f"row {row + 2}, charge: {table['charge'][row]} with n_ligands "
                f"{table['n_ligands'][row]} — expected, for metal {PROTON}, the number of protons, "
                f"1 to {MAX_PROTONS}, and one ligand"
                for row in wrong
            ],
        )
    return table


def standardised(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Write every ligand as its standard SMILES, once for each distinct structure.

    Parameters
    ----------
    frame : DataFrame
        With a column `smiles`.
    where : str
        File or source, named in messages.

    Returns
    -------
    DataFrame
        A copy with `smiles` replaced.

    Raises
    ------
    DataError
        With one line for every row whose structure cannot be used.
    """
    written, reasons = structures(frame["smiles"])
    if reasons:
        problems = [
            f"row {row}, smiles: {reasons[smiles]}"
            for row, smiles in enumerate(frame["smiles"], start=2)
            if smiles in reasons
        ]
        raise DataError(f"{where}: {len(problems)} rows have no usable structure.", problems)
    return frame.assign(smiles=each(frame["smiles"], written.__getitem__))


def structures(texts: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the standard SMILES of each structure, and of the others why they cannot be used."""
    from bo_loop.chemistry.ligands import standardise

    written, reasons = {}, {}
    for text in dict.fromkeys(texts):
        try:
            written[text] = standardise(text)
        except DataError as error:
            reasons[text] = str(error)
    return written, reasons


def with_pair_ids(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `pair_id`: metal ion, number of ligands and InChIKey, as in ``Ni+2:L1:<InChIKey>``.

    Parameters
    ----------
    frame : DataFrame
        Valid pairs.

    Returns
    -------
    DataFrame
        A copy with the column `pair_id`.
    """
    from bo_loop.chemistry.ligands import inchikey

    number, species = distinct(frame[["metal", "charge", "n_ligands"]])
    begins = [f"{MetalIon(m, int(z))}:L{n}:" for m, z, n in species.itertuples(index=False)]
    ligand, smiles = pd.factorize(frame["smiles"])
    ids = joined_ids(number, begins, ligand, [inchikey(one) for one in smiles])
    return frame.assign(pair_id=ids)


def with_keys(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Standardise the structures and add `pair_id` and `ligand_group`.

    Parameters
    ----------
    frame : DataFrame
        Valid pairs or observations.
    where : str
        File or source, named in messages.

    Returns
    -------
    DataFrame
        A copy.

    Raises
    ------
    DataError
        With one line for every row whose structure cannot be used.
    """
    from bo_loop.chemistry.ligands import ligand_group

    table = with_pair_ids(standardised(frame, where))
    return table.assign(ligand_group=each(table["smiles"], ligand_group))


def _validate(
    frame: pd.DataFrame,
    where: str,
    columns: tuple[str, ...],
    other_rules: Mapping[str, Rule] | None = None,
) -> pd.DataFrame:
    rules = _RULES | dict(other_rules or {})
    table = refuse_bad_values(frame, where, {column: rules[column] for column in columns})
    return _typed(table, columns)


def refuse_bad_values(frame: pd.DataFrame, where: str, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Check every value of a table against its column's rule.

    Parameters
    ----------
    frame : DataFrame
        What was read.
    where : str
        File or source, named in messages.
    rules : mapping of str to (callable, str)
        For each column needed, whether a value will do, and what is expected instead.

    Returns
    -------
    DataFrame
        The columns of `rules` first, then the others; rows in order, numbered from 0.

    Raises
    ------
    DataError
        As `validate_pairs`.
    """
    missing = [column for column in rules if column not in frame.columns]
    if missing:
        raise DataError(
            f"{where}: missing columns {', '.join(missing)}. The columns needed are "
            f"{', '.join(rules)}; those found are {', '.join(map(str, frame.columns))}."
        )
    others = [column for column in frame.columns if column not in rules]
    table = frame[[*rules, *others]].reset_index(drop=True)
    bad = [
        (row, f"row {row + 2}, {column}: {_shown(value)} — {expected}")
        for column, (will_do, expected) in rules.items()
        for row, value in _refused(table[column], will_do)
    ]
    if bad:
        problems = [told for _, told in sorted(bad, key=itemgetter(0))]
        values = "1 value" if len(problems) == 1 else f"{len(problems)} values"
        raise DataError(f"{where}: {values} cannot be used.", problems)
    return table


def _refused(column: pd.Series, will_do: Callable[[Any], bool]) -> list[tuple[int, Any]]:
    """Return the values that will not do, with their rows."""
    if column.dtype == object:  # 1, 1.0 and True are not the same to a rule
        return [(row, value) for row, value in enumerate(column) if not will_do(value)]
    codes, values = pd.factorize(column, use_na_sentinel=False)
    wrong = [code for code, value in enumerate(pd.Series(values).astype(object))
             if not will_do(value)]  # fmt: skip
    rows = np.flatnonzero(np.isin(codes, wrong)).tolist() if wrong else []
    return [(row, column.iloc[row]) for row in rows]


def _typed(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    typed: dict[str, Any] = {}
    for column in columns:
        if column in _INTEGERS:
            typed[column] = _each(number, table[column], "float64").astype("int64")
        elif column in _FLOATS:
            typed[column] = _each(number, table[column], "float64")
        else:
            typed[column] = _each(_text, table[column], "str")
    return table.assign(**typed)


def _each(read: Callable[[Any], Any], column: pd.Series, dtype: str) -> pd.Series:
    """Read every value of a column, equal ones once."""
    if column.dtype == object:
        return pd.Series([read(value) for value in column], dtype=dtype)
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return (
        pd.Series([read(v) for v in pd.Series(values).astype(object)], dtype=dtype)
        .take(codes)
        .reset_index(drop=True)
    )


def _text(value: Any) -> str:
    return "" if is_absent(value) else str(value).strip()


def is_absent(value: Any) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value is pd.NA or value != value or str(value).strip() == ""


def number(value: Any) -> float:
    """Read a number; NaN if there is none (the rules refuse it where one is needed)."""
    return math.nan if is_absent(value) else plain_value(value)


def _shown(value: Any) -> str:
    return "empty" if is_absent(value) else repr(str(value))


def _between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: low <= number(value) <= high


def _whole_between(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: low <= number(value) <= high and number(value).is_integer()


_IF_NOT_STATED = "; state it if the source does not"
_RULES: dict[str, Rule] = {
    "metal": (
        lambda value: is_metal_formula(str(value).strip()),
        "expected a metal ion's formula without charge: Cu, VO, UO2",
    ),
    "charge": (
        _whole_between(1, MAX_CHARGE),
        f"expected the ion's charge, a whole number from 1 to {MAX_CHARGE}",
    ),
    "ligand": (lambda value: True, "expected a name, or nothing"),
    "smiles": (lambda value: not is_absent(value), "expected the ligand's SMILES"),
    "n_ligands": (
        _whole_between(1, MAX_LIGANDS),
        f"expected the number of ligands, a whole number from 1 to {MAX_LIGANDS}",
    ),
    **{
        name: (
            _between(*LIMITS[name][:2]),
            f"expected {LIMITS[name][2]}{_IF_NOT_STATED if name in STATED_SCALES else ''}",
        )
        for name in ("temperature_C", "ionic_strength_M", "log_beta")
    },
    "log_beta_sd": (
        lambda value: is_absent(value) or 0 <= number(value) < math.inf,
        "expected a standard deviation of 0 or more, or nothing",
    ),
    "censoring": (
        lambda value: value in CENSORING,
        f"expected one of {', '.join(CENSORING)}",
    ),
    "source": (lambda value: not is_absent(value), "expected where the value comes from"),
}

_METAL_OR_PROTON: Rule = (
    lambda value: str(value).strip() == PROTON or _RULES["metal"][0](value),
    _RULES["metal"][1],
)
