"""Donor sites: the places where a ligand can bind a metal ion.

A *site* is an atom, or the nitrogens of one aromatic ring, of which one binds. Each atom belongs
to the first pattern of `PATTERNS` that claims it, so what is nested in a larger group (the carbonyl
of a carboxylic acid, the nitrogen of an amide) is never counted again.

Sites are of the neutral, fully protonated ligand.
"""

from dataclasses import dataclass
from functools import lru_cache

from rdkit import Chem

from bo_loop.chemistry.donor_types import PATTERNS, RING_NITROGEN
from bo_loop.chemistry.geometry import can_meet
from bo_loop.chemistry.ligands import standardise


@dataclass(frozen=True)
class DonorSite:
    """One place where a ligand can bind.

    Parameters
    ----------
    kind : str
        One of `bo_loop.chemistry.donor_types.DONOR_TYPES`.
    atoms : tuple of int
        Atom numbers in the standardised SMILES; one of them binds.
    element : str
        Symbol of the binding atom.
    group : int
        Sites of one bidentate group share this number.
    """

    kind: str
    atoms: tuple[int, ...]
    element: str
    group: int


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, Chem.Mol, tuple[int, ...]], ...]:
    compiled = []
    for kind, smarts in PATTERNS:
        pattern = Chem.MolFromSmarts(smarts)
        compiled.append((kind, pattern, tuple(a.GetAtomMapNum() for a in pattern.GetAtoms())))
    return tuple(compiled)


@lru_cache(maxsize=16384)
def donor_sites(smiles: str) -> tuple[DonorSite, ...]:
    """Find where a ligand can bind.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    tuple of DonorSite
        In the order of `PATTERNS`; no atom is in two of them. The two oxygens of a 1,3-diketone
        whose three carbons lie in one small ring point apart: they are one site, an enolate's.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    molecule = Chem.MolFromSmiles(standardise(smiles))
    taken: set[int] = set()
    found: list[DonorSite] = []
    for kind, pattern, roles in _patterns():
        for binding, used in _groups(molecule, pattern, roles):
            if set(binding) & taken or (not binding and used <= taken):
                continue
            taken |= used
            group = found[-1].group + 1 if found else 1
            if kind == "beta_diketone" and _points_apart(molecule, binding):
                found.append(DonorSite("enol", binding, _symbol(molecule, binding[0]), group))
                continue
            found += [DonorSite(kind, (i,), _symbol(molecule, i), group) for i in binding]
    return _merge_rings(molecule, found)


def _groups(
    molecule: Chem.Mol, pattern: Chem.Mol, roles: tuple[int, ...]
) -> list[tuple[tuple[int, ...], set[int]]]:
    """Atoms that bind and all that are used up, of each match; those that point apart last."""
    groups = []
    for match in molecule.GetSubstructMatches(pattern, maxMatches=10_000):
        marked = sorted((role, i) for role, i in zip(roles, match, strict=True) if role)
        binding = tuple(i for role, i in marked if role in (1, 2))
        groups.append((binding, {i for _, i in marked}))
    return sorted(groups, key=lambda each: _points_apart(molecule, each[0]))


def _points_apart(molecule: Chem.Mol, binding: tuple[int, ...]) -> bool:
    return len(binding) == 2 and not can_meet(molecule, Chem.GetShortestPath(molecule, *binding))


def _symbol(molecule: Chem.Mol, atom: int) -> str:
    return molecule.GetAtomWithIdx(atom).GetSymbol()


def _merge_rings(molecule: Chem.Mol, sites: list[DonorSite]) -> tuple[DonorSite, ...]:
    """Make one site of the nitrogens of each aromatic ring, its mobile NH included."""
    merged: list[DonorSite] = []
    rings = [r for r in molecule.GetRingInfo().AtomRings() if len(r) in (5, 6)]
    claimed: set[int] = set()
    for site in sites:
        if site.kind not in RING_NITROGEN:
            merged.append(site)
            continue
        if site.atoms[0] in claimed:
            continue
        ring = next((r for r in rings if site.atoms[0] in r), site.atoms)
        free = tuple(sorted(i for i in ring if _free_nitrogen(molecule.GetAtomWithIdx(i))))
        claimed.update(free)
        merged.append(DonorSite(site.kind, free or site.atoms, "N", site.group))
    return tuple(merged)


def _free_nitrogen(atom: Chem.Atom) -> bool:
    """Tell an aromatic nitrogen that has a lone pair, or has one in another tautomer."""
    if atom.GetSymbol() != "N" or not atom.GetIsAromatic():
        return False
    in_five_ring = atom.IsInRingSize(5)
    return (
        atom.GetDegree() == 2
        and atom.GetFormalCharge() == 0
        and (atom.GetTotalNumHs() == 0 or in_five_ring)
    )
