"""One tautomer for each ligand, chosen so that it still looks like the ligand.

Groups that have one usual form are brought into it by named moves of a hydrogen:

==================================  ==============================================================
drawn as                            written as
==================================  ==============================================================
iminol, hydroximic acid             amide, hydroxamic acid; likewise thioamide, thiosemicarbazone,
                                    dithiocarbamic acid, sulfonamide
O-acid of a thiocarboxylic acid     S-acid, C(=O)SH; thiophosphoric acid keeps P=S
enol, enethiol of a β-diketone      ketone, thioketone; enediols, hydroxyquinones and all that
                                    RDKit calls aromatic (phenols, tropolones, pyranones) stay
β-ketoimine, β-enaminone            enol imine, as a salicylaldimine is a phenol imine
nitroso and azo next to sp3 CH      oxime, hydrazone
quinone oxime, hydrazone, enamine   nitrosophenol, azophenol, phenol imine
enol of an ortho-quinone            hydroxy-para-quinone
aci-nitro, diazeniumdiolate         nitro, N-nitrosohydroxylamine
phosphorous acid P(OH)3             phosphonic, HP(=O)(OH)2
pyridinium olate, hydroxy N-oxide   pyridinone, N-hydroxypyridinone
imine of an aromatic ring           amine
4H-pyrazolone, 4-oxochroman-2-one   hydroxypyrazole, 4-hydroxycoumarin
6-hydroxyuracil                     barbituric acid, with CH2
==================================  ==============================================================

Hydrogens that may sit on several N, O, S of one aromatic system are placed by
`bo_loop.chemistry.mobile_hydrogens`: lactams (2-pyridone, uracil) rather than lactims, thiols
(2-mercaptopyridine) rather than thiones, azole NH as the usual numbering has it.
"""

from collections.abc import Iterator

from rdkit import Chem

from bo_loop.chemistry.edits import around, edited, holds, matches, rings, shifted
from bo_loop.chemistry.mobile_hydrogens import settled

_MOST_MOVES = 60

# Every path, and every other rule that moves a double bond, needs one of these. Most ligands have
# none, so that their rules need not be tried one by one.
_MOVABLE = ("[!#8]=[!#8]", "[NX2]=[OX1]", "[SX2H]-[PX4]=[OX1]")
_RING_OXO = "[O,S;D1]=[#6;R]"

# A hydrogen goes from the first atom of the path to the last; single and double bonds between
# them change places.
_PATHS = {
    "iminol": "[OX2H]-[CX3]=[NX2]",
    "thioiminol": "[S,Se;X2;H1]-[CX3]=[NX2]",
    "imidic acid of S, P": "[OX2H]-[SX3,SX4,PX4]=[NX2]",
    "O-acid of a thiocarboxylic acid": "[OX2H]-[CX3]=[S,Se;X1]",
    "thiolate acid of P": "[SX2H]-[PX4]=[OX1]",
    "thiono acid of S": "[OX2H]-[SX4]=[SX1]",
    "enol of an ortho-quinone": ("[OX2H]-[C;R;!$(C@[C;R]=O)]=[C;R]-[C;R;$(C@[C;R]=O)]=[OX1]"),
    "enol": (
        "[OX2H]-[CX3;!$([C;R]([OX2H])@[C;R]=[O,S,N])]=[CX3;!$(C[OX2H]);"
        "!$(C[CX3;$(C[#6,#1]),$([CX3H]);!$(CN)]=[NX2;!$(N[N,O])])]"
    ),
    "enethiol": "[SX2H]-[CX3]=[CX3;!$(C[O,S;X2;H1]);$(C[CX3]=[O,S])]",
    "ketoimine": ("[CX4;!H0;$(C[CX3;!$(C[N,O,S])]=[NX2;!$(N[N,O])])]-[CX3;!$(C[N,O,S])]=[OX1]"),
    "enaminone": (
        "[NX3;!H0;!R;!$(N[N,O]);!$(N[C,S,P]=[O,S,N])]-[CX3;!$(C(N)[N,O,S])]=;!@[CX3;!$(C[N,O,S])]"
        "-[CX3;!$(C[N,O,S])]=[OX1]"
    ),
    "azo": "[CX4;!H0;$(C[CX3]=[O,S,N]),$(CC#N)]-[NX2]=[NX2]",
    "nitroso": "[CX4;!H0]-[NX2]=[OX1]",
    "aci-nitro": "[OX2H]-[N+](-[O-])=[CX3]",
}
# The first two atoms are those of the double bond.
_LOOSE = (
    "[NX2]=[NX2]",
    "[CX3;$(C[NX3;!H0])]=[NX2;!$(N[N,O])]",
    "[CX3;$(C[NX2]=[NX2])]=[NX2;$(N[NX3;!H0])]",
    "[CX3;$(C[OX2H])]=[CX3;$(C[CX3]=[NX2])]",
)
# Positions in the match that form the path, where it is not the whole match in order.
_PATH_ATOMS = {"aci-nitro": (0, 1, 3)}

