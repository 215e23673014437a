"""What most pools are: every metal ion with every ligand and number of ligands."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pandas as pd

from bo_loop.base.errors import ConfigError
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.data import large_pools
from bo_loop.data import observations as schema


class Wanted(Protocol):
    """What is wanted of ligands; `bo_loop.data.TablePool` says it."""

    metals: Sequence[str]
    n_ligands: Sequence[int]
    temperature_C: float
    ionic_strength_M: float


@dataclass(frozen=True)
class Crossing:
    """Every metal ion with every ligand and number of ligands, under one set of conditions.

    Parameters
    ----------
    ions : DataFrame
        ``metal`` and ``charge``.
    ligands : DataFrame
        ``ligand, smiles``, and ``cost`` if there is one.
    counts : list of int
        Numbers of ligands.
    under : mapping of str to float
        The conditions.
    where : str
        What messages call the pool.
    """

    ions: pd.DataFrame
    ligands: pd.DataFrame
    counts: list[int]
    under: Mapping[str, float]
    where: str

    @classmethod
    def of(cls, ligands: pd.DataFrame, wanted: Wanted, where: str) -> "Crossing":
        """Return the product of some ligands with what is wanted of them.

        Raises
        ------
        ConfigError, DataError
            As `CommonChelators.read`.
        """
        ions = [(ion.metal, ion.charge) for ion in read_ions(wanted.metals)]
        own = [column for column in ("ligand", "smiles", "cost") if column in ligands]
        under = {
            "temperature_C": wanted.temperature_C,
            "ionic_strength_M": wanted.ionic_strength_M,
        }
        table = pd.DataFrame(ions, columns=["metal", "charge"])
        made = cls(table, ligands[own], read_counts(wanted.n_ligands), under, where)
        # Only the conditions can still be wrong, and alike in every row: one row says it.
        schema.validate_pairs(made.each_ligand().head(1), f"{where}, conditions wanted")
        return made

    def __len__(self) -> int:
        return len(self.ions) * len(self.ligands) * len(self.counts)

    def pairs(self) -> pd.DataFrame:
        """Return all pairs, metals outermost; of more than `large_pools.LARGE`, ligands."""
        if len(self) > large_pools.LARGE:
            return self._by_ligand()
        counts = pd.DataFrame({"n_ligands": self.counts})
        pairs = self.ions.merge(self.ligands, how="cross").merge(counts, how="cross")
        return schema.validate_pairs(self._ordered(pairs.assign(**self.under)), self.where)

    def parts(self, most: int) -> Iterator[pd.DataFrame]:
        """Yield all pairs, ligand by ligand, in parts of so many, and those of its last ligand."""
        step = -(-most // (len(self.ions) * len(self.counts)))
        for start in range(0, len(self.ligands), step):
            yield replace(self, ligands=self.ligands.iloc[start : start + step])._by_ligand()

    def each_ligand(self) -> pd.DataFrame:
        """Return a pair of each ligand, with the first metal ion."""
        return self._ordered(self.ligands.assign(**self._first(), **self.under))

    def _by_ligand(self) -> pd.DataFrame:
        """Return all pairs, ligand by ligand; what each ligand and ion has is checked once."""
        ligands = schema.validate_pairs(self.each_ligand(), self.where)[list(self.ligands)]
        return self._ordered(
            large_pools.crossed(self.ions, ligands, self.counts).assign(**self.under)
        )

    def _first(self) -> dict[str, Any]:
        return {**self.ions.iloc[0].to_dict(), "n_ligands": self.counts[0]}

    def _ordered(self, pairs: pd.DataFrame) -> pd.DataFrame:
        return pairs[[*schema.PAIR_COLUMNS, *list(self.ligands)[2:]]]


def read_ions(metals: Sequence[str]) -> list[MetalIon]:
    """Read the metal ions of a pool.

    Raises
    ------
    ConfigError, DataError
        If there is none, one is named twice, or one cannot be read.
    """
    if isinstance(metals, str) or not metals:
        raise ConfigError(
            f"pool.metals is {metals!r}: give a list of one or more metal ions, such as "
            "[Ni+2, Cu+2]."
        )
    ions = [parse_ion(metal) for metal in metals]
    repeated = [str(ion) for ion, times in Counter(ions).items() if times > 1]
    if repeated:
        raise ConfigError(
            f"pool.metals names {', '.join(repeated)} more than once: name each metal ion once."
        )
    return ions


def read_counts(n_ligands: Sequence[int]) -> list[int]:
    """Read the numbers of ligands of a pool.

    Raises
    ------
    ConfigError
        If there is none, one is there twice, or one is no number of ligands.
    """
    allowed = (
        f"give a list of different whole numbers from 1 to {schema.MAX_LIGANDS}, such as [1, 2]."
    )
    if not isinstance(n_ligands, Sequence) or isinstance(n_ligands, str) or not n_ligands:
        raise ConfigError(f"pool.n_ligands is {n_ligands!r}: {allowed}")
    wrong = [
        n
        for n in n_ligands
        if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= schema.MAX_LIGANDS
    ]
    if wrong:
        raise ConfigError(f"pool.n_ligands holds {', '.join(map(str, wrong))}: {allowed}")
    if len(set(n_ligands)) < len(n_ligands):
        raise ConfigError(f"pool.n_ligands {list(n_ligands)} repeats itself: {allowed}")
    return list(n_ligands)
