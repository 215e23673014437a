"""The neutral, fully protonated form of a molecule; fixed charges stay."""

from functools import lru_cache

from rdkit import Chem
from rdkit.Chem.MolStandardize import rdMolStandardize

from bo_loop.base.errors import DataError
from bo_loop.chemistry.edits import holds, matches

# RDKit's Uncharger adds one proton an atom and none next to a cation, which leaves these charged.
_PROTONATED = {
    "[O-2]": "O",
    "[S-2]": "S",
    "[Se-2]": "[SeH2]",
    "[Te-2]": "[TeH2]",
    "[N-]=[N+]=[N-]": "[N-]=[N+]=N",
    "N=C=S": "SC#N",  # one acid, whose proton has no place of its own in water
    "N=C=O": "OC#N",
}

# Double bonds drawn as a pair of charges.
_YLIDES = "[S,Se,P,As;+,+2]-[O-,S-]"


def neutral(molecule: Chem.Mol) -> Chem.Mol:
    """Protonate every anion that can take a proton, deprotonate every cation that can lose one.

    Parameters
    ----------
    molecule : rdkit Mol
        One part.

    Returns
    -------
    rdkit Mol
        Atoms in the order of the canonical SMILES.

    Raises
    ------
    DataError
        If a charge sits where a valence does not allow a proton in its place.
    """
    uncharged = Chem.Mol(molecule)
    if holds(molecule, "[!+0]"):
        uncharged = _uncharger().uncharge(_without_ylides(molecule))
    for i in range(uncharged.GetNumAtoms()):
        uncharged.GetAtomWithIdx(i).SetAtomMapNum(0)
    written = Chem.MolToSmiles(uncharged)
    # Written and read once more: removing charges can create or destroy stereocentres.
    again = Chem.MolFromSmiles(_PROTONATED.get(written, written))
    if again is None:
        raise DataError(
            f"SMILES {Chem.MolToSmiles(molecule)!r} has no neutral form: a charge sits where a "
            "valence does not allow a proton in its place. Correct the structure."
        )
    return again


def _without_ylides(molecule: Chem.Mol) -> Chem.Mol:
    """Draw sulfoxides, phosphine oxides and their like with a double bond."""
    found = matches(molecule, _YLIDES)
    if not found:
        return molecule
    edited = Chem.RWMol(molecule)
    for centre, anion in found:
        cation = edited.GetAtomWithIdx(centre)
        if cation.GetFormalCharge() > 0:
            cation.SetFormalCharge(cation.GetFormalCharge() - 1)
            edited.GetAtomWithIdx(anion).SetFormalCharge(0)
            edited.GetBondBetweenAtoms(centre, anion).SetBondType(Chem.BondType.DOUBLE)
    Chem.SanitizeMol(edited)
    return edited


@lru_cache(maxsize=1)
def _uncharger() -> rdMolStandardize.Uncharger:
    return rdMolStandardize.Uncharger(True, True)