_DIAZENIUMDIOLATE = "[OX2H]-[NX2]=[N+]-[O-]"
_PHOSPHOROUS = "[OX2H]-[PX3;+0]"
_KETONE_RINGS = (
    "[OX1]=[CX3]1-[CX4;!H0]-[CX3]=[NX2]-[#7,O]1",
    "[OX1]=[CX3]1-[CX4;!H0]-[CX3;$(C=O)]-[$([NX3;!$(N[CX3](=[O,S])[N,O])]),O]-[#6]=,:[#6]1",
)
_PYRAZOLONE_YLIDENE = "[OX1]=[CX3]1-[CX3](=[N,C]-[N,O;!H0])-[CX3]=[NX2]-[#7,O]1"
_HYDROXYURACIL = "[O,S]~c1~[#7]~c(~O)~c~c(~O)~[#7]1"


def canonical_tautomer(molecule: Chem.Mol) -> Chem.Mol:
    """Write a molecule as the one of its tautomers that all of them are written as.

    Parameters
    ----------
    molecule : rdkit Mol
        Neutral but for fixed charges, hydrogens implicit.

    Returns
    -------
    rdkit Mol
        Atoms in the order of the canonical SMILES. Double bonds that moved or can move lose their
        geometry, as do those of azo groups; atoms that became planar lose their configuration. The
        rest of the stereochemistry stays.
    """
    molecule = _reread(molecule)
    for _ in range(_MOST_MOVES):
        moved = _first(_moves(molecule))
        if moved is None:
            break
        molecule = _reread(moved)
    return _without_loose_geometry(molecule)


def _without_loose_geometry(molecule: Chem.Mol) -> Chem.Mol:
    """Drop E and Z of double bonds that turn freely, by a tautomer or by light."""
    if not _is_movable(molecule):
        return molecule
    loose = {match[:2] for smarts in _LOOSE for match in matches(molecule, smarts)}
    bonds = [molecule.GetBondBetweenAtoms(i, j) for i, j in loose]
    drawn = [bond for bond in bonds if bond.GetStereo() != Chem.BondStereo.STEREONONE]
    for bond in drawn:
        bond.SetStereo(Chem.BondStereo.STEREONONE)
    return _reread(molecule) if drawn else molecule


def _moves(molecule: Chem.Mol) -> Iterator[Chem.Mol | None]:
    """Every move that brings a group of the molecule nearer to its usual form."""
    movable, ring_oxo = _is_movable(molecule), holds(molecule, _RING_OXO)
    for name, smarts in _PATHS.items() if movable else ():
        for match in matches(molecule, smarts):
            yield shifted(molecule, [match[i] for i in _PATH_ATOMS.get(name, range(len(match)))])
    yield from _rearranged(molecule)
    if ring_oxo:
        yield from _ring_ketones(molecule)
    for match in matches(molecule, _HYDROXYURACIL):
        yield _barbiturate(molecule, match)
    if ring_oxo:
        yield from _phenols(molecule)
    if movable:
        yield from _ring_imines(molecule)
    yield from _uncharged_rings(molecule)
    yield from settled(molecule)


