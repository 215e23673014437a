"""Mirror images among pairs: two drawings, one log β with an achiral metal ion, one experiment."""

import warnings
from collections.abc import Mapping
from typing import Any

import pandas as pd

from bo_loop.chemistry.isomers import isomer

_EXPERIMENT = [
    *("metal", "charge", "n_ligands", "temperature_C", "ionic_strength_M"),
    *("ligand_group", "isomer"),
]


def isomers(pairs: pd.DataFrame) -> pd.Series:
    """Return which isomer each ligand is, mirror images being one.

    Parameters
    ----------
    pairs : DataFrame
        With ``smiles`` and ``ligand_group``.

    Returns
    -------
    Series of str
        As `bo_loop.chemistry.isomers.isomer`, equal only among ligands of one group; empty also
        where `pairs` has one drawing of the ligand, for there is nothing to tell apart.
    """
    several = pairs.groupby("ligand_group")["smiles"].transform("nunique") > 1
    known = {smiles: isomer(smiles) for smiles in pairs.loc[several, "smiles"].unique()}
    found = [known.get(smiles, "") for smiles in pairs["smiles"]]
    return pd.Series(found, index=pairs.index, dtype="str")


def one_of_mirror_images(pairs: pd.DataFrame, others: pd.DataFrame | None = None) -> pd.DataFrame:
    """Leave out pairs whose ligand is the mirror image of an earlier one.

    R, S and undrawn are one where a ligand has a single stereocentre and nothing else to draw.
    A warning names what was left out, and for what.

    Parameters
    ----------
    pairs : DataFrame
        Pairs with ``ligand_group``.
    others : DataFrame, optional
        Pairs that there are already.

    Returns
    -------
    DataFrame
        The rows that stay, in their order.
    """
    every = pairs if others is None else pd.concat([others, pairs], ignore_index=True)
    every = every.assign(isomer=isomers(every))
    repeated = every.duplicated(_EXPERIMENT).to_numpy()
    first = every[~repeated].set_index(_EXPERIMENT)[["ligand", "smiles"]].to_dict("index")
    left_out: dict[str, str] = {}
    for row in every[repeated].to_dict("records"):
        kept = first[tuple(row[column] for column in _EXPERIMENT)]
        if row["smiles"] != kept["smiles"]:
            left_out.setdefault(row["smiles"], f"{_named(row)} for {_named(kept)}")
    if left_out:
        warnings.warn(
            "mirror images have one log β with a metal ion, so only the first of them stays in the "
            f"pool. Left out: {'; '.join(left_out.values())}",
            stacklevel=3,
        )
    return pairs[~repeated[len(every) - len(pairs) :]].reset_index(drop=True)


def _named(pair: Mapping[str, Any]) -> str:
    return f"{pair['ligand']} {pair['smiles']}".strip()
