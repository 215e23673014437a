"""A frame of three axes at each atom that turns with the molecule.

What is predicted in such a frame turns with the molecule too. The axes follow from the first
derivatives of an atom's radial symmetry functions by its own position, which are sums of vectors to
its neighbours: of bonds, of the second and of further shells. Gram and Schmidt make them
orthogonal; a shell that says nothing of a direction that is not known yet is passed over. The third
axis tells mirror images apart; where all shells are in one plane it is the cross product of the
others. On a line any second axis will do: forces across it vanish by symmetry.
"""

import torch
from torch import Tensor

_VANISHING = 1e-6  # of the longest shell
_TELLING = 0.02  # of a shell's length that is left beside the axes known


def frames(shells: Tensor) -> Tensor:
    """Return three orthonormal axes for each atom.

    Parameters
    ----------
    shells : (n, s, 3) float64 Tensor
        Vectors that turn with the molecule, the most telling first.

    Returns
    -------
    (n, 3, 3) float64 Tensor
        Axes as rows. A mirror image has mirrored axes, unless all shells are in one plane.
    """
    length = shells.norm(dim=-1, keepdim=True)
    said = length > _VANISHING * length.amax(1, keepdim=True)
    left = torch.where(said, shells / length.clamp(min=1e-300), 0.0)
    anywhere = torch.eye(3, dtype=shells.dtype).expand(len(shells), 3, 3)
    first = _first(torch.cat([left, anywhere], 1))
    second = _first(torch.cat([_beside(left, first), _beside(anywhere, first)], 1))
    last = _beside(_beside(left, first), second)
    across = torch.linalg.cross(first, second)[:, None]
    return torch.stack([first, second, _first(torch.cat([last, across], 1))], 1)


def _beside(vectors: Tensor, axis: Tensor) -> Tensor:
    return vectors - (vectors @ axis[..., None]) * axis[:, None]


def _first(vectors: Tensor) -> Tensor:
    """Return the direction of the first vector of each row that is long enough."""
    length = vectors.norm(dim=-1)
    rows, at = torch.arange(len(vectors)), (length > _TELLING).to(torch.int8).argmax(1)
    return vectors[rows, at] / length[rows, at, None]


def turned_into(axes: Tensor, vectors: Tensor) -> Tensor:
    """Return the components of vectors along the axes of their atoms.

    Parameters
    ----------
    axes : (n, 3, 3) float64 Tensor
    vectors : (n, ..., 3) float64 Tensor
    """
    return torch.einsum("nak,n...k->n...a", axes, vectors)


def turned_back(axes: Tensor, components: Tensor) -> Tensor:
    """Return the vectors, (n, 3), that have such components along the axes of their atoms."""
    return torch.einsum("nak,na->nk", axes, components)
