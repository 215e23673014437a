"""Mirror images among pairs: two drawings, one log β with an achiral metal ion, one experiment."""

import warnings
from collections.abc import Mapping
from typing import Any

import pandas as pd

from bo_loop.chemistry.isomers import isomers as of_ligands
from bo_loop.data.large_pools import distinct, taken

_MOST_NAMED = 20
_EXPERIMENT = [
    *("metal", "charge", "n_ligands", "temperature_C", "ionic_strength_M"),
    *("ligand_group", "isomer"),
]


def isomers(pairs: pd.DataFrame) -> pd.Series:
    """Return which isomer the ligand of each pair is, by ``ligand_group`` and ``smiles``.

    Returns
    -------
    Series of str
        As `bo_loop.chemistry.isomers.isomers`, with the index of `pairs`.
    """
    ligand, ligands = distinct(pairs[["ligand_group", "smiles"]])
    found = of_ligands(ligands["ligand_group"].tolist(), ligands["smiles"].tolist())
    return taken(found, ligand, pairs["smiles"])


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
    whole = every.duplicated(_EXPERIMENT, keep=False).to_numpy()
    first = every[whole & ~repeated].set_index(_EXPERIMENT)[["ligand", "smiles"]].to_dict("index")
    left_out: dict[str, str] = {}
    for row in every[repeated].to_dict("records"):
        kept = first[tuple(row[column] for column in _EXPERIMENT)]
        if row["smiles"] != kept["smiles"]:
            left_out.setdefault(row["smiles"], f"{_named(row)} for {_named(kept)}")
    if left_out:
        some = list(left_out.values())[:_MOST_NAMED]
        more = len(left_out) - len(some)
        warnings.warn(
            "mirror images have one log β with a metal ion, so only the first of them stays in the "
            f"pool. Left out: {'; '.join(some)}{f'; and {more} more' if more else ''}",
            stacklevel=3,
        )
    return pairs[~repeated[len(every) - len(pairs) :]].reset_index(drop=True)


def _named(pair: Mapping[str, Any]) -> str:
    return f"{pair['ligand']} {pair['smiles']}".strip()
