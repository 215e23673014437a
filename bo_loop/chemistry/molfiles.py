"""Molfiles: a drawn structure as SMILES."""

from rdkit import Chem, rdBase

from bo_loop.base.errors import DataError


def read_molfile(text: str) -> tuple[str, int]:
    """Read a V2000 molfile.

    Parameters
    ----------
    text : str
        Molfile; lines before the one that counts atoms and bonds may be missing.

    Returns
    -------
    smiles : str
        The structure as drawn: wedges, cis and trans bonds, charges and isotopes are kept.
    charge : int
        Sum of its formal charges.

    Raises
    ------
    DataError
        If the text is not a molfile of one definite structure: query atoms, query bonds and
        residues (R, X, ``*``) are refused.
    """
    lines = text.splitlines()
    counts = next((i for i, line in enumerate(lines) if "V2000" in line), 3)
    with rdBase.BlockLogs():
        molecule = Chem.MolFromMolBlock("\n".join(["", "", "", *lines[counts:], "M  END", ""]))
        smiles = "" if molecule is None else Chem.MolToSmiles(molecule)
        if not smiles or molecule.HasQuery() or "*" in smiles:
            raise DataError("not a V2000 molfile of one definite structure")
        return smiles, Chem.GetFormalCharge(molecule)
