"""Which protons of a ligand are acids in water.

A proton counts if its group commonly loses it below a pK of about 12, the reach of a
stability-constant measurement in water. Groups are SMARTS whose first atom stands for the proton:
the atom that carries it, or, where two tautomers carry it on different atoms, one that both have.
Atoms are counted, not matches, so overlapping rules never count one twice.

Counted: carboxylic, carbonic, thiocarboxylic, dithiocarbamic acids; oxo-acids of S, Se, Te, P, As,
N and the halogens (one proton of silicic acid), hydroperoxides; phenols, hydroxyazines, tropolones;
enols conjugated with a ketone, enediols (ascorbic, squaric acid); thiols, selenols, H2S; oximes,
hydroxamic acids and other N-hydroxy groups on sp2 nitrogen; acyl- and thioacylhydrazones (one
proton for each C=O and C=S), so thiosemicarbazones, and dithizone; sulfonamides with NH;
arylhydrazones of α-diketones, the other tautomer of o-hydroxyazo dyes; β-dicarbonyls with at least
one ketone or aldehyde (one proton for each carbon between), pyrazolones; cyclic imides, lactams of
aromatic rings, triazoles, tetrazoles, nitroazoles and purines (one proton a ring: uracil −1; but
each thioxo group counts, and two of cyanuric acid); acyclic imides with a C=S (acylthioureas),
diacylhydrazines, thiooxamides, imidodiphosphinates; cyanamides; HX, HCN, HSCN, HNCO, HN3.

Not counted: alcohols, boronic acids, hydroxylamines on sp3 nitrogen, amidoximes, amines, amides,
hydrazides, thioamides, ureas, thioureas, semicarbazones, formazans; NH of imidazole, pyrazole,
indole; carbon acids other than those named and HCN. Of two vicinal oximes, and of an oxime beside a
phenol, one proton stays (dimethylglyoxime 10.7 and above 12, salicylaldoxime 9.2 and 12.1).

Counted by convention, whatever the pK: every phenol (catechol 13, salicylic acid 13.5), since
constants are written for the anion without its proton; the NH inside porphyrins, phthalocyanines
and corroles, which a metal ion replaces; one proton of water: a ligand written ``O`` is hydroxide.

pK values: Martell, Smith, Critical Stability Constants; Perrin, Dempsey, Serjeant, pKa Prediction
for Organic Acids and Bases (1981).
"""

import re
from functools import lru_cache

from rdkit import Chem

from bo_loop.chemistry.edits import matches, pattern

