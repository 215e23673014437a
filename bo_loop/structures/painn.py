"""An equivariant network that gives the energy of each atom: PaiNN.

(Schütt, Unke, Gastegger, Proc. 38th Int. Conf. Mach. Learn. 2021, 139, 9377.) Two things differ:
charge and unpaired electrons of the molecule enter the first features of each atom, and what the
paper sums over edges is a product of matrices of all atoms of a molecule, which is faster for some
tens of atoms on a processor.

Symbols
-------
b      molecules of a batch, filled up to the same number of atoms by atoms of number 0
n      atoms
f      features of an atom
k      radial functions
s      (b, n, f) scalar features
v      (b, n, 3, f) vector features
R      (b, n·k, n) radial functions of distances: a row an atom and a function, a column a neighbour
D      (b, n·3·k, n) the same, times unit vectors from the neighbour
"""

import torch
from torch import Tensor, nn

from bo_loop.structures.molecules import LAST_ELEMENT

_TINY = 1e-8


class Painn(nn.Module):
    """Energies of atoms, in units of its own, from elements, positions and electrons.

    Parameters
    ----------
    width : int
        Features of an atom.
    depth : int
        Rounds of messages.
    n_radial : int
        Radial functions: sin(kπr/r_c)/r, with a cosine cutoff.
    cutoff : float
        r_c, Å.
    """

    def __init__(self, width: int, depth: int, n_radial: int, cutoff: float):
        super().__init__()
        self.width, self.depth, self.n_radial, self.cutoff = width, depth, n_radial, cutoff
        self.register_buffer("waves", torch.arange(1, n_radial + 1) * torch.pi / cutoff)
        self.elements = nn.Embedding(LAST_ELEMENT + 1, width)
        self.electrons = nn.Linear(2, width, bias=False)
        self.rounds = nn.ModuleList(_Round(width, n_radial) for _ in range(depth))
        self.last = _perceptron(width, 1)

    def forward(self, numbers: Tensor, positions: Tensor, electrons: Tensor) -> Tensor:
        """Return energies of atoms, (b, n).

        Parameters
        ----------
        numbers : (b, n) int64 Tensor
            Atomic numbers; 0 where there is no atom.
        positions : (b, n, 3) Tensor
            Å.
        electrons : (b, 2) Tensor
            Charge and unpaired electrons.
        """
        real = numbers > 0
        radial, directed = self._neighbours(real, positions)
        s = self.elements(numbers) + self.electrons(electrons)[:, None]
        v = None
        for each in self.rounds:
            s, v = each(s, v, radial, directed)
        return self.last(s)[..., 0] * real

    def _neighbours(self, real: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        b, n = real.shape
        apart = positions[:, :, None] - positions[:, None]
        pairs = real[:, :, None] & real[:, None] & ~torch.eye(n, dtype=torch.bool)
        r = torch.where(pairs, apart.square().sum(-1), 1.0).sqrt()
        fading = 0.5 * (1.0 + torch.cos(torch.pi * r / self.cutoff))
        fading = torch.where(pairs & (r < self.cutoff), fading, 0.0)
        radial = torch.sin(r[:, :, None] * self.waves[:, None]) * (fading / r)[:, :, None]
        along = (apart / r[..., None]).transpose(2, 3)
        directed = along[:, :, :, None] * radial[:, :, None]
        return radial.reshape(b, -1, n), directed.reshape(b, -1, n)


class _Round(nn.Module):
    """Messages from neighbours, and what an atom makes of them (the paper's equations 7 to 10)."""

    def __init__(self, width: int, n_radial: int):
        super().__init__()
        self.sent = _perceptron(width, 3 * width)
        self.filters = nn.Parameter(torch.randn(3, n_radial, width) / n_radial**0.5)
        self.mixed = nn.Linear(width, 2 * width, bias=False)
        self.made = _perceptron(2 * width, 3 * width)

    def forward(
        self, s: Tensor, v: Tensor | None, radial: Tensor, directed: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the next features; before the first round there are no vectors (None)."""
        b, n, f = s.shape
        scalar, scaling, direction = self.sent(s).chunk(3, -1)
        new = ((directed @ direction).reshape(b, n, 3, -1, f) * self.filters[2]).sum(3)
        if v is None:
            got = (radial @ scalar).reshape(b, n, -1, 1, f)
        else:
            sent = torch.cat([scalar, (scaling[:, :, None] * v).flatten(2)], -1)
            got = (radial @ sent).reshape(b, n, -1, 4, f)
            new = new + v + (got[:, :, :, 1:] * self.filters[1][:, None]).sum(2)
        s = s + (got[:, :, :, 0] * self.filters[0]).sum(2)
        left, right = self.mixed(new).chunk(2, -1)
        length = (right.square().sum(2) + _TINY).sqrt()
        added, turned, stretched = self.made(torch.cat([s, length], -1)).chunk(3, -1)
        return s + added + turned * (left * right).sum(2), new + stretched[:, :, None] * left


def _perceptron(inside: int, outside: int) -> nn.Sequential:
    width = inside if outside > inside or outside == 1 else outside
    return nn.Sequential(nn.Linear(inside, width), nn.SiLU(), nn.Linear(width, outside))
