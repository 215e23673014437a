"""Which isomer of a ligand a SMILES is of, mirror images being one.

Enantiomers bind an achiral metal ion alike: their log β is the same, and one experiment tells it.
Diastereomers and E/Z isomers are different ligands.
"""

from collections import defaultdict
from collections.abc import Sequence
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
    drawings = one_to_a_metal_ion(smiles)
    flat = [text for text in drawings if "@" not in text]
    key = min(flat or drawings)
    return key if is_drawn(key) else ""


def isomers(groups: Sequence[str], smiles: Sequence[str]) -> list[str]:
    """Return which isomer each of n ligands is, mirror images being one.

    Parameters
    ----------
    groups : sequence of str, length n
        `bo_loop.chemistry.ligands.ligand_group` of each.
    smiles : sequence of str, length n
        Standardised.

    Returns
    -------
    list of str, length n
        As `isomer`, equal only among ligands of one group; empty also where a group has one
        drawing, for there is nothing to tell apart.
    """
    groups, smiles = list(groups), list(smiles)
    drawings: defaultdict[str, list[str]] = defaultdict(list)
    # Once, however many pairs have the ligand.
    for group, text in dict.fromkeys(zip(groups, smiles, strict=True)):
        drawings[group].append(text)
    found = {
        (group, text): isomer(text) if len(texts) > 1 else ""
        for group, texts in drawings.items()
        for text in texts
    }
    return [found[ligand] for ligand in zip(groups, smiles, strict=True)]


@lru_cache(maxsize=_CACHED)
def one_to_a_metal_ion(smiles: str) -> tuple[str, ...]:
    """Return every drawing of a ligand and its mirror image.

    Parameters
    ----------
    smiles : str
        Standardised.

    Returns
    -------
    tuple of str
        Canonical SMILES. Where a ligand has one stereocentre: R, S, and the centre left open.
    """
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    centres = [
        found.centeredOn
        for found in Chem.FindPotentialStereo(molecule)
        if found.type == Chem.StereoType.Atom_Tetrahedral
    ]
    drawings = [molecule, Chem.Mol(molecule)]
    if len(centres) == 1:
        tags = Chem.ChiralType.values
        drawings = [Chem.Mol(molecule) for _ in range(3)]
        for drawing, tag in zip(drawings, (tags[0], tags[1], tags[2]), strict=True):
            drawing.GetAtomWithIdx(centres[0]).SetChiralTag(tag)
    else:
        for atom in drawings[1].GetAtoms():
            atom.InvertChirality()
    # Read once more, so that what is written does not depend on the order of the atoms.
    return tuple(
        Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(drawing))) for drawing in drawings
    )
