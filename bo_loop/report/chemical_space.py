"""A map of chemical space: ligands that look alike lie close together.

Symbols
-------
n       ligands
b       bits of a Morgan fingerprint of radius 2
d       Tanimoto distance, 1 − shared bits / bits of either
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from bo_loop.base.types import Floats
from bo_loop.chemistry.fingerprints import morgan

FEWEST = 10  # a map of fewer ligands says nothing
_PERPLEXITY = 10.0  # neighbours that count for a ligand


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
    van der Maaten and Hinton, J. Mach. Learn. Res. 2008, 9, 2579, on Tanimoto distances. UMAP would
    be compiled for 20 s first.
    """
    from sklearn.manifold import TSNE  # a second of imports, for the report alone

    perplexity = min(_PERPLEXITY, (len(smiles) - 1) / 3.0)
    placing = TSNE(perplexity=perplexity, metric="precomputed", init="random", random_state=0)
    return placing.fit_transform(distances(fingerprints(smiles))).astype(np.float64)


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
