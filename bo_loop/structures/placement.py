"""Coordinates to start from: the donors on the coordination polyhedron, the rest around them.

Symbols
-------
k       places about the ion, and donors
d       (k,) Å, distance of each donor from the ion: the sum of covalent radii (Cordero et al.,
        Dalton Trans. 2008, 2832)
bounds  (n, n) Å, upper limits of interatomic distances above the diagonal, lower ones below, as
        distance geometry takes them (Crippen, Havel, Distance Geometry and Molecular
        Conformation, 1988)

The bounds of the ligands are RDKit's own, of the free molecules; those to the ion and among the
donors follow from the polyhedron.
"""

from itertools import combinations, zip_longest
from operator import itemgetter

import numpy as np
from rdkit import Chem, DistanceGeometry, rdBase
from rdkit.Chem import rdDistGeom

from bo_loop.base.types import Floats
from bo_loop.structures.coordination_complex import Assembly

_OXO_LENGTH = 1.65  # Å, of V=O; 1.70 of Mo=O
_BOND_SLACK = 0.05  # Å
_PLACE_SLACK = 0.4  # Å
_BITE_SLACK = 0.9  # Å: in one ligand, whose chelate rings bite less than a polyhedron's edge
_ANGLES = (95.0, 138.0)  # degrees, metal-donor-neighbour
_NEAREST = (2.3, 2.6)  # Å, of a hydrogen and of any other atom to the metal
_EDGE = 1.55  # of a polyhedron, in units of d: what a chelate ring of five or six spans
_CHELATING = 4  # bonds between donors that such a ring joins
_TRIES = 60  # random arrangements of the donors, each improved by exchanges
_MOST_EXCESS = 0.5  # Å; two donors that changed places are 1 Å off
_STRAINED = 1.0  # Å by which an arrangement may strain the ligands more than the best one


def starts(assembly: Assembly, n: int, seed: int) -> list[Floats]:
    """Place the donors on the polyhedron, and the rest around them by distance geometry.

    Parameters
    ----------
    assembly : Assembly
    n : int
        Starts wanted, spread over the arrangements of the donors that strain the ligands least.
    seed : int

    Returns
    -------
    list of (n_atoms, 3) float64
        Coordinates, Å; fewer than `n` where distance geometry finds none.
    """
    graph = assembly.molecule.graph
    with rdBase.BlockLogs():
        free = rdDistGeom.GetMoleculeBoundsMatrix(graph)
    lengths = _lengths(assembly)
    of_arrangements = []
    for places in _arrangements(assembly, free, lengths, seed)[:n]:
        bounds = _bounds(assembly, free, assembly.places[places] * lengths[:, None])
        made = [(_excess(each, bounds), each) for each in embedded(graph, 3 * n + 7, seed, bounds)]
        sound = sorted((each for each in made if each[0] < _MOST_EXCESS), key=itemgetter(0))
        of_arrangements.append([positions for _, positions in sound])
    taken = [each for turn in zip_longest(*of_arrangements) for each in turn if each is not None]
    return taken[:n]


def _excess(positions: Floats, bounds: Floats) -> float:
    """Return by how much a distance leaves its bounds at most, Å.

    An arrangement of the donors has a mirror image, and a ligand fits into one of the two only.
    """
    apart, upper = _pair_distances(positions), np.triu_indices(len(bounds), 1)
    return float(np.maximum(apart - bounds, bounds.T - apart)[upper].max())


def embedded(graph: Chem.Mol, n: int, seed: int, bounds: Floats | None = None) -> list[Floats]:
    """Embed a molecule by ETKDG (Wang et al., J. Chem. Inf. Model. 2020, 60, 2044).

    Parameters
    ----------
    graph : rdkit Mol
        With hydrogens.
    n : int
        Conformers tried; those closer than 0.3 Å RMSD to an earlier one are left out.
    seed : int
    bounds : (n_atoms, n_atoms) float64, optional
        In place of RDKit's own.

    Returns
    -------
    list of (n_atoms, 3) float64
        Å.
    """
    options = rdDistGeom.ETKDGv3()
    options.randomSeed = seed + 1  # RDKit draws 0 and 1 alike
    options.pruneRmsThresh = 0.3
    if bounds is not None:
        options.SetBoundsMat(bounds)
        options.useRandomCoords = True
        options.embedFragmentsSeparately = False
        options.ignoreSmoothingFailures = True
        options.maxIterations = 20
    made = Chem.Mol(graph)
    with rdBase.BlockLogs():  # RDKit's force field has no types for bare ions, and needs none
        numbers = list(rdDistGeom.EmbedMultipleConfs(made, n, options))
        if not numbers and bounds is None:  # crowded, or a large ring
            options.useRandomCoords = True
            numbers = list(rdDistGeom.EmbedMultipleConfs(made, n, options))
    return [made.GetConformer(i).GetPositions() for i in numbers]


