"""Pairs that new ligands or metal ions add to a pool."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base.errors import CampaignError
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.data import pools
from bo_loop.data.mirror_images import one_of_mirror_images
from bo_loop.data.observations import PAIR_COLUMNS, validate_pairs, with_keys
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import of_each, pairs_of
from bo_loop.features.schema import FeatureSchema

_CONDITIONS = ["temperature_C", "ionic_strength_M"]


def new_pairs(
    pool: pd.DataFrame,
    schema: FeatureSchema,
    ligands: str | Path | None,
    metals: Sequence[str],
    max_denticity_sum: int | str | None = None,
    encoding: str | None = None,
    properties: Sequence[Property] = (LOG_BETA,),
) -> pd.DataFrame:
    """Return the pairs to be added to a pool.

    Parameters
    ----------
    pool : DataFrame
        The pool so far, with ``pair_id`` and ``ligand_group``.
    schema : FeatureSchema
        The features in force.
    ligands : str, Path or None
        A table, as `bo_loop.data.TablePool` reads it.
    metals : sequence of str
        Metal ions.
    max_denticity_sum : int or str, optional
        The campaign's rule, as `pools.within_denticity` takes it.
    encoding : str, optional
        Of a ``.csv``, as `bo_loop.data.encodings.decoded` takes it.
    properties : sequence of Property
        What the campaign is about.

    Returns
    -------
    DataFrame
        The columns of `pool`; pairs that it holds already are left out, and ``attrs["there"]``
        names their ligands and metal ions.

    Raises
    ------
    ConfigError, DataError
        As `pools.TablePool.read`; or listing the ligands for which a frozen feature is undefined.
    CampaignError
        If there is nothing to add, or the pool's conditions are not one and the same.
    """
    pool = pairs_of(pool)
    conditions = _conditions(pool)
    counts = sorted(int(n) for n in pool["n_ligands"].unique())
    wanted = {"n_ligands": counts} | {k: float(v) for k, v in conditions.iloc[0].items()}
    parts, n_of_table = [], 0
    if ligands is not None:
        old = [str(MetalIon(m, int(z))) for m, z in _distinct(pool, ["metal", "charge"])]
        every = [*old, *(m for m in metals if str(parse_ion(m)) not in old)]
        table = pools.TablePool(path=str(ligands), metals=every, encoding=encoding, **wanted)
        parts.append(table.read())
        n_of_table = len(parts[0])
    if metals:
        ions = pd.DataFrame([asdict(parse_ion(m)) for m in metals])
        of_ligand = [c for c in pool.columns if c not in {*PAIR_COLUMNS, "pair_id", "ligand_group"}]
        known = pool[["ligand", "smiles", *of_ligand]].drop_duplicates("smiles")
        crossed = ions.merge(known, how="cross").merge(
            pd.DataFrame({"n_ligands": counts}), how="cross"
        )
        added = crossed.assign(**conditions.iloc[0])[[*PAIR_COLUMNS, *of_ligand]]
        parts.append(validate_pairs(added, "the new metal ions"))
    if not parts:
        raise CampaignError("Nothing to add: give ligands=<table>, metals=[Co+2] or both.")
    pairs = with_keys(pd.concat(parts, ignore_index=True), "the new pairs")
    there = _ligands_there(pool, pairs.head(n_of_table)) + _metals_there(pool, metals)
    pairs = _lacking(pool, pairs, max_denticity_sum)
    if pairs.empty:
        rule = f", or are complexes {pools.room_told(most)}" if (most := max_denticity_sum) else ""
        named = f" ({', '.join(there)})" if there else ""
        raise CampaignError(
            f"Nothing to add: all these pairs are in the pool already{named}{rule}."
        )
    pairs = of_each(pairs, properties)
    schema.transform(pairs)  # what it cannot describe is refused here
    pairs.attrs["there"] = there
    return pairs


def pairs_of_ligands(
    pool: pd.DataFrame, smiles: Sequence[str], max_denticity_sum: int | str | None = None
) -> pd.DataFrame:
    """Pair ligands without a name with the metal ions and numbers of ligands of a pool.

    Parameters
    ----------
    pool : DataFrame
        The pool so far, with ``pair_id`` and ``ligand_group``.
    smiles : sequence of str
        Standardised.
    max_denticity_sum : int or str, optional
        The campaign's rule, as `pools.within_denticity` takes it.

    Returns
    -------
    DataFrame
        The columns of `pool`; pairs that it holds already are left out.

    Raises
    ------
    CampaignError
        If the pool's conditions are not one and the same, or it has other columns than pairs do.
    """
    _conditions(pool)
    species = pool[["metal", "charge", "n_ligands", *_CONDITIONS]].drop_duplicates()
    pairs = species.merge(pd.DataFrame({"ligand": "", "smiles": list(smiles)}), how="cross")
    pairs = validate_pairs(pairs[list(PAIR_COLUMNS)], "the new ligands")
    return _lacking(pool, with_keys(pairs, "the new ligands"), max_denticity_sum)


def _conditions(pool: pd.DataFrame) -> pd.DataFrame:
    conditions = pool[_CONDITIONS].drop_duplicates()
    if len(conditions) > 1:
        raise CampaignError(
            f"The pool wants {len(conditions)} different conditions, so the conditions of "
            "new pairs are not known. Start a new campaign for them."
        )
    return conditions


def _lacking(pool: pd.DataFrame, pairs: pd.DataFrame, most: int | str | None) -> pd.DataFrame:
    """Return those pairs that the pool lacks and the rule on denticity lets pass."""
    unknown = [
        column
        for column in pool.columns
        if column not in pairs or (pairs[column].isna().any() and pool[column].notna().all())
    ]
    if unknown:
        raise CampaignError(
            f"The pool has columns {', '.join(unknown)}, of which nothing is known for the new "
            "ligands. Give them in a table (bo-loop extend ligands=…), or start a new campaign."
        )
    pairs = pairs[~pairs["pair_id"].isin(pool["pair_id"])].drop_duplicates("pair_id")
    pairs = one_of_mirror_images(pairs, pool)
    return pools.within_denticity(pairs, most)[list(pool.columns)].reset_index(drop=True)


def _ligands_there(pool: pd.DataFrame, asked: pd.DataFrame) -> list[str]:
    """Name the ligands that are in the pool, as the table names them, and as the pool does."""
    names = dict(zip(pool["pair_id"], pool["ligand"], strict=True))
    there = asked[asked["pair_id"].isin(list(names))].drop_duplicates("smiles")
    found = []
    for one in there.itertuples():
        ours = names[one.pair_id]
        other = f" ({ours})" if one.ligand and ours not in ("", one.ligand) else ""
        found.append(f"{one.ligand or ours or one.smiles}{other}")
    return found


def _metals_there(pool: pd.DataFrame, metals: Sequence[str]) -> list[str]:
    has = {str(MetalIon(m, int(z))) for m, z in _distinct(pool, ["metal", "charge"])}
    return [str(ion) for ion in map(parse_ion, metals) if str(ion) in has]


def _distinct(frame: pd.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    return list(frame[columns].drop_duplicates().itertuples(index=False, name=None))