def _is_movable(molecule: Chem.Mol) -> bool:
    return any(holds(molecule, smarts) for smarts in _MOVABLE)


def _rearranged(molecule: Chem.Mol) -> Iterator[Chem.Mol | None]:
    """Redraw diazeniumdiolates and phosphorous acids."""
    single, double = Chem.BondType.SINGLE, Chem.BondType.DOUBLE
    for o, n, n_plus, o_minus in matches(molecule, _DIAZENIUMDIOLATE):
        bonds = {(o, n): double, (n, n_plus): single}
        yield edited(molecule, bonds, {o: -1, o_minus: 1}, {n_plus: 0, o_minus: 0})
    for o, p in matches(molecule, _PHOSPHOROUS):
        yield edited(molecule, {(o, p): double}, {o: -1, p: 1})


def _ring_ketones(molecule: Chem.Mol) -> Iterator[Chem.Mol | None]:
    """Turn pyrazolones, isoxazolones, chroman-2,4-diones into hydroxy-arenes."""
    single, double, aromatic = Chem.BondType.SINGLE, Chem.BondType.DOUBLE, Chem.BondType.AROMATIC
    for smarts in _KETONE_RINGS:
        for o, *ring in matches(molecule, smarts):
            bonds = dict.fromkeys(around(ring), aromatic) | {(o, ring[0]): single}
            yield edited(molecule, bonds, {o: 1, ring[1]: -1})
    for o, c, c4, x, y, *rest in matches(molecule, _PYRAZOLONE_YLIDENE):
        bonds = dict.fromkeys(around([c, c4, *rest]), aromatic)
        bonds |= {(o, c): single, (c4, x): single, (x, y): double}
        yield edited(molecule, bonds, {o: 1, y: -1})


def _barbiturate(molecule: Chem.Mol, match: tuple[int, ...]) -> Chem.Mol | None:
    """Write C5 as sp3, the three others as C=O (or C=S), and every free N as NH."""
    x2, c2, n1, c6, o6, c5, c4, o4, n3 = match
    ring = [c2, n1, c6, c5, c4, n3]
    copy = Chem.RWMol(molecule)
    for i in ring:
        copy.GetAtomWithIdx(i).SetIsAromatic(False)
    single, double = Chem.BondType.SINGLE, Chem.BondType.DOUBLE
    bonds = dict.fromkeys(around(ring), single)
    bonds |= {(c2, x2): double, (c6, o6): double, (c4, o4): double}
    wanted = {x2: 0, o6: 0, o4: 0, c5: 4 - molecule.GetAtomWithIdx(c5).GetDegree()}
    wanted |= {n: 3 - molecule.GetAtomWithIdx(n).GetDegree() for n in (n1, n3)}
    if any(molecule.GetAtomWithIdx(i).GetDegree() > 1 for i in (x2, o6, o4)):
        return None
    added = {i: n - molecule.GetAtomWithIdx(i).GetTotalNumHs() for i, n in wanted.items()}
    return edited(copy, bonds, added) if sum(added.values()) == 0 else None


def _phenols(molecule: Chem.Mol) -> Iterator[Chem.Mol | None]:
    """Turn quinone oximes, hydrazones, enamines and cyclohexadienones into phenols."""
    double = Chem.BondType.DOUBLE
    for ring in rings(molecule, 6):
        atoms = [molecule.GetAtomWithIdx(i) for i in ring]
        if any(atom.GetAtomicNum() != 6 for atom in atoms) or all(a.GetIsAromatic() for a in atoms):
            continue
        outside = [
            (bond.GetOtherAtom(atom), atom)
            for atom in atoms
            for bond in atom.GetBonds()
            if bond.GetBondType() == double and bond.GetOtherAtomIdx(atom.GetIdx()) not in ring
        ]
        oxo = [(x, c) for x, c in outside if x.GetSymbol() in ("O", "S") and x.GetDegree() == 1]
        tetrahedral = [a for a in atoms if a.GetDegree() + a.GetTotalNumHs() == 4]
        if len(oxo) != 1 or len(outside) + len(tetrahedral) != 2:
            continue
        for moved in _aromatised(molecule, ring, *oxo[0], outside, tetrahedral):
            if moved and all(moved.GetAtomWithIdx(i).GetIsAromatic() for i in ring):
                yield moved


