"""How many protons a deprotonated ligand takes up in water.

Each acid group that has lost its proton takes it back, and each basic nitrogen takes one: amines,
anilines, hydrazines, amidines and guanidines, imines, and one nitrogen of an aromatic ring of
pyridine, imidazole, pyrazole, thiazole, azine or azole. Nitrogens of amides, oximes, nitriles, azo
and nitro groups do not; nor do oxygen, sulfur and phosphorus.
"""

from functools import lru_cache

from rdkit import Chem

from bo_loop.chemistry.acids import acidic_protons
from bo_loop.chemistry.donor_types import RING_NITROGEN
from bo_loop.chemistry.ions import MAX_PROTONS
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import donor_sites

BASIC = RING_NITROGEN | {
    "primary_amine", "secondary_amine", "tertiary_amine", "ammonia", "aniline", "hydrazine",
    "amidine", "imine",
}  # fmt: skip
"""Kinds of donor site (`bo_loop.chemistry.donor_types`) that take a proton when neutral."""


@lru_cache(maxsize=16384)
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
    molecule = Chem.MolFromSmiles(standardise(smiles))
    neutral = sum(site.kind in BASIC for site in donor_sites(smiles))
    return min(acidic_protons(molecule) + neutral, MAX_PROTONS)
