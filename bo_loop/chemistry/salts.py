"""Which part of a drawn salt, hydrate or solvate is the ligand.

Parts are set aside in turns, as long as another kind of part remains: first metal ions and protons,
then what stands in `_SET_ASIDE`, from the top down. Ammonium citrate is thus citric acid,
ethylenediamine citrate is ethylenediamine, tetrabutylammonium fluoride is hydrogen fluoride, and
sodium acetate is acetic acid. Ammonium and quaternary ammonium are counter-ions of anything. If two
different parts are left, the drawing is refused.
"""

from functools import lru_cache

from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import METALS
from bo_loop.chemistry.isomers import isomer
from bo_loop.chemistry.neutral import neutral
from bo_loop.chemistry.tautomers import canonical_tautomer

# Neutral forms; the usual salt formers are those of Stahl and Wermuth, Handbook of Pharmaceutical
# Salts, 2002, appendix.
_SET_ASIDE = {
    "water": "O",
    "solvents": (
        "CO CCO CC(C)O CC(C)=O CC#N CN(C)C=O CS(C)=O C1CCOC1 C1COCCO1 ClCCl ClC(Cl)Cl CCOC(C)=O "
        "CCOCC Cc1ccccc1 c1ccccc1 CCCCCC"
    ),
    "cations without a donor": (
        "N c1ccc([P+](N=P(c2ccccc2)(c2ccccc2)c2ccccc2)(c2ccccc2)c2ccccc2)cc1"
    ),
    "weakly binding anions": (
        "Cl Br I O[Cl+3]([O-])([O-])[O-] O=[N+]([O-])O O=S(=O)(O)O F[B-](F)(F)F "
        "F[P-](F)(F)(F)(F)F F[As-](F)(F)(F)(F)F F[Sb-](F)(F)(F)(F)F "
        "c1ccc([B-](c2ccccc2)(c2ccccc2)c2ccccc2)cc1 CS(=O)(=O)O CCS(=O)(=O)O O=S(=O)(O)C(F)(F)F "
        "Cc1ccc(S(=O)(=O)O)cc1 O=S(=O)(O)c1ccccc1 O=S(=O)(O)CCO O=S(=O)(O)CCS(=O)(=O)O "
        "CC1(C)C2CCC1(CS(=O)(=O)O)C(=O)C2 O=S(=O)(O)c1cccc2ccccc12 O=S(=O)(O)c1ccc2ccccc2c1 "
        "O=S(=O)(O)c1cccc2c(S(=O)(=O)O)cccc12 CCCCCCCCCCCCOS(=O)(=O)O COS(=O)(=O)O CCOS(=O)(=O)O "
        "O=S(=O)(NS(=O)(=O)C(F)(F)F)C(F)(F)F Nc1ccc(Cl)cc1S(=O)(=O)O O=S(=O)(O)NC1CCCCC1 "
        "Cc1cc(C)c(S(=O)(=O)O)c(C)c1 O=S(=O)(O)c1ccc(Cl)cc1 O=C(O)C(F)(F)F O=C(O)C(Cl)(Cl)Cl"
    ),
    "amines that are there to take a proton": (
        "CN(C)C CCNCC CCN(CC)CC CCCCN(CCCC)CCCC CCN(C(C)C)C(C)C CC(C)(C)N C1CCC(CC1)NC1CCCCC1 "
        "C1CCC2=NCCCN2CC1 C[N+](C)(C)CCO"
    ),
    # Neither comes before the other: ethanolamine acetate may be meant as either.
    "amines and acids that make salts": (
        "CN CNC CCN C1CCCCC1N C1CCNCC1 C1COCCN1 c1ccncc1 NCCO OCCNCCO OCCN(CCO)CCO NC(CO)(CO)CO "
        "CNCC(O)C(O)C(O)C(O)CO CC(N)c1ccccc1 OCCN1CCCC1 "
        "F SC#N O=C(O)O O=CO CC(=O)O CCC(=O)O O=C(O)C(=O)O "
        "O=C(O)CC(=O)O O=C(O)CCC(=O)O O=C(O)CCCC(=O)O O=C(O)CCCCC(=O)O O=C(O)C=CC(=O)O "
        "O=C(O)CC(O)C(=O)O O=C(O)C(O)C(O)C(=O)O O=C(O)CC(O)(CC(=O)O)C(=O)O CC(O)C(=O)O O=C(O)CO "
        "O=C(O)C(O)C(O)C(O)C(O)CO O=C(O)C(O)C(O)C(O)C(O)C(O)CO O=C(O)c1ccccc1 O=C(O)c1ccccc1O "
        "O=C(O)C(O)c1ccccc1 O=[N+]([O-])c1cc([N+](=O)[O-])c(O)c([N+](=O)[O-])c1 O=P(O)(O)O "
        "CCCCCCCCCCCCCCCCCC(=O)O CCCCCCCCCCCC(=O)O O=C(O)C(OC(=O)c1ccccc1)C(OC(=O)c1ccccc1)C(=O)O "
        "O=C(O)C(OC(=O)c1ccc(C)cc1)C(OC(=O)c1ccc(C)cc1)C(=O)O "
        "O=C(O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O O=C(O)c1cc2ccccc2cc1O"
    ),
}
_SALTS = "amines and acids that make salts"

