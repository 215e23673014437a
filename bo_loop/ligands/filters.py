"""Filters: which structures may join a pool, and how many each of them refuses.

==============  ===================================================================================
not a molecule  cannot be read or standardised, holds a metal, or has no carbon
no round trip   does not come back the same from SELFIES
repeated        came out before in this run
known           in the pool or measured, stereochemistry and tautomers aside
size, charge    heavy atoms, or charge in water, outside a window
no donor        too few donor sites
odd valence     radicals, charges and valences that no ligand has
strain          small rings, alkynes, allenes and bridgehead double bonds in rings
unwanted: …     a group named in the config
hard to make    synthetic accessibility score above a limit
far from known  Tanimoto similarity to every known ligand below a limit
==============  ===================================================================================
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rdkit import Chem, DataStructs
from rdkit.Contrib.SA_Score import sascorer

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.chemistry.fingerprints import morgan
from bo_loop.chemistry.ligands import deprotonated_charge, ligand_group
from bo_loop.chemistry.sites import donor_sites
from bo_loop.ligands.generators.base import Candidate
from bo_loop.ligands.generators.strings import flat, round_trips
from bo_loop.ligands.soundness import odd_valence, strain

UNWANTED = "unwanted: "


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a new ligand has to be.

    Parameters
    ----------
    heavy_atoms : (int, int)
        Fewest and most atoms that are not hydrogen.
    charge : (int, int)
        Lowest and highest charge in water, all acid groups deprotonated.
    min_donors : int
        Fewest donor sites.
    max_small_rings : int
        Most rings of three or four atoms.
    unwanted : mapping of str to str
        SMARTS by the name of the group.
    max_sa_score : float
        Highest synthetic accessibility score, from 1 (easy) to 10.
    min_similarity : float
        Lowest Tanimoto similarity (Morgan, radius 2, 2048 bits) to the nearest known ligand.

    Raises
    ------
    ConfigError
        If a window is empty, a limit is invalid or leaves no ligand, or a SMARTS cannot be read.

    Notes
    -----
    The score is RDKit's, of Ertl and Schuffenhauer, *J. Cheminform.* 2009, **1**, 8.
    """

    heavy_atoms: Sequence[int] = (4, 60)
    charge: Sequence[int] = (-8, 2)
    min_donors: int = 1
    max_small_rings: int = 1
    unwanted: Mapping[str, str] = field(default_factory=dict)
    max_sa_score: float = 4.5
    min_similarity: float = 0.4

    def __post_init__(self):
        for name in ("heavy_atoms", "charge"):
            window = getattr(self, name)
            if not _is_window(window):
                raise ConfigError(
                    f"filters.{name} is {window!r}: give the lowest and the highest, as in [4, 60]."
                )
        for name in ("min_donors", "max_small_rings"):
            require_count(f"filters.{name}", getattr(self, name), least=0)
        if not self.max_sa_score >= 1:
            raise ConfigError(
                f"filters.max_sa_score is {self.max_sa_score!r}: scores go from 1 (easy) to 10."
            )
        if not 0 <= self.min_similarity <= 1:
            raise ConfigError(
                f"filters.min_similarity is {self.min_similarity!r}: a Tanimoto similarity lies "
                "between 0 and 1."
            )
        if not isinstance(self.unwanted, Mapping):
            raise ConfigError(
                f"filters.unwanted is {self.unwanted!r}: give SMARTS by name, or {{}} for none."
            )
        for name, smarts in self.unwanted.items():
            if not isinstance(smarts, str) or _smarts(smarts) is None:
                raise ConfigError(
                    f"filters.unwanted.{name} is {smarts!r}: not valid SMARTS. "
                    "Correct it, or leave the group out."
                )

    def refusal(self, smiles: str) -> str:
        """Name the filter that refuses a flat, standardised SMILES; empty if none does.

        Whether the structure is known, repeated or far from the known is for `Funnel` to say.
        """
        molecule = Chem.MolFromSmiles(smiles)
        if not self.heavy_atoms[0] <= molecule.GetNumHeavyAtoms() <= self.heavy_atoms[1]:
            return "size"
        if odd_valence(molecule):
            return "odd valence"
        if strain(molecule, self.max_small_rings):
            return "strain"
        for name, smarts in self.unwanted.items():
            if molecule.HasSubstructMatch(_smarts(smarts)):
                return f"{UNWANTED}{name}"
        if not self.charge[0] <= deprotonated_charge(smiles) <= self.charge[1]:
            return "charge"
        if len(donor_sites(smiles)) < self.min_donors:
            return "no donor"
        if sa_score(smiles) > self.max_sa_score:
            return "hard to make"
        return ""


