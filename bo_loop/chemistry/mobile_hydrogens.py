"""Mobile hydrogens that no rule settles: on the N, O, S of aromatic systems, on amidines.

Each is put where it is worth most; among equals, the graph without hydrogens decides, so that
neither the drawing nor the order of its atoms counts.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, product

from rdkit import Chem

from bo_loop.chemistry.edits import edited, holds, is_double, matches, rings, shifted

_MOST_PLACEMENTS = 400

# What a hydrogen is worth on a place of an aromatic system.
_PLACES = {
    "thiol": 20,
    "OH of a pyrazole or isoxazole": 20,
    "NH of a five-membered ring": 6,
    "… beside a carbon that two rings share": 2,
    "… and that bears another N (9H-purine)": 1,
    "… beside exactly one other N": 1,
    "NH of a larger ring": 3,
    "… beside C=O": 1,
}

# What a double bond of an amidine is worth at its nitrogen.
_IMINE = (
    ("[#7]~[OX2,OX1]", 5),
    ("[#7]~[$([C,S,P]=[O,S]),$(C#N),$([N+](=O)[O-])]", 4),
    ("[#7]~[#7]", 3),
    ("[#7]~[c,n]", 2),
    ("[#7D1]", 1),
)


def settled(molecule: Chem.Mol) -> Iterator[Chem.Mol | None]:
    """Every move that brings a mobile hydrogen to its place.

    Parameters
    ----------
    molecule : rdkit Mol
        Atoms in the order of the canonical SMILES.

    Yields
    ------
    rdkit Mol or None
        None where no valence structure fits.
    """
    ranks: list[int] = []
    imine = holds(molecule, "C=[NX2]")
    if imine:
        yield from _formazans(molecule, ranks)
    if holds(molecule, "[n;D2;+0]") or rings(molecule, 7):
        yield from _placed_hydrogens(molecule, ranks)
    if imine:
        yield from _placed_imines(molecule, ranks)


def _formazans(molecule: Chem.Mol, ranks: list[int]) -> Iterator[Chem.Mol | None]:
    """Put the hydrogen of N=N-C=N-NH at the nitrogen that ranks lower."""
    for path in matches(molecule, "[NX3;H1]-[NX2]=[CX3]-[NX2]=[NX2]"):
        _rank(molecule, ranks)
        if ranks[path[-1]] < ranks[path[0]]:
            yield shifted(molecule, list(path))


def _placed_hydrogens(molecule: Chem.Mol, ranks: list[int]) -> Iterator[Chem.Mol | None]:
    """Put the mobile hydrogens of each aromatic system where they are worth most."""
    for places in _systems(molecule):
        held = tuple(i for i in places if molecule.GetAtomWithIdx(i).GetTotalNumHs())
        ways = list(combinations(places, len(held)))
        if not 1 < len(ways) <= _MOST_PLACEMENTS:
            continue
        _rank(molecule, ranks)
        keyed = sorted((-_worth(molecule, way), sorted(ranks[i] for i in way), way) for way in ways)
        best = None
        for key in keyed:
            if best is not None and key[:2] != best[0][:2]:
                break
            placed = molecule if key[2] == held else _placed(molecule, places, key[2])
            if placed is not None:
                text = Chem.MolToSmiles(placed, isomericSmiles=False)
                best = min(best or (key, text, placed), (key, text, placed), key=lambda b: b[1])
        if best is not None and best[1] != Chem.MolToSmiles(molecule, isomericSmiles=False):
            yield best[2]


def _systems(molecule: Chem.Mol) -> list[list[int]]:
    """N, and O or S beside a ring, between which hydrogens of one fused aromatic system move."""
    aromatic = [
        set(ring)
        for ring in rings(molecule, 5, 6, 7)
        if all(molecule.GetAtomWithIdx(i).GetIsAromatic() for i in ring)
    ]
    fused: list[set[int]] = []
    for ring in aromatic:
        joined = [system for system in fused if len(system & ring) > 1]
        fused = [system for system in fused if system not in joined]
        fused.append(ring.union(*joined))
    places: list[list[int]] = []
    for system in fused:
        found = set()
        for ring in aromatic:
            if ring <= system:
                nitrogens = {i for i in ring if _is_free_nitrogen(molecule.GetAtomWithIdx(i))}
                found |= nitrogens
                if nitrogens or len(ring) == 7:
                    found |= {i for r in ring for i in _chalcogens(molecule.GetAtomWithIdx(r))}
        places.append(sorted(found))
    return places


def _is_free_nitrogen(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() == 7 and atom.GetDegree() == 2 and atom.GetFormalCharge() == 0


def _chalcogens(atom: Chem.Atom) -> list[int]:
    """O, S, Se beside a carbon that bind nothing else."""
    return [
        near.GetIdx()
        for near in (atom.GetNeighbors() if atom.GetAtomicNum() == 6 else ())
        if near.GetSymbol() in ("O", "S", "Se")
        and near.GetDegree() == 1
        and not near.GetIsAromatic()
    ]


def _placed(molecule: Chem.Mol, places: list[int], way: tuple[int, ...]) -> Chem.Mol | None:
    bonds, hydrogens = {}, {}
    for i in places:
        atom = molecule.GetAtomWithIdx(i)
        hydrogens[i] = (i in way) - atom.GetTotalNumHs()
        if atom.GetAtomicNum() != 7:
            order = Chem.BondType.SINGLE if i in way else Chem.BondType.DOUBLE
            bonds[atom.GetNeighbors()[0].GetIdx(), i] = order
    return edited(molecule, bonds, hydrogens)


def _worth(molecule: Chem.Mol, way: tuple[int, ...]) -> int:
    info = molecule.GetRingInfo()
    total = 0
    for i in way:
        atom = molecule.GetAtomWithIdx(i)
        near = atom.GetNeighbors()
        if atom.GetAtomicNum() == 7:
            five = info.IsAtomInRingOfSize(i, 5)
            total += _PLACES["NH of a five-membered ring" if five else "NH of a larger ring"]
            if five:
                shared = [a for a in near if info.NumAtomRings(a.GetIdx()) > 1]
                amidine = any(_nitrogens(a) > 1 for a in shared)
                total += _PLACES["… beside a carbon that two rings share"] * bool(shared)
                total += _PLACES["… and that bears another N (9H-purine)"] * amidine
                total += _PLACES["… beside exactly one other N"] * (_nitrogens(atom) == 1)
            elif any(o not in way for a in near for o in _chalcogens(a)):
                total += _PLACES["… beside C=O"]
        elif atom.GetSymbol() != "O":
            total += _PLACES["thiol"]
        elif _in_diazole(molecule, near[0].GetIdx()):
            total += _PLACES["OH of a pyrazole or isoxazole"]
    return total


def _nitrogens(atom: Chem.Atom) -> int:
    return sum(near.GetAtomicNum() == 7 for near in atom.GetNeighbors())


def _in_diazole(molecule: Chem.Mol, atom: int) -> bool:
    """Whether a ring atom belongs to a pyrazole or isoxazole: two heteroatoms side by side."""
    for ring in rings(molecule, 5):
        others = [i for i in ring if molecule.GetAtomWithIdx(i).GetAtomicNum() != 6]
        if atom in ring and len(others) == 2 and molecule.GetBondBetweenAtoms(*others):
            return True
    return False


def _placed_imines(molecule: Chem.Mol, ranks: list[int]) -> Iterator[Chem.Mol | None]:
    """Put the double bonds of amidines and guanidines where they are worth most."""
    carbons: dict[int, set[int]] = {}
    for carbon, nitrogen in matches(molecule, "[CX3;$(C=[NX2])]-,=[#7;+0;!a;$([X2]),$([X3;!H0])]"):
        carbons.setdefault(carbon, set()).add(nitrogen)
    carbons = {c: ns for c, ns in carbons.items() if _has_choice(molecule, c, ns)}
    for system in _joined(carbons):
        ways = list(product(*(sorted(carbons[c]) for c in system)))
        ways = [way for way in ways if len(set(way)) == len(way)]
        if not 1 < len(ways) <= _MOST_PLACEMENTS:
            continue
        _rank(molecule, ranks)
        worth = _imine_worth(molecule)
        now = tuple(n for c in system for n in carbons[c] if is_double(molecule, c, n))
        best = min(
            (-sum(worth[n] for n in way), sorted(ranks[n] for n in way), way != now, way)
            for way in ways
        )[-1]
        if best != now:
            bonds = {(c, n): Chem.BondType.SINGLE for c, n in zip(system, now, strict=True)}
            bonds |= {(c, n): Chem.BondType.DOUBLE for c, n in zip(system, best, strict=True)}
            added = dict.fromkeys(set(now) - set(best), 1) | dict.fromkeys(set(best) - set(now), -1)
            yield edited(molecule, bonds, added)


def _has_choice(molecule: Chem.Mol, carbon: int, nitrogens: set[int]) -> bool:
    """Whether a carbon has a C=N whose double bond may as well go to another nitrogen."""
    doubled = {n for n in nitrogens if is_double(molecule, carbon, n)}
    rest = nitrogens - doubled
    return bool(doubled and rest) and all(molecule.GetAtomWithIdx(n).GetTotalNumHs() for n in rest)


def _imine_worth(molecule: Chem.Mol) -> dict[int, int]:
    worth = {atom.GetIdx(): 0 for atom in molecule.GetAtoms()}
    for smarts, value in _IMINE:
        for match in matches(molecule, smarts):
            worth[match[0]] = max(worth[match[0]], value)
    return worth


def _joined(carbons: Mapping[int, set[int]]) -> list[list[int]]:
    """Amidine carbons that share a nitrogen."""
    systems: list[list[int]] = []
    for carbon in sorted(carbons):
        touching = [s for s in systems if any(carbons[c] & carbons[carbon] for c in s)]
        systems = [s for s in systems if s not in touching]
        systems.append(sorted([carbon, *(c for s in touching for c in s)]))
    return systems


def _rank(molecule: Chem.Mol, ranks: list[int]) -> None:
    """Rank the atoms of the graph without hydrogens, bond orders and charges; fills `ranks`."""
    if ranks:
        return
    bare = Chem.RWMol(molecule)
    for bond in bare.GetBonds():
        bond.SetBondType(Chem.BondType.SINGLE)
        bond.SetIsAromatic(False)
    for atom in bare.GetAtoms():
        atom.SetIsAromatic(False)
        atom.SetFormalCharge(0)
        atom.SetNumExplicitHs(0)
        atom.SetNoImplicit(True)
    bare.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(bare)
    ranks.extend(Chem.CanonicalRankAtoms(bare, breakTies=False, includeChirality=False))
