"""A pool of very many pairs, of which no more than a part is in memory."""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from bo_loop.base import received_tables
from bo_loop.base.types import Rows
from bo_loop.campaign import sealed, sealed_pool
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_rows import constitutions
from bo_loop.data.property_rows import species

if TYPE_CHECKING:
    import pandas as pd

_CONDITIONS = ("temperature_C", "ionic_strength_M")


class PoolInParts:
    """The parts of a pool as they are sealed, and behind them the pairs that were added since.

    Parameters
    ----------
    parts : Parts
        Sealed at `start`.
    added : DataFrame
        The columns of a part; may be empty.

    Raises
    ------
    CampaignError
        On reading: as `bo_loop.campaign.sealed_pool.Parts`, or if a part does not hold different
        pairs.
    """

    def __init__(self, parts: sealed_pool.Parts, added: "pd.DataFrame"):
        self.parts, self.added = parts, added
        self._needed: tuple[Any, pd.DataFrame] | None = None

    def each(self) -> Iterator["pd.DataFrame"]:
        """Yield the pairs of one part after another, and those added."""
        for at, path in enumerate(self.parts.paths):
            pairs = sealed_pool.framed([self.parts.table(at)])
            yield sealed.different_pairs(path, sealed.checked_pairs(path, pairs))
        yield self.added

    @cached_property
    def sizes(self) -> list[int]:
        """Pairs of each part, and how many were added."""
        files = (received_tables.opened(content) for content in self.parts)
        return [*(file.metadata.num_rows for file in files), len(self.added)]

    def counted(self) -> tuple[int, int]:
        """Return how many pairs there are, and of how many ligands, stereochemistry aside."""
        groups: set[str] = set()
        for pairs in self.each():
            groups.update(pairs["ligand_group"])
        return sum(self.sizes), len(groups)

    def at(self, rows: Rows) -> "pd.DataFrame":
        """Return the pairs at some places in the order of the whole pool, counted from 0."""
        ends = np.cumsum(self.sizes)
        found, start = [], 0
        for pairs, end in zip(self.each(), ends.tolist(), strict=True):
            own = rows[(rows >= start) & (rows < end)]
            found.append(pairs.iloc[own - start])
            start = end
        return _joined(found)

    def needed(self, literature: "pd.DataFrame", state: CampaignState) -> "pd.DataFrame":
        """Return the pairs of which something is known, and all others of their ligands.

        Those that the ledger names a pair of, those of the literature, and those added; and a pair
        at least of each metal ion, number of ligands and condition. All other pairs are open.
        """
        key = state.seq, len(literature)
        if self._needed is None or self._needed[0] != key:
            groups = literature["ligand_group"].unique()
            found = self.about(named(state), groups=groups, each_species=True)
            self._needed = key, found
        return self._needed[1]

    def about(
        self,
        ids: Collection[str],
        *,
        alike: Collection[str] = (),
        groups: Collection[str] = (),
        each_species: bool = False,
    ) -> "pd.DataFrame":
        """Return all pairs of some ligands, and those that were added.

        Parameters
        ----------
        ids : collection of str
            Pairs of these ligands.
        alike : collection of str
            Pairs, perhaps not of the pool: of these ligands, and of those of the same constitution.
        groups : collection of str
            `ligand_group` of further ligands.
        each_species : bool
            And a pair at least of each metal ion, number of ligands and condition.
        """
        wanted, groups, begin = {*ids, *alike}, set(groups), constitutions(alike)
        if wanted:
            for pairs in self.each():
                named = pairs["pair_id"].isin(wanted)
                if begin:
                    named |= pairs["pair_id"].str.startswith(begin)
                groups.update(pairs.loc[named, "ligand_group"])
        found: list[pd.DataFrame] = []
        seen: set[tuple] = set()
        for pairs in self.each() if groups or each_species else [self.added]:
            kept = pairs["ligand_group"].isin(groups)
            if each_species:
                columns = pairs[[*species(pairs), *_CONDITIONS]].drop_duplicates()
                new = {tuple(key): row for row, *key in columns.itertuples(name=None)}
                kept |= pairs.index.isin([row for key, row in new.items() if key not in seen])
                seen.update(new)
            found.append(pairs if pairs is self.added else pairs[kept])
        return _joined(found)


def named(state: CampaignState) -> set[str]:
    """Return the pairs that events name."""
    return {*state.proposals, *state.states, *state.pair_of.values()}


def _joined(frames: Sequence["pd.DataFrame"]) -> "pd.DataFrame":
    """Join rows of parts; where they are few, texts are pandas' own."""
    import pandas as pd

    return pd.concat(frames, ignore_index=True).infer_objects()
