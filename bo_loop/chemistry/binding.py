"""The binding site of a ligand: the donors that chelate rings let one metal ion hold together.

Two donors belong to the same set if a chelate ring of at most six atoms joins them, directly or
through others (`bo_loop.chemistry.chelates`). The binding site is the strongest set, where a donor
that holds a metal ion by itself counts 1, and one that only binds beside a stronger one (alcohol,
ether, amide, thioether, aniline, …) 0.3. So EDTA's six donors are one site, while
hexamethylenedinitrilotetraacetic acid, with the same donors, has two sets of three, and
isocinchomeronic acid (pyridine-2,5-dicarboxylic) a site of two donors and a carboxylate that is
elsewhere.
"""

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from bo_loop.chemistry.chelates import ChelateRing, chelate_rings, sets_of_donors
from bo_loop.chemistry.crowding import CROWDING_NAMES, crowding
from bo_loop.chemistry.donor_types import SITE_CLASSES, WEAK
from bo_loop.chemistry.donors import macrocycle_size
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import DonorSite, donor_sites

_LARGEST_RING = 6  # larger chelate rings hold so loosely that their donors act apart
_SMALL_RING = 9  # a ring of fewer atoms is too small to have a metal ion inside
_BOAT = 6  # a ring of at most so many atoms has to become a boat for two donors to meet
_WEIGHT_OF_WEAK = 0.3
_ANIONS = {"carboxylate", "anionic_o", "phosphate", "soft"}

_OF_SITE = (*SITE_CLASSES, "primary_amine", "tertiary_amine", "aniline")
BINDING_NAMES = (
    *(f"site_{name}" for name in _OF_SITE),
    "site_donors",
    "site_strength",
    "site_rings_of_4",
    "site_rings_of_5",
    "site_rings_of_6",
    "site_rings_on_cis_carbons",
    "site_rings_on_trans_carbons",
    "site_methyls_beside_n",
    "rings_of_7",
    "strength_elsewhere",
    "anions_elsewhere",
    "chelating_sets",
    "in_macrocycle",
    "small_rings_with_one_donor",
    "rings_up_to_6_with_donors",
    "rings_of_7_and_8_with_donors",
    "branched_at_nitrogen",
    *CROWDING_NAMES,
)

_CLASS_OF = {kind: name for name, kinds in SITE_CLASSES.items() for kind in kinds}


def binding_site(smiles: str, most: int | None = None) -> tuple[int, ...]:
    """Return the donors of the binding site.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.
    most : int, optional
        Donors that the metal ion has room for. Of a larger site, those are left that hold best: a
        donor is taken that shares the most chelate rings with those taken, the stronger of two
        such; the first is the one that shares the most with all.

    Returns
    -------
    tuple of int
        Positions in `bo_loop.chemistry.sites.donor_sites`, in order; empty without a donor.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.sites.donor_sites`.
    """
    _, rings, weight, sets = _sets(smiles)
    site = sets[0] if sets else []
    if most is None or len(site) <= most:
        return tuple(site)

    def held(donor: int, by: list[int]) -> tuple[int, float, int]:
        shared = sum(donor in ring.donors and bool(set(by) & set(ring.donors)) for ring in rings)
        return shared, weight[donor], -donor

    taken: list[int] = []
    while len(taken) < most:
        left = [i for i in site if i not in taken]
        taken.append(max(left, key=lambda i: held(i, taken or left)))
    return tuple(sorted(taken))


def _sets(
    smiles: str,
) -> tuple[tuple[DonorSite, ...], list[ChelateRing], list[float], list[list[int]]]:
    """Return the donors, their chelate rings of up to six, their weights, the chelating sets."""
    donors = donor_sites(smiles)
    weight = [_weight(donor, name) for donor, name in zip(donors, _classes(donors), strict=True)]
    tight = [ring for ring in chelate_rings(smiles) if ring.size <= _LARGEST_RING]
    return donors, tight, weight, sets_of_donors(range(len(donors)), tight, weight.__getitem__)


