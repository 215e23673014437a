"""Crowding: substituents beside donors that bind nothing, and stand where the metal ion would.

2-Chloro-1,10-phenanthroline, the α-methyls of ethylenedinitrilotetra-2-propanoic acid, the
tert-butyls of 2,6-di-tert-butylphenol. A substituent through which another donor is reached is
none: it is an arm, as in EDDS, or the ring of CDTA, which holds the donors in place. Martell and
Hancock, Metal Complexes in Aqueous Solutions (1996), chapter 3.
"""

from rdkit import Chem

from bo_loop.chemistry.sites import DonorSite

CROWDING_NAMES = (
    "crowded_tertiary_amines",
    "crowded_other_n",
    "crowded_aromatic_n",
    "crowded_other_donors",
)


def crowding(molecule: Chem.Mol, donors: tuple[DonorSite, ...]) -> tuple[int, int, int, int]:
    """Count the substituents that crowd donors, by kind of donor.

    Parameters
    ----------
    molecule : rdkit Mol
        The standardised ligand, in which `donors` were found.
    donors : tuple of DonorSite

    Returns
    -------
    tuple of int
        In the order of `CROWDING_NAMES`: of substituents on the saturated or aromatic carbon atoms
        next to donors, those from which no donor is reached but past that carbon.
    """
    binding = {i for donor in donors for i in donor.atoms}
    counts = [0, 0, 0, 0]
    for donor in donors:
        atom = molecule.GetAtomWithIdx(donor.atoms[0])
        counts[_place(donor, atom)] += sum(
            _is_idle(molecule, carbon.GetIdx(), other.GetIdx(), binding)
            for carbon in atom.GetNeighbors()
            if _can_crowd(carbon) and carbon.GetIdx() not in binding
            for other in carbon.GetNeighbors()
            if other.GetIdx() != atom.GetIdx()
        )
    return tuple(counts)


def _place(donor: DonorSite, atom: Chem.Atom) -> int:
    if donor.element != "N":
        return 3
    if atom.GetIsAromatic():
        return 2
    return 0 if donor.kind == "tertiary_amine" else 1


def _can_crowd(atom: Chem.Atom) -> bool:
    """Whether an atom is a branched carbon, saturated or aromatic: not a carbonyl or imine."""
    double = any(bond.GetBondType() == Chem.BondType.DOUBLE for bond in atom.GetBonds())
    return atom.GetAtomicNum() == 6 and atom.GetDegree() >= 3 and not double


def _is_idle(molecule: Chem.Mol, carbon: int, first: int, binding: set[int]) -> bool:
    """Whether no donor is reached from the atom `first` without passing `carbon`."""
    seen, left = {carbon}, [first]
    while left:
        i = left.pop()
        if i in binding:
            return False
        if i not in seen:
            seen.add(i)
            left += [atom.GetIdx() for atom in molecule.GetAtomWithIdx(i).GetNeighbors()]
    return True
