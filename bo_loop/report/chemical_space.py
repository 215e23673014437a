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
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator

from bo_loop.base.types import Floats, Rows

FEWEST = 10  # a map of fewer ligands says nothing
_BITS = 2048
_NEIGHBOURS = 10


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


def fingerprints(smiles: Sequence[str]) -> Floats:
    """Morgan fingerprints; (n, b) of 0 and 1."""
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=_BITS)
    bits = [generator.GetFingerprintAsNumPy(Chem.MolFromSmiles(s)) for s in smiles]
    return np.array(bits, dtype=np.float64)


def neighbours(bits: Floats, k: int) -> tuple[Rows, Floats]:
    """Find the k nearest ligands of each, itself first.

    Parameters
    ----------
    bits : (n, b) of 0 and 1

    Returns
    -------
    indices, distances : (n, min(k, n))
        Nearest first; ties go by position.
    """
    shared = bits @ bits.T
    own = np.diag(shared)
    distance = 1.0 - shared / np.maximum(own[:, None] + own - shared, 1.0)
    np.fill_diagonal(distance, -1.0)  # itself first, even among ligands with the same bits
    indices = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return indices, np.maximum(np.take_along_axis(distance, indices, axis=1), 0.0)


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
