"""What a predictor of forces is told of an atom, all of it in a frame that turns with the molecule.

Symbols
-------
N      atoms
m      symmetry functions (`bo_loop.structures.symmetry_functions`)

Columns, in this order: the functions of the atom (m); those of its neighbours, averaged with the
cutoff function as weight (m); derivatives of its own functions by its position along the three
axes of its frame (3m); those of all other atoms' functions by its position (3m); the charge of
the molecule and its unpaired electrons, each an atom.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.types import Floats
from bo_loop.structures.local_frames import frames, turned_into
from bo_loop.structures.symmetry_functions import SymmetryFunctions

_REACH = 3.0  # Å, of what counts as a neighbour
_CHUNK = 4_000  # atoms described at once
_SHELLS = ((0.0, 1.4), (1.4, 2.2), (2.2, 3.2), (3.2, 9.0))  # Å: μ of the functions that are summed


@dataclass(frozen=True)
class Geometry:
    """A structure to be described.

    Parameters
    ----------
    numbers : (n,) int
        Atomic numbers.
    positions : (n, 3) float64
        Å.
    charge, unpaired : int
    """

    numbers: Floats
    positions: Floats
    charge: int
    unpaired: int


@dataclass(frozen=True)
class Described:
    """Atoms as a predictor sees them.

    Parameters
    ----------
    invariants : (N, 2m + 2) float64
        Columns that say nothing of directions.
    vectors : (N, 2m, 3) float64
        Those that do, along the axes.
    axes : (N, 3, 3) float64
        Of each atom's frame, as rows.
    """

    invariants: Floats
    vectors: Floats
    axes: Floats

    def columns(self) -> Floats:
        """Return all columns as one matrix, (N, 8m + 2)."""
        return np.concatenate([self.invariants, self.vectors.reshape(len(self.vectors), -1)], 1)


def describe(geometries: Sequence[Geometry], functions: SymmetryFunctions) -> Described:
    """Describe every atom of some structures, in their order."""
    parts, waiting, atoms = [], [], 0
    for geometry in geometries:
        waiting.append(geometry)
        atoms += len(geometry.numbers)
        if atoms >= _CHUNK:
            parts.append(_described(waiting, functions))
            waiting, atoms = [], 0
    if waiting:
        parts.append(_described(waiting, functions))
    return Described(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _described(
    geometries: Sequence[Geometry], functions: SymmetryFunctions
) -> tuple[Floats, Floats, Floats]:
    found = functions.describe([g.numbers for g in geometries], [g.positions for g in geometries])
    axes = frames(_shells(found.own, functions))
    vectors = torch.cat([found.own, found.others], 1)
    states = torch.tensor(
        [[g.charge / len(g.numbers), g.unpaired / len(g.numbers)] for g in geometries],
        dtype=torch.float64,
    )
    sizes = torch.tensor([len(g.numbers) for g in geometries])
    invariants = torch.cat(
        [
            found.values,
            _of_neighbours(found.values, [g.positions for g in geometries]),
            states.repeat_interleave(sizes, 0),
        ],
        1,
    )
    return invariants.numpy(), turned_into(axes, vectors).numpy(), axes.numpy()


def _shells(own: Tensor, functions: SymmetryFunctions) -> Tensor:
    """Return sums of the derivatives of radial functions, a shell after the other."""
    mu = torch.tensor([each[1] for each in functions.radial])
    parts = [
        own[:, : len(mu)][:, (mu >= low) & (mu < high)].sum(1, keepdim=True)
        for low, high in _SHELLS
    ]
    return torch.cat(parts, 1)


def _of_neighbours(values: Tensor, positions: Sequence[Floats]) -> Tensor:
    made, first = [], 0
    for each in positions:
        x = torch.tensor(each, dtype=torch.float64)
        apart = (x[:, None] - x[None]).norm(dim=-1)
        weight = 0.5 * (1.0 + torch.cos(torch.pi * apart / _REACH)) * (apart < _REACH)
        weight.fill_diagonal_(0.0)
        total = weight.sum(1, keepdim=True).clamp(min=1e-12)
        made.append(weight @ values[first : first + len(x)] / total)
        first += len(x)
    return torch.cat(made)
