"""Every feature there is, unscaled, in the tables of `PairFeatures`.

A block is a name, the names of its features, and the function that computes its table from metal
ions or ligands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.chemistry.ions import MetalIon
from bo_loop.features import descriptors, ligand, metal, pair
from bo_loop.features.filters import Mask
from bo_loop.records import Floats, PairFeatures, Rows

PAIR = "pair"


@dataclass(frozen=True)
class _Source:
    """Where the features of a block come from."""

    names: Callable[[], tuple[str, ...]]
    table: Callable[[Sequence[Any]], Floats]


_METAL_BLOCKS = {"properties": _Source(lambda: metal.PROPERTY_NAMES, metal.properties)}
_LIGAND_BLOCKS = {
    "charge": _Source(lambda: ligand.CHARGE_NAMES, ligand.charge),
    "mordred": _Source(descriptors.names, ligand.mordred),
}


def raw_features(pairs: pd.DataFrame, mordred: tuple[str, ...] | None = None) -> PairFeatures:
    """Compute all features of pairs.

    Parameters
    ----------
    pairs : DataFrame
        n pairs with the pair columns and standardised SMILES.
    mordred : tuple of str, optional
        Of the dear descriptors, only these.

    Returns
    -------
    PairFeatures
        Unscaled; metals and ligands in order of first appearance; nan where a descriptor is
        undefined for a ligand.

    Raises
    ------
    DataError
        If a metal ion, a ligand or a condition cannot be described.
    """
    written = list(zip(pairs["metal"], pairs["charge"].astype(int), strict=True))
    distinct = {ion: i for i, ion in enumerate(dict.fromkeys(written))}
    ions = [MetalIon(*ion) for ion in distinct]
    ligand_row, smiles = ligands_of(pairs)
    blocks = _LIGAND_BLOCKS
    if mordred is not None:
        blocks = blocks | {
            "mordred": _Source(lambda: mordred, lambda s: ligand.mordred(s, wanted=mordred))
        }
    ligand_tables = {block: source.table(smiles) for block, source in blocks.items()}
    names = {b: source.names() for b, source in (_METAL_BLOCKS | blocks).items()}
    return PairFeatures(
        metal={block: source.table(ions) for block, source in _METAL_BLOCKS.items()},
        ligand=ligand_tables,
        ligand_group=ligand.groups(smiles),
        metal_row=np.array([distinct[ion] for ion in written], dtype=np.int64),
        ligand_row=ligand_row,
        pair=pair.pair_features(pairs, ligand_tables["charge"][ligand_row, 0]),
        names=names | {PAIR: pair.PAIR_NAMES},
    )


def ligands_of(pairs: pd.DataFrame) -> tuple[Rows, list[str]]:
    """(n,) row of each pair's ligand, and the distinct SMILES in order of first appearance."""
    rows, smiles = pd.factorize(pairs["smiles"])
    return rows.astype(np.int64), list(smiles)


def tables_of(features: PairFeatures) -> dict[str, Floats]:
    """Every block's table: one row a metal ion, a ligand or, under ``"pair"``, a pair."""
    return {**features.metal, **features.ligand, PAIR: features.pair}


def restricted(
    features: PairFeatures, kept: Mapping[str, Mask]
) -> tuple[PairFeatures, tuple[str, ...]]:
    """Return the features that each block's mask keeps, and the names of the others."""
    names = {block: np.array(n, dtype=object) for block, n in features.names.items()}
    selected = replace(
        features,
        metal={block: values[:, kept[block]] for block, values in features.metal.items()},
        ligand={block: values[:, kept[block]] for block, values in features.ligand.items()},
        pair=features.pair[:, kept[PAIR]],
        names={block: tuple(n[kept[block]]) for block, n in names.items()},
    )
    return selected, tuple(name for block, n in names.items() for name in n[~kept[block]])
