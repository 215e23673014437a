"""Basicity from the structure alone: sites that take protons, and how they interact.

Symbols
-------
i, j    sites (`bo_loop.chemistry.basicity.proton_sites`), N of them
s       a microstate: which sites hold a proton, s_i = 0 or 1
pK_i    of site i when no other holds a proton: its kind, and what surrounds it
ε_ij    what a proton on j takes from pK_i, and the reverse: kinds and number of bonds between
β^H_k   k H⁺ + L ⇌ H_kL:  Σ over the microstates of k protons of 10^(Σ s_i pK_i − Σ s_i s_j ε_ij)

The cluster expansion of Borkovec and Koper (J. Phys. Chem. 1994, 98, 6038; Anal. Chem. 2000, 72,
3272), whose coefficients are here sums over atoms around the site, as in Perrin, Dempsey, Serjeant,
pKa Prediction for Organic Acids and Bases (1981). ``site_binding.json`` holds them, fitted to NIST
SRD 46 by ``benchmarks/site_binding.py``; they hold at 25 °C and 0.1 mol/L.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from rdkit import Chem

from bo_loop.base.types import Floats
from bo_loop.chemistry.basicity import BASIC, ProtonSite, proton_sites
from bo_loop.chemistry.donor_types import RING_NITROGEN
from bo_loop.chemistry.edits import matches
from bo_loop.chemistry.ligands import standardise

BASICITY_NAMES = ("first_pK", "protons_in_all", "nitrogen_pK", "acid_pK")
VERSION = "basicity 1"
"""Raise the number with every change after which a ligand has another `basicity`."""

FURTHEST = 6  # bonds, from which atoms are felt
FURTHEST_SITES = 9  # bonds: sites further apart interact as these do
_IN_WATER = 2.0  # pK above which a proton stays in any solution that is worth measuring
_MOST_SITES = 12  # 4,096 microstates; the weakest of more sites are left without protons

AMINES = {"primary_amine", "secondary_amine", "tertiary_amine", "ammonia"}

# Kinds that chemistry tells apart more finely than the rules which count protons; the first that
# matches an atom of the site.
_FINER: tuple[tuple[str, str, str], ...] = (
    ("amidine", "biguanide", "[#7][#6](~[#7])~[#7]~[#6](~[#7])~[#7]"),
    ("amidine", "guanidine", "[#7][#6](~[#7])~[#7]"),
    ("hydrazine", "hydrazide", "[#7]([#7][#6]=[O,S])"),
    ("hydrazine", "hydrazide", "[#7]([#6]=[O,S])[#7]"),
    ("phenol", "enol of a quinone or pyrone", "[O]c:c=[O,S]"),
    ("phenol", "enol of a quinone or pyrone", "[O]c:c:c=[O,S]"),
    ("thiol, selenol, H2S, H2Se", "dithiophosphoric acid", "[#16,#34][P,As]"),
    ("thiol, selenol, H2S, H2Se", "thio acid", "[#16,#34][#6]=[O,S,Se]"),
    ("thiol, selenol, H2S, H2Se", "thiophenol", "[#16,#34]c"),
)

ATOMS = (
    "acid oxygen", "other acid", "amine", "other basic nitrogen", "basic ring nitrogen",
    "aromatic carbon", "aliphatic carbon", "acyl carbon", "unsaturated carbon", "oxo oxygen",
    "hydroxyl oxygen", "ether oxygen", "cationic nitrogen", "other nitrogen",
    "other ring nitrogen", "sulfur", "phosphorus", "fluorine", "other atom",
)  # fmt: skip
"""Kinds of atom that a site feels."""

OWN = ("hydrogens", "neighbours", "in a ring", "in a ring of 5", "in a ring of 6", "aromatic")
"""What is counted of the site's own atom."""


