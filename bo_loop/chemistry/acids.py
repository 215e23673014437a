"""Which protons of a ligand are acids in water.

A proton counts if its group commonly loses it below a pK of about 12, the reach of a
stability-constant measurement in water. Groups are SMARTS whose first atom carries the proton;
atoms are counted, not matches, so overlapping rules never count one twice.

Counted: carboxylic, carbonic, thiocarboxylic, dithiocarbamic acids; oxo-acids of S, Se, Te, P, As,
N and the halogens; phenols, hydroxyazines, tropolones; enols conjugated with a ketone, enediols
(ascorbic, squaric acid); thiols, selenols, H2S; oximes, hydroxamic acids and other N-hydroxy groups
on sp2 nitrogen; β-dicarbonyls with at least one ketone or aldehyde (one proton for each carbon
between); cyclic imides, lactams of aromatic rings, triazoles, tetrazoles and purines (one proton a
ring: uracil −1); acylsulfonamides; HX, HCN, HSCN, HNCO, HN3.

Not counted: alcohols, boronic acids, hydroxylamines on sp3 nitrogen, amines, amides,
sulfonamides, thioamides, (thio)semicarbazones; NH of imidazole, pyrazole, indole; carbon acids
other than β-dicarbonyls and HCN. Water counts one: a ligand written ``O`` is hydroxide.
"""

from functools import lru_cache

from rdkit import Chem

_GROUPS = {
    "carboxylic, carbonic, thiocarboxylic acid": "[OX2H][CX3]=[O,S,Se]",
    "oxo-acid of P": "[OX2H][PX4]=[O,S,Se,N]",
    "oxo-acid of S, Se, Te, As": "[OX2H][S,Se,Te,As]=[O,S]",
    "oxo-acid of a halogen": "[OX2H][Cl,Br,I]",
    "nitric acid": "[OX2H][NX3+](=O)[O-]",
    "N-hydroxy on sp2 nitrogen": "[OX2H][$([NX2]=[C,N,O]),n]",
    "hydroxamic acid": "[OX2H][NX3][$([#6]=[O,S,N]),$(S=O),$(P=O),$(N=O)]",
    # A lactim's OH is left to its ring, below.
    "phenol": "[OX2H][c;!$(c:[nX2H0])]",
    "enol of a β-diketone": "[OX2H][CX3]=[CX3][$([CX3]=[O,S,N]);!$(C[OX2H])]",
    "enediol": "[OX2H][$([CX3](=[CX3][OX2H])[$([CX3]=O);!$(C[OX2H])])]",
    "thiol, selenol, H2S, H2Se": "[S,Se,Te;X2;!H0]",
    "β-dicarbonyl": (
        "[CX4;!H0]([$([CX3]([#6])([#6])=[O,S]),$([CX3H]=O)])[$([CX3]=[O,S]);!$(C[OX2H])]"
    ),
    "acylsulfonamide": "[NX3;!H0]([#6]=O)S(=O)=O",
    "disulfonylimide": "[NX3H](S(=O)=O)S(=O)=O",
    "water, as a ligand hydroxide": "[OH2]",
    "hydrogen halide": "[FH,ClH,BrH,IH;X1]",
    "hydrocyanic acid": "[CX2H]#N",
    "cyanic acid": "[OX2H]C#N",
    "HNCO, HNCS": "[NX2H]=C=[O,S,Se]",
    "hydrazoic acid": "[NX2H]=[N+]=[N-]",
    "dicyanamide": "[NX3H](C#N)C#N",
}

# NH on N9, and on N7, of the imidazole ring.
_PURINES = ("[nX3H]1cnc2c1ncnc2", "[nX3H]1cnc2c1cncn2")
_CYCLIC_IMIDE = "[NX3H;R]([#6X3]=[O,S])[#6X3]=[O,S]"
_LACTIM = "[$(c[OX2H])]:[nX2H0]"
_OXO_RING_ATOM = "[c;$(c=[O,S])]"


@lru_cache
def _pattern(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)


def acidic_protons(molecule: Chem.Mol) -> int:
    """Count the protons that a neutral ligand can lose in water.

    Parameters
    ----------
    molecule : rdkit Mol
        The fully protonated form, hydrogens implicit.

    Returns
    -------
    int
    """
    acids = {
        match[0]
        for smarts in _GROUPS.values()
        for match in molecule.GetSubstructMatches(_pattern(smarts))
    }
    return sum(_protons(molecule.GetAtomWithIdx(i)) for i in acids) + _acidic_rings(molecule, acids)


def _protons(atom: Chem.Atom) -> int:
    """All the hydrogens of a chalcogen (H2S loses two), one of any other atom."""
    return atom.GetTotalNumHs() if atom.GetSymbol() in {"S", "Se", "Te"} else 1


def _acidic_rings(molecule: Chem.Mol, acids: set[int]) -> int:
    """Rings that lose one proton, wherever the tautomer puts it: imides, lactams, azoles.

    A ring that already bears an acidic OH or SH has no more to lose: 3-hydroxypyridin-2-one has
    one acidic proton, not two.
    """
    rings = [set(ring) for ring in molecule.GetRingInfo().AtomRings()]
    return sum(
        _loses_proton(molecule, ring)
        for ring in rings
        if not any(_neighbours(molecule, i) & ring for i in acids)
    )


def _neighbours(molecule: Chem.Mol, atom: int) -> set[int]:
    """Return the carbons that an exocyclic OH or SH hangs on; none for acids of other elements."""
    centre = molecule.GetAtomWithIdx(atom)
    if centre.GetSymbol() not in {"O", "S", "Se"}:
        return set()
    return {neighbour.GetIdx() for neighbour in centre.GetNeighbors()}


def _loses_proton(molecule: Chem.Mol, ring: set[int]) -> bool:
    def inside(smarts: str) -> bool:
        return any(
            ring.issuperset(match) for match in molecule.GetSubstructMatches(_pattern(smarts))
        )

    if not inside("[nX3H]"):
        return inside(_LACTIM) or any(
            {match[0], match[1], match[3]} <= ring
            for match in molecule.GetSubstructMatches(_pattern(_CYCLIC_IMIDE))
        )
    nitrogens = sum(molecule.GetAtomWithIdx(i).GetAtomicNum() == 7 for i in ring)
    purine = any(
        match[0] in ring
        for smarts in _PURINES
        for match in molecule.GetSubstructMatches(_pattern(smarts))
    )
    return inside(_OXO_RING_ATOM) or inside(_LACTIM) or purine or (len(ring) == 5 and nitrogens > 2)
