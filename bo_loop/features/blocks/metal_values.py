"""Values of metals that replace those of the package ``mendeleev``, or fill its gaps.

Each value stands with its source or with the name of the estimate. What is not listed here is
mendeleev's: electronegativities of Pauling's scale, electron affinities, melting points, specific
heat capacities of the CRC Handbook, polarizabilities of Schwerdtfeger and Nagle (Mol. Phys. 2019,
117, 1200), radii of Shannon (Acta Cryst. 1976, A32, 751).

An electron affinity is 0 where the atom binds no further electron.
"""

# Raise it with every change after which a metal ion has another value or other columns: of what is
# stated here as much as of `bo_loop.features.blocks.properties` and
# `bo_loop.features.blocks.bonding`.
VERSION = "metals 2"

_NING = "Ning, Lu, J. Phys. Chem. Ref. Data 2022, 51, 021502"
_REGGE = "calculated: Felfli, Msezane, Sokolovski, Phys. Rev. A 2009, 79, 012714"
_GUO = "calculated: Guo, Whitehead, Phys. Rev. A 1989, 40, 28"
_ALLRED = "Allred, J. Inorg. Nucl. Chem. 1961, 17, 215"
_EMSLEY = "Emsley, The Elements, 3rd ed., Oxford 1998"
_ACTINIDES = "Pauling's 1.3 of all actinides beyond plutonium"
_BETWEEN = "mean of the two neighbours in atomic number"
_OETTING = "Oetting, Rand, Ackermann, The Chemical Thermodynamics of Actinide Elements 1, IAEA 1976"

_ELECTRON_AFFINITY_EV = {
    _NING: {
        **dict.fromkeys(["Be", "Mg", "Mn", "Zn", "Cd", "Hg", "Yb"], 0.0),
        "Ti": 0.0755, "V": 0.5277, "Cr": 0.6758, "Fe": 0.1532, "Ga": 0.3012, "In": 0.3839,
        "La": 0.5575, "Ce": 0.6002, "Pr": 0.1092, "Nd": 0.0975, "Eu": 0.116, "Gd": 0.212,
        "Tb": 0.1313, "Dy": 0.015, "Lu": 0.2388, "Hf": 0.1780, "Ta": 0.3289, "Re": 0.0604,
        "Os": 1.0777, "Tl": 0.3201, "Po": 1.40,
    },
    _REGGE: {"Pm": 0.129, "Sm": 0.162, "Ho": 0.338, "Er": 0.312},
    _GUO: {
        **dict.fromkeys(["Pu", "Bk", "Cf", "Es", "No", "Lr"], 0.0),
        "Ac": 0.35, "Pa": 0.55, "Np": 0.48, "Am": 0.10, "Cm": 0.28, "Fm": 0.35, "Md": 0.98,
    },
    "Tang et al., Phys. Rev. Lett. 2019, 123, 203002": {"Th": 0.608},
    "Tang et al., Phys. Rev. A 2021, 103, L050801": {"U": 0.315},
}  # fmt: skip

# Allred's of the common oxidation state, where he gives several: Tl(I), Pb(II).
_ELECTRONEGATIVITY = {
    _ALLRED: {
        "Lu": 1.27, "W": 2.36, "Pt": 2.28, "Au": 2.54, "Hg": 2.00, "Tl": 1.62, "Pb": 1.87,
        "Bi": 2.02, "U": 1.38, "Np": 1.36, "Pu": 1.28,
    },
    _EMSLEY: {"Tc": 1.9, "Cm": 1.28},
    _ACTINIDES: dict.fromkeys(["Am", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr"], 1.3),
    _BETWEEN: {"Pm": 1.155, "Eu": 1.185, "Tb": 1.21, "Yb": 1.26},
}  # fmt: skip

_OTHERS = {
    "specific_heat_capacity_J_per_g_K": {
        _BETWEEN: {"Pm": 0.1935},
        _OETTING: {"Np": 0.124, "Pu": 0.146},
    },
    "melting_point_K": {"white tin; mendeleev lists two allotropes": {"Sn": 505.078}},
}

# (element, property): (value, source).
STATED: dict[tuple[str, str], tuple[float, str]] = {
    (element, name): (value, source)
    for name, by_source in {
        "electron_affinity_eV": _ELECTRON_AFFINITY_EV,
        "electronegativity_pauling": _ELECTRONEGATIVITY,
        **_OTHERS,
    }.items()
    for source, values in by_source.items()
    for element, value in values.items()
}

_LINE = "line through the lower oxidation states of the element, or through its neighbours"
_ACTINOID_9 = "nine-coordinate radius less the 17.6 pm by which it exceeds the other in Cf+3"

# (element, oxidation state): (radius in pm, source). Shannon lacks these charges, or has them in
# a coordination far from six alone.
STATED_RADII: dict[tuple[str, int], tuple[float, str]] = {
    ("Sn", 2): (105.0, "mean of two estimates: Pb+2 less the 13 pm between the bond-valence "
                       "parameters to oxygen (Brese, O'Keeffe, Acta Cryst. 1991, B47, 192), 106; "
                       "as far from Ge+2 to Pb+2 as Sn+4 is from Ge+4 to Pb+4, 103"),
    ("Ra", 2): (141.0, "Shannon's of eight-coordinate Ra+2, 148, less the 7 pm of Ba+2"),
    ("Ru", 2): (77.0, "Ru–O of the aqua ions of Ru+2 and Ru+3, 212 and 203 pm, Bernhard et al., "
                      "Inorg. Chem. 1982, 21, 3936, and Shannon's Ru+3"),
    ("Ru", 6): (53.5, "Ru+5 less the 3 pm between Os+5 and Os+6"),
    ("Re", 2): (73.0, _LINE),
    ("Rh", 1): (67.0, "square-planar Pd+2, of the same electrons, and the 3 pm between the "
                      "covalent radii (Cordero et al., Dalton Trans. 2008, 2832)"),
    ("Cr", 1): (83.0, "Mn+2, of the same electrons"),
    ("In", 1): (141.5, "Tl+1 less the 8.5 pm between Tl+3 and In+3"),
    ("Eu", 4): (79.0, "line between Pr+4 and Tb+4"),
    ("Am", 5): (73.0, _LINE),
    ("Am", 6): (70.0, _LINE),
    ("Cm", 5): (72.0, _LINE),
    ("Cm", 6): (69.0, _LINE),
    ("Es", 3): (94.0, _ACTINOID_9),
    ("Fm", 3): (92.9, _ACTINOID_9),
    ("Md", 3): (91.9, _ACTINOID_9),
    ("No", 3): (90.9, _ACTINOID_9),
    ("Lr", 3): (89.8, _ACTINOID_9),
}  # fmt: skip
