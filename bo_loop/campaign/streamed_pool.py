"""A pool that is too large for memory, as `start` makes it, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bo_loop.base.progress import report
from bo_loop.base.types import Source

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.data.crossing import Crossing

PART = 100_000
"""Pairs of a part, and those of its last ligand beyond."""

_POOL = "the pool"


@runtime_checkable
class Crossed(Source, Protocol):
    """A source of pairs that is a crossing of metal ions and ligands."""

    def crossing(self) -> "Crossing":
        """Return what it is a crossing of."""


@dataclass(frozen=True)
class StreamedPool:
    """A crossing whose pairs are made when they are asked for.

    Parameters
    ----------
    crossing : Crossing
        Of mirror images, the first alone.
    most : int, str or None
        As `bo_loop.data.pools.within_denticity` takes it.
    """

    crossing: "Crossing"
    most: int | str | None

    @classmethod
    def of(cls, crossing: "Crossing", most: int | str | None) -> "StreamedPool":
        """Leave out mirror images, with a warning."""
        from bo_loop.data.mirror_images import one_of_mirror_images
        from bo_loop.data.observations import with_keys

        kept = one_of_mirror_images(with_keys(crossing.each_ligand(), _POOL))["smiles"]
        ligands = crossing.ligands[crossing.ligands["smiles"].isin(kept)]
        return cls(replace(crossing, ligands=ligands), most)

    def parts(self) -> Iterator["pd.DataFrame"]:
        """Yield the pairs with their keys, ligand by ligand; complexes without room are left out.

        Raises
        ------
        ConfigError
            As `bo_loop.data.pools.within_denticity`.
        """
        from bo_loop.data.observations import with_keys
        from bo_loop.data.pools import within_denticity

        done, n = 0, len(self.crossing)
        said = f"sealing {n:,} pairs"
        for pairs in self.crossing.parts(PART):
            report(said, done, n)
            yield within_denticity(with_keys(pairs, _POOL), self.most)
            done += len(pairs)
        report(said, n, n)

    def some(self) -> "pd.DataFrame":
        """Return pairs in which each metal ion and each ligand is, without keys."""
        import pandas as pd

        first = replace(self.crossing, ligands=self.crossing.ligands.head(1))
        return pd.concat([next(first.parts(1)), self.crossing.each_ligand()], ignore_index=True)
