"""Kinds of donor group: the patterns that find them, and what chemistry says of each kind.

In a pattern, atom map 1 marks a donor atom, map 2 a second one (a bidentate group such as
hydroxamate), and map 9 an atom that the group uses up and that does not bind. Patterns are tried
in the order of `PATTERNS`, the more specific first.
"""

# An imide, amide, urea, amidine, aminoazine or sulfonyl nitrogen, whose lone pair is not free.
_BOUND_N = "$(N[#6]=[O,S,Se]),$(NS(=O)=O),$(NP=O),$(NC=[NX2]),$(NC=[N+]),$(Nc:n)"
_INNER_N = (  # of porphyrins and phthalocyanines; of corroles
    "$([#7]1~[#6]~*~[#6]~[#7]~[#6]~*~[#6]~[#7]~[#6]~*~[#6]~[#7]~[#6]~*~[#6]~1),"
    "$([#7]1~[#6]~*~[#6]~[#7]~[#6]~*~[#6]~[#7]~[#6]~*~[#6]~[#7]~[#6]~[#6]~1),"
    "$([#7]1~[#6]~*~[#6]~[#7]~[#6]~[#6]~[#7]~[#6]~*~[#6]~[#7]~[#6]~*~[#6]~1)"
)
# Between the arms of a chelate, chelidamic acid: a metal ion takes the place of the hydrogen, which
# goes to the oxygen.
_PYRIDONE_N = "[nX3H;r6;$(n:c[CX3](=O)[OX2H]),$(n:c[CX4;H2][NX3]):1]1"
_ALKYL = "[CX4]"

