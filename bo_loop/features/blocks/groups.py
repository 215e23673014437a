"""Ligand features of `features=chemistry`: donor groups, binding site, basicity, environments.

All are functions of the structure alone; nothing is fitted, so a ligand that joins a campaign
later is described as completely as one that was there at the start. A ligand and its mirror image
are described by one structure, since an achiral metal ion binds them alike.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from bo_loop.base.types import Floats
from bo_loop.chemistry import site_binding
from bo_loop.chemistry.binding import BINDING_NAMES, binding_features
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
    with DescriptorCache(f"donors of {rules_version()}", len(DONOR_NAMES)) as cache:
        return np.log1p(cache.vectors(smiles, _of_either_enantiomer(donor_features)))


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
    with DescriptorCache(f"site of {rules_version()}", len(BINDING_NAMES)) as cache:
        return cache.vectors(smiles, _of_either_enantiomer(binding_features))


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
    with DescriptorCache(
        f"{site_binding.VERSION} of {rules_version()}", len(BASICITY_NAMES)
    ) as cache:
        return cache.vectors(smiles, _of_either_enantiomer(site_binding.basicity))


def _of_either_enantiomer(compute: Callable[[str], NDArray]) -> Callable[[str], NDArray]:
    return lambda smiles: compute(either_enantiomer(smiles))


def rules_version() -> str:
    """Name bo_loop's own rules for `features=chemistry`, and the package that applies them.

    Raise the number with every change after which a ligand or a proton has another value, or other
    columns: of donors, binding site, charge or environments. Metal ions have a number of their own,
    `bo_loop.features.blocks.metal_values.VERSION`.
    """
    return f"features 5 rdkit={version('rdkit')}"


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
    with DescriptorCache(f"environments of {rules_version()}", BITS, "u1") as cache:
        return cache.vectors(smiles, _of_either_enantiomer(_environments))


def _environments(smiles: str) -> NDArray[np.uint8]:
    counts = morgan().GetCountFingerprintAsNumPy(Chem.MolFromSmiles(smiles))
    for text in relative_configurations(smiles):
        counts[int(sha256(text.encode()).hexdigest(), 16) % BITS] += 1
    return np.minimum(counts, np.iinfo(np.uint8).max).astype(np.uint8)
