"""Structures that can be drawn but not made: strained rings and odd valences."""

from functools import lru_cache

from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

_STRAINED = {
    "alkyne in a ring of less than 8": "[r3,r4,r5,r6,r7]#@*",
    "allene in a ring of less than 9": "*=@[r3,r4,r5,r6,r7,r8]=@*",
    "double bond in a ring of 3": "[r3]=@[r3]",
    "double bond in a ring of 4": "[r4]=@[r4]",
    "aromatic ring of odd size": "[a;!r4;!r5;!r6;!r7]",
}
_ODD = {
    "charged carbon": "[#6;+,-]",
    "cation other than nitrogen or phosphorus": "[+;!#7;!#15;!#6]",
    "nitrogen anion other than of an azide or diazo group": "[#7-;!$([#7]=[#7+])]",
    "oxygen anion other than of an N-oxide or nitro group": "[#8-;!$(*[#7+])]",
    "sulfur of odd valence": "[#16,#34,#52;!v2;!$([v4]=O);!$([v6](=O)=O)]",
    "phosphorus of odd valence": "[#15,#33;!v3;!+;!$([v5]=[O,S])]",
    "hydrogen on phosphorus": "[#15,#33;!H0]",
    "halogen of odd valence": "[F,Cl,Br,I;!v1]",
}
_BRIDGED = 8
"""Rings of fewer atoms cannot have a double bond at a bridgehead (Bredt's rule)."""


@lru_cache(maxsize=1)
def _patterns() -> tuple[dict[str, Chem.Mol], dict[str, Chem.Mol]]:
    return tuple(
        {name: Chem.MolFromSmarts(smarts) for name, smarts in group.items()}
        for group in (_STRAINED, _ODD)
    )


def strain(molecule: Chem.Mol, most_small_rings: int) -> str:
    """Name what strains the rings of a molecule; empty if nothing does.

    Parameters
    ----------
    molecule : Mol
    most_small_rings : int
        Rings of three or four atoms that are still believed.
    """
    strained, _ = _patterns()
    for name, pattern in strained.items():
        if molecule.HasSubstructMatch(pattern):
            return name
    if sum(len(ring) < 5 for ring in molecule.GetRingInfo().AtomRings()) > most_small_rings:
        return "small rings"
    return "double bond at a bridgehead" if _breaks_bredt(molecule) else ""


def odd_valence(molecule: Chem.Mol) -> str:
    """Name an atom of a valence or charge that no ligand has; empty if there is none."""
    _, odd = _patterns()
    for atom in molecule.GetAtoms():
        if atom.GetNumRadicalElectrons():
            return "radical"
    return next((name for name, p in odd.items() if molecule.HasSubstructMatch(p)), "")


def _breaks_bredt(molecule: Chem.Mol) -> bool:
    bridgeheads: list[int] = []
    if not rdMolDescriptors.CalcNumBridgeheadAtoms(molecule, bridgeheads):
        return False
    rings = molecule.GetRingInfo()
    return any(
        rings.MinAtomRingSize(i) < _BRIDGED
        and any(
            bond.GetBondType() == Chem.BondType.DOUBLE or bond.GetIsAromatic()
            for bond in molecule.GetAtomWithIdx(i).GetBonds()
        )
        for i in bridgeheads
    )
