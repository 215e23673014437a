"""Ligand features of `features=chemistry`: donor groups, binding site, basicity, environments.

All are functions of the structure alone; nothing is fitted, so a ligand that joins a campaign
later is described as completely as one that was there at the start. A ligand and its mirror image
are described by one structure, since an achiral metal ion binds them alike.
"""

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from bo_loop.base.types import Floats
from bo_loop.chemistry import site_binding
from bo_loop.chemistry.binding import BINDING_NAMES, binding_features
from bo_loop.chemistry.cavity import CAVITY_NAMES
from bo_loop.chemistry.cavity import cavity as cavity_of
from bo_loop.chemistry.donors import DONOR_NAMES, donor_features
from bo_loop.chemistry.fingerprints import BITS, morgan
from bo_loop.chemistry.geometry import either_enantiomer, relative_configurations
from bo_loop.chemistry.site_binding import BASICITY_NAMES
from bo_loop.features.cache import DescriptorCache

ATOM_NAMES = tuple(f"environment_{bit}" for bit in range(BITS))


def donors(smiles: Sequence[str]) -> Floats:
    """Count donor groups and chelate rings.

    Parameters
    ----------
    smiles : sequence of str
        Canonical SMILES of neutral ligands.

    Returns
    -------
    (n, d) float64
        log(1 + count), in the order of `bo_loop.chemistry.donors.DONOR_NAMES`: the second
        carboxylate counts for more than the seventh.
    """
    return np.log1p(_described("donors", len(DONOR_NAMES), smiles, donor_features))


def site(smiles: Sequence[str]) -> Floats:
    """Describe the binding site.

    Parameters
    ----------
    smiles : sequence of str
        Canonical SMILES of neutral ligands.

    Returns
    -------
    (n, d) float64
        Counts, in the order of `bo_loop.chemistry.binding.BINDING_NAMES`. They are as they are: a
        sixth chelate ring counts for as much as the second.
    """
    return _described("site", len(BINDING_NAMES), smiles, binding_features)


def basicity(smiles: Sequence[str]) -> Floats:
    """Say how readily ligands take up protons.

    Parameters
    ----------
    smiles : sequence of str
        Canonical SMILES of neutral ligands.

    Returns
    -------
    (n, 4) float64
        pK, in the order of `bo_loop.chemistry.site_binding.BASICITY_NAMES`.
    """
    return _described(site_binding.VERSION, len(BASICITY_NAMES), smiles, site_binding.basicity)


def cavity(smiles: Sequence[str]) -> Floats:
    """Describe the cavities of macrocycles.

    Parameters
    ----------
    smiles : sequence of str
        Canonical SMILES of neutral ligands.

    Returns
    -------
    (n, 3) float64
        Å, in the order of `bo_loop.chemistry.cavity.CAVITY_NAMES`; nan without a macrocycle.
    """
    return _described("cavity", len(CAVITY_NAMES), smiles, cavity_of)


def rules_version() -> str:
    """Name bo_loop's own rules for `features=chemistry`, and the package that applies them.

    Raise the number with every change after which a ligand or a proton has another value, or other
    columns: of donors, binding site, charge or environments. Metal ions have a number of their own,
    `bo_loop.features.blocks.metal_values.VERSION`.
    """
    return f"features 7 rdkit={version('rdkit')}"


def atoms(smiles: Sequence[str]) -> NDArray[np.uint8]:
    """Count atom environments.

    Parameters
    ----------
    smiles : sequence of str

    Returns
    -------
    (n, 2048) uint8
        Counts of the circular environments of two bonds at most
        (`bo_loop.chemistry.fingerprints`), and of the relative configurations that tell
        diastereomers apart (`bo_loop.chemistry.geometry.relative_configurations`). More than 255
        of one count as 255.
    """
    # Bytes: as float64, the counts of 20,000 ligands would fill 330 MB, and each copy as much.
    return _described("environments", BITS, smiles, _environments, "u1")


def _described(
    what: str,
    width: int,
    smiles: Sequence[str],
    compute: Callable[[str], NDArray],
    dtype: str = "f8",
) -> NDArray:
    """Return what `compute` says of each ligand or its mirror image, from the cache if it knows."""
    with DescriptorCache(f"{what} of {rules_version()}", width, dtype) as cache:
        return cache.vectors(smiles, partial(_of_either, compute))


def _of_either(compute: Callable[[str], NDArray], smiles: str) -> NDArray:
    return compute(either_enantiomer(smiles))


def _environments(smiles: str) -> NDArray[np.uint8]:
    counts = morgan().GetCountFingerprintAsNumPy(Chem.MolFromSmiles(smiles))
    for text in relative_configurations(smiles):
        counts[int(sha256(text.encode()).hexdigest(), 16) % BITS] += 1
    return np.minimum(counts, np.iinfo(np.uint8).max).astype(np.uint8)
