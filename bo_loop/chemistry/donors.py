"""Donor features: how many donor groups of each kind, and what shape the donor set has.

Sites are those of `bo_loop.chemistry.sites`, chelate rings those of `bo_loop.chemistry.chelates`.
"""

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from bo_loop.chemistry.chelates import chelate_rings, denticity
from bo_loop.chemistry.donor_types import (
    ANIONIC_OXYGEN,
    BORDERLINE,
    DONOR_TYPES,
    SOFT_ELEMENTS,
)
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import DonorSite, donor_sites

_SHAPE_NAMES = (
    "sites",
    "n_sites",
    "o_sites",
    "s_sites",
    "hard_sites",
    "borderline_sites",
    "soft_sites",
    "anionic_o_groups",
    "rings_of_4",
    "rings_of_5",
    "rings_of_6",
    "rings_of_7",
    "denticity",
    "macrocycle_size",
)

DONOR_NAMES = DONOR_TYPES + _SHAPE_NAMES

_SMALLEST_MACROCYCLE = 9


def donor_features(smiles: str) -> NDArray[np.float64]:
    """Count donor groups and chelate rings, and describe the shape of the donor set.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    (d,) float64
        Columns: `DONOR_NAMES`. A bidentate group (catechol, hydroxamate) counts once among the
        types and twice among the sites. ``denticity``: see `bo_loop.chemistry.chelates.denticity`.
        ``macrocycle_size``: see `macrocycle_size`.

    Raises
    ------
    DataError
        As `donor_sites`.
    """
    sites = donor_sites(smiles)
    groups = {(site.kind, site.group) for site in sites}
    counts = [sum(kind == t for kind, _ in groups) for t in DONOR_TYPES]
    molecule = Chem.MolFromSmiles(standardise(smiles))
    return np.array(
        [*counts, *_shape(sites), *_reach(smiles), macrocycle_size(molecule, sites)],
        dtype=np.float64,
    )


def _shape(sites: tuple[DonorSite, ...]) -> list[int]:
    soft = sum(site.element in SOFT_ELEMENTS for site in sites)
    borderline = sum(site.kind in BORDERLINE for site in sites)
    return [
        len(sites),
        sum(site.element == "N" for site in sites),
        sum(site.element == "O" for site in sites),
        sum(site.element in {"S", "Se"} for site in sites),
        len(sites) - soft - borderline,
        borderline,
        soft,
        len({site.group for site in sites if site.kind in ANIONIC_OXYGEN}),
    ]


def _reach(smiles: str) -> list[int]:
    sizes = [ring.size for ring in chelate_rings(smiles)]
    return [*(sizes.count(size) for size in (4, 5, 6, 7)), denticity(smiles)]


def macrocycle_size(molecule: Chem.Mol, sites: tuple[DonorSite, ...]) -> int:
    """Atoms of the largest ring of nine or more with at least three donor atoms in it, else 0."""
    return len(ring_of_donors(molecule, {i for site in sites for i in site.atoms}))


def ring_of_donors(molecule: Chem.Mol, donors: Set[int]) -> tuple[int, ...]:
    """Atoms of the largest ring of nine or more that holds at least three of `donors`; or none."""
    rings = [
        ring
        for ring in molecule.GetRingInfo().AtomRings()
        if len(ring) >= _SMALLEST_MACROCYCLE and len(donors & set(ring)) >= 3
    ]
    return max(rings, key=len, default=())
