"""Clusters of ligands that look alike.

Butina (J. Chem. Inf. Comput. Sci. 1999, 39, 747) on the Tanimoto distance of Morgan fingerprints
(`bo_loop.chemistry.fingerprints`).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, DataStructs
from rdkit.ML.Cluster import Butina

from bo_loop.chemistry.fingerprints import morgan


def butina_clusters(smiles: Sequence[str], distance: float) -> NDArray[np.int64]:
    """Cluster ligands.

    Parameters
    ----------
    smiles : sequence of str, length n
        Standard SMILES, each once.
    distance : float
        Members are no farther than this from the centre of their cluster; 0 to 1.

    Returns
    -------
    (n,) int64
        Number of each ligand's cluster, the largest cluster first. The order of `smiles` does not
        matter to who is with whom.
    """
    order = sorted(range(len(smiles)), key=lambda i: smiles[i])
    prints = [morgan().GetFingerprint(Chem.MolFromSmiles(smiles[i])) for i in order]
    # The lower triangle, row by row, as Butina reads it.
    distances = np.concatenate(
        [np.zeros(0)]
        + [
            1.0 - np.array(DataStructs.BulkTanimotoSimilarity(prints[i], prints[:i]))
            for i in range(1, len(prints))
        ]
    )
    found = Butina.ClusterData(distances, len(prints), distance, isDistData=True, reordering=True)
    numbers = np.empty(len(smiles), dtype=np.int64)
    for number, members in enumerate(found):
        numbers[[order[i] for i in members]] = number
    return numbers
