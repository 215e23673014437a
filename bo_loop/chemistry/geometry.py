"""Geometry that decides whether two donors can bind one metal ion, and tells diastereomers apart.

The donors at the ends of a path of atoms cannot meet if the path runs

- through three atoms of one aromatic ring: donors meta or para to each other point apart;
- over a C=C that is drawn trans; an enol or enamine is not held to its drawing, nor is C=N, which
  turns over in water;
- through three atoms or more of another ring of up to seven, between substituents that are trans,
  or of which one is on a planar carbon;
- through two atoms of a ring of three or four, between such substituents: they are too far apart;
- over a single atom, as in N-C-N, unless S, Se, P or As is among the three.

Where a drawing states no configuration, every ring that it may have is possible. An achiral metal
ion binds two enantiomers alike, so nothing here tells them apart.
"""

from functools import lru_cache
from itertools import combinations

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler

from bo_loop.chemistry.ligands import standardise

_SMALL_RING = 7  # atoms; a larger ring turns its substituents towards each other
_STRAINED_RING = 4
_FURTHEST_CENTRES = 3  # bonds between stereocentres whose relation is described
_LARGE = {"S", "Se", "P", "As"}  # wide enough for a chelate ring of four
_CIP_STEPS = 100_000
_CLOCKWISE = Chem.ChiralType.CHI_TETRAHEDRAL_CW
_ANTICLOCKWISE = Chem.ChiralType.CHI_TETRAHEDRAL_CCW
_CIS = {Chem.BondStereo.STEREOZ, Chem.BondStereo.STEREOCIS}
_TRANS = {Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS}


