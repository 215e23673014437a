"""What the columns of each block say, in which unit, and where they are from.

The rules in full are those of the modules named.
"""

from bo_loop.chemistry.donors import DONOR_NAMES, DONOR_TYPES

Said = tuple[str, str, str]

_MENDELEEV = "mendeleev, bo_loop.features.blocks.metal_values"
_BONDING = "bo_loop.features.blocks.bonding"
_DONORS = "bo_loop.chemistry.donors"
_SITE = "bo_loop.chemistry.binding"
_BASICITY = "estimate of bo_loop.chemistry.site_binding, 25 °C, 0.1 mol/L"

_PROPERTIES: dict[str, Said] = {
    "metal_charge": ("net charge of the ion", "e", "the formula"),
    "electronegativity_pauling": ("electronegativity of the element", "Pauling", _MENDELEEV),
    "atomic_number": ("atomic number", "", "the formula"),
    "melting_point_K": ("melting point of the element", "K", _MENDELEEV),
    "specific_heat_capacity_J_per_g_K": ("heat capacity of the element", "J/(g K)", _MENDELEEV),
    "ionic_radius_pm": ("effective ionic radius", "pm", "Shannon, Acta Cryst. 1976, A32, 751"),
    "dipole_polarizability_au": (
        "polarizability of the atom",
        "a.u.",
        "Schwerdtfeger, Nagle, Mol. Phys. 2019, 117, 1200",
    ),
    "electron_affinity_eV": ("electron affinity of the atom", "eV", _MENDELEEV),
    **{
        f"empty_{shell}_orbitals": (
            f"empty {shell} orbitals of the valence shell of the free ion",
            "count",
            "bo_loop.features.blocks.properties",
        )
        for shell in "spdf"
    },
}
_OF_BONDING: dict[str, Said] = {
    "ionic_potential_per_pm": ("charge at the metal squared, by radius", "1/pm", _BONDING),
    "oxidation_state": ("formal oxidation state of the metal atom", "", "the formula"),
    "d_electrons": ("d electrons of the free ion", "count", _BONDING),
    "f_electrons": ("f electrons of an open shell", "count", _BONDING),
    "crystal_field_stabilisation_Dq": ("crystal-field stabilisation", "Dq", _BONDING),
    "jahn_teller": ("whether its octahedra distort: 1 or 0", "", _BONDING),
    "full_d_shell": ("whether the d shell is full: 1 or 0", "", _BONDING),
    "hydration_energy_per_pm": (
        "charge at the metal squared, by radius + 85 pm",
        "1/pm",
        "Latimer, Pitzer, Slansky, J. Chem. Phys. 1939, 7, 108",
    ),
    "log_hardness": (
        "logarithm of the absolute hardness in eV",
        "log",
        "Parr, Pearson, J. Am. Chem. Soc. 1983, 105, 7512; NIST ionisation energies",
    ),
    "log_absolute_electronegativity": (
        "logarithm of the absolute electronegativity in eV",
        "log",
        "Parr, Pearson, J. Am. Chem. Soc. 1983, 105, 7512; NIST ionisation energies",
    ),
    "oxo_cation": ("whether it is an oxo-cation: 1 or 0", "", "the formula"),
    "hydrolysis_pK": ("pK of M + H2O = MOH + H, 25 °C, I = 0", "", _BONDING),
}
_PROTON: dict[str, Said] = {
    "is_proton": ("whether it is H+ and no metal ion: 1 or 0", "", "the formula"),
    "further_protons": ("protons beyond the first", "count", "the formula"),
}
_CHARGE: dict[str, Said] = {
    "ligand_charge": (
        "charge in water, fully deprotonated",
        "e",
        "bo_loop.chemistry.acids",
    )
}
_SHAPE: dict[str, str] = {
    "sites": "donors in all",
    "n_sites": "nitrogen donors in all",
    "o_sites": "oxygen donors in all",
    "s_sites": "sulfur donors in all",
    "hard_sites": "hard donors in all",
    "borderline_sites": "borderline donors in all",
    "soft_sites": "soft donors in all",
    "anionic_o_groups": "anionic oxygen groups in all",
    **{f"rings_of_{k}": f"chelate rings of {k} atoms between two donors" for k in (4, 5, 6, 7)},
    "denticity": "donors that can bind one metal ion together",
    "macrocycle_size": "atoms of the macrocycle that holds donors; 0 without one",
}
_IN_SITE: dict[str, str] = {
    "site_carboxylate": "carboxylate donors of the binding site",
    "site_anionic_o": "anionic oxygen donors of the binding site",
    "site_phosphate": "phosphate and phosphonate donors of the binding site",
    "site_neutral_o": "neutral oxygen donors of the binding site",
    "site_amine": "amine donors of the binding site",
    "site_aromatic_n": "aromatic nitrogen donors of the binding site",
    "site_other_n": "other nitrogen donors of the binding site",
    "site_soft": "soft donors of the binding site",
    "site_neutral_s": "neutral sulfur donors of the binding site",
    "site_primary_amine": "primary amine donors of the binding site",
    "site_tertiary_amine": "tertiary amine donors of the binding site",
    "site_aniline": "aniline donors of the binding site",
    "site_donors": "donors of the binding site",
    "site_strength": "donors of the binding site, weak ones counted as 0.3",
    **{f"site_rings_of_{k}": f"chelate rings of {k} atoms in the binding site" for k in (4, 5, 6)},
    "site_rings_on_cis_carbons": "chelate rings through cis substituents of a small ring",
    "site_rings_on_trans_carbons": "chelate rings through trans substituents of a small ring",
    "site_methyls_beside_n": "methyl groups ortho to an aromatic nitrogen donor",
    "rings_of_7": "chelate rings of seven atoms between two donors",
    "strength_elsewhere": "donors beside the binding site, weak ones counted as 0.3",
    "anions_elsewhere": "anionic groups beside the binding site",
    "chelating_sets": "sets of two donors or more",
    "in_macrocycle": "whether the binding site lies in a macrocycle: 1 or 0",
    "small_rings_with_one_donor": "rings of fewer than nine atoms with one donor",
    "rings_up_to_6_with_donors": "rings of up to six atoms with several donors",
    "rings_of_7_and_8_with_donors": "rings of seven or eight atoms with several donors",
    "branched_at_nitrogen": "branched carbon atoms next to nitrogen donors",
    "crowded_tertiary_amines": "substituents beside tertiary amines that bind nothing",
    "crowded_other_n": "substituents beside other nitrogen donors, not aromatic, that bind nothing",
    "crowded_aromatic_n": "substituents ortho to aromatic nitrogen donors that bind nothing",
    "crowded_other_donors": "substituents beside other donors that bind nothing",
}

