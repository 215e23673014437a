"""Ligands: one way of writing each, and what follows from the structure.

A ligand is named by the canonical SMILES of its neutral, fully protonated form, in the tautomer of
`bo_loop.chemistry.tautomers`; fixed charges (quaternary nitrogen, phosphonium) stay. A betaine is
thus a cation: C[N+](C)(C)CC(=O)O.
"""

import re
from functools import lru_cache

from rdkit import Chem, rdBase
from rdkit.Chem.rdMolDescriptors import CalcMolFormula
from rdkit.Chem.rdqueries import NumRadicalElectronsGreaterQueryAtom

from bo_loop.base.errors import DataError
from bo_loop.chemistry.acids import acid_sites
from bo_loop.chemistry.edits import holds, matches
from bo_loop.chemistry.ions import METALS
from bo_loop.chemistry.isomers import isomer
from bo_loop.chemistry.neutral import neutral
from bo_loop.chemistry.salts import ligand_part
from bo_loop.chemistry.tautomers import canonical_tautomer

MAX_TEXT = 1_000
"""Characters of a SMILES or InChI. Ligands with constants have fewer than 400."""
MAX_HEAVY_ATOMS = 250

_CACHED = 100_000
_LONGEST_SHOWN = 80
_WORD = re.compile(r"[a-z]{4,}")
_AROMATIC = frozenset("bcnops")  # the only lower-case letters that follow one another in a SMILES

# What was written is its own standard form: it is known without being worked out once more.
_KNOWN: dict[str, str] = {}


def standardise(smiles: str) -> str:
    """Write a ligand in the one form that the program knows it by.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand: a salt, a hydrate, an anion, a zwitterion, any tautomer. Its InChI
        will do.

    Returns
    -------
    str
        Canonical SMILES of the part that is not a counter-ion, fully protonated and neutral but for
        fixed charges, in one tautomer. Stereochemistry is kept. Idempotent.

    Raises
    ------
    DataError
        If the SMILES is empty, cannot be read, is longer than `MAX_TEXT` or has more than
        `MAX_HEAVY_ATOMS`, holds a wildcard, a radical, a metal inside the ligand, or two parts of
        which either may be the ligand.
    """
    if smiles not in _KNOWN:
        with rdBase.BlockLogs():
            part = ligand_part(_read(smiles), smiles)
            _refuse_metals(part, smiles)
            written = Chem.MolToSmiles(canonical_tautomer(neutral(part)))
        if len(_KNOWN) > _CACHED:
            _KNOWN.clear()
        _KNOWN[smiles] = _KNOWN[written] = written
    return _KNOWN[smiles]


def _refuse_metals(part: Chem.Mol, smiles: str) -> None:
    metals = sorted({part.GetAtomWithIdx(i).GetSymbol() for (i,) in matches(part, _metal_atom())})
    if metals:
        raise DataError(
            f"SMILES {smiles!r} holds {', '.join(metals)} inside the ligand. Write the free "
            "ligand; the metal ion has columns of its own."
        )


@lru_cache(maxsize=1)
def _metal_atom() -> str:
    """Return the SMARTS of an atom of a metal."""
    table = Chem.GetPeriodicTable()
    return f"[{','.join(f'#{table.GetAtomicNumber(symbol)}' for symbol in sorted(METALS))}]"


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
        The standardised SMILES without stereochemistry. Deterministic.

    Raises
    ------
    DataError
        As `standardise`.
    """
    written = standardise(smiles)
    with rdBase.BlockLogs():
        flat = Chem.CanonSmiles(written, useChiral=0)
    return written if flat == written else standardise(flat)


def same_ligand(one: str, other: str) -> bool:
    """Whether two SMILES are of one ligand to an achiral metal ion.

    Parameters
    ----------
    one, other : str
        Any SMILES.

    Returns
    -------
    bool
        True for tautomers and mirror images; and for any isomer beside a drawing that says nothing
        of stereochemistry.

    Raises
    ------
    DataError
        As `standardise`.
    """
    if ligand_group(one) != ligand_group(other):
        return False
    isomers = {isomer(standardise(one)), isomer(standardise(other))}
    return len(isomers) == 1 or "" in isomers


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
    return Chem.GetFormalCharge(molecule) - len(acid_sites(molecule))


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
    if len(text) > MAX_TEXT:
        raise DataError(
            f"SMILES {_shown(text)} has {len(text):,} characters, more than the {MAX_TEXT:,} that "
            "are read: draw one ligand, of a polymer its binding unit."
        )
    molecule = _molecule(text)
    if molecule.GetNumHeavyAtoms() > MAX_HEAVY_ATOMS:
        raise DataError(
            f"SMILES {_shown(text)} has {molecule.GetNumHeavyAtoms()} atoms besides hydrogen, more "
            f"than {MAX_HEAVY_ATOMS}: draw one ligand, of a polymer its binding unit."
        )
    queries = molecule.HasQuery() and any(bond.HasQuery() for bond in molecule.GetBonds())
    if queries or holds(molecule, "[#0]"):
        raise DataError(
            f"SMILES {_shown(text)} holds a wildcard, such as * or R: draw the whole ligand."
        )
    unpaired = molecule.GetAtomsMatchingQuery(NumRadicalElectronsGreaterQueryAtom(0))
    radicals = [atom for atom in unpaired if atom.GetSymbol() not in METALS]
    if radicals:
        raise DataError(
            f"SMILES {_shown(text)} is a radical: {radicals[0].GetSmarts()} lacks an electron "
            "pair. Write the hydrogens that it has, or leave out the brackets."
        )
    return molecule


def _molecule(text: str) -> Chem.Mol:
    """Read a SMILES or an InChI."""
    if text.startswith("InChI="):
        molecule = Chem.MolFromInchi(text)
        if molecule is None:
            raise DataError(f"{_shown(text)} is not an InChI that can be read: copy it whole.")
        return molecule
    molecule = Chem.MolFromSmiles(text)
    if molecule is not None:
        return molecule
    if text.isalpha() or any(set(word) - _AROMATIC for word in _WORD.findall(text)):
        raise DataError(
            f"{_shown(text)} looks like a name, and names are not read. Look up its SMILES (in "
            "PubChem, or Copy As SMILES in a drawing program), or give its InChI."
        )
    raise DataError(
        f"SMILES {_shown(text)} cannot be read: a bracket, a ring closure or a valence is wrong."
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
