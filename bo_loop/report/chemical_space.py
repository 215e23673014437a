"""A map of chemical space: ligands that look alike lie close together.

Symbols
-------
n       ligands
b       bits of a Morgan fingerprint of radius 2
k       neighbours, each ligand its own first
d       Tanimoto distance, 1 − shared bits / bits of either
"""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from bo_loop.base.types import Floats, Rows
from bo_loop.chemistry.fingerprints import morgan

FEWEST = 10  # a map of fewer ligands says nothing
_NEIGHBOURS = 10
_BLOCK = 512  # ligands whose distances from all others are held at once


def layout(smiles: Sequence[str]) -> Floats:
    """Place ligands on a plane by UMAP (McInnes, Healy, Melville, arXiv:1802.03426).

    Parameters
    ----------
    smiles : sequence of str, length n
        At least `FEWEST`, standardised.

    Returns
    -------
    (n, 2) float64
        The same for the same ligands in the same order.
    """
    indices, distances = neighbours(fingerprints(smiles), _NEIGHBOURS)
    return _embed(indices, distances)


def fingerprints(smiles: Sequence[str]) -> NDArray[np.uint8]:
    """Morgan fingerprints; (n, b) of 0 and 1."""
    bits = [morgan().GetFingerprintAsNumPy(Chem.MolFromSmiles(s)) for s in smiles]
    return np.array(bits, dtype=np.uint8)


def neighbours(bits: NDArray[np.uint8], k: int) -> tuple[Rows, Floats]:
    """Find the k nearest ligands of each, itself first.

    Parameters
    ----------
    bits : (n, b) of 0 and 1

    Returns
    -------
    indices, distances : (n, min(k, n))
        Nearest first; ties go by position.
    """
    n, k = len(bits), min(k, len(bits))
    floats = bits.astype(np.float32)  # sums of bits are exact in it
    own = floats.sum(axis=1, dtype=np.float64)
    indices, distances = np.empty((n, k), dtype=np.int64), np.empty((n, k))
    for start in range(0, n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        shared = (floats[rows] @ floats.T).astype(np.float64)
        distance = 1.0 - shared / np.maximum(own[rows, None] + own - shared, 1.0)
        # Itself first, even among ligands with the same bits.
        distance[np.arange(len(distance)), np.arange(n)[rows]] = -1.0
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :k]
        indices[rows] = nearest
        distances[rows] = np.maximum(np.take_along_axis(distance, nearest, axis=1), 0.0)
    return indices, distances


def _embed(indices: Rows, distances: Floats) -> Floats:
    # UMAP's own search for neighbours would be compiled for longer than this whole map takes.
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set, simplicial_set_embedding

    n, k = indices.shape
    random = np.random.RandomState(0)  # the generator that UMAP takes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of spectra that did not converge: the layout goes on
        graph, _, _ = fuzzy_simplicial_set(
            np.zeros((n, 1), dtype=np.float32),
            k,
            random,
            "precomputed",
            knn_indices=indices,
            knn_dists=distances.astype(np.float32),
        )
        a, b = find_ab_params(spread=1.0, min_dist=0.3)
        places, _ = simplicial_set_embedding(
            distances,
            graph,
            n_components=2,
            initial_alpha=1.0,
            a=a,
            b=b,
            gamma=1.0,
            negative_sample_rate=5,
            n_epochs=500,
            init="spectral",
            random_state=random,
            metric="euclidean",
            metric_kwds={},
            densmap=False,
            densmap_kwds={},
            output_dens=False,
        )
    return places.astype(np.float64)
