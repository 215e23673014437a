"""The cavity of a macrocycle: how far its donors are from their centre, and from a plane.

They are means over a few conformers of the free, neutral ligand by distance geometry (ETKDG: Wang
et al., J. Chem. Inf. Model. 2020, 60, 2044) with a fixed seed, so a ligand has one description; of
one conformer alone, the radius of a crown or cyclam is off by 0.2 Å.
"""

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import rdDistGeom

from bo_loop.base.types import Floats
from bo_loop.chemistry.donors import ring_of_donors
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import donor_sites

CAVITY_NAMES = ("cavity_radius", "cavity_spread", "cavity_out_of_plane")

_SEED = 1
_CONFORMERS = 8
_TRIES = 50  # a cage that distance geometry does not find by then, it hardly ever finds


def cavity(smiles: str) -> Floats:
    """Describe the donors of a macrocycle.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    (3,) float64
        In the order of `CAVITY_NAMES`, Å: mean and standard deviation of the donors' distances
        from their centroid, and their root-mean-square distance from their plane of least squares;
        nan for a ligand without a macrocycle, and where no conformer is found.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    graph = Chem.MolFromSmiles(standardise(smiles))
    atoms = {i for site in donor_sites(smiles) for i in site.atoms}
    donors = sorted(atoms.intersection(ring_of_donors(graph, atoms)))
    found = [shape_of(each[donors]) for each in _conformers(graph)] if donors else []
    return np.mean(found, axis=0) if found else np.full(len(CAVITY_NAMES), np.nan)


def shape_of(donors: Floats) -> Floats:
    """Return mean and sd of the distances from the centroid of points (k, 3), and rms height."""
    from_centre = donors - donors.mean(axis=0)
    apart = np.linalg.norm(from_centre, axis=1)
    height = np.linalg.svd(from_centre, compute_uv=False)[-1] / np.sqrt(len(donors))
    return np.array([apart.mean(), apart.std(), height])


def _conformers(graph: Chem.Mol) -> list[Floats]:
    options = rdDistGeom.ETKDGv3()
    options.randomSeed, options.maxIterations = _SEED, _TRIES
    made = Chem.AddHs(graph)
    with rdBase.BlockLogs():
        numbers = list(rdDistGeom.EmbedMultipleConfs(made, _CONFORMERS, options))
    return [made.GetConformer(i).GetPositions() for i in numbers]
