"""Weighted atom-centred symmetry functions (wACSF) of each atom, and their derivatives.

    radial   G_i = Σ_j w_j exp(−η (r_ij − μ)²) f(r_ij)
    angular  G_i = 2^(1−ζ) Σ_{j<k} Z_j Z_k (1 + λ cos θ_jik)^ζ
                   exp(−η [(r_ij − μ)² + (r_ik − μ)² + (r_jk − μ)²]) f(r_ij) f(r_ik) f(r_jk)
    cutoff   f(r) = (1 + cos(π r / r_c)) / 2 within r_c, else 0

(Gastegger, Schwiedrzik, Bittermann, Berzsenyi, Marquetand, J. Chem. Phys. 2018, 148, 241709; the
unweighted ones: Behler, J. Chem. Phys. 2011, 134, 074106.)

Symbols
-------
N        atoms of all structures together
w        weight of a neighbour: its atomic number Z; 0 where a function counts other elements only
P, T     pairs (i, j) within the cutoff, both ways; triplets (i; j < k)
m        functions, radial ones first
a, b, c  r_ij, r_ik, r_jk of a triplet, Å; the cosine is (a² + b² − c²) / 2ab, so that an angular
         term is a function of three distances, and its derivatives follow by the chain rule
own      (N, m, 3), of the functions of an atom by its own position
others   (N, m, 3), of the functions of all other atoms by the position of this one
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.types import Floats

_BONDS = tuple(np.arange(0.8, 2.45, 0.15).round(2).tolist())
_BEYOND = (2.6, 3.0, 3.5, 4.2, 5.0)


@dataclass(frozen=True)
class Surroundings:
    """Symmetry functions of atoms, and derivatives.

    Parameters
    ----------
    values : (N, m) float64 Tensor
    own, others : (N, m, 3) float64 Tensor
        Å⁻¹, see the top of the module.
    """

    values: Tensor
    own: Tensor
    others: Tensor


@dataclass(frozen=True)
class SymmetryFunctions:
    """A set of weighted symmetry functions.

    Parameters
    ----------
    radial : sequence of (float, float)
        η (Å⁻²) and μ (Å) of each radial function.
    among : sequence of tuple of int
        For each radial function as many functions as here, each of neighbours of these atomic
        numbers only; of all, if a tuple is empty.
    angular : sequence of (float, float, float, float)
        η, μ, ζ and λ (±1) of each angular one.
    cutoff, angular_cutoff : float
        Å, of radial functions and of angular ones.
    """

    radial: Sequence[tuple[float, float]] = (
        *((25.0, mu) for mu in _BONDS),
        *((4.0, mu) for mu in _BEYOND),
    )
    among: Sequence[tuple[int, ...]] = ((), (1,), (6,), (8,))
    angular: Sequence[tuple[float, float, float, float]] = tuple(
        (eta, mu, zeta, sign)
        for eta, mu in ((0.05, 0.0), (0.5, 1.2), (0.5, 1.8), (0.5, 2.5))
        for zeta in (1.0, 4.0)
        for sign in (1.0, -1.0)
    )
    cutoff: float = 6.0
    angular_cutoff: float = 3.5

    @property
    def n_radial(self) -> int:
        """How many radial functions there are: those of all neighbours first."""
        return len(self.among) * len(self.radial)

    @property
    def number(self) -> int:
        """How many functions there are."""
        return self.n_radial + len(self.angular)

    def describe(self, numbers: Sequence[Floats], positions: Sequence[Floats]) -> Surroundings:
        """Describe every atom of some structures.

        Parameters
        ----------
        numbers : sequence of (n,) int
            Atomic numbers, a structure after the other.
        positions : sequence of (n, 3) float64
            Å.

        Returns
        -------
        Surroundings
            Atoms in the order of the structures.
        """
        charges = torch.as_tensor(np.concatenate(numbers), dtype=torch.float64)
        where = torch.as_tensor(np.concatenate(positions), dtype=torch.float64)
        pairs, triplets = self._neighbours(positions)
        shape = (len(charges), self.number)
        values, own = torch.zeros(shape, dtype=torch.float64), torch.zeros(*shape, 3).double()
        others = torch.zeros_like(own)
        at = slice(0, self.n_radial)
        self._add_radial(charges, where, pairs, values[:, at], own[:, at], others[:, at])
        at = slice(self.n_radial, None)
        self._add_angular(charges, where, triplets, values[:, at], own[:, at], others[:, at])
        return Surroundings(values, own, others)

    def _neighbours(self, positions: Sequence[Floats]) -> tuple[Tensor, Tensor]:
        """Return pairs (P, 2) and triplets (T, 3) of atom numbers."""
        pairs, triplets, first = [], [], 0
        for each in positions:
            x = torch.tensor(each, dtype=torch.float64)
            apart = (x[:, None] - x[None]).norm(dim=-1)
            apart.fill_diagonal_(torch.inf)
            pairs.append((apart < self.cutoff).nonzero() + first)
            near = apart < self.angular_cutoff
            later = torch.ones_like(near).triu(1)
            triplets.append((near[:, :, None] & near[:, None] & near & later).nonzero() + first)
            first += len(x)
        return torch.cat(pairs), torch.cat(triplets)

    def _add_radial(
        self,
        charges: Tensor,
        where: Tensor,
        pairs: Tensor,
        values: Tensor,
        own: Tensor,
        others: Tensor,
    ) -> None:
        eta, mu = torch.tensor(self.radial, dtype=torch.float64).reshape(-1, 2).T
        weights = self._weights(charges)
        i, j = pairs.T
        r, along = _distance(where, i, j)
        f, slope = _cutoff(r, self.cutoff)
        bell = torch.exp(-eta * (r - mu) ** 2)
        derivative = bell * (slope - 2.0 * eta * (r - mu) * f)
        values.index_add_(0, i, _times(weights[j], bell * f))
        own.index_add_(0, i, _times(weights[j], derivative)[..., None] * along[:, None])
        pull = _times(weights[i], derivative)  # what i does to the function of j
        others.index_add_(0, i, pull[..., None] * along[:, None])

    def _weights(self, charges: Tensor) -> Tensor:
        """Return the weight of each atom as a neighbour, (N, len(among))."""
        counted = [
            torch.isin(charges, torch.tensor(elements, dtype=charges.dtype))
            if elements
            else torch.ones_like(charges, dtype=torch.bool)
            for elements in self.among
        ]
        return torch.stack([charges * each for each in counted], 1)

    def _add_angular(
        self,
        charges: Tensor,
        where: Tensor,
        triplets: Tensor,
        values: Tensor,
        own: Tensor,
        others: Tensor,
    ) -> None:
        i, j, k = triplets.T
        (a, ij), (b, ik), (c, jk) = (_distance(where, *two) for two in ((i, j), (i, k), (j, k)))
        weight = charges[j, None] * charges[k, None]
        h, by_a, by_b, by_c = (weight * each for each in self._of_triplet(a, b, c))
        values.index_add_(0, i, h)
        by_a, by_b, by_c = (
            by[..., None] * along[:, None] for by, along in ((by_a, ij), (by_b, ik), (by_c, jk))
        )
        own.index_add_(0, i, by_a + by_b)
        others.index_add_(0, j, by_c - by_a)
        others.index_add_(0, k, -by_b - by_c)

    def _of_triplet(self, a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, ...]:
        """Return the term of a triplet, (T, m), and its derivatives by the three distances."""
        eta, mu, zeta, sign = torch.tensor(self.angular, dtype=torch.float64).reshape(-1, 4).T
        (fa, da), (fb, db), (fc, dc) = (_cutoff(r, self.angular_cutoff) for r in (a, b, c))
        cosine = (a**2 + b**2 - c**2) / (2.0 * a * b)
        opening = torch.clamp(1.0 + sign * cosine, min=0.0)
        bell = torch.exp(-eta * ((a - mu) ** 2 + (b - mu) ** 2 + (c - mu) ** 2))
        bell = bell * 2.0 ** (1.0 - zeta)
        h = opening**zeta * bell
        turning = zeta * sign * opening ** (zeta - 1.0) * bell * fa * fb * fc
        by_a = turning * (1.0 / b - cosine / a) + h * fb * fc * (da - 2.0 * eta * (a - mu) * fa)
        by_b = turning * (1.0 / a - cosine / b) + h * fa * fc * (db - 2.0 * eta * (b - mu) * fb)
        by_c = -turning * c / (a * b) + h * fa * fb * (dc - 2.0 * eta * (c - mu) * fc)
        return h * fa * fb * fc, by_a, by_b, by_c


def _times(weights: Tensor, terms: Tensor) -> Tensor:
    """Return the products of weights (P, a) and terms (P, m), (P, a·m), by weight."""
    return (weights[:, :, None] * terms[:, None]).flatten(1)


def _distance(where: Tensor, i: Tensor, j: Tensor) -> tuple[Tensor, Tensor]:
    """Return distances (P, 1) and unit vectors from j to i (P, 3)."""
    apart = where[i] - where[j]
    r = apart.norm(dim=-1, keepdim=True)
    return r, apart / r


def _cutoff(r: Tensor, cutoff: float) -> tuple[Tensor, Tensor]:
    """Return the cutoff function and its derivative."""
    within, phase = r < cutoff, np.pi * r / cutoff
    return 0.5 * (1.0 + torch.cos(phase)) * within, -0.5 * np.pi / cutoff * torch.sin(
        phase
    ) * within
