"""A posterior whose large questions are answered by parts, on the workers of a cluster.

Every worker holds the model once. A screen's parts stay where they were computed: a part takes the
features of its own pairs there, and keeps a mean and a variance bound of each. What comes back is
the few of its pairs that have the highest ceilings, and the ceiling of the rest. A part is asked
again for more only if its rest may hide one that is wanted (`PartedScreen`); exact variances of
these few are computed here. Where all means or all variances are wanted, they come back, 8 bytes
each.

The rows are cut into the very blocks that `ModelPosterior` works through, and a worker computes
whole blocks: what comes back is the same to the last bit, however many workers there are, as on one
thread of this machine.

Symbols
-------
k      rows asked for
n      training pairs
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bo_loop.base.packing import Packed, Sparse
from bo_loop.base.parallel import Held, Keeper
from bo_loop.base.progress import report
from bo_loop.base.screening import Bounded, Ceiling, Listed, Screen, Screened, merged
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.gp.factored import Factored
from bo_loop.models.gp.posterior import ModelPosterior
from bo_loop.models.kernels.base import PairKernel

SHARED_BYTES = 2**30
"""A larger factor, of 11,585 pairs or more, stays here, and with it the exact variances."""

_BLOCKS, _PARTS = 8, 64  # a part is of at most so many blocks; so many parts, if they are smaller
_FEW = 16  # rows that a part lists at first, at least; and twice its fair share


class Bindable(Protocol):
    """A model as a worker needs it; `PairModel` is one."""

    def bind(self, features: PairFeatures) -> ModelPosterior:
        """Bind the model to rows."""

    def extended(self, features: PairFeatures) -> PairFeatures:
        """Return the pairs in tables that extend the model's."""

    def compact(self) -> "Bindable":
        """Return the model in tables of its training pairs' metals and ligands alone."""

    def leading(self) -> "Bindable":
        """Return the model without the part of its factor that only exact variances take."""


