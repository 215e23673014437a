"""The pairs of a campaign as its objective sees them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.compound import log_costs
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, Mask
from bo_loop.chemistry.ions import PROTON
from bo_loop.chemistry.isomers import isomers
from bo_loop.data import large_pools
from bo_loop.data.property_rows import PROPERTY, pair_of, species

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.library.memory import Memory

Table: TypeAlias = Union["pd.DataFrame", Mapping[str, list[Any]]]


def pool_pairs(
    pairs: "Table", own: Mask | None = None, mixed: Callable[[str, str], float] | None = None
) -> PoolPairs:
    """Return what objectives ask of a table of pairs.

    Parameters
    ----------
    pairs : DataFrame or mapping of str to list, N rows
        The columns of a pool.
    own : (N,) bool, optional
        Rows that may be scored; all if not given.
    mixed : Mixed, optional
        What finds the measured pK of MHL, by metal ion and ligand group.
    """
    charged = zip(_listed(pairs["metal"]), _listed(pairs["charge"]), strict=True)
    written: dict[tuple[str, int], str] = {}  # a pool has few metal ions, and many pairs
    ions = [written.get(ion) or written.setdefault(ion, "{}{:+d}".format(*ion)) for ion in charged]
    groups, smiles = _shared(_listed(pairs["ligand_group"])), _listed(pairs["smiles"])
    mhl = mixed and _looked_up(mixed, ions, groups)
    return PoolPairs(
        pair_ids=_ids(pairs["pair_id"]),
        n_ligands=np.asarray(pairs["n_ligands"], dtype=np.int64),
        metals=tuple(ions),
        ligands=tuple(groups),
        own=np.ones(len(pairs["pair_id"]), dtype=bool) if own is None else own,
        cost=np.asarray(pairs["cost"], dtype=np.float64) if "cost" in pairs else None,
        isomers=tuple(isomers(groups, smiles)),
        mhl=mhl,
        **_several(pairs),
    )


def _ids(column: Any) -> Sequence[str]:
    """Return the values of a column that differ; of a large pool's, no object is made of each."""
    return column.array if _is_large(column) else tuple(_listed(column))


def _is_large(column: Any) -> bool:
    return hasattr(column, "array") and len(column) > large_pools.LARGE


def _listed(column: Any) -> list[Any]:
    """Return the values of a column; of pandas', one by one would take far longer."""
    return column.tolist() if hasattr(column, "tolist") else list(column)


def _shared(texts: list[str]) -> list[str]:
    """Let equal texts be one: a pool has few metal ions and ligands, and many pairs."""
    known: dict[str, str] = {}
    return [known.setdefault(text, text) for text in texts]


def _looked_up(mixed: Callable[[str, str], float], ions: list[str], groups: list[str]) -> Floats:
    pairs = list(zip(ions, groups, strict=True))
    found = {pair: mixed(*pair) for pair in dict.fromkeys(pairs)}
    return np.array([found[pair] for pair in pairs], dtype=np.float64)


def _several(pairs: "Table") -> dict[str, Any]:
    """Return which property each row is a value of, and of which pair, if there are several."""
    if PROPERTY not in pairs:
        return {}
    whole = [pair_of(pair_id) for pair_id in pairs["pair_id"]]
    number = {pair: i for i, pair in enumerate(dict.fromkeys(whole))}
    same = np.array([number[pair] for pair in whole], dtype=np.int64)
    return {"properties": tuple(pairs[PROPERTY]), "same_pair": same}


def constitutions(pair_ids: Iterable[str]) -> tuple[str, ...]:
    """Return what pairs of the same metal ion and constitution as these begin with.

    An InChIKey's first block is the constitution, which mirror images share.
    """
    return tuple({one[: one.find("-") + 1] for one in pair_ids if "-" in one})


def known_pairs(
    literature: "pd.DataFrame", pool: "pd.DataFrame"
) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return literature pairs of the pool's metals and n, and those that the pool lacks.

    They are under the pool's conditions, if it has only one.
    """
    own = species(pool)
    known = literature.merge(pool[own].drop_duplicates(), on=own).drop_duplicates("pair_id")
    conditions = pool[["temperature_C", "ionic_strength_M"]].drop_duplicates()
    if len(conditions) == 1:
        known = known.assign(**conditions.iloc[0])
    return known, known[~known["pair_id"].isin(pool["pair_id"])].reindex(columns=pool.columns)


def with_acids(literature: "pd.DataFrame", memory: "Memory | None") -> "pd.DataFrame":
    """Return the literature, and behind it the protonation constants that a memory knows."""
    import pandas as pd

    if memory is None:
        return literature
    return pd.concat([literature, memory.pairs[memory.pairs["metal"].eq(PROTON)]])


def protonated(pairs: "pd.DataFrame") -> "pd.DataFrame":
    """Return the rows of every ligand's protonation constants, which are only predicted.

    They are those of the pseudo-ion ``H``, one for each basic site.
    """
    from bo_loop.chemistry.basicity import basic_sites  # RDKit: `bo-loop status` does without

    isomer = isomers(pairs["ligand_group"], pairs["smiles"])
    distinct = pairs[~pairs.assign(isomer=isomer).duplicated(["ligand_group", "isomer"])]
    sites = [basic_sites(smiles) for smiles in distinct["smiles"]]
    rows = distinct.iloc[np.repeat(np.arange(len(distinct)), sites)]
    protons = np.array([j for count in sites for j in range(1, count + 1)], dtype=np.int64)
    keys = [pair_id.split(":", 2)[2] for pair_id in rows["pair_id"]]
    ids = [f"{PROTON}+{j}:L1:{key}" for j, key in zip(protons, keys, strict=True)]
    return rows.assign(pair_id=ids, metal=PROTON, charge=protons, n_ligands=1)


def require_items(objective: Objective, literature: "pd.DataFrame", pool: "pd.DataFrame") -> None:
    """Refuse an objective that cannot judge any pair of a pool.

    Raises
    ------
    ConfigError
        Saying why: metal ions or costs that are missing, numbers of ligands that differ.
    """
    if objective.needs_protons and not literature["metal"].eq(PROTON).any():
        raise ConfigError(
            f"{objective.quantity} depends on the pKa of ligands, or a constraint does, and the "
            "literature holds no protonation constants to learn them from: give "
            "data.protonation=…, with features=chemistry."
        )
    for limit in objective.limits:
        limit.require_known()
    import pandas as pd

    _, extra = known_pairs(literature, pool)
    table = pd.concat([pool, extra], ignore_index=True)
    own = np.ones(len(table), dtype=bool)
    if objective.asks_protons:
        protons = _first_protons(table)
        own = np.r_[own, np.zeros(len(protons), dtype=bool)]
        table = pd.concat([table, protons], ignore_index=True)
    pairs = pool_pairs(table, own=own)
    parts = objective.parts(pairs)[: len(pool)]
    items = np.flatnonzero(parts[:, 0] >= 0)
    objective.value(np.zeros((1, len(items), parts.shape[1])), items, pairs)
    if objective.per_cost:
        log_costs(pairs, items)


def _first_protons(pairs: "pd.DataFrame") -> "pd.DataFrame":
    """Return a protonation constant of each ligand: whichever it is, values can be judged."""
    rows = pairs.drop_duplicates(["ligand_group", "smiles"])
    return rows.assign(pair_id=PROTON + rows["pair_id"], metal=PROTON, charge=1, n_ligands=1)
