"""Pair ids that a lab gives for the mirror image of a ligand in the pool."""

from collections.abc import Collection

import pandas as pd

from bo_loop.campaign.pool_rows import constitutions
from bo_loop.data.large_pools import rows_of


def mirror_images(given: Collection[str], pool: pd.DataFrame) -> dict[str, str]:
    """Find the pairs of the pool whose mirror images are meant.

    Parameters
    ----------
    given : collection of str
        Pair ids as the lab gives them.
    pool : DataFrame
        With ``pair_id`` and ``smiles``.

    Returns
    -------
    dict of str to str
        The pool's pair by the given one; only for those that the pool lacks.
    """
    unknown = set(given).difference(rows_of(pool["pair_id"], given))
    begin = constitutions(unknown)
    alike = pool[pool["pair_id"].str.startswith(begin)] if begin else pool[:0]
    if alike.empty:
        return {}
    from bo_loop.chemistry.isomers import one_to_a_metal_ion  # RDKit: only where it is needed
    from bo_loop.chemistry.ligands import inchikey

    found = {}
    for pair_id, smiles in zip(alike["pair_id"], alike["smiles"], strict=True):
        species = pair_id.rpartition(":")[0]
        for drawing in one_to_a_metal_ion(smiles):
            found[f"{species}:{inchikey(drawing)}"] = pair_id
    return {given: ours for given, ours in found.items() if given in unknown}