_OF_BASICITY: dict[str, str] = {
    "first_pK": "pK of the proton that is lost last",
    "protons_in_all": "sum of all pK above 2",
    "nitrogen_pK": "mean pK of the basic nitrogens, each with no other proton in the ligand",
    "acid_pK": "mean pK of the acids, each with no other proton in the ligand",
}
_OF_CAVITY: dict[str, str] = {
    "cavity_radius": "mean distance of a macrocycle's donors from their centre",
    "cavity_spread": "standard deviation of these distances",
    "cavity_out_of_plane": "root-mean-square distance of the donors from their plane",
}


def said(block: str) -> dict[str, Said]:
    """Return what is said of each column of a block; under ``*`` what is said of all."""
    return _BLOCKS[block]


def _donors() -> dict[str, Said]:
    words = {name: f"donor groups: {name.replace('_', ' ')}" for name in DONOR_TYPES}
    words |= _SHAPE
    return {name: (words[name], "log(1 + count)", _DONORS) for name in DONOR_NAMES}


_BLOCKS: dict[str, dict[str, Said]] = {
    "properties": _PROPERTIES,
    "bonding": _OF_BONDING,
    "proton": _PROTON,
    "charge": _CHARGE,
    "donors": _donors(),
    "site": {name: (words, "count", _SITE) for name, words in _IN_SITE.items()},
    "basicity": {name: (words, "pK", _BASICITY) for name, words in _OF_BASICITY.items()},
    "cavity": {
        name: (f"{words}; nan without a macrocycle", "Å", "bo_loop.chemistry.cavity")
        for name, words in _OF_CAVITY.items()
    },
    "atoms": {
        "*": (
            "circular environments of two bonds at most, hashed to 2048 numbers",
            "count",
            "Morgan fingerprint of RDKit; bo_loop.chemistry.fingerprints",
        )
    },
    "mordred": {
        "*": (
            "a 2D descriptor of Mordred",
            "as Mordred's documentation says",
            "Moriwaki et al., J. Cheminform. 2018, 10, 4",
        )
    },
}