class PartedPosterior(ModelPosterior):
    """`ModelPosterior` on an executor.

    Parameters
    ----------
    model : Bindable
    executor : Keeper
    kernel, data, mean, features
        As for `ModelPosterior`.
    """

    def __init__(
        self,
        model: Bindable,
        executor: Keeper,
        kernel: PairKernel,
        data: Factored,
        mean: Callable[[Tensor], Tensor],
        features: PairFeatures,
    ):
        super().__init__(kernel, data, mean, features)
        self._model, self._executor = model, executor

    @cached_property
    def _travelling(self) -> Bindable:
        return self._model.compact()

    def _fill(self, name: str, rows: Rows) -> None:
        parts = self._parts(rows)
        shared = name != "variance" or self._data.factor.nbytes <= SHARED_BYTES
        if parts is None or not shared:
            super()._fill(name, rows)
            return
        model = self._travelling if name == "variance" else self._travelling.leading()
        answers = self._executor.run(Asked(model, name), parts)
        for done, (position, found) in enumerate(answers, start=1):
            self._known(name)[parts.rows[position]] = found
            report(f"screening {len(rows):,} pairs", done, len(parts))

    def _screened(self, rows: Rows) -> Screen:
        parts = self._parts(self._in_order(rows))
        if parts is None:
            return super()._screened(rows)
        what = f"screening {len(rows):,} pairs"
        model = self._travelling.leading()
        held = self._executor.hold(Kept(model), parts, lambda done: report(what, done, len(parts)))
        return PartedScreen(held, parts.rows, self._known("mean"))

    def _parts(self, rows: Rows) -> "_Parts | None":
        """Cut rows, in the order of `_in_order`, into parts; None if they are one block."""
        blocks = list(self._blocks(len(rows)))
        if len(blocks) < 2:
            return None
        size = min(_BLOCKS, -(-len(blocks) // _PARTS)) * blocks[0].stop
        return _Parts(self._features, np.split(rows, range(size, len(rows), size)))


class PartedScreen:
    """The `Screen` of parts that are held elsewhere.

    Parameters
    ----------
    held : Held of Screened
    rows : list of (k,) int64
        The rows of each part, in its order.
    known : (p,) float64
        Receives the mean of each row listed.
    """

    def __init__(self, held: Held[Screened], rows: list[Rows], known: Floats):
        self._held, self._rows, self._known = held, rows, known

    def highest(self, most: int, ceiling: Ceiling, besides: Rows) -> Listed:
        """List the rows of the highest ceilings; see `bo_loop.base.screening.Screen`."""
        few = max(_FEW, 2 * most // len(self._rows))
        left_out = self._places(besides)
        bounded = [ceiling.of(rows) for rows in self._rows]
        lists: dict[int, Listed] = {}
        wanted = list(range(len(self._rows)))
        while wanted:
            questions = {at: Question(min(few, most), bounded[at], left_out[at]) for at in wanted}
            for at, listed in self._held.ask(questions):
                lists[at] = replace(listed, rows=self._rows[at][listed.rows])
            least = _least(lists.values(), most)
            wanted = [at for at, x in lists.items() if x.n_rest and x.rest >= least]
            few *= 4
        found = merged([lists[at] for at in sorted(lists)])
        self._known[found.rows] = found.mean
        return found

    def non_finite(self) -> Rows:
        """Return the rows of which mean or bound is no finite number."""
        asked = self._held.ask({at: Screened.non_finite for at in range(len(self._rows))})
        return np.sort(np.concatenate([self._rows[at][found] for at, found in asked]))

    def _places(self, rows: Rows) -> list[Rows]:
        """Return the places of `rows`, in ascending order, within each part."""
        starts, order = self._order
        at = np.sort(order[np.searchsorted(self._all, rows)])
        ends = np.searchsorted(at, starts)
        return [some - start for some, start in zip(np.split(at, ends[1:]), starts, strict=True)]

    @cached_property
    def _all(self) -> Rows:
        """All rows, in ascending order."""
        return np.sort(np.concatenate(self._rows))

    @cached_property
    def _order(self) -> tuple[Rows, Rows]:
        """Where each part begins among all rows side by side, and the order that sorts them."""
        starts = np.cumsum([0, *(len(rows) for rows in self._rows[:-1])])
        return starts, np.argsort(np.concatenate(self._rows), kind="stable")


def _least(lists: Collection[Listed], most: int) -> float:
    """Return the ceiling of the last of the `most` highest; −inf if there are fewer."""
    ceilings = np.concatenate([listed.ceiling for listed in lists])
    if len(ceilings) < most:
        return -np.inf
    return float(np.partition(ceilings, len(ceilings) - most)[len(ceilings) - most])


@dataclass(frozen=True)
class Question:
    """What a part is asked: its highest rows, as `Screened.listed`."""

    most: int
    bounded: Bounded
    besides: Rows

    def __call__(self, part: Screened) -> Listed:
        """Ask a part."""
        return part.listed(self.most, self.bounded, self.besides)


@dataclass(frozen=True)
class Kept:
    """What a worker does with a part of a screen.

    Parameters
    ----------
    model : Bindable
    """

    model: Bindable

    def __call__(self, part: "Part") -> Screened:
        """Return the means and bounds of a part, its rows counted from 0."""
        features = part.features()
        rows = np.arange(len(features))
        return self.model.bind(self.model.extended(features)).screen(rows)


@dataclass(frozen=True)
class Asked:
    """What a worker does with a part of which all values of one kind are wanted.

    Parameters
    ----------
    model : Bindable
    name : str
        A method of `PoolPosterior`: ``mean``, ``variance``, ``variance_bound``.
    """

    model: Bindable
    name: str

    def __call__(self, part: "Part") -> Floats:
        """Return what the method says of the k pairs of a part; (k,)."""
        features = part.features()
        bound = self.model.bind(self.model.extended(features))
        return getattr(bound, self.name)(np.arange(len(features)))


@dataclass(frozen=True)
class Part:
    """The features of some pairs, in few bytes.

    Parameters
    ----------
    tables : PairFeatures
        Of no pairs, without the blocks of ligands.
    ligand : mapping of str to array or Sparse
        These blocks, those of counts by what is not 0.
    columns : tuple of Packed
        The row of each pair in the tables of metals and of ligands, and its own features.
    """

    tables: PairFeatures
    ligand: Mapping[str, NDArray | Sparse]
    columns: tuple[Packed, ...]

    @classmethod
    def of(cls, features: PairFeatures) -> "Part":
        """Pack pairs in tables of no other metals and ligands."""
        compact = replace(features, source=None, own=None).compact()
        columns = compact.metal_row, compact.ligand_row, *compact.pair.T
        tables = replace(compact.take(np.empty(0, dtype=np.int64)), ligand={})
        ligand = {
            block: Sparse.of(table) if np.issubdtype(table.dtype, np.integer) else table
            for block, table in compact.ligand.items()
        }
        return cls(tables, ligand, tuple(Packed.of(column) for column in columns))

    def features(self) -> PairFeatures:
        """Return the pairs."""
        metal_row, ligand_row, *pair = (packed.column() for packed in self.columns)
        own = np.column_stack(pair) if pair else self.tables.pair
        ligand = {b: t.table() if isinstance(t, Sparse) else t for b, t in self.ligand.items()}
        rows = {"metal_row": metal_row, "ligand_row": ligand_row}
        return replace(self.tables, ligand=ligand, pair=own, **rows)


@dataclass(frozen=True)
class _Parts(Sequence[Part]):
    """Parts of a pool, each made when it is sent."""

    pool: PairFeatures
    rows: list[Rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, position: int) -> Part:
        return Part.of(self.pool.take(self.rows[position]))
