"""The skeleton of a ligand: which atoms are linked, whatever the bonds and hydrogens."""

from rdkit import Chem

from bo_loop.chemistry.ligands import formula, standardise


def skeleton(smiles: str) -> str:
    """Key shared by all ways of drawing a ligand: its tautomers, stereoisomers and charged forms.

    Isomers that differ only in where a double bond is share it too.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    str
        The formula of the standardised ligand, and the SMILES of its heavy atoms, all bonds single.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    bare = Chem.RWMol()
    molecule = Chem.MolFromSmiles(standardise(smiles))
    for atom in molecule.GetAtoms():
        alone = Chem.Atom(atom.GetAtomicNum())
        alone.SetNoImplicit(True)
        bare.AddAtom(alone)
    for bond in molecule.GetBonds():
        bare.AddBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), Chem.BondType.SINGLE)
    return f"{formula(smiles)} {Chem.MolToSmiles(bare)}"
