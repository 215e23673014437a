"""Other substituents on the donor core of a good ligand.

A *substituent* is what a single bond outside all rings joins to the rest; a *core* is what is left
when one without donor atoms is taken off.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import rdChemReactions

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError
from bo_loop.chemistry.sites import donor_sites
from bo_loop.ligands.generators.base import Candidate, Known, Score

_CUT = "[#6,#7,#16,#15;!$(*#*):1]-;!@[*:2]"
_JOIN = "[*:1]-[#0].[*:2]-[#0]>>[*:1]-[*:2]"
# A hydrogen of carbon, or of an amine: that of an acid, an amide or an azole is kept.
_REPLACE = "[#6,$([NX3;+0;!$(N[#6]=[O,S,N]);!$(NS=O);!$(N[N,O])]);!H0:1].[*:2]-[#0]>>[*:1]-[*:2]"


@dataclass(frozen=True, kw_only=True)
class Substituents:
    """Keep the donor core of a good ligand, and put other substituents on it.

    Parameters
    ----------
    best : int
        Only the best so many ligands give cores.
    swaps : int
        Most substituents put on one core; 1 to `swaps` are equally likely.
    size : int
        Most heavy atoms of a substituent.

    Raises
    ------
    ConfigError
        If an option is not a whole number of at least 1.

    Notes
    -----
    Substituents are taken from all known ligands, each as likely as the others, and may bring
    donors of their own. Each swap puts one in the place of a substituent without donor atoms, if
    there is one and with even odds, or of a hydrogen atom. Both are RDKit reactions.
    """

    best: int = 100
    swaps: int = 2
    size: int = 8

    def __post_init__(self):
        for name in ("best", "swaps", "size"):
            require_count(f"generator.{name}", getattr(self, name))

    def propose(self, known: Known, score: Score, rng: np.random.Generator) -> Iterator[Candidate]:
        """Yield children without end.

        Raises
        ------
        ConfigError
            If no known ligand has a substituent.
        """
        parents = known.best(self.best)
        library = _library(known.smiles, self.size)
        if not library:
            raise ConfigError(
                f"None of the {len(known.smiles)} known ligands has a substituent of at most "
                f"{self.size} heavy atoms. Raise generator.size, or choose generator=mutate."
            )
        cores = {parent: _cores(parent, self.size) for parent in parents}
        while True:
            parent = parents[rng.integers(len(parents))]
            open_cores = cores[parent]
            swaps = int(rng.integers(1, self.swaps + 1))
            made = parent
            if open_cores and rng.integers(2):
                core = open_cores[rng.integers(len(open_cores))]
                made = _joined(_JOIN, core, _drawn(library, rng), rng)
                swaps -= 1
            for _ in range(swaps):
                made = _joined(_REPLACE, made, _drawn(library, rng), rng) if made else made
            yield Candidate(made, (parent,), "substituents")


def _drawn(library: Sequence[str], rng: np.random.Generator) -> str:
    return library[rng.integers(len(library))]


def _joined(reaction: str, core: str, substituent: str, rng: np.random.Generator) -> str:
    """Return one of the products, drawn evenly; empty if there is none."""
    with rdBase.BlockLogs():
        products = _reaction(reaction).RunReactants(
            (Chem.MolFromSmiles(core), Chem.MolFromSmiles(substituent))
        )
        sound = {
            Chem.MolToSmiles(p) for (p,) in products if not Chem.SanitizeMol(p, catchErrors=True)
        }
    ordered = sorted(sound)
    return ordered[rng.integers(len(ordered))] if ordered else ""


@lru_cache
def _reaction(smarts: str) -> rdChemReactions.ChemicalReaction:
    return rdChemReactions.ReactionFromSmarts(smarts)


def _library(ligands: Iterable[str], size: int) -> tuple[str, ...]:
    """Substituents of at most `size` heavy atoms, an open bond each; in alphabetical order."""
    found = set()
    for smiles in ligands:
        molecule = Chem.MolFromSmiles(smiles)
        for piece, _ in _pieces(molecule, size):
            found.add(Chem.MolToSmiles(piece))
    return tuple(sorted(found))


def _cores(smiles: str, size: int) -> tuple[str, ...]:
    """Return what is left when a substituent without donor atoms is taken off."""
    donors = {i for site in donor_sites(smiles) for i in site.atoms}
    molecule = Chem.MolFromSmiles(smiles)
    return tuple(
        sorted({core for _, core in _pieces(molecule, size, without=donors) if core is not None})
    )


def _pieces(
    molecule: Chem.Mol, size: int, without: Iterable[int] = ()
) -> Iterator[tuple[Chem.Mol, str]]:
    """Yield substituents, and the SMILES of the rest of the molecule.

    Parameters
    ----------
    molecule : Mol
    size : int
        Most heavy atoms of a substituent; it is never the larger part.
    without : iterable of int
        Atoms that a substituent must not hold.
    """
    kept = set(without)
    for a, b in molecule.GetSubstructMatches(_cut()):
        bond = molecule.GetBondBetweenAtoms(a, b)
        cut = Chem.FragmentOnBonds(molecule, [bond.GetIdx()], dummyLabels=[(0, 0)])
        atoms: list[tuple[int, ...]] = []
        parts = Chem.GetMolFrags(cut, asMols=True, fragsMolAtomMapping=atoms)
        for i, (part, members) in enumerate(zip(parts, atoms, strict=True)):
            heavy = [m for m in members if m < molecule.GetNumAtoms()]
            if len(heavy) > size or 2 * len(heavy) > molecule.GetNumAtoms() or kept & set(heavy):
                continue
            yield part, Chem.MolToSmiles(parts[1 - i])


@lru_cache(maxsize=1)
def _cut() -> Chem.Mol:
    return Chem.MolFromSmarts(_CUT)
