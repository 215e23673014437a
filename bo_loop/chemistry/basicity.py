"""How many protons a deprotonated ligand takes up in water, and where.

Each acid group that has lost its proton takes it back, and each basic nitrogen takes one: amines,
anilines, hydrazines, amidines and guanidines, imines, and one nitrogen of an aromatic ring of
pyridine, imidazole, pyrazole, thiazole, azine or azole. Nitrogens of amides, oximes, nitriles, azo
and nitro groups do not; nor do oxygen, sulfur and phosphorus.
"""

from dataclasses import dataclass
from functools import lru_cache

from rdkit import Chem

from bo_loop.chemistry.acids import acid_sites
from bo_loop.chemistry.donor_types import RING_NITROGEN
from bo_loop.chemistry.ions import MAX_PROTONS
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import donor_sites

BASIC = RING_NITROGEN | {
    "primary_amine", "secondary_amine", "tertiary_amine", "ammonia", "aniline", "hydrazine",
    "amidine", "imine",
}  # fmt: skip
"""Kinds of donor site (`bo_loop.chemistry.donor_types`) that take a proton when neutral."""


@dataclass(frozen=True)
class ProtonSite:
    """A place that takes up one proton.

    Parameters
    ----------
    kind : str
        An acid group of `bo_loop.chemistry.acids`, or one of `BASIC`.
    atoms : tuple of int
        Atom numbers in the standardised SMILES; one of them takes the proton.
    """

    kind: str
    atoms: tuple[int, ...]


@lru_cache(maxsize=16384)
def proton_sites(smiles: str) -> tuple[ProtonSite, ...]:
    """Find where the fully deprotonated ligand takes up protons.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    tuple of ProtonSite
        EDTA: four acids and two amines.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    acids = acid_sites(Chem.MolFromSmiles(standardise(smiles)))
    bases = [(site.kind, site.atoms) for site in donor_sites(smiles) if site.kind in BASIC]
    return tuple(ProtonSite(*site) for site in acids + bases)


def basic_sites(smiles: str) -> int:
    """Count the protons that the fully deprotonated ligand can take up.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    int
        EDTA 6, glycine 2, ethylenediamine 2, pyridine 1, water (hydroxide) 1; `MAX_PROTONS` at
        most, the longest row of constants that observations hold.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    return min(len(proton_sites(smiles)), MAX_PROTONS)