# (type, SMARTS), the more specific first.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("nitro", "[OX1:9]~[N+:9](~[OX1:9])~[#6]"),
    ("hydroxy_heteroatom", "[OX2H:1][N+:9](=[OX1:9])[OX1-:9]"),
    ("hydroxamate", "[OX2H:1][NX3,n:9]~[#6,N:9]=[OX1,SX1:2]"),
    ("hydroxamate", "[OX2H:1]C(=[NX2:9][OX2H:2])[#6]"),
    ("hydroxypyridinone", "[OX2H:1]cc=[OX1,SX1:2]"),
    ("alpha_hydroxycarboxylate", "[OX2H:1][CX3](=[OX1:9])[CX4][OX2H:2]"),
    ("catechol", "[OX2H:1]cc[OX2H:2]"),
    (
        "beta_diketone",
        "[OX1,SX1:1]=[$([CX3]([#6])[#6]),$([CX3H]),$(c)]~[#6X4;!H0]~"
        "[$([CX3]([#6])[#6]),$([CX3H]),$(c)]=[OX1,SX1:2]",
    ),
    ("hydroxyaryl_carbonyl", "[OX2H:1]c:c[$([CX3]([#6])[#6]),$([CX3H])]=[OX1,SX1:2]"),
    ("beta_diketone", "[OX2H,SX2H:1][#6]=,:[#6][$([CX3]([#6])[#6]),$([CX3H]),$(c)]=[OX1,SX1:2]"),
    ("dithio_acid", "[SX2H:1]C=[SX1:2]"),
    ("dithio_acid", "[SX2H:1]P=[SX1:2]"),
    ("oxime", "[NX2:1](=[#6])[OX2H:9]"),
    ("oxime", "[NX2:1](=[OX1:9])[#6]~[#6][OX2H]"),  # a nitrosophenol binds as a quinone oxime
    ("phosphonate", "[OX2H:1][P,As;$(*[#6])](=[O,S:9])[OX2H:9]"),
    ("phosphonate", "[OX2H:1][P,As;$(*[#6])]=[O,S:9]"),
    ("phosphate", "[OX2H:1][P,As](=[O,S:9])([OX2H:9])[OX2H:9]"),
    ("phosphate", "[OX2H:1][P,As](=[O,S:9])[OX2H:9]"),
    ("phosphate", "[OX2H:1][P,As]=[O,S:9]"),
    ("phosphoryl", "[OX1:1]=[P,As]"),
    ("sulfonate", "[OX2H:1]S(=[O,S:9])(=[O:9])[OX2H:9]"),
    ("sulfonate", "[OX2H:1]S(=[O,S:9])=[O:9]"),
    ("sulfonate", "[OX2H:1]S=[O:9]"),
    ("sulfonamide", "[NX3;!H0:1]S(=[O:9])=[O:9]"),
    ("sulfonyl", "[OX1:9]=[SX4]=[OX1:9]"),
    ("sulfoxide", "[OX1:1]=[SX3]"),
    ("thiocarboxylate", "[SX2H:1][CX3]=[OX1:9]"),
    ("carboxylate", "[OX2H:1][CX3](=[OX1:9])[OX2H:9]"),
    ("carboxylate", "[OX2H:1][CX3]=[OX1:9]"),
    ("thiocyanate", "[SX2H:1]C#[N:9]"),
    ("thiocyanate", "[SX1:1]=C=[N:9]"),
    ("azide_cyanate", "[$([NX2H]=[N+]=[N-]),$([NX2H]=C=O):1]~*~[N,O:9]"),
    ("cyanide", "[CX2H:1]#[N:9]"),
    ("nitrile", "[NX1:1]#[CX2]"),
    ("sulfide", "[SH2,SeH2:1]"),
    ("halide", "[FH,ClH,BrH,IH;X1:1]"),
    ("thiol", "[SX2H,SeX2H:1]"),
    ("thione", "[SX1,SeX1:1]=[#6]"),
    ("thioether", "[SX2;H0:1]([#6])[#6]"),
    ("disulfide", "[SX2;H0:1][SX2;H0:9]"),
    ("phosphine", "[PX3,AsX3:1]"),
    ("n_oxide", "[OX1-:1][N+,n+]"),
    ("pyrrole", f"[#7;r5;$([X2]),$([H1]);{_INNER_N}:1]"),
    ("triazole_tetrazole", "[nX2,nH;r5;$(n1nnaa1),$(n1nana1),$(n1anna1):1]"),
    ("pyrazole", "[n;r5;$([nX2]),$([nH]):1]~[n;r5:9]"),
    ("imidazole", "[nX2;r5:1]c[nX3;r5:9]"),
    ("thiazole", "[nX2;r5:1]"),
    ("diazine", "[nX2;r6;$(n1aanaa1),$(n1anaaa1),$(n1naaaa1):1]"),
    ("pyridine", "[nX2:1]"),
    ("pyridine", f"{_PYRIDONE_N}:c:c:c(=[OX1:9]):c:c:1"),
    ("pyridine", f"{_PYRIDONE_N}:c(=[OX1:9]):c:c:c:c:1"),
    ("amidine", "[NX2:1]=[CX3]([NX3:9])[NX3:9]"),
    ("amidine", "[NX2:1]=[CX3][NX3:9]"),
    ("azo", "[NX2:1]=[NX2,N+:9]"),
    ("nitroso", "[NX2:1]=[OX1:9]"),
    ("imine", "[NX2:1]=[#6]"),
    ("urea", "[OX1:1]=[CX3]([NX3:9])[NX3:9]"),
    ("amide", "[OX1:1]=[CX3][NX3:9]"),
    ("ring_carbonyl", "[OX1:1]=c"),
    ("ester", "[OX1:1]=[CX3][OX2;H0:9]"),
    ("carbonyl", "[OX1:1]=[CX3]"),
    ("amine_bound", f"[NX3;{_BOUND_N}:9]"),
    ("hydrazine", "[NX3;+0:1][N,O]"),
    ("aniline", "[NX3;+0:1][c,$(C=C)]"),
    ("primary_amine", f"[NX3;H2:1]{_ALKYL}"),
    ("secondary_amine", f"[NX3;H1:1]({_ALKYL}){_ALKYL}"),
    ("tertiary_amine", f"[NX3;H0:1]({_ALKYL})({_ALKYL}){_ALKYL}"),
    ("ammonia", "[NX3H3:1]"),
    ("hydroxide", "[OX2H2:1]"),
    ("phenol", "[OX2H:1]c"),
    ("enol", "[OX2H:1]C=C"),
    ("alcohol", "[OX2H:1][CX4]"),
    ("hydroxy_heteroatom", "[OX2H:1][!#6]"),
    ("acetal", "[OX2;H0;!$(OC=[O,S]);$(O[CX4][N,n,O,S]):1]([#6])[#6]"),
    ("crown_ether", "[OX2;H0;r{9-}:1]([#6])[#6]"),
    ("ether", "[OX2;H0;!$(OC=[O,S]):1]([#6])[#6]"),
)