def binding_features(smiles: str) -> NDArray[np.float64]:
    """Describe the binding site, and what is outside it.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    (d,) float64
        Columns: `BINDING_NAMES`. ``site_…`` counts donors of a class, chelate rings, those of them
        that run through a small ring of the ligand between cis or trans substituents, and methyl
        groups ortho to an aromatic nitrogen, in the site; N-oxides are among ``site_anionic_o``.
        ``…_elsewhere`` is what the other donors add up to: ``anions_elsewhere`` counts those of
        the classes ``carboxylate``, ``anionic_o``, ``phosphate`` and ``soft``, whatever their
        charge, so N-oxides, phosphines and thiones too. ``chelating_sets`` counts the sets of two
        donors or more; rings of fewer than nine atoms that hold donors and are not aromatic are
        counted apart by whether it is one donor (piperidine), or several in a ring of up to six
        atoms (piperazine) or a larger one (1,4-diazepane); ``branched_at_nitrogen`` counts the
        branched carbon atoms next to nitrogen donors, and ``crowded_…`` the substituents beside
        donors that bind nothing (`bo_loop.chemistry.crowding`).

    Raises
    ------
    DataError
        As `bo_loop.chemistry.sites.donor_sites`.
    """
    donors, tight, weight, sets = _sets(smiles)
    molecule = Chem.MolFromSmiles(standardise(smiles))
    classes = _classes(donors)
    site = sets[0] if sets else []
    outside = [i for i in range(len(donors)) if i not in site]
    held = [ring for ring in tight if set(site).issuperset(ring.donors)]
    kinds = [donors[i].kind for i in site]
    strength = sum(weight[i] for i in site)
    return np.array(
        [
            *(sum(classes[i] == name for i in site) for name in SITE_CLASSES),
            *(kinds.count(name) for name in _OF_SITE[len(SITE_CLASSES) :]),
            len(site),
            strength,
            *(sum(ring.size == size for ring in held) for size in (4, 5, 6)),
            *(sum(ring.arrangement == each for ring in held) for each in ("cis", "trans")),
            sum(_methyls(molecule, donors[i]) for i in site if classes[i] == "aromatic_n"),
            len(chelate_rings(smiles)) - len(tight),
            sum(weight[i] for i in outside),
            sum(classes[i] in _ANIONS for i in outside),
            sum(len(each) > 1 for each in sets),
            macrocycle_size(molecule, donors) > 0,
            *_small_rings(molecule, donors),
            _branches(molecule, donors),
            *crowding(molecule, donors),
        ],
        dtype=np.float64,
    )


def _classes(donors: tuple[DonorSite, ...]) -> list[str]:
    """Class of each donor; the alcohol of an α-hydroxycarboxylate counts as one."""
    classes, carboxylates = [], set()
    for donor in donors:
        name = _CLASS_OF[donor.kind]
        if donor.kind == "alpha_hydroxycarboxylate":
            name = "neutral_o" if donor.group in carboxylates else name
            carboxylates.add(donor.group)
        classes.append(name)
    return classes


def _weight(donor: DonorSite, name: str) -> float:
    weak = donor.kind in WEAK or donor.kind == "aniline" or name in ("neutral_o", "neutral_s")
    return _WEIGHT_OF_WEAK if weak else 1.0


def _methyls(molecule: Chem.Mol, donor: DonorSite) -> int:
    nitrogen = molecule.GetAtomWithIdx(donor.atoms[0])
    return sum(
        atom.GetAtomicNum() == 6 and atom.GetDegree() == 1
        for neighbour in nitrogen.GetNeighbors()
        for atom in neighbour.GetNeighbors()
    )


def _small_rings(molecule: Chem.Mol, donors: tuple[DonorSite, ...]) -> tuple[int, int, int]:
    """Count the rings that are not aromatic: with one donor; with more, up to six atoms; larger."""
    binding = {i for donor in donors for i in donor.atoms}
    rings = [
        (len(binding.intersection(ring)), len(ring))
        for ring in molecule.GetRingInfo().AtomRings()
        if len(ring) < _SMALL_RING
        and not all(molecule.GetAtomWithIdx(i).GetIsAromatic() for i in ring)
    ]
    several = [size for held, size in rings if held > 1]
    small = sum(size <= _BOAT for size in several)
    return sum(held == 1 for held, _ in rings), small, len(several) - small


def _branches(molecule: Chem.Mol, donors: tuple[DonorSite, ...]) -> int:
    nitrogens = {i for donor in donors if donor.element == "N" for i in donor.atoms}
    return sum(
        neighbour.GetDegree() >= 3 and not neighbour.GetIsAromatic()
        for i in nitrogens
        for neighbour in molecule.GetAtomWithIdx(i).GetNeighbors()
    )
