"""Pictures of ligands."""

from functools import lru_cache

from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from bo_loop.base.errors import DataError


@lru_cache(maxsize=4096)
def png(smiles: str, width: int = 300, height: int = 200) -> bytes:
    """Return a structure as a PNG of `width` × `height` pixels.

    Raises
    ------
    DataError
        If the SMILES cannot be read.
    """
    return drawn(smiles, rdMolDraw2D.MolDraw2DCairo(width, height), 40)


def drawn(smiles: str, drawer: rdMolDraw2D.MolDraw2D, bond_length: float) -> str | bytes:
    """Return what a `drawer` makes of a structure; small ligands are not blown up.

    Raises
    ------
    DataError
        If the SMILES cannot be read.
    """
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise DataError(f"{smiles!r} cannot be drawn: it is not a SMILES that RDKit reads.")
    options = drawer.drawOptions()
    options.fixedBondLength, options.padding = bond_length, 0.04
    drawer.DrawMolecule(rdMolDraw2D.PrepareMolForDrawing(molecule))
    drawer.FinishDrawing()
    return drawer.GetDrawingText()
