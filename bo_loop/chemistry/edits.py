"""Edits of a molecule: bond orders, hydrogens and charges, and the queries that find them."""

from collections.abc import Mapping, Sequence
from functools import cache

from rdkit import Chem


def edited(
    molecule: Chem.Mol,
    bonds: Mapping[tuple[int, int], Chem.BondType],
    hydrogens: Mapping[int, int],
    charges: Mapping[int, int] | None = None,
) -> Chem.Mol | None:
    """Set bond orders, add hydrogens, set charges; None if no valence structure fits."""
    new = Chem.RWMol(molecule)
    for (i, j), order in bonds.items():
        bond = new.GetBondBetweenAtoms(i, j)
        bond.SetBondType(order)
        bond.SetIsAromatic(order == Chem.BondType.AROMATIC)
        bond.SetStereo(Chem.BondStereo.STEREONONE)
        for end in (bond.GetBeginAtom(), bond.GetEndAtom()):
            end.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
            if order == Chem.BondType.AROMATIC:
                end.SetIsAromatic(True)
                end.SetNumExplicitHs(end.GetTotalNumHs())  # NH of a pyridone is written out
                end.SetNoImplicit(True)
    for i, added in hydrogens.items():
        atom = new.GetAtomWithIdx(i)
        total = atom.GetTotalNumHs() + added
        if total < 0:
            return None
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(total)
    for i, charge in (charges or {}).items():
        new.GetAtomWithIdx(i).SetFormalCharge(charge)
    if Chem.SanitizeMol(new, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return None
    return new


def shifted(molecule: Chem.Mol, path: Sequence[int]) -> Chem.Mol | None:
    """Move a hydrogen from the first atom of a path to the last; its bonds change places."""
    order = (Chem.BondType.DOUBLE, Chem.BondType.SINGLE)
    bonds = {(path[i], path[i + 1]): order[i % 2] for i in range(len(path) - 1)}
    return edited(molecule, bonds, {path[0]: -1, path[-1]: 1})


def is_double(molecule: Chem.Mol, i: int, j: int) -> bool:
    """Whether the bond between two atoms is a double bond, and not aromatic."""
    return molecule.GetBondBetweenAtoms(i, j).GetBondType() == Chem.BondType.DOUBLE


def around(ring: Sequence[int]) -> list[tuple[int, int]]:
    """Return the bonds of a ring whose atoms are in order."""
    return list(zip(ring, [*ring[1:], ring[0]], strict=True))


def rings(molecule: Chem.Mol, *sizes: int) -> list[tuple[int, ...]]:
    """Return the rings of these sizes, atoms in order."""
    return [ring for ring in molecule.GetRingInfo().AtomRings() if len(ring) in sizes]


def matches(molecule: Chem.Mol, smarts: str) -> tuple[tuple[int, ...], ...]:
    """Return where a SMARTS matches."""
    return molecule.GetSubstructMatches(pattern(smarts))


def holds(molecule: Chem.Mol, smarts: str) -> bool:
    """Whether a SMARTS matches anywhere."""
    return molecule.HasSubstructMatch(pattern(smarts))


@cache
def pattern(smarts: str) -> Chem.Mol:
    """Return a SMARTS of bo_loop's own, read once."""
    return Chem.MolFromSmarts(smarts)