def _lengths(assembly: Assembly) -> Floats:
    table, atoms = Chem.GetPeriodicTable(), assembly.molecule.graph.GetAtoms()
    radius = table.GetRcovalent(atoms[0].GetAtomicNum())
    donors = [radius + table.GetRcovalent(atoms[i].GetAtomicNum()) for i in assembly.donors]
    donors[: assembly.oxo] = [_OXO_LENGTH] * assembly.oxo
    return np.array(donors)


def _arrangements(assembly: Assembly, free: Floats, lengths: Floats, seed: int) -> list[list[int]]:
    """Return places of the donors, the least strain first, without those that are alike."""
    k, oxo = len(assembly.donors), assembly.oxo
    rng = np.random.default_rng(seed)
    limits = _limits(assembly, free, lengths)
    ranks = np.array(Chem.CanonicalRankAtoms(assembly.molecule.graph, breakTies=False))
    ranks = ranks[list(assembly.donors)]
    found: dict[tuple[tuple[float, ...], ...], tuple[float, list[int]]] = {}
    for _ in range(_TRIES):
        places = np.concatenate([np.arange(oxo), oxo + rng.permutation(k - oxo)])
        strain, places = _improved(assembly, places, lengths, limits)
        alike = _pair_distances(assembly.places[places])
        kind = sorted(
            (*sorted((int(ranks[i]), int(ranks[j]))), round(float(alike[i, j]), 3))
            for i, j in combinations(range(k), 2)
        )
        found.setdefault(tuple(kind), (strain, places.tolist()))
    ordered = sorted(found.values())
    return [places for strain, places in ordered if strain <= ordered[0][0] + _STRAINED]


def _limits(assembly: Assembly, free: Floats, lengths: Floats) -> Floats:
    """Return how far apart two donors may be; those of different ligands as far as they like."""
    graph = assembly.molecule.graph
    bonds = Chem.GetDistanceMatrix(graph)
    part = {i: at for at, each in enumerate(Chem.GetMolFrags(graph)) for i in each}
    smoothed = free.copy()
    DistanceGeometry.DoTriangleSmoothing(smoothed)
    limits = np.full((len(lengths),) * 2, np.inf)
    for i, j in combinations(range(len(lengths)), 2):
        a, b = sorted((assembly.donors[i], assembly.donors[j]))
        if part[a] == part[b]:
            edge = _EDGE * (lengths[i] + lengths[j]) / 2
            limits[i, j] = edge if bonds[a, b] <= _CHELATING else smoothed[a, b]
    return limits


def _improved(
    assembly: Assembly, places: np.ndarray, lengths: Floats, limits: Floats
) -> tuple[float, np.ndarray]:
    """Exchange the places of two donors as long as that takes strain off the ligands."""

    def strain(order: np.ndarray) -> float:
        apart = _pair_distances(assembly.places[order] * lengths[:, None])
        return float(np.maximum(apart - limits, 0.0).sum())

    best, better = strain(places), True
    while better:
        better = False
        for i, j in combinations(range(assembly.oxo, len(places)), 2):
            other = places.copy()
            other[[i, j]] = places[[j, i]]
            if (now := strain(other)) < best - 1e-9:
                best, places, better = now, other, True
    return best, places


def _pair_distances(points: Floats) -> Floats:
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def _bounds(assembly: Assembly, free: Floats, spots: Floats) -> Floats:
    """Return the bounds of the free molecules with those of the polyhedron put in."""
    bounds, graph = free.copy(), assembly.molecule.graph
    lengths = np.linalg.norm(spots, axis=1)
    apart = _pair_distances(spots)
    for atom in list(graph.GetAtoms())[1:]:
        _set(bounds, 0, atom.GetIdx(), _NEAREST[atom.GetAtomicNum() > 1], 1000.0)
    for at, i in enumerate(assembly.donors):
        _set(bounds, 0, i, lengths[at] - _BOND_SLACK, lengths[at] + _BOND_SLACK)
        for neighbour in graph.GetAtomWithIdx(i).GetNeighbors():
            j = neighbour.GetIdx()
            bond = (bounds[min(i, j), max(i, j)] + bounds[max(i, j), min(i, j)]) / 2
            _set(bounds, 0, j, *(_opposite(lengths[at], bond, angle) for angle in _ANGLES))
    for one, other in combinations(range(len(spots)), 2):
        i, j = sorted((assembly.donors[one], assembly.donors[other]))
        low, high = apart[one, other] - _PLACE_SLACK, apart[one, other] + _PLACE_SLACK
        if bounds[i, j] < 100.0:  # in one ligand: what the ligand itself allows goes first
            low = apart[one, other] - _BITE_SLACK
            low, high = (min(max(each, bounds[j, i]), bounds[i, j]) for each in (low, high))
            low = min(low, high - _BOND_SLACK)
        _set(bounds, i, j, low, high)
    return bounds


def _set(bounds: Floats, i: int, j: int, low: float, high: float) -> None:
    bounds[min(i, j), max(i, j)], bounds[max(i, j), min(i, j)] = high, low


def _opposite(a: float, b: float, degrees: float) -> float:
    """Return the third side of a triangle (law of cosines)."""
    return float(np.sqrt(a**2 + b**2 - 2.0 * a * b * np.cos(np.deg2rad(degrees))))