_GROUPS = {
    "carboxylic, carbonic, thiocarboxylic acid": "[OX2H][CX3]=[O,S,Se]",
    "oxo-acid of P": "[OX2H][PX4]=[O,S,Se,N]",
    "oxo-acid of S, Se, Te, As": "[OX2H][S,Se,Te,As]=[O,S]",
    "arsenous acid": "[AsX3;$(*[OX2H])]",
    "silicic acid": "[SiX4;$(*([OX2H])([OX2H])[OX2H])]",
    "oxo-acid of a halogen": "[OX2H][Cl,Br,I]",
    "hydroperoxide": "[OX2H][OX2]",
    "nitric acid": "[OX2H][NX3+](=O)[O-]",
    "N-hydroxy on sp2 nitrogen": "[OX2H][$([NX2]=[C,N,O]),n;!$(N=C[NX3H2])]",
    "hydroxamic acid": "[OX2H][NX3][$([#6]=[O,S,N]),$(S=O),$(P=O),$(N=O)]",
    # A lactim's OH is left to its ring, below.
    "phenol": "[OX2H][c;!$(c:[nX2H0])]",
    "enol of a β-diketone": "[OX2H][CX3]=[CX3][$([CX3]=[O,S,N]);!$(C[OX2H])]",
    "enediol": "[OX2H][$([CX3](=[CX3][OX2H])[$([CX3]=O);!$(C[OX2H])])]",
    "thiol, selenol, H2S, H2Se": "[S,Se,Te;X2;!H0]",
    "β-dicarbonyl": (
        "[CX4;!H0]([$([CX3]([#6])([#6])=[O,S]),$([CX3H]=O)])[$([CX3]=[O,S]);!$(C[OX2H])]"
    ),
    "barbituric acid without NH, Meldrum's acid": (
        "[CX4;!H0]1C(=[O,S])[NX3H0,OX2][#6][NX3H0,OX2]C1=[O,S]"
    ),
    "tricyanomethane": "[CX4H](C#N)(C#N)C#N",
    "pyrazol-5-one": "[CX4;!H0]1C(=[NX2][NX3]C1=[O,S])",
    # A hydroxamic acid of a sulfonic acid has its proton on the oxygen.
    "sulfonamide": "[NX3;!H0;!$(N[OX2H])]S(=O)(=O)[#6]",
    "sulfonamide, imino tautomer": "[$([SX4](=O)(=O)[#6])][NX2]=[#6][N,n;!H0]",
    "acylsulfonamide": "[NX3;!H0]([#6]=O)S(=O)=O",
    "disulfonylimide": "[NX3H](S(=O)=O)S(=O)=O",
    "imidodiphosphinate": "[NX3H](P(=[O,S,Se])([!O])[!O])P(=[O,S,Se])([!O])[!O]",
    "acylhydrazone": "[OX1]=[$([CX3][#6]),$([CX3H])][NX3H]!@[NX2]=[#6]",
    "acylhydrazone, iminol": "[OX2H][$([CX3][#6]),$([CX3H])]=[NX2]!@[NX2]=[#6]",
    "thioacylhydrazone": "[SX1,SeX1]=[#6][NX3H]!@[NX2]=[#6]",
    "keto-hydrazone": "[NX3H](a)[NX2]=[#6][$([#6X3]=[O,S]);!$([#6][OX2,NX3;!R])]",
    "dithizone, diphenylcarbazone": "[O,S,Se;X1]=[CX3]([NX2]=[NX2])[NX3H][NX3H]",
    "diacylhydrazine": "[NX3H;!R]([CX3](=O)[#6])[NX3H][CX3](=O)[#6]",
    "imide with C=S": "[NX3H;!R]([#6]=[S,Se])[#6]=[O,S,Se]",
    "thiooxamide": "[SX1]=[CX3]([NX3;!H0])[CX3](=[O,S;X1])[NX3]",
    "water, as a ligand hydroxide": "[OH2]",
    "hydrogen halide": "[FH,ClH,BrH,IH;X1]",
    "hydrocyanic acid": "[CX2H]#N",
    "cyanic acid": "[OX2H]C#N",
    "HNCO, HNCS": "[NX2H]=C=[O,S,Se]",
    "hydrazoic acid": "[NX2H]=[N+]=[N-]",
    "cyanamide": "[NX3;!H0;!$(N[CX3])]C#N",
}

# Of these two acids the second keeps its proton, in a hydrogen bond to the first.
_KEPT = ("[OX2H][NX2]=[#6][#6]=[NX2][OX2H]", "[OX2H][NX2]=[#6]c:c[OX2H]")

# NH on N9, and on N7, of the imidazole ring.
_PURINES = ("[nX3H]1cnc2c1ncnc2", "[nX3H]1cnc2c1cncn2")
_CYCLIC_IMIDE = "[NX3H;R]([#6X3]=[O,S])[#6X3]=[O,S]"
_LACTIM = "[$(c[OX2H])]:[nX2H0]"
_OXO = "[c;$(c=[O,S])]"
_THIOXO = "[c;$(c=[S,Se])]"
_OXYGENATED = "[c;$(c=O),$(c[OX2H])]"
_NITRO = "[c;$(c[N+](=O)[O-])]"
_TETRAPYRROLES = (15, 16)  # atoms around a corrole, and around a porphyrin or a phthalocyanine


# An atom of a SMARTS, as RDKit writes it, that can be of this element only.
_OF_ONE_ELEMENT = re.compile(r"\[?(Cl|Br|As|Se|Te|Si|[BCNOPSFI]|[cnops])(?=[&;\]]|$)[^,]*")


@lru_cache
def _elements(smarts: str) -> frozenset[str]:
    """Return elements without which a SMARTS cannot match: most groups need N, S or P."""
    atoms = (_OF_ONE_ELEMENT.fullmatch(atom.GetSmarts()) for atom in pattern(smarts).GetAtoms())
    return frozenset(found[1].capitalize() for found in atoms if found)