def _aromatised(
    molecule: Chem.Mol,
    ring: tuple[int, ...],
    oxo: Chem.Atom,
    carbon: Chem.Atom,
    outside: list[tuple[Chem.Atom, Chem.Atom]],
    tetrahedral: list[Chem.Atom],
) -> Iterator[Chem.Mol | None]:
    single, double, aromatic = Chem.BondType.SINGLE, Chem.BondType.DOUBLE, Chem.BondType.AROMATIC
    bonds = dict.fromkeys(around(ring), aromatic) | {(oxo.GetIdx(), carbon.GetIdx()): single}
    for atom in tetrahedral:
        yield edited(molecule, bonds, {oxo.GetIdx(): 1, atom.GetIdx(): -1})
    for x, c in outside:
        for y in x.GetNeighbors():
            if y.GetSymbol() in ("N", "O") and y.GetTotalNumHs() and not y.GetIsAromatic():
                flipped = {(c.GetIdx(), x.GetIdx()): single, (x.GetIdx(), y.GetIdx()): double}
                yield edited(molecule, bonds | flipped, {oxo.GetIdx(): 1, y.GetIdx(): -1})


def _ring_imines(molecule: Chem.Mol) -> Iterator[Chem.Mol | None]:
    """Turn C=N outside an aromatic ring with NH inside it into an amine."""
    for imine, carbon in matches(molecule, "[NX2]=c"):
        for ring in rings(molecule, 5, 6):
            for nitrogen in ring if carbon in ring else ():
                atom = molecule.GetAtomWithIdx(nitrogen)
                if atom.GetAtomicNum() == 7 and atom.GetTotalNumHs():
                    bonds = {(imine, carbon): Chem.BondType.SINGLE}
                    yield edited(molecule, bonds, {imine: 1, nitrogen: -1})


def _uncharged_rings(molecule: Chem.Mol) -> Iterator[Chem.Mol | None]:
    """Let an aromatic cation lose the proton of an OH, SH or NH that its ring bears.

    The charge of pyridinium goes with it; that of an N-oxide stays on O as N-OH.
    """
    for (cation,) in matches(molecule, "[n+,o+;X3,X2;H0]"):
        oxides = [
            near.GetIdx()
            for near in molecule.GetAtomWithIdx(cation).GetNeighbors()
            if near.GetFormalCharge() == -1 and near.GetDegree() == 1
        ]
        charges = {cation: 0} | dict.fromkeys(oxides, 0)
        gained = dict.fromkeys(oxides, 1)
        for ring in rings(molecule, 5, 6):
            if cation not in ring:
                continue
            for carbon, acid in matches(molecule, "c[O,S,Se;X2,X1-;!$([X2H0])]"):
                if carbon in ring:
                    atom = molecule.GetAtomWithIdx(acid)
                    lost = {acid: -1} if atom.GetTotalNumHs() else {}
                    bonds = {(carbon, acid): Chem.BondType.DOUBLE}
                    yield edited(molecule, bonds, gained | lost, charges | {acid: 0})
            for (nitrogen,) in matches(molecule, "[nX3H]") if oxides else ():
                if nitrogen in ring:
                    yield edited(molecule, {}, gained | {nitrogen: -1}, charges)


def _first(moves: Iterator[Chem.Mol | None]) -> Chem.Mol | None:
    return next((moved for moved in moves if moved is not None), None)


def _reread(molecule: Chem.Mol) -> Chem.Mol:
    return Chem.MolFromSmiles(Chem.MolToSmiles(molecule))
