"""Which isomer of a ligand a SMILES is of, mirror images being one.

Enantiomers bind an achiral metal ion alike: their log β is the same, and one experiment tells it.
Diastereomers and E/Z isomers are different ligands.
"""

from functools import lru_cache

_MARKS = frozenset("@/\\")
_CACHED = 100_000


def is_drawn(smiles: str) -> bool:
    """Whether a SMILES says anything of stereochemistry."""
    return not _MARKS.isdisjoint(smiles)


@lru_cache(maxsize=_CACHED)
def isomer(smiles: str) -> str:
    """Key of an isomer, the same for its mirror image.

    Parameters
    ----------
    smiles : str
        Standardised.

    Returns
    -------
    str
        The smaller of the canonical SMILES of the two mirror images. Empty if the stereochemistry
        is not drawn, or is one stereocentre and nothing else: R, S and the racemate are one.
    """
    if not is_drawn(smiles):
        return ""  # without RDKit: so it is for most ligands
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    centres = [
        found.centeredOn
        for found in Chem.FindPotentialStereo(molecule)
        if found.type == Chem.StereoType.Atom_Tetrahedral
    ]
    if len(centres) == 1:
        molecule.GetAtomWithIdx(centres[0]).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    one = _written(molecule)
    return min(one, _written(_mirrored(molecule))) if is_drawn(one) else ""


@lru_cache(maxsize=_CACHED)
def mirror_image(smiles: str) -> str:
    """Canonical SMILES of the mirror image of a standardised ligand."""
    if "@" not in smiles:
        return smiles
    from rdkit import Chem

    return _written(_mirrored(Chem.MolFromSmiles(smiles)))


def _mirrored(molecule):
    from rdkit import Chem

    mirrored = Chem.Mol(molecule)
    for atom in mirrored.GetAtoms():
        if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED:
            atom.InvertChirality()
    return mirrored


def _written(molecule) -> str:
    """Canonical SMILES, read once more so that it does not depend on the order of the atoms."""
    from rdkit import Chem

    return Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(molecule)))