def acid_sites(molecule: Chem.Mol) -> list[tuple[str, tuple[int, ...]]]:
    """Find the protons that a neutral ligand can lose in water.

    Parameters
    ----------
    molecule : rdkit Mol
        The fully protonated form, hydrogens implicit.

    Returns
    -------
    list of (str, tuple of int)
        One a proton: the kind of group, and the atoms of which one loses it.
    """
    count = molecule.GetNumAtoms()
    present = {molecule.GetAtomWithIdx(i).GetSymbol() for i in range(count)}
    kinds: dict[int, str] = {}
    for kind, smarts in _GROUPS.items():
        if _elements(smarts) <= present:
            for match in matches(molecule, smarts):
                kinds.setdefault(match[0], kind)
    protons = {i: _protons(molecule.GetAtomWithIdx(i)) for i in kinds}
    for smarts in _KEPT:
        for match in matches(molecule, smarts):
            if match[0] in kinds and match[-1] in kinds:
                protons[match[-1] if protons[match[-1]] else match[0]] -= 1
    found = [(kind, (i,)) for i, kind in kinds.items() for _ in range(protons[i])]
    return found + _of_rings(molecule, set(kinds)) + _inside_tetrapyrrole(molecule)


def _protons(atom: Chem.Atom) -> int:
    """All the hydrogens of a chalcogen (H2S loses two), one of any other atom."""
    return max(atom.GetTotalNumHs(), 1) if atom.GetSymbol() in {"S", "Se", "Te"} else 1


def _of_rings(molecule: Chem.Mol, acids: set[int]) -> list[tuple[str, tuple[int, ...]]]:
    """Protons lost by imides, lactams and azoles, wherever the tautomer puts them.

    Each thioxo group of a ring is a thiol in another tautomer, so it counts as one. Otherwise a
    ring loses one proton, and none if it already bears an acidic OH or SH: 3-hydroxypyridin-2-one
    has one acidic proton, not two.
    """
    bearing = {neighbour for i in acids for neighbour in _neighbours(molecule, i)}
    lost: list[tuple[str, tuple[int, ...]]] = []
    for ring in map(set, molecule.GetRingInfo().AtomRings()):
        thioxo = min(_inside(molecule, ring, _THIOXO), _inside(molecule, ring, "[nX3H]"))
        kind = "thioxo ring" if thioxo else f"ring of {len(ring)}"
        number = thioxo or (0 if bearing & ring else _lost_by(molecule, ring))
        nitrogens = sorted(i for i in ring if molecule.GetAtomWithIdx(i).GetAtomicNum() == 7)
        lost += [(kind, tuple(nitrogens))] * number
    return lost


def _neighbours(molecule: Chem.Mol, atom: int) -> set[int]:
    """Return the carbon that an OH or SH hangs on; none for acids of other kinds."""
    centre = molecule.GetAtomWithIdx(atom)
    if centre.GetSymbol() not in {"O", "S", "Se"} or centre.GetDegree() > 1:
        return set()
    return {neighbour.GetIdx() for neighbour in centre.GetNeighbors()}


def _inside(molecule: Chem.Mol, ring: set[int], smarts: str) -> int:
    """Count the matches that are wholly in the ring."""
    return sum(ring.issuperset(match) for match in matches(molecule, smarts))


def _lost_by(molecule: Chem.Mol, ring: set[int]) -> int:
    nitrogens = sum(molecule.GetAtomWithIdx(i).GetAtomicNum() == 7 for i in ring)
    if nitrogens == 3 and _inside(molecule, ring, _OXYGENATED) == 3:
        return 2  # cyanuric acid: 6.9, 11.4
    lactim = _inside(molecule, ring, _LACTIM) > 0
    if not _inside(molecule, ring, "[nX3H]"):
        imides = matches(molecule, _CYCLIC_IMIDE)
        return int(lactim or any({m[0], m[1], m[3]} <= ring for m in imides))
    purine = any(match[0] in ring for s in _PURINES for match in matches(molecule, s))
    nitro = nitrogens > 1 and _inside(molecule, ring, _NITRO) > 0
    azole = len(ring) == 5 and (nitrogens > 2 or nitro)
    return int(_inside(molecule, ring, _OXO) > 0 or lactim or purine or azole)


def _inside_tetrapyrrole(molecule: Chem.Mol) -> list[tuple[str, tuple[int, ...]]]:
    """Find the NH that point into a conjugated ring of four pyrroles."""
    inner = {
        i
        for ring in molecule.GetRingInfo().AtomRings()
        if len(ring) in _TETRAPYRROLES
        and all(
            molecule.GetAtomWithIdx(i).GetHybridization() == Chem.HybridizationType.SP2
            for i in ring
        )
        for i in ring
    }
    within = [match for match in matches(molecule, "[#7X3;H1;r5]") if match[0] in inner]
    return [("NH inside a tetrapyrrole", match) for match in within]
