"""SELFIES: ligands as sequences of symbols of which every one can be read as a molecule.

Krenn, Häse, Nigam, Friederich and Aspuru-Guzik, *Mach. Learn.: Sci. Technol.* 2020, **1**, 045024.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import selfies
from rdkit import Chem, rdBase

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.chemistry.ligands import standardise
from bo_loop.ligands.generators.base import Known

Symbols = tuple[str, ...]

PADDING = "[nop]"
"""Read as nothing."""

_SEEDS = 2**31 - 1


def flat(smiles: str) -> str:
    """Return the standardised SMILES of a structure without its stereochemistry.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`.
    """
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(standardise(smiles))
        Chem.RemoveStereochemistry(molecule)
        return standardise(Chem.MolToSmiles(molecule))


def writable(smiles: Iterable[str]) -> tuple[str, ...]:
    """Return those ligands, in order, that SELFIES can write and that come back the same."""
    return tuple(text for text in smiles if round_trips(text))


def parents(known: Known, best: int | None, least: int = 1) -> tuple[str, ...]:
    """Return the best known ligands that SELFIES can write.

    Raises
    ------
    ConfigError
        If there are fewer than `least`.
    """
    found = writable(known.best(best))
    if len(found) < least:
        raise ConfigError(
            f"SELFIES can write {len(found)} of the ligands that are to have children; it takes "
            f"{least}. Raise generator.best, or choose generator=substituents."
        )
    return found


def round_trips(smiles: str) -> bool:
    """Whether a standardised SMILES comes back the same from SELFIES."""
    try:
        return standardise(selfies.decoder(selfies.encoder(smiles))) == smiles
    except (selfies.EncoderError, selfies.DecoderError, DataError):
        return False


def written(smiles: str, rng: np.random.Generator) -> Symbols:
    """Write a ligand in SELFIES, from a random atom on and in a random order of branches."""
    molecule = Chem.MolFromSmiles(smiles)
    Chem.Kekulize(molecule, clearAromaticFlags=True)
    seed = int(rng.integers(1, _SEEDS))
    text = Chem.MolToRandomSmilesVect(molecule, 1, randomSeed=seed, kekuleSmiles=True)[0]
    return tuple(selfies.split_selfies(selfies.encoder(text)))


def read(symbols: Sequence[str]) -> str:
    """Return the SMILES that a sequence of symbols stands for; may be empty."""
    return selfies.decoder("".join(symbols))


def rewritten(symbols: Symbols, rng: np.random.Generator) -> Symbols:
    """Rewrite `symbols` as `written` does; unchanged if that is not a ligand."""
    try:
        smiles = flat(read(symbols))
    except DataError:
        return symbols
    return written(smiles, rng) if round_trips(smiles) else symbols


def robust_alphabet() -> tuple[str, ...]:
    """Return the symbols that SELFIES can place anywhere, in alphabetical order."""
    return tuple(sorted(selfies.get_semantic_robust_alphabet()))


def symbol_counts(smiles: Iterable[str]) -> Counter[str]:
    """Count the symbols that ligands are written with."""
    return Counter(
        symbol for text in smiles for symbol in selfies.split_selfies(selfies.encoder(text))
    )