# Nothing but carbon, quaternary N, P, S and ring N without a lone pair to give.
_DONOR = "[!#6;!#1;!$([N,P,S,n;+]);!$([nX3;H0])]"
_BASE = "[#7;!$([#7]~[#6,#16,#15]=[O,S]);!$([N+](=O)[O-]);!$(N#*)]"


def ligand_part(molecule: Chem.Mol, smiles: str) -> Chem.Mol:
    """Return the part of a drawing that is the ligand.

    Parameters
    ----------
    molecule : rdkit Mol
        All that was drawn.
    smiles : str
        As it was written, for messages.

    Returns
    -------
    rdkit Mol
        One part, as it was drawn.

    Raises
    ------
    DataError
        If nothing is left beside metal ions, or two parts are that are not counter-ions; or if the
        charges of an acid's salt do not balance, so that the acid may be a piece of the ligand.
    """
    pieces = Chem.GetMolFrags(molecule, asMols=True) if "." in smiles else (molecule,)
    parts = [part for part in pieces if not _is_bare_cation(part)]
    if not parts:
        raise DataError(f"SMILES {smiles!r} holds no ligand, only metal ions or protons.")
    if len(parts) == 1:
        return parts[0]
    left = {_key(part): part for part in sorted(parts, key=Chem.MolToSmiles)}
    for kind in _SET_ASIDE:
        others = {key: part for key, part in left.items() if not _is(kind, key)}
        if (
            kind == _SALTS
            and others
            and any(not _binds_a_proton(flat) for flat, _ in left.keys() - others)
        ):
            _require_salt(molecule, others, smiles)
        left = others or left
    if len(left) > 1:
        shown = " and ".join(flat for flat, _ in left)
        raise DataError(
            f"SMILES {smiles!r} has several parts, of which {shown} may each be the ligand. Draw "
            "the one ligand, in one piece, without its counter-ion."
        )
    return next(iter(left.values()))


def _is_bare_cation(part: Chem.Mol) -> bool:
    if part.GetNumAtoms() != 1:
        return False
    atom = part.GetAtomWithIdx(0)
    return atom.GetSymbol() in METALS or (atom.GetSymbol() == "H" and atom.GetFormalCharge() == 1)


def _require_salt(molecule: Chem.Mol, others: dict[tuple[str, str], Chem.Mol], smiles: str) -> None:
    """Refuse an acid beside what is not a base, or a salt whose charges do not balance."""
    bases = [flat for flat, _ in others if _binds_a_proton(flat)]
    if len(bases) == len(others) and Chem.GetFormalCharge(molecule) == 0:
        return
    shown = " and ".join(flat for flat, _ in others)
    raise DataError(
        f"SMILES {smiles!r} has several parts, and is not a salt of {shown} as it is drawn: "
        + ("its charges do not balance" if len(bases) == len(others) else "nothing there is a base")
        + ". Draw the one ligand, in one piece."
    )


@lru_cache(maxsize=10_000)
def _binds_a_proton(flat: str) -> bool:
    return Chem.MolFromSmiles(flat).HasSubstructMatch(Chem.MolFromSmarts(_BASE))


def _is(kind: str, key: tuple[str, str]) -> bool:
    flat = key[0]
    if flat in _members()[kind]:
        return True
    return kind == "cations without a donor" and _is_plain_cation(flat)


@lru_cache(maxsize=10_000)
def _is_plain_cation(flat: str) -> bool:
    molecule = Chem.MolFromSmiles(flat)
    positive = Chem.GetFormalCharge(molecule) > 0
    return positive and not molecule.HasSubstructMatch(Chem.MolFromSmarts(_DONOR))


@lru_cache(maxsize=1)
def _members() -> dict[str, frozenset[str]]:
    return {
        kind: frozenset(_key(Chem.MolFromSmiles(text))[0] for text in listed.split())
        for kind, listed in _SET_ASIDE.items()
    }


def _key(part: Chem.Mol) -> tuple[str, str]:
    """Flat SMILES of the standard form, and which isomer it is."""
    try:
        written = Chem.MolToSmiles(canonical_tautomer(neutral(part)))
    except DataError:  # hexafluorophosphate and its like take no proton
        written = Chem.MolToSmiles(part)
    return Chem.CanonSmiles(written, useChiral=0), isomer(written)
