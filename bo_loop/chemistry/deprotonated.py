"""The ligand as it binds: the structure that is left when every acid group has lost its proton."""

from collections import deque

from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.acids import acid_sites
from bo_loop.chemistry.edits import edited, is_double
from bo_loop.chemistry.ligands import standardise

_FURTHEST = 3  # bonds from the atom that stands for a proton to one that carries it
_CHALCOGENS = frozenset({"O", "S", "Se", "Te"})


def deprotonated(smiles: str) -> Chem.Mol:
    """Take from a ligand the protons that `bo_loop.chemistry.acids.acid_sites` counts.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    rdkit Mol
        Hydrogens implicit; atoms numbered as in the standardised SMILES. Its charge is
        `bo_loop.chemistry.ligands.deprotonated_charge`. A β-dicarbonyl is drawn as its enolate.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`, or if an acid's proton is not found.
    """
    molecule = Chem.MolFromSmiles(standardise(smiles))
    for kind, atoms in acid_sites(molecule):
        carrier = _carrier(molecule, atoms)
        left = None if carrier is None else _without_proton(molecule, carrier)
        if left is None:
            raise DataError(f"SMILES {smiles!r}: the proton of its {kind} is not found.")
        molecule = left
    return molecule


def _carrier(molecule: Chem.Mol, atoms: tuple[int, ...]) -> int | None:
    """Return the atom that loses the proton: the nearest that has one, chalcogens first."""
    distance = dict.fromkeys(atoms, 0)
    queue, found = deque(atoms), []
    while queue:
        i = queue.popleft()
        atom = molecule.GetAtomWithIdx(i)
        hydrogens = atom.GetTotalNumHs()
        if hydrogens and (atom.GetSymbol() != "C" or i in atoms):  # no C-H but that of a C acid
            found.append((distance[i], atom.GetSymbol() not in _CHALCOGENS, hydrogens, i))
        for neighbour in atom.GetNeighbors():
            j = neighbour.GetIdx()
            if j not in distance and distance[i] < _FURTHEST:
                distance[j] = distance[i] + 1
                queue.append(j)
    return min(found)[-1] if found else None


def _without_proton(molecule: Chem.Mol, carrier: int) -> Chem.Mol | None:
    atom = molecule.GetAtomWithIdx(carrier)
    if atom.GetSymbol() != "C":
        return edited(molecule, {}, {carrier: -1}, {carrier: atom.GetFormalCharge() - 1})
    for middle in atom.GetNeighbors():
        for end in middle.GetNeighbors():
            path = (carrier, middle.GetIdx(), end.GetIdx())
            if end.GetSymbol() in _CHALCOGENS and is_double(molecule, *path[1:]):
                bonds = {path[:2]: Chem.BondType.DOUBLE, path[1:]: Chem.BondType.SINGLE}
                return edited(molecule, bonds, {carrier: -1}, {path[2]: -1})
    return edited(molecule, {}, {carrier: -1}, {carrier: -1})  # HCN, a methine of nitriles