@lru_cache(maxsize=100_000)
def either_enantiomer(smiles: str) -> str:
    """Write a ligand and its mirror image in one way.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    str
        Of the standardised SMILES of the ligand and of its mirror image, the first by alphabet.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    written = standardise(smiles)
    if "@" not in written:
        return written
    mirrored = Chem.MolFromSmiles(written)
    for atom in mirrored.GetAtoms():
        if atom.GetChiralTag() in (_CLOCKWISE, _ANTICLOCKWISE):
            atom.InvertChirality()
    return min(written, standardise(Chem.MolToSmiles(mirrored)))


def can_meet(molecule: Chem.Mol, path: tuple[int, ...]) -> bool:
    """Tell whether the ends of a path can bind one metal ion, by the rules at the top.

    Parameters
    ----------
    molecule : rdkit Mol
    path : tuple of int
        Atom numbers from donor to donor, both included.

    Returns
    -------
    bool
    """
    if len(path) == 3 and not _LARGE.intersection(_symbols(molecule, path)):
        return False
    rings = molecule.GetRingInfo().AtomRings()
    if any(len(ring) <= _SMALL_RING and _parts(molecule, ring, path) for ring in rings):
        return False
    return not any(_is_trans(molecule, path[k : k + 4]) for k in range(len(path) - 3))


def _symbols(molecule: Chem.Mol, atoms: tuple[int, ...]) -> list[str]:
    return [molecule.GetAtomWithIdx(i).GetSymbol() for i in atoms]


def is_planar(atom: Chem.Atom) -> bool:
    """Tell an sp2 atom."""
    return atom.GetHybridization() == Chem.HybridizationType.SP2


def _parts(molecule: Chem.Mol, ring: tuple[int, ...], path: tuple[int, ...]) -> bool:
    """Tell whether a small ring on the path turns the two ends of it away from each other."""
    held = [k for k, i in enumerate(path) if i in ring]
    if len(held) < 2:
        return False
    if all(molecule.GetAtomWithIdx(i).GetIsAromatic() for i in ring):
        return len(held) > 2 or len(ring) <= _STRAINED_RING
    if len(held) < (2 if len(ring) <= _STRAINED_RING else 3):
        return False
    first, last = held[0], held[-1]
    left = [k for k in (first, last) if 0 < k < len(path) - 1]  # where the path leaves the ring
    if any(is_planar(molecule.GetAtomWithIdx(path[k])) for k in left):
        return len(left) == 2 or len(held) > 2
    return len(left) == 2 and _across(molecule, ring, path) == "trans"


def arrangement(molecule: Chem.Mol, path: tuple[int, ...]) -> str:
    """Say how a path between donors leaves the ring of up to seven atoms that it runs through.

    Returns
    -------
    str
        ``"cis"``, ``"trans"``, or nothing where it runs through no ring, or no configuration is
        stated.
    """
    rings = (r for r in molecule.GetRingInfo().AtomRings() if len(r) <= _SMALL_RING)
    return next(filter(None, (_across(molecule, ring, path) for ring in rings)), "")


def _across(molecule: Chem.Mol, ring: tuple[int, ...], path: tuple[int, ...]) -> str:
    held = [k for k, i in enumerate(path) if i in ring]
    if len(held) < 2 or held[0] == 0 or held[-1] == len(path) - 1:
        return ""
    one = _face(molecule, ring, path[held[0]], path[held[0] - 1])
    other = _face(molecule, ring, path[held[-1]], path[held[-1] + 1])
    if one is None or other is None:
        return ""
    return "cis" if one == other else "trans"


def _face(molecule: Chem.Mol, ring: tuple[int, ...], atom: int, substituent: int) -> bool | None:
    """On which face of the ring a substituent is; None if the drawing does not tell."""
    centre = molecule.GetAtomWithIdx(atom)
    if centre.GetChiralTag() not in (_CLOCKWISE, _ANTICLOCKWISE):
        return None
    drawn = [neighbour.GetIdx() for neighbour in centre.GetNeighbors()]
    drawn += [-1] * (4 - len(drawn))  # RDKit puts a hydrogen that is not drawn last
    at = ring.index(atom)
    seen = [substituent, ring[at - 1], ring[(at + 1) % len(ring)]]
    order = [drawn.index(i) for i in (*seen, *(i for i in drawn if i not in seen))]
    odd = sum(a > b for a, b in combinations(order, 2)) % 2
    return (centre.GetChiralTag() == _CLOCKWISE) != bool(odd)


def _is_trans(molecule: Chem.Mol, four: tuple[int, ...]) -> bool:
    """Tell whether the middle two of four atoms in a row are a C=C whose outer ones are trans."""
    bond = molecule.GetBondBetweenAtoms(*four[1:3])
    if not _is_fixed(bond):
        return False
    stated = set(bond.GetStereoAtoms())
    swapped = (four[0] not in stated) != (four[3] not in stated)
    return bond.GetStereo() in (_CIS if swapped else _TRANS)


def _is_fixed(bond: Chem.Bond) -> bool:
    """Tell a C=C of stated configuration that does not turn as an enol or enamine does."""
    ends = (bond.GetBeginAtom(), bond.GetEndAtom())
    return bond.GetStereo() in _CIS | _TRANS and all(
        end.GetSymbol() == "C"
        and not any(n.GetSymbol() != "C" and n.GetTotalNumHs() for n in end.GetNeighbors())
        for end in ends
    )


def relative_configurations(smiles: str) -> list[str]:
    """Describe what tells a ligand from its diastereomers, but not from its mirror image.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    list of str
        A text for each C=C of stated configuration; for each pair of stereocentres at most three
        bonds apart, whether their descriptors are alike (R,R or S,S) or not; and for each
        pseudo-asymmetric centre its descriptor. Empty if there is none: a single stereocentre
        makes no diastereomers.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    molecule = Chem.MolFromSmiles(either_enantiomer(smiles))
    rdCIPLabeler.AssignCIPLabels(molecule, maxRecursiveIterations=_CIP_STEPS)
    found = [
        " ".join([*sorted(map(_surroundings, ends)), bond.GetProp("_CIPCode")])
        for bond in molecule.GetBonds()
        if _is_fixed(bond) and bond.HasProp("_CIPCode")
        for ends in [(bond.GetBeginAtom(), bond.GetEndAtom())]
    ]
    centres = [atom for atom in molecule.GetAtoms() if atom.HasProp("_CIPCode")]
    found += [
        f"{_surroundings(atom)} {atom.GetProp('_CIPCode')}"
        for atom in centres
        if atom.GetProp("_CIPCode") in {"r", "s"}
    ]
    distance = Chem.GetDistanceMatrix(molecule)
    for pair in combinations([a for a in centres if a.GetProp("_CIPCode") in {"R", "S"}], 2):
        apart = int(distance[pair[0].GetIdx(), pair[1].GetIdx()])
        if apart <= _FURTHEST_CENTRES:
            alike = len({atom.GetProp("_CIPCode") for atom in pair}) == 1
            found.append(" ".join([*sorted(map(_surroundings, pair)), str(apart), str(alike)]))
    return found


def _surroundings(atom: Chem.Atom) -> str:
    return "".join(sorted(f"{n.GetSymbol()}{n.GetDegree()}" for n in atom.GetNeighbors()))
