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
from bo_loop.data.curation.opsin import contradictions
from bo_loop.data.property import LOG_BETA, Property

PAIR = ["metal", "charge", "smiles", "n_ligands"]

# What a name promises. Short, so that it holds: vitamins are not amines, desaminotyrosine has lost
# its nitrogen, and halogens are left out: chlorophyll has no chlorine, fluorone no fluorine.
_NAMED = {
    "N": re.compile("(?<!vit)(?<!de)(?<!des)(?:amin[eo]|imino|nitrilo|pyrid[iy])", re.I),
    "P": re.compile("(?<!de)phosph", re.I),
    "S": re.compile("(?<!de)(?:thio|mercapto|sulf[aio])", re.I),
}
# Ions that bind alkenes, arenes and organic halides, and the largest log β so measured that a
# π complex is believed to have, for each ligand (NIST SRD 46: Cu+ with propene, 5.0).
_SOFT = {
    ("Ag", 1), ("Cu", 1), ("Au", 1), ("Hg", 1), ("Hg", 2), ("Tl", 1), ("Pd", 2), ("Pt", 2),
    ("Rh", 1), ("Ir", 1),
}  # fmt: skip
_STRONGEST_PI = 6.0
# In SMILES: what holds N and O that are not donors, and the elements that may be donors.
_SPENT = re.compile(r"O=\[N\+\]\(\[O-\]\)|\[N\+\](?:\(=O\)\[O-\])?")
_DONOR = re.compile("[NOPnops]|S(?!i)|As|Te")
_LN10 = np.log(10)
# ln and log10 of one number differ by 2.303; two honest values hardly do, once log β is this high.
_LN_TOLERANCE, _LN_SMALLEST = 0.02, 2.0
# Weaker complexes may well hold the second ligand worse by so much that K_2 is below 1.
_LEAST_BETA1 = 3.0
_TWIN_TOLERANCE, _TWIN_SMALLEST = 0.1, 0.3
# Of the outlier rule: 0.5 is a standard deviation of 0.75, the spread of a usual ligand.
_POLISHES, _FEWEST_IONS, _SMALLEST_MAD = 10, 4, 0.5


def suspicions(
    rows: pd.DataFrame,
    *,
    above_beta1: bool = True,
    outlier_mads: float = 8.0,
    names: str = "elements",
    of: Property = LOG_BETA,
) -> pd.Series:
    """Say why a value looks wrong, judged by the other values in `rows` and nothing else.

    In validation, give it the training rows only: what it is not shown, it cannot use.

    Parameters
    ----------
    rows : DataFrame
        Observations with standard SMILES; ``structure_doubt`` is heeded if it is there, unless
        OPSIN reads the structure from the ligand's name.
    above_beta1, outlier_mads, names, of
        As in `curate`.

    Returns
    -------
    Series of str
        One a row, on the index of `rows`; "" where nothing is wrong, reasons joined by "; ".

    Raises
    ------
    ConfigError, DataError
        As `bo_loop.data.curation.opsin.contradictions`, if names are read with OPSIN.
    """
    numbered = rows.reset_index(drop=True)
    found = [
        *against_structure(numbered, names),
        without_donor(numbered, of),
        *(against_same_pair(numbered) if of.is_log_beta else ()),
    ]
    # A value found wrong by then is not a standard to judge others by.
    doubted = np.logical_or.reduce([reason.ne("") for reason in found])
    if above_beta1 and of.is_log_beta:
        found.append(not_above_beta1(numbered, ~doubted))
    if outlier_mads and of.is_log_beta:
        doubted = doubted | found[-1].ne("")
        found.append(outliers(numbered, ~doubted, outlier_mads))
    joined = ["; ".join(filter(None, reasons)) for reasons in zip(*found, strict=True)]
    return pd.Series(joined, index=rows.index, dtype="str")


def against_structure(rows: pd.DataFrame, names: str) -> list[pd.Series]:
    """Reasons for a structure that is not the ligand's: by its formula and by its name."""
    stated = rows.get("structure_doubt", pd.Series("", index=rows.index)).fillna("")
    if names != "opsin":
        return [stated, against_name(rows)]
    drawn = pd.Series(list(zip(rows["ligand"], rows["smiles"], strict=True)), index=rows.index)
    read = contradictions(key for key in drawn.unique() if key[0])
    known = drawn.map(lambda key: key in read)
    by_name = drawn.map(lambda key: read.get(key, ""))
    return [by_name, *(each.where(~known, "") for each in (stated, against_name(rows)))]


def without_donor(rows: pd.DataFrame, of: Property = LOG_BETA) -> pd.Series:
    """Reasons for an organic structure without a donor atom: another ligand's constant.

    Soft ions bind alkenes, arenes and organic halides, but not strongly.
    """
    from bo_loop.chemistry.donors import donor_sites
    from bo_loop.chemistry.ligands import formula

    bare = {
        smiles
        for smiles in rows["smiles"].unique()
        # Finding the donors takes long: first the few structures that may have none.
        if not _DONOR.search(_SPENT.sub("", smiles))
        and "C" in elements(formula(smiles))
        and not donor_sites(smiles)
    }
    pi = [ion in _SOFT for ion in zip(rows["metal"], rows["charge"], strict=True)]
    strong = rows["log_beta"].gt(_STRONGEST_PI * rows["n_ligands"]) & of.is_log_beta
    marked = rows["smiles"].isin(bare) & (~pd.Series(pi, index=rows.index) | strong)
    text = "no donor atom in the structure: drawn for another ligand?"
    return pd.Series("", index=rows.index).mask(marked, text)


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
    """Reasons for a β_n that is not above β_1: a stepwise constant given as an overall one.

    Only where log β_1 is above 3: K_n of a weak complex may be below 1.
    """
    key = ["metal", "charge", "smiles"]
    first = rows[trusted & rows["n_ligands"].eq(1) & rows["censoring"].eq("none")]
    usual = first.groupby(key)["log_beta"].median().rename("beta1")
    beta1 = rows[key].join(usual, on=key)["beta1"]
    low = rows["n_ligands"].gt(1) & rows["log_beta"].le(beta1) & rows["censoring"].eq("none")
    low &= beta1.gt(_LEAST_BETA1)
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
