"""Ligand features: Mordred 2D descriptors, and the charge in water.

Symbols
-------
n    ligands
d    descriptors of the Mordred 2D set, 1613

A descriptor is a function of the canonical SMILES alone; it is computed once and kept in the
cache on disk.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from importlib.metadata import version
from typing import TypeVar

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats, Rows
from bo_loop.chemistry.ligands import deprotonated_charge, ligand_group
from bo_loop.features.blocks import mordred as descriptors
from bo_loop.features.blocks.groups import rules_version
from bo_loop.features.cache import DescriptorCache

CHARGE_NAMES = ("ligand_charge",)

# A progress bar appears when this many molecules are left to compute: about two seconds.
FEWEST_FOR_PROGRESS = 32

T = TypeVar("T")


def mordred(smiles: Sequence[str], wanted: tuple[str, ...] | None = None) -> Floats:
    """Mordred 2D descriptors, with a progress bar on standard error if many are to be computed.

    Parameters
    ----------
    smiles : sequence of str
        Canonical SMILES of neutral ligands, as `bo_loop.chemistry.ligands.standardise` writes
        them: the text is the key of the cache.
    wanted : tuple of str, optional
        Only these descriptors; of ligands that are not in the cache, only these are computed.

    Returns
    -------
    (n, d) float64
        nan where a descriptor is undefined for a ligand. Columns: `wanted`, or
        `descriptors.names`.

    Raises
    ------
    DataError
        Listing the SMILES that cannot be read, or whose computation ended its process.
    """
    every = descriptors.names()
    version, size = descriptors.set_version(), len(every)
    known: dict[str, Floats] = {}
    if wanted == ():
        return np.empty((len(smiles), 0))
    if wanted is not None:
        at = {name: i for i, name in enumerate(every)}
        columns = [at[name] for name in wanted]
        with DescriptorCache(version, size) as cache:
            known = {text: vector[columns] for text, vector in cache.load(smiles).items()}
        version, size = f"{version} of {_digest(' '.join(wanted))}", len(wanted)
    with DescriptorCache(version, size) as cache:
        known |= cache.load(text for text in smiles if text not in known)
        missing = [text for text in dict.fromkeys(smiles) if text not in known]
        outcomes = descriptors.compute_all(missing, wanted)
        if len(missing) >= FEWEST_FOR_PROGRESS:
            outcomes = _shown(outcomes, len(missing))
        problems = []
        for text, outcome in outcomes:
            if isinstance(outcome, DataError):
                problems.append(str(outcome))
            else:
                cache.store(text, outcome)
                known[text] = outcome
    if problems:
        raise DataError("Descriptors cannot be computed for these ligands.", sorted(problems))
    return np.array([known[text] for text in smiles], dtype=np.float64).reshape(-1, size)


def charge(smiles: Sequence[str]) -> Floats:
    """(n, 1) float64 charge of each ligand in water when fully deprotonated; kept in the cache."""
    with DescriptorCache(f"charge of {rules_version()}", 1) as cache:
        return cache.vectors(smiles, _charge)


def groups(smiles: Sequence[str]) -> Rows:
    """(n,) int64 number of each ligand's `ligand_group`: a hash of the key, below 2⁵².

    It is kept in the cache on disk: the canonical tautomer of a large ligand takes a while.
    """
    with DescriptorCache(f"ligand_group 2 rdkit={version('rdkit')}", 1) as cache:
        return cache.vectors(smiles, _number)[:, 0].astype(np.int64)


def _charge(smiles: str) -> Floats:
    return np.array([deprotonated_charge(smiles)], dtype=np.float64)


def _number(smiles: str) -> Floats:
    return np.array([int(_digest(ligand_group(smiles)), 16)], dtype=np.float64)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:13]


def _shown(items: Iterable[T], total: int) -> Iterator[T]:
    """Pass items on, with a progress bar on standard error."""
    from rich.console import Console
    from rich.progress import track

    return track(items, "Ligand descriptors", total, console=Console(stderr=True), transient=True)