@dataclass(frozen=True)
class Description:
    """What pK_i and ε_ij of a ligand are sums over.

    Parameters
    ----------
    kinds, classes : tuple of str
        Of each site; the classes are what interactions, and effects of atoms, depend on.
    around : tuple of Counter
        How many atoms of each kind, ``"ether oxygen 3"``, are so many bonds away; and `OWN`.
    bonds : (N, N) int64
        Between sites, `FURTHEST_SITES` at most.
    """

    kinds: tuple[str, ...]
    classes: tuple[str, ...]
    around: tuple[Counter[str], ...]
    bonds: np.ndarray


def describe(smiles: str) -> Description:
    """Describe the sites of a ligand.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    molecule = Chem.MolFromSmiles(standardise(smiles))
    sites = proton_sites(smiles)
    kinds = tuple(_finer(molecule, site) for site in sites)
    distance = Chem.GetDistanceMatrix(molecule)
    nearest = [distance[list(site.atoms)].min(axis=0) for site in sites]
    named = _atom_kinds(molecule, sites)
    around = []
    for site, away in zip(sites, nearest, strict=True):
        found = Counter(
            f"{kind} {int(d)}" for kind, d in zip(named, away, strict=True) if 1 <= d <= FURTHEST
        )
        around.append(found + _own(molecule.GetAtomWithIdx(site.atoms[0])))
    bonds = np.array([[a[list(b.atoms)].min() for b in sites] for a in nearest])
    bonds = np.minimum(bonds, FURTHEST_SITES).astype(np.int64).reshape(len(sites), len(sites))
    return Description(kinds, tuple(_class(s.kind) for s in sites), tuple(around), bonds)


def basicity(smiles: str) -> Floats:
    """Say how readily a ligand takes up protons.

    Parameters
    ----------
    smiles : str
        Any SMILES of the ligand.

    Returns
    -------
    (4,) float64
        `BASICITY_NAMES`: log β^H_1; the sum of all steps of more than `_IN_WATER`; the means of
        pK_i over basic nitrogens, and over acids; 0 where there is nothing of the kind.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    found = describe(smiles)
    if not found.kinds:
        return np.zeros(len(BASICITY_NAMES))
    pk, taken = _coefficients(found)
    steps = np.diff(_log_beta(pk, taken), prepend=0.0)
    nitrogen = np.isin(found.classes, _OF_NITROGEN)
    means = [pk[of].mean() if of.any() else 0.0 for of in (nitrogen, ~nitrogen)]
    return np.array([steps[0], steps[steps > _IN_WATER].sum(), *means])


def _log_beta(pk: Floats, taken: Floats) -> Floats:
    """Return log β^H_1, log β^H_2, … by summing over the microstates of the strongest sites."""
    strongest = np.sort(np.argsort(-pk, kind="stable")[:_MOST_SITES])
    pk, taken = pk[strongest], taken[np.ix_(strongest, strongest)]
    states = microstates(len(pk))
    exponent = states @ pk - 0.5 * np.einsum("si,ij,sj->s", states, taken, states)
    protons = states.sum(axis=1)
    return np.array([_log_sum(exponent[protons == k]) for k in range(1, len(pk) + 1)])


@cache
def microstates(n: int) -> Floats:
    """Every s; (2ⁿ, n)."""
    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(np.float64)


def _log_sum(exponent: Floats) -> float:
    largest = exponent.max()
    return float(largest + np.log10((10.0 ** (exponent - largest)).sum()))


def _coefficients(found: Description) -> tuple[Floats, Floats]:
    """pK_i; ε_ij, 0 on the diagonal."""
    fitted = _fitted()
    pk = []
    for kind, its_class, around in zip(found.kinds, found.classes, found.around, strict=True):
        effects = fitted["atoms"][its_class]
        felt = sum(count * effects.get(name, 0.0) for name, count in around.items())
        pk.append(fitted["kinds"].get(kind, fitted["classes"][its_class]) + felt)
    n = len(pk)
    taken = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            pair = fitted["pairs"][pair_name(found.classes[i], found.classes[j])]
            taken[i, j] = taken[j, i] = pair[found.bonds[i, j]]
    return np.array(pk), taken


