"""Every feature there is, unscaled, in the tables of `PairFeatures`.

A block is a name, the names of its features, and the function that computes its table from metal
ions or ligands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.types import Floats, Mask, PairFeatures, Rows
from bo_loop.chemistry.binding import BINDING_NAMES
from bo_loop.chemistry.cavity import CAVITY_NAMES
from bo_loop.chemistry.donors import DONOR_NAMES
from bo_loop.chemistry.ions import PROTON, MetalIon
from bo_loop.chemistry.site_binding import BASICITY_NAMES
from bo_loop.data.large_pools import distinct
from bo_loop.features.blocks import groups, ligand, pair
from bo_loop.features.blocks import mordred as descriptors
from bo_loop.features.blocks import properties as metal
from bo_loop.features.blocks.bonding import BONDING_NAMES, bonding

PAIR = "pair"
CAVITY = "cavity"


Names = Callable[[], tuple[str, ...]]
Table = Callable[[Sequence[Any]], Floats]


def _of_metals(table: Table) -> Table:
    """Give protons, which have no properties of a metal ion, rows of nan."""

    def rows(ions: Sequence[MetalIon]) -> Floats:
        metallic = [ion.metal != PROTON for ion in ions]
        values = table([ion for ion in ions if ion.metal != PROTON])
        out = np.full((len(ions), values.shape[1]), np.nan)
        out[metallic] = values
        return out

    return rows


# Each block: the names of its features, and the function that computes its table.
METAL_BLOCKS: dict[str, tuple[Names, Table]] = {
    "properties": (lambda: metal.PROPERTY_NAMES, _of_metals(metal.properties)),
    "bonding": (lambda: BONDING_NAMES, _of_metals(bonding)),
    "proton": (lambda: metal.PROTON_NAMES, metal.proton),
}
LIGAND_BLOCKS: dict[str, tuple[Names, Table]] = {
    "charge": (lambda: ligand.CHARGE_NAMES, ligand.charge),
    "mordred": (descriptors.names, ligand.mordred),
    "donors": (lambda: DONOR_NAMES, groups.donors),
    "site": (lambda: BINDING_NAMES, groups.site),
    "basicity": (lambda: BASICITY_NAMES, groups.basicity),
    CAVITY: (lambda: CAVITY_NAMES, groups.cavity),
    "atoms": (lambda: groups.ATOM_NAMES, groups.atoms),
}


def raw_features(
    pairs: pd.DataFrame, blocks: Sequence[str], mordred: tuple[str, ...] | None = None
) -> PairFeatures:
    """Compute the features of pairs, block by block.

    Parameters
    ----------
    pairs : DataFrame
        n pairs with the pair columns and standardised SMILES.
    blocks : sequence of str
        Of the metal and the ligand; the charge of the ligand must be among them.
    mordred : tuple of str, optional
        Of the dear descriptors, only these.

    Returns
    -------
    PairFeatures
        Unscaled; metals and ligands in order of first appearance; nan where a descriptor is
        undefined for a ligand, and for the metal properties of protons.

    Raises
    ------
    DataError
        If a metal ion, a ligand or a condition cannot be described.
    """
    metal_row, ions = ions_of(pairs)
    ligand_row, smiles = ligands_of(pairs)
    of_ligand = {b: source for b, source in LIGAND_BLOCKS.items() if b in blocks}
    if mordred is not None:
        of_ligand["mordred"] = (lambda: mordred, lambda s: ligand.mordred(s, wanted=mordred))
    of_metal = {b: source for b, source in METAL_BLOCKS.items() if b in blocks}
    ligand_tables = {block: table(smiles) for block, (_, table) in of_ligand.items()}
    names = {block: name() for block, (name, _) in (of_metal | of_ligand).items()}
    return PairFeatures(
        metal={block: table(ions) for block, (_, table) in of_metal.items()},
        ligand=ligand_tables,
        ligand_group=ligand.groups(smiles),
        metal_row=metal_row,
        ligand_row=ligand_row,
        pair=pair.pair_features(pairs, ligand_tables["charge"][ligand_row, 0]),
        names=names | {PAIR: pair.PAIR_NAMES},
    )


def ions_of(pairs: pd.DataFrame) -> tuple[Rows, list[MetalIon]]:
    """(n,) row of each pair's metal ion, and the distinct ones in order of first appearance."""
    rows, ions = distinct(pairs[["metal", "charge"]].astype({"charge": int}))
    return rows, [MetalIon(*ion) for ion in ions.itertuples(index=False)]


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
