"""Ligands: one way of writing each, and what follows from the structure.

A ligand is named by the canonical SMILES of its neutral, fully protonated form; fixed charges
(quaternary nitrogen, phosphonium) stay. A betaine is thus a cation: C[N+](C)(C)CC(=O)O.
"""

from functools import lru_cache

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from bo_loop.base.errors import DataError
from bo_loop.chemistry.acids import acidic_protons
from bo_loop.chemistry.ions import METALS

_CACHED = 100_000

# RDKit's Uncharger adds one proton an atom and none next to a cation, which leaves these charged.
_PROTONATED = {
    "[O-2]": "O",
    "[S-2]": "S",
    "[Se-2]": "[SeH2]",
    "[Te-2]": "[TeH2]",
    "[N-]=[N+]=[N-]": "[N-]=[N+]=N",
}

# Peptides, nucleotides and dyes have hundreds of tautomers. Over the thousand ligands of the
# literature tables these limits give the groups that RDKit's own (1000) give, in a quarter of the
# time. They count steps, not seconds, so the outcome is the same on every machine.
_MAX_TAUTOMERS = 50
_MAX_TRANSFORMS = 50


@lru_cache(maxsize=_CACHED)
def standardise(smiles: str) -> str:
    """Write a ligand in the one form that the program knows it by.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand: a salt, a hydrate, an anion, a zwitterion.

    Returns
    -------
    str
        Canonical SMILES of the largest (if there is one, organic) fragment, fully protonated and
        neutral but for fixed charges. Stereochemistry is kept, tautomers are left alone.
        Idempotent.

    Raises
    ------
    DataError
        If the SMILES is empty, cannot be read, or holds a metal inside the ligand.
    """
    with rdBase.BlockLogs():
        fragment = rdMolStandardize.LargestFragmentChooser(True).choose(_read(smiles))
        uncharged = rdMolStandardize.Uncharger(True, True).uncharge(fragment)
        # Written and read once more: removing charges can create or destroy stereocentres.
        again = Chem.MolFromSmiles(Chem.MolToSmiles(uncharged))
    if again is None:
        raise DataError(
            f"SMILES {smiles!r} has no neutral form: a charge sits where a valence does not allow "
            "a proton in its place. Correct the structure."
        )
    written = Chem.MolToSmiles(again)
    metals = sorted({atom.GetSymbol() for atom in uncharged.GetAtoms()} & METALS)
    if metals:
        raise DataError(
            f"SMILES {smiles!r} holds {', '.join(metals)} inside the ligand. Write the free "
            "ligand; the metal ion has columns of its own."
        )
    return _PROTONATED.get(written, written)


@lru_cache(maxsize=_CACHED)
def ligand_group(smiles: str) -> str:
    """Key shared by the stereoisomers and tautomers of a ligand.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    str
        SMILES of the canonical tautomer, without stereochemistry. Deterministic.

    Notes
    -----
    The search for tautomers stops after 50 tautomers or 50 transforms. Beyond them (large
    polyfunctional ligands) two tautomers of one ligand may keep keys of their own; stereoisomers
    never do, since stereochemistry is removed first.

    Raises
    ------
    DataError
        As `standardise`.
    """
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(standardise(smiles))
        Chem.RemoveStereochemistry(molecule)
        # Read again, so that the atom order does not depend on the stereoisomer.
        flat = Chem.MolFromSmiles(Chem.MolToSmiles(molecule))
        return Chem.MolToSmiles(_tautomers().Canonicalize(flat))


@lru_cache(maxsize=1)
def _tautomers() -> rdMolStandardize.TautomerEnumerator:
    parameters = rdMolStandardize.CleanupParameters()
    parameters.maxTautomers = _MAX_TAUTOMERS
    parameters.maxTransforms = _MAX_TRANSFORMS
    return rdMolStandardize.TautomerEnumerator(parameters)


@lru_cache(maxsize=_CACHED)
def inchikey(smiles: str) -> str:
    """InChIKey of the standardised ligand.

    Raises
    ------
    DataError
        As `standardise`, or if no InChI can be made.
    """
    with rdBase.BlockLogs():
        key = Chem.MolToInchiKey(Chem.MolFromSmiles(standardise(smiles)))
    if not key:
        raise DataError(f"SMILES {smiles!r} has no InChI: correct the structure.")
    return key


@lru_cache(maxsize=_CACHED)
def deprotonated_charge(smiles: str) -> int:
    """Charge of the ligand in water when every acid group has lost its proton.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    int
        Fixed charges less the acidic protons; which protons are acidic is said in
        `bo_loop.chemistry.acids`. EDTA −4, citric acid −3, ethylenediamine 0, betaine 0.

    Raises
    ------
    DataError
        As `standardise`.
    """
    molecule = Chem.MolFromSmiles(standardise(smiles))
    return Chem.GetFormalCharge(molecule) - acidic_protons(molecule)


@lru_cache(maxsize=_CACHED)
def formula(smiles: str) -> str:
    """Hill formula of the standardised ligand, such as ``"C10H16N2O8"``.

    Raises
    ------
    DataError
        As `standardise`.
    """
    return CalcMolFormula(Chem.MolFromSmiles(standardise(smiles)))


def heavy_atoms(smiles: str) -> int:
    """Count the atoms of the standardised ligand that are not hydrogen.

    Raises
    ------
    DataError
        As `standardise`.
    """
    return Chem.MolFromSmiles(standardise(smiles)).GetNumHeavyAtoms()


def _read(smiles: str) -> Chem.Mol:
    text = smiles.strip() if isinstance(smiles, str) else ""
    if not text:
        raise DataError(f"SMILES {smiles!r} is empty: give the ligand's structure.")
    molecule = Chem.MolFromSmiles(text)
    if molecule is None:
        raise DataError(
            f"SMILES {smiles!r} cannot be read: a bracket, a ring closure or a valence is wrong."
        )
    return molecule
