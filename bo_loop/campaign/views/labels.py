"""Words for people: what features are called, and a proposal's reason as sentences."""

_FEATURES = {
    "ligand_charge": "charge of the ligand",
    "n_ligands": "number of ligands",
    "complex_charge": "charge of the complex",
    "temperature_C": "temperature",
    "ionic_strength_M": "ionic strength",
    "medium_effect": "effect of the medium",
    "metal_charge": "charge of the metal ion",
    "ionic_radius_pm": "ionic radius",
    "hydrolysis_pK": "hydrolysis of the metal ion (pK)",
    "site_carboxylate": "carboxylate donors",
    "site_anionic_o": "anionic oxygen donors",
    "site_phosphate": "phosphate and phosphonate donors",
    "site_neutral_o": "neutral oxygen donors",
    "site_amine": "amine donors",
    "site_aromatic_n": "aromatic nitrogen donors",
    "site_other_n": "other nitrogen donors",
    "site_soft": "soft donors",
    "site_neutral_s": "neutral sulfur donors",
    "site_primary_amine": "primary amine donors",
    "site_tertiary_amine": "tertiary amine donors",
    "site_aniline": "aniline donors",
    "site_donors": "donors in the binding site",
    "site_strength": "strength of the binding site",
    "site_rings_of_4": "four-membered chelate rings",
    "site_rings_of_5": "five-membered chelate rings",
    "site_rings_of_6": "six-membered chelate rings",
    "site_rings_on_cis_carbons": "chelate rings on cis carbons",
    "site_rings_on_trans_carbons": "chelate rings on trans carbons",
    "site_methyls_beside_n": "methyl groups beside a nitrogen donor",
    "rings_of_4": "four-membered rings of two donors",
    "rings_of_5": "five-membered rings of two donors",
    "rings_of_6": "six-membered rings of two donors",
    "rings_of_7": "seven-membered rings of two donors",
    "strength_elsewhere": "donors that cannot join the site",
    "anions_elsewhere": "anionic groups beside the site",
    "chelating_sets": "ways to chelate",
    "in_macrocycle": "site within a macrocycle",
    "branched_at_nitrogen": "branching at a nitrogen donor",
    "crowded_tertiary_amines": "crowding of tertiary amines",
    "crowded_other_n": "crowding of other nitrogen donors",
    "crowded_aromatic_n": "crowding of aromatic nitrogen",
    "crowded_other_donors": "crowding of other donors",
    "first_pK": "pK of the last proton",
    "protons_in_all": "sum of the pK",
    "nitrogen_pK": "basicity of the nitrogens (pK)",
    "acid_pK": "basicity of the acids' anions (pK)",
    "n_sites": "nitrogen donors in all",
    "o_sites": "oxygen donors in all",
    "s_sites": "sulfur donors in all",
    "sites": "donors in all",
    "anionic_o_groups": "anionic oxygen groups in all",
    "macrocycle_size": "size of the macrocycle",
    "cavity_radius": "radius of the macrocycle's cavity",
    "cavity_spread": "unevenness of the macrocycle's cavity",
    "cavity_out_of_plane": "pucker of the macrocycle's donors",
}


def feature(name: str) -> str:
    """Return what a feature is called, given as ``block.feature``: ``anionic oxygen donors``."""
    own = name.partition(".")[2] or name
    return _FEATURES.get(own, own.replace("_", " "))


def called_today(movers: str) -> str:
    """Return what a form of any version says of movers, in the words of this one."""
    parts = (part.rpartition(" ") for part in movers.split(", "))
    return ", ".join(f"{feature(words.replace(' ', '_'))} {arrow}" for words, _, arrow in parts)


def sentences(reason: str) -> str:
    """Return a reason as sentences, as in ``It has a 40 % chance to beat 18.82 of EDTA.``."""
    said = []
    for part in filter(None, map(str.strip, reason.split("; "))):
        if part[0].isdigit() or part.startswith(("<", ">")):
            part = f"it has a {part}"
        said.append(f"{part[0].upper()}{part[1:]}")
    return "".join(f"{part}. " for part in said).strip()