# Patterns that only use atoms up: nothing in them binds.
_SPENT = ("nitro", "sulfonyl", "amine_bound")

DONOR_TYPES = tuple(dict.fromkeys(name for name, _ in PATTERNS if name not in _SPENT))

# One aromatic ring binds through one of its nitrogens, whichever tautomer is drawn.
RING_NITROGEN = {"triazole_tetrazole", "pyrazole", "imidazole", "thiazole", "diazine", "pyridine"}

# Borderline by Pearson are the nitrogens of sp2 and aromatic carbon.
BORDERLINE = RING_NITROGEN | {"pyrrole", "aniline", "imine", "azo", "nitroso", "oxime", "nitrile"}
SOFT_ELEMENTS = {"S", "Se", "P", "As", "I", "C"}
# Groups of which one binding oxygen is an anion in the complex.
ANIONIC_OXYGEN = {
    "hydroxamate", "hydroxypyridinone", "alpha_hydroxycarboxylate", "catechol",
    "hydroxyaryl_carbonyl", "beta_diketone", "phosphonate", "phosphate", "sulfonate",
    "carboxylate", "phenol", "enol", "hydroxy_heteroatom", "hydroxide",
}  # fmt: skip

# These bind next to a stronger donor, but do not hold a metal ion in water.
WEAK = {
    "amide", "urea", "ring_carbonyl", "carbonyl", "ester", "nitrile", "sulfonate", "nitroso",
}  # fmt: skip

# In a count of the donors that one metal ion holds: those that join only in small chelate rings,
# and those that do not count.
SUPPORTING = {"amide", "urea", "ring_carbonyl", "carbonyl", "ether", "crown_ether"}
UNCOUNTED = {"alcohol", "acetal", "ester", "nitrile", "sulfonate", "nitroso"}

# What a donor is in a binding site: every kind is in one class.
SITE_CLASSES: dict[str, tuple[str, ...]] = {
    "carboxylate": ("carboxylate", "thiocarboxylate", "alpha_hydroxycarboxylate"),
    "anionic_o": (
        "hydroxamate", "hydroxypyridinone", "catechol", "hydroxyaryl_carbonyl", "beta_diketone",
        "enol", "phenol", "hydroxy_heteroatom", "hydroxide", "n_oxide",
    ),
    "phosphate": ("phosphonate", "phosphate"),
    "neutral_o": (
        "amide", "urea", "ring_carbonyl", "carbonyl", "ester", "alcohol", "acetal", "ether",
        "crown_ether", "sulfonate", "sulfoxide", "phosphoryl", "nitroso",
    ),
    "amine": ("primary_amine", "secondary_amine", "tertiary_amine", "ammonia"),
    "aromatic_n": (*sorted(RING_NITROGEN), "pyrrole"),
    "other_n": (
        "aniline", "hydrazine", "oxime", "imine", "azo", "amidine", "sulfonamide", "nitrile",
        "azide_cyanate",
    ),
    "soft": (
        "thiol", "dithio_acid", "sulfide", "thione", "thiocyanate", "cyanide", "phosphine",
    ),
    "neutral_s": ("thioether", "disulfide", "halide"),
}  # fmt: skip
