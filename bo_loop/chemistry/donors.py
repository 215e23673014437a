"""Donor groups of a ligand, and the chelate rings that they can close on one metal ion.

A *site* is one place where the ligand can bind: an atom, or the nitrogens of one aromatic ring,
of which one binds. Each atom belongs to the first pattern of `PATTERNS` that claims it, so what
is nested in a larger group (the carbonyl of a carboxylic acid, the nitrogen of an amide) is never
counted again.

A chelate ring is closed by two sites and the metal: bond path + 2 atoms. It counts if the shortest
path that avoids every other donor does not run through three atoms of one aromatic ring: donors
meta or para to each other cannot reach the same metal ion. So EDTA has five rings of five, not
also the larger ones that go over a nitrogen.

Counts are of the neutral, fully protonated ligand.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from bo_loop.chemistry.donor_types import (
    ANIONIC_OXYGEN,
    BORDERLINE,
    DONOR_TYPES,
    PATTERNS,
    RING_NITROGEN,
    SOFT_ELEMENTS,
    WEAK,
)
from bo_loop.chemistry.ligands import standardise

_SHAPE_NAMES = (
    "sites",
    "n_sites",
    "o_sites",
    "s_sites",
    "hard_sites",
    "borderline_sites",
    "soft_sites",
    "anionic_o_groups",
    "rings_of_4",
    "rings_of_5",
    "rings_of_6",
    "rings_of_7_up",
    "denticity",
    "macrocycle_size",
)

DONOR_NAMES = DONOR_TYPES + _SHAPE_NAMES

_SMALLEST_MACROCYCLE = 9


@dataclass(frozen=True)
class DonorSite:
    """One place where a ligand can bind.

    Parameters
    ----------
    kind : str
        One of `DONOR_TYPES`.
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
        In the order of `PATTERNS`; no atom is in two of them.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    molecule = Chem.MolFromSmiles(standardise(smiles))
    taken: set[int] = set()
    found: list[DonorSite] = []
    group = 0
    for kind, pattern, roles in _patterns():
        for match in molecule.GetSubstructMatches(pattern, maxMatches=10_000):
            donors = [(role, i) for role, i in zip(roles, match, strict=True) if role in (1, 2)]
            used = {i for role, i in zip(roles, match, strict=True) if role}
            if {i for _, i in donors} & taken or (not donors and used <= taken):
                continue
            taken |= used
            group += 1
            for _, i in sorted(donors):
                symbol = molecule.GetAtomWithIdx(i).GetSymbol()
                found.append(DonorSite(kind, (i,), symbol, group))
    return _merge_rings(molecule, found)


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


def chelate_rings(smiles: str) -> dict[tuple[int, int], int]:
    """Ring size for each pair of sites that can bind one metal ion together.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    dict of (int, int) to int
        Keys are positions in `donor_sites`, the smaller first; values count the metal.

    Raises
    ------
    DataError
        As `donor_sites`.
    """
    sites = donor_sites(smiles)
    molecule = Chem.MolFromSmiles(standardise(smiles))
    aromatic = [
        frozenset(ring)
        for ring in molecule.GetRingInfo().AtomRings()
        if all(molecule.GetAtomWithIdx(i).GetIsAromatic() for i in ring)
    ]
    owner = {i: number for number, site in enumerate(sites) for i in site.atoms}
    rings: dict[tuple[int, int], int] = {}
    for start in owner:
        for path in _paths_to_donors(molecule, start, owner):
            pair = tuple(sorted((owner[path[0]], owner[path[-1]])))
            reachable = all(len(ring.intersection(path)) < 3 for ring in aromatic)
            if reachable and len(path) > 2 and len(path) + 1 < rings.get(pair, 10_000):
                rings[pair] = len(path) + 1
    return rings


def _paths_to_donors(
    molecule: Chem.Mol, start: int, owner: dict[int, int]
) -> list[tuple[int, ...]]:
    """Shortest paths from a donor atom to those of other sites, over atoms that are not donors."""
    paths = []
    seen = {start}
    queue = deque([(start,)])
    while queue:
        path = queue.popleft()
        for neighbour in molecule.GetAtomWithIdx(path[-1]).GetNeighbors():
            i = neighbour.GetIdx()
            if i in seen:
                continue
            seen.add(i)
            if i not in owner:
                queue.append((*path, i))
            elif owner[i] != owner[start]:
                paths.append((*path, i))
    return paths


def donor_features(smiles: str) -> NDArray[np.float64]:
    """Count donor groups and chelate rings, and describe the shape of the donor set.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    (d,) float64
        Columns: `DONOR_NAMES`. A bidentate group (catechol, hydroxamate) counts once among the
        types and twice among the sites. ``denticity`` is the largest number of sites that chelate
        rings link to one another, weak ones (amide, ester, sulfonate, …) not counted; 1 if there
        are only weak ones, 0 without a donor. ``macrocycle_size``: see `macrocycle_size`.

    Raises
    ------
    DataError
        As `donor_sites`.
    """
    sites = donor_sites(smiles)
    rings = chelate_rings(smiles)
    groups = {(site.kind, site.group) for site in sites}
    counts = [sum(kind == t for kind, _ in groups) for t in DONOR_TYPES]
    molecule = Chem.MolFromSmiles(standardise(smiles))
    return np.array([*counts, *_shape(molecule, sites, rings)], dtype=np.float64)


def _shape(
    molecule: Chem.Mol, sites: tuple[DonorSite, ...], rings: dict[tuple[int, int], int]
) -> list[float]:
    soft = sum(site.element in SOFT_ELEMENTS for site in sites)
    borderline = sum(site.kind in BORDERLINE for site in sites)
    sizes = list(rings.values())
    return [
        len(sites),
        sum(site.element == "N" for site in sites),
        sum(site.element == "O" for site in sites),
        sum(site.element in {"S", "Se"} for site in sites),
        len(sites) - soft - borderline,
        borderline,
        soft,
        len({site.group for site in sites if site.kind in ANIONIC_OXYGEN}),
        sizes.count(4),
        sizes.count(5),
        sizes.count(6),
        sum(size > 6 for size in sizes),
        _denticity(sites, rings),
        macrocycle_size(molecule, sites),
    ]


def linked(n: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Label n sites so that those that links join, directly or through others, share a label."""
    labels = list(range(n))
    for a, b in links:
        labels = [labels[a] if label == labels[b] else label for label in labels]
    return labels


def _denticity(sites: tuple[DonorSite, ...], rings: dict[tuple[int, int], int]) -> int:
    labels = linked(len(sites), rings)
    strong = [label for label, site in zip(labels, sites, strict=True) if site.kind not in WEAK]
    return max((strong.count(label) for label in strong), default=min(len(sites), 1))


def macrocycle_size(molecule: Chem.Mol, sites: tuple[DonorSite, ...]) -> int:
    """Atoms of the largest ring of nine or more with at least three donor atoms in it, else 0."""
    donors = {i for site in sites for i in site.atoms}
    return max(
        (
            len(r)
            for r in molecule.GetRingInfo().AtomRings()
            if len(r) >= _SMALLEST_MACROCYCLE and len(donors & set(r)) >= 3
        ),
        default=0,
    )
