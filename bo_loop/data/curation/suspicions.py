"""Suspicious values: why a constant looks wrong beside the others.

Symbols
-------
pair     metal, charge, smiles, n_ligands; "the same pair" has the same four
β_n      overall constant of ML_n
resid    log β less what its ligand and its metal usually give, for one n
MAD      median absolute deviation
"""

import re

import numpy as np
import pandas as pd

from bo_loop.data.curation.exclusions import elements

PAIR = ["metal", "charge", "smiles", "n_ligands"]

# What a name promises. Short, so that it holds: vitamins are no amines, desaminotyrosine has lost
# its nitrogen, and halogens are left out: chlorophyll has no chlorine, fluorone no fluorine.
_NAMED = {
    "N": re.compile("(?<!vit)(?<!de)(?<!des)(?:amin[eo]|imino|nitrilo|pyrid[iy])", re.I),
    "P": re.compile("(?<!de)phosph", re.I),
    "S": re.compile("(?<!de)(?:thio|mercapto|sulf[aio])", re.I),
}
_LN10 = np.log(10)
# ln and log10 of one number differ by 2.303; two honest values hardly do, once log β is this high.
_LN_TOLERANCE, _LN_SMALLEST = 0.02, 2.0
_TWIN_TOLERANCE, _TWIN_SMALLEST = 0.1, 0.3
# Of the outlier rule: 0.5 is a standard deviation of 0.75, the spread of a usual ligand.
_POLISHES, _FEWEST_IONS, _SMALLEST_MAD = 10, 4, 0.5


def suspicions(
    rows: pd.DataFrame, *, above_beta1: bool = True, outlier_mads: float = 8.0
) -> pd.Series:
    """Say why a value looks wrong, judged by the other values in `rows` and nothing else.

    In validation, give it the training rows only: what it is not shown, it cannot use.

    Parameters
    ----------
    rows : DataFrame
        Observations with standard SMILES; ``structure_doubt`` is heeded if it is there.
    above_beta1, outlier_mads
        As in `curate`.

    Returns
    -------
    Series of str
        One a row, on the index of `rows`; "" where nothing is wrong, reasons joined by "; ".
    """
    numbered = rows.reset_index(drop=True)
    found = [
        numbered.get("structure_doubt", pd.Series("", index=numbered.index)).fillna(""),
        against_name(numbered),
        *against_same_pair(numbered),
    ]
    # A value found wrong by then is no standard to judge others by.
    doubted = np.logical_or.reduce([reason.ne("") for reason in found])
    if above_beta1:
        found.append(not_above_beta1(numbered, ~doubted))
    if outlier_mads:
        doubted = doubted | found[-1].ne("")
        found.append(outliers(numbered, ~doubted, outlier_mads))
    joined = ["; ".join(filter(None, reasons)) for reasons in zip(*found, strict=True)]
    return pd.Series(joined, index=rows.index, dtype="str")


def against_name(rows: pd.DataFrame) -> pd.Series:
    """Reasons for a structure that lacks an element which the ligand's name has."""
    from bo_loop.chemistry.ligands import formula

    found = {}
    for name, smiles in rows[["ligand", "smiles"]].drop_duplicates().itertuples(index=False):
        there = elements(formula(smiles))
        for element, pattern in _NAMED.items():
            if element not in there and (said := pattern.search(name)):
                found[name, smiles] = f"'{said[0]}' in the name, but no {element} in the structure"
                break
    keys = zip(rows["ligand"], rows["smiles"], strict=True)
    return pd.Series([found.get(key, "") for key in keys], index=rows.index, dtype=object)


def against_same_pair(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Reasons for ln given as log10, and for a sign lost from a bracketed value.

    Compared with the other values of the same pair, of any source and conditions.
    """
    values = rows[[*PAIR, "log_beta"]].assign(row=rows.index)
    both = values.merge(values, on=PAIR, suffixes=("", "_other"))
    both = both[both["row"] != both["row_other"]]
    usual = both.groupby("row")["log_beta_other"].median().reindex(rows.index)
    ratio = rows["log_beta"] / usual
    ln = usual.ge(_LN_SMALLEST) & (ratio / _LN10 - 1).abs().le(_LN_TOLERANCE)
    twin = both[
        both["log_beta"].lt(0)
        & both["log_beta_other"].ge(_TWIN_SMALLEST)
        & (both["log_beta"] + both["log_beta_other"]).abs().le(_TWIN_TOLERANCE)
    ]
    positive = twin.groupby("row")["log_beta_other"].first().reindex(rows.index)
    return (
        _reason(ln, "looks like ln, not log10: {:.3g} × {:.4g} of the same pair", ratio, usual),
        _reason(positive.notna(), "negative twin of {:.4g} of the same pair", positive),
    )


def not_above_beta1(rows: pd.DataFrame, trusted: pd.Series) -> pd.Series:
    """Reasons for a β_n that is not above β_1: a stepwise constant given as an overall one."""
    key = ["metal", "charge", "smiles"]
    first = rows[trusted & rows["n_ligands"].eq(1) & rows["censoring"].eq("none")]
    usual = first.groupby(key)["log_beta"].median().rename("beta1")
    beta1 = rows[key].join(usual, on=key)["beta1"]
    low = rows["n_ligands"].gt(1) & rows["log_beta"].le(beta1) & rows["censoring"].eq("none")
    text = "not above log β1 = {:.4g}: a stepwise constant given as overall?"
    return _reason(low, text, beta1)


def outliers(rows: pd.DataFrame, trusted: pd.Series, mads: float) -> pd.Series:
    """Reasons for a value far from what its ligand's other metals, and its metal, usually give.

    log β ≈ ligand + metal, fitted for each source and n by medians in turn (Tukey's median polish);
    a ligand needs four metal ions. The MAD is the larger of its ligand's and its metal's, and no
    less than 0.5: a soft metal or a ligand that discriminates is allowed its spread.
    """
    part = [rows["source"], rows["n_ligands"]]
    of_ligand, of_ion = [rows["smiles"], *part], [rows["metal"], rows["charge"], *part]
    ion = rows["metal"] + rows["charge"].astype(str)
    value = rows["log_beta"].where(trusted)
    value = value.where(ion.where(trusted).groupby(of_ligand).transform("nunique") >= _FEWEST_IONS)
    metal = pd.Series(0.0, index=rows.index)
    for _ in range(_POLISHES):
        ligand = (value - metal).groupby(of_ligand).transform("median")
        metal = (value - ligand).groupby(of_ion).transform("median")
    residual = value - metal - (value - metal).groupby(of_ligand).transform("median")
    spread = [residual.abs().groupby(key).transform("median") for key in (of_ligand, of_ion)]
    mad = np.fmax(np.fmax(*spread), _SMALLEST_MAD)
    text = "{:+.3g} from what this ligand's other metals suggest"
    return _reason(residual.abs() > mads * mad, text, residual)


def _reason(marked: pd.Series, text: str, *values: pd.Series) -> pd.Series:
    reasons = pd.Series("", index=marked.index, dtype=object)
    for row in marked.index[marked]:
        reasons[row] = text.format(*(value[row] for value in values))
    return reasons
