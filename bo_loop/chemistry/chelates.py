"""Chelate rings: which donors of a ligand can bind one metal ion together.

A chelate ring is closed by two sites and the metal: bond path + 2 atoms. The path is the shortest
that avoids every other donor; so EDTA has five rings of five, not also the larger ones that go over
a nitrogen. It counts up to `LARGEST_RING` atoms, if `bo_loop.chemistry.geometry` lets its ends
meet.

An oxygen or sulfur at a planar atom binds on one *side* of it: the central oxygen of pyrogallol
closes a ring with either neighbour, not with both, and the carbonyl of enterobactin's amides takes
no oxygen from a catechol that is bound by both of its own.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from rdkit import Chem

from bo_loop.chemistry.donor_types import SUPPORTING, UNCOUNTED
from bo_loop.chemistry.geometry import arrangement, can_meet, is_planar
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import donor_sites

LARGEST_RING = 7  # maleate and phthalate close it, succinate barely
_LARGEST_OF_SUPPORTING = 6  # an amide or ether does not hold a ring of seven
_STRAIGHT = -1  # the side of a donor that may bind anywhere


@dataclass(frozen=True)
class ChelateRing:
    """What two sites and the metal ion can close.

    Parameters
    ----------
    donors : tuple of two int
        Positions in `donor_sites`, the smaller first.
    sides : tuple of two int
        The side on which each binds: the atom beyond, or −1 for a donor without sides.
    size : int
        Atoms of the ring, the metal among them.
    arrangement : str
        ``"cis"`` or ``"trans"`` if it runs through a small ring of the ligand, on whose sides the
        donors are; else nothing.
    """

    donors: tuple[int, int]
    sides: tuple[int, int]
    size: int
    arrangement: str


def chelate_rings(smiles: str) -> tuple[ChelateRing, ...]:
    """Rings of at most `LARGEST_RING` atoms, one for each pair of sites that can close any.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    tuple of ChelateRing

    Raises
    ------
    DataError
        As `bo_loop.chemistry.sites.donor_sites`.
    """
    return tuple(ring for ring in _loops(smiles) if ring.size <= LARGEST_RING)


@lru_cache(maxsize=1024)
def _loops(smiles: str) -> tuple[ChelateRing, ...]:
    """Rings of any size, the smallest of each pair of sites."""
    sites = donor_sites(smiles)
    molecule = Chem.MolFromSmiles(standardise(smiles))
    owner = {i: number for number, site in enumerate(sites) for i in site.atoms}
    rings: dict[tuple[int, int], ChelateRing] = {}
    for start in owner:
        for path in _paths_to_donors(molecule, start, owner):
            if owner[path[-1]] < owner[start] or len(path) < 3 or not can_meet(molecule, path):
                continue
            pair = (owner[start], owner[path[-1]])
            if pair not in rings or len(path) + 1 < rings[pair].size:
                sides = (_side(molecule, path), _side(molecule, path[::-1]))
                rings[pair] = ChelateRing(pair, sides, len(path) + 1, arrangement(molecule, path))
    return tuple(rings.values())


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


def _side(molecule: Chem.Mol, path: tuple[int, ...]) -> int:
    """Which way the path turns at the last of the planar atoms (at most two) that bear a donor."""
    donor, bearer, beyond = (molecule.GetAtomWithIdx(i) for i in path[:3])
    if donor.GetDegree() > 1 or not is_planar(bearer):
        return _STRAIGHT
    further = (
        (is_planar(beyond) or _becomes_planar(beyond))
        and not bearer.GetIsAromatic()
        and len(path) > 3
    )
    return path[3] if further else path[2]


def _becomes_planar(atom: Chem.Atom) -> bool:
    """Tell the middle carbon of a triacylmethane, planar in its enolate."""
    return atom.GetTotalNumHs() == 1 and sum(map(is_planar, atom.GetNeighbors())) == 3


def sets_of_donors(
    donors: Iterable[int], rings: Iterable[ChelateRing], weight: Callable[[int], float]
) -> list[list[int]]:
    """Divide donors into sets whose members chelate rings join, directly or through others.

    Parameters
    ----------
    donors : iterable of int
        Positions in `donor_sites`; others are not considered.
    rings : iterable of ChelateRing
        Those that join.
    weight : callable
        What a donor counts for. One that can bind on either of two sides is in the heavier set.

    Returns
    -------
    list of list of int
        The heaviest first; a donor that nothing joins is a set of its own.
    """
    allowed = set(donors)
    joined: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for ring in rings:
        if allowed.issuperset(ring.donors):
            ends = list(zip(ring.donors, ring.sides, strict=True))
            together = set().union(*(joined.get(end, {end}) for end in ends))
            joined |= dict.fromkeys(together, together)
    open_sets = [{donor for donor, _ in nodes} for nodes in joined.values()]
    open_sets += [{donor} for donor in allowed]
    found = []
    while left := [each for each in open_sets if each]:
        best = min(left, key=lambda each: (-sum(map(weight, each)), min(each)))
        found.append(sorted(best))
        open_sets = [each.difference(found[-1]) for each in left]
    return found


def denticity(smiles: str) -> int:
    """Most donors of a ligand that one metal ion holds.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    int
        The donors that chelate rings join to one another. Strong donors join in rings of up to
        seven atoms; amides, ketones and ethers in rings of up to six; alcohols (but for the one of
        an α-hydroxycarboxylic acid), acetals, esters, nitriles and sulfonates do not count: they
        hardly hold a metal ion in water. Sets of two strong donors or more reach one metal ion over
        any longer chain (a trihydroxamate is hexadentate), a single donor does not (lysine is
        bidentate). 1 if no donor counts, 0 without a donor.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.sites.donor_sites`.
    """
    sites = donor_sites(smiles)
    supporting = [site.kind in SUPPORTING for site in sites]
    counted = [i for i, site in enumerate(sites) if site.kind not in UNCOUNTED]

    def joins(ring: ChelateRing) -> bool:
        weak = any(supporting[i] for i in ring.donors)
        return ring.size <= (_LARGEST_OF_SUPPORTING if weak else LARGEST_RING)

    loops = _loops(smiles)
    sets = sets_of_donors(counted, filter(joins, loops), lambda i: 1.0 - 0.5 * supporting[i])
    if not sets:
        return min(len(sites), 1)
    return max(map(len, [*sets, *_over_chains(sets, loops, supporting)]))


def _over_chains(
    sets: list[list[int]], loops: tuple[ChelateRing, ...], supporting: list[bool]
) -> list[list[int]]:
    """Join the sets of two strong donors or more that are joined by longer chains, donors in them.

    Where two such donors could close a chelate ring and are in different sets, they are on two
    sides of a planar group: that chain joins nothing.
    """
    strong = [each for each in sets if sum(not supporting[i] for i in each) > 1]
    holding = {i for each in strong for i in each}
    joined: dict[int, set[int]] = {}
    for each in [
        *strong,
        *(
            loop.donors
            for loop in loops
            if loop.size > LARGEST_RING or not holding.issuperset(loop.donors)
        ),
    ]:
        together = set().union(*(joined.get(i, {i}) for i in each))
        joined |= dict.fromkeys(together, together)
    return [sorted(holding & together) for together in joined.values()]
