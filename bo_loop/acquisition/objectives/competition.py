"""A target metal ion and its competitors for one ligand."""

from collections.abc import Sequence

import numpy as np

from bo_loop.acquisition.objectives.items import partners
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Rows
from bo_loop.chemistry.ions import parse_ion


def read_ions(metal: str, competitors: Sequence[str]) -> tuple[str, ...]:
    """Return the target and its competitors as ions are written.

    Raises
    ------
    ConfigError
        If there is no competitor, or two ions are the same.
    DataError
        If a metal ion cannot be read.
    """
    if isinstance(competitors, str) or not competitors:
        raise ConfigError(
            f"objective.competitors is {competitors!r}: give a list of one or more metal ions, "
            "such as [Zn+2, Ni+2]."
        )
    target, *others = ions = tuple(str(parse_ion(ion)) for ion in (metal, *competitors))
    if target in others or len(set(others)) < len(others):
        raise ConfigError(
            f"objective.metal {target} and objective.competitors {', '.join(others)} must all be "
            "different metal ions."
        )
    return ions


def competing(pairs: PoolPairs, ions: Sequence[str], of: str | None = None) -> Rows:
    """Return each pair of the first metal ion with its ligand's pairs of the others, of one n.

    None of them may be a pair that is never to be measured; of several properties, only the values
    `of` one are looked at.

    Returns
    -------
    (N, w) int64
        −1: no item.

    Raises
    ------
    ConfigError
        If no ligand has them all.
    """
    target, *others = ions
    mine = pairs.own & (np.asarray(pairs.metals) == target) & (of is None or pairs.of(of))
    own = np.where(mine, np.arange(len(pairs)), -1)
    found = np.column_stack([own, *(partners(pairs, metal) for metal in others)])
    parts = np.where(pairs.own[found], found, -1)
    parts[(parts < 0).any(axis=1)] = -1
    if (parts < 0).all():
        raise ConfigError(
            f"No ligand of the pool has pairs with all of {', '.join(ions)} at one n, so the "
            "selectivity is undefined. Name them all in pool.metals."
        )
    return parts