@dataclass(frozen=True)
class Accepted:
    """A new ligand that passed.

    Parameters
    ----------
    smiles : str
        Standardised, without stereochemistry.
    parents : tuple of str
        SMILES of the known ligands it was made from.
    generator : str
        What made it.
    sa_score : float
        Synthetic accessibility, from 1 (easy) to 10.
    similarity : float
        Tanimoto similarity to the nearest known ligand.
    """

    smiles: str
    parents: tuple[str, ...]
    generator: str
    sa_score: float
    similarity: float

    def origin(self) -> dict[str, Any]:
        """Return all but the SMILES, as plain JSON."""
        return {
            "generator": self.generator,
            "parents": list(self.parents),
            "sa_score": round(self.sa_score, 3),
            "similarity": round(self.similarity, 3),
        }


class Funnel:
    """Passes new ligands on and counts what each filter refused.

    Parameters
    ----------
    filters : Filters
        What a new ligand has to be.
    known : iterable of str
        Standardised SMILES of all ligands in the pool or measured.

    Attributes
    ----------
    counts : Counter
        By filter, how many candidates it refused; under ``"proposed"`` how many there were.
    """

    def __init__(self, filters: Filters, known: Iterable[str]):
        self._filters = filters
        known = sorted(set(known))
        self._known = set(known) | {flat(smiles) for smiles in known}
        self._groups = {ligand_group(smiles) for smiles in known}
        self._fingerprints = [fingerprint(smiles) for smiles in known]
        self._seen: set[str] = set()
        self._seen_groups: set[str] = set()
        self._verdicts: dict[str, str] = {}
        self.counts: Counter[str] = Counter()

    def admit(self, candidate: Candidate) -> Accepted | None:
        """Return a candidate as a new ligand, or None if a filter refused it."""
        self.counts["proposed"] += 1
        try:
            smiles = flat(candidate.smiles)
        except DataError:
            return self._refused("not a molecule")
        if smiles in self._seen:
            return self._refused("repeated")
        self._seen.add(smiles)
        if smiles in self._known:
            return self._refused("known")
        if verdict := self.verdict(smiles):
            return self._refused(verdict)
        group = ligand_group(smiles)
        if group in self._groups:
            return self._refused("known")
        if group in self._seen_groups:
            return self._refused("repeated")
        self._seen_groups.add(group)
        nearest = self.nearest(smiles)
        return Accepted(smiles, candidate.parents, candidate.generator, sa_score(smiles), nearest)

    def verdict(self, smiles: str) -> str:
        """Name the filter that refuses a flat, standardised SMILES, new or not; "" if none does."""
        if smiles not in self._verdicts:
            self._verdicts[smiles] = self._verdict(smiles)
        return self._verdicts[smiles]

    def _verdict(self, smiles: str) -> str:
        if not Chem.MolFromSmiles(smiles).HasSubstructMatch(_smarts("[#6]")):
            return "not a molecule"
        if refusal := self._filters.refusal(smiles):
            return refusal
        if not round_trips(smiles):
            return "no round trip"
        return "far from known" if self.nearest(smiles) < self._filters.min_similarity else ""

    def nearest(self, smiles: str) -> float:
        """Tanimoto similarity to the nearest known ligand."""
        found = DataStructs.BulkTanimotoSimilarity(fingerprint(smiles), self._fingerprints)
        return max(found, default=0.0)

    def _refused(self, why: str) -> None:
        self.counts[why] += 1


def _is_window(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and len(value) == 2
        and all(isinstance(end, int) for end in value)
        and value[0] <= value[1]
    )


def sa_score(smiles: str) -> float:
    """Synthetic accessibility from 1 (easy) to 10."""
    return float(sascorer.calculateScore(Chem.MolFromSmiles(smiles)))


@lru_cache(maxsize=100_000)
def fingerprint(smiles: str) -> DataStructs.ExplicitBitVect:
    """Morgan fingerprint of radius 2 and 2048 bits."""
    return morgan().GetFingerprint(Chem.MolFromSmiles(smiles))


@lru_cache(maxsize=256)
def _smarts(smarts: str) -> Chem.Mol | None:
    return Chem.MolFromSmarts(smarts)
