"""A map of chemical space: ligands that look alike lie close together.

Symbols
-------
n       ligands
b       bits of a Morgan fingerprint of radius 2
d       Tanimoto distance, 1 − shared bits / bits of either
p, q    how likely two ligands are neighbours, by d and on the map
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from bo_loop.base.types import Floats
from bo_loop.chemistry.fingerprints import morgan

FEWEST = 10  # a map of fewer ligands says nothing
_PERPLEXITY = 10.0  # neighbours that count for a ligand
_STEPS, _EARLY = 500, 120
_EXAGGERATION = 12.0
_BISECTIONS = 40
_TINY = 1e-12


def layout(smiles: Sequence[str]) -> Floats:
    """Place ligands on a plane by t-SNE.

    Parameters
    ----------
    smiles : sequence of str, length n
        At least `FEWEST`, standardised.

    Returns
    -------
    (n, 2) float64
        The same for the same ligands in the same order.

    Notes
    -----
    van der Maaten and Hinton, J. Mach. Learn. Res. 2008, 9, 2579, on Tanimoto distances, from the
    two first principal coordinates. Exact, in O(n²) a step: UMAP would be compiled for 20 s first.
    """
    d = distances(fingerprints(smiles))
    return _descend(_neighbourhoods(d), _principal_coordinates(d))


def fingerprints(smiles: Sequence[str]) -> NDArray[np.uint8]:
    """Morgan fingerprints; (n, b) of 0 and 1."""
    bits = [morgan().GetFingerprintAsNumPy(Chem.MolFromSmiles(s)) for s in smiles]
    return np.array(bits, dtype=np.uint8)


def distances(bits: NDArray[np.uint8]) -> Floats:
    """Tanimoto distances between ligands of these bits; (n, n)."""
    floats = bits.astype(np.float32)  # sums of bits are exact in it
    shared = (floats @ floats.T).astype(np.float64)
    own = shared.diagonal()
    return 1.0 - shared / np.maximum(own[:, None] + own - shared, 1.0)


def _neighbourhoods(d: Floats) -> Floats:
    """Return p, symmetric, of sum 1: each row a Gaussian of d whose entropy is that of k equals."""
    n = len(d)
    squares = d**2 + np.diag(np.full(n, 1e9))  # no ligand is its own neighbour
    squares -= squares.min(axis=1, keepdims=True)
    wanted = np.log(min(_PERPLEXITY, (n - 1) / 3.0))
    low, high = np.full((n, 1), 1e-6), np.full((n, 1), 1e6)
    for _ in range(_BISECTIONS):
        beta = np.sqrt(low * high)
        weight = np.exp(-beta * squares)
        p = weight / weight.sum(1, keepdims=True)
        entropy = -(p * np.log(np.maximum(p, _TINY))).sum(1, keepdims=True)
        low = np.where(entropy > wanted, beta, low)
        high = np.where(entropy > wanted, high, beta)
    return (p + p.T) / (2.0 * n)


def _principal_coordinates(d: Floats) -> Floats:
    """Return the two first principal coordinates of d, scaled to be small; (n, 2)."""
    centred = d**2 - (d**2).mean(0) - (d**2).mean(1)[:, None] + (d**2).mean()
    _, vectors = np.linalg.eigh(-0.5 * centred)
    first = vectors[:, :-3:-1]
    signs = np.sign(first[np.abs(first).argmax(0), [0, 1]])  # eigenvectors have none of their own
    return first * signs * 1e-4 / np.maximum(first.std(0), _TINY)


def _descend(p: Floats, places: Floats) -> Floats:
    """Move `places` (n, 2) until neighbours on the map are neighbours by p."""
    rate = max(len(p) / _EXAGGERATION / 4.0, 50.0)
    moves, gains = np.zeros_like(places), np.ones_like(places)
    for step in range(_STEPS):
        early = step < _EARLY
        square = (places**2).sum(1)
        near = 1.0 / (1.0 + np.maximum(square[:, None] + square - 2.0 * places @ places.T, 0.0))
        np.fill_diagonal(near, 0.0)
        q = near / near.sum()
        pull = (p * (_EXAGGERATION if early else 1.0) - q) * near
        slope = 4.0 * (pull.sum(1)[:, None] * places - pull @ places)
        same = np.sign(slope) == np.sign(moves)
        gains = np.maximum(np.where(same, gains * 0.8, gains + 0.2), 0.01)
        moves = (0.5 if early else 0.8) * moves - rate * gains * slope
        places = places + moves
    return places - places.mean(0)