def pair_name(a: str, b: str) -> str:
    """Name two classes, in either order."""
    return " | ".join(sorted((a, b)))


@cache
def _fitted() -> Mapping[str, Mapping]:
    text = resources.files(__package__).joinpath("site_binding.json").read_text(encoding="utf-8")
    return json.loads(text)


_OF_NITROGEN = ("amine", "ring nitrogen", "other base")
CLASSES = (
    "carboxylic acid", "acid of P", "strong acid", "phenol", "thiol", "other acid", *_OF_NITROGEN,
)  # fmt: skip
"""Classes of sites, which interactions and effects of atoms depend on."""


def _class(kind: str) -> str:
    if kind in AMINES:
        return "amine"
    if kind in RING_NITROGEN:
        return "ring nitrogen"
    if kind in BASIC:
        return "other base"
    if kind.startswith("carboxylic"):
        return "carboxylic acid"
    if kind == "oxo-acid of P":
        return "acid of P"
    if kind.startswith(("oxo-acid", "nitric", "acylsulfon", "disulfon")):
        return "strong acid"
    return kind.split(",")[0] if kind.startswith(("phenol", "thiol")) else "other acid"


def _finer(molecule: Chem.Mol, site: ProtonSite) -> str:
    for kind, finer, smarts in _FINER:
        if site.kind == kind and any(match[0] in site.atoms for match in matches(molecule, smarts)):
            return finer
    return site.kind


def _own(atom: Chem.Atom) -> Counter[str]:
    counts = (
        atom.GetTotalNumHs(), atom.GetDegree(), atom.IsInRing(), atom.IsInRingSize(5),
        atom.IsInRingSize(6), atom.GetIsAromatic(),
    )  # fmt: skip
    return Counter({name: int(count) for name, count in zip(OWN, counts, strict=True)})


def _atom_kinds(molecule: Chem.Mol, sites: tuple[ProtonSite, ...]) -> list[str]:
    """Name every atom as `ATOMS` does."""
    site_of = {i: site for site in reversed(sites) for i in site.atoms}
    return [_atom_kind(atom, site_of.get(atom.GetIdx())) for atom in molecule.GetAtoms()]


def _atom_kind(atom: Chem.Atom, site: ProtonSite | None) -> str:
    symbol, aromatic = atom.GetSymbol(), atom.GetIsAromatic()
    if site is not None and site.kind in BASIC:
        if site.kind in RING_NITROGEN:
            return "basic ring nitrogen"
        return "amine" if site.kind in AMINES else "other basic nitrogen"
    if site is not None and len(site.atoms) == 1:
        return "acid oxygen" if symbol == "O" else "other acid"
    doubly = {
        bond.GetOtherAtom(atom).GetSymbol()
        for bond in atom.GetBonds()
        if bond.GetBondType() == Chem.BondType.DOUBLE
    }
    if symbol == "C":
        if doubly & {"O", "S"}:
            return "acyl carbon"
        if aromatic:
            return "aromatic carbon"
        saturated = atom.GetHybridization() == Chem.HybridizationType.SP3
        return "aliphatic carbon" if saturated else "unsaturated carbon"
    if symbol == "O":
        if doubly:
            return "oxo oxygen"
        return "hydroxyl oxygen" if atom.GetTotalNumHs() else "ether oxygen"
    if symbol == "N":
        if atom.GetFormalCharge() > 0:
            return "cationic nitrogen"
        return "other ring nitrogen" if aromatic else "other nitrogen"
    if symbol in ("S", "Se", "Te"):
        return "sulfur"
    if symbol in ("P", "As"):
        return "phosphorus"
    return "fluorine" if symbol == "F" else "other atom"
