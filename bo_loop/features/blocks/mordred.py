"""Compute Mordred's 2D descriptors, in several processes where that pays.

Symbols
-------
d    descriptors of the Mordred 2D set, 1613

Rules
-----
True and False become 1 and 0. What Mordred cannot compute, and what comes out infinite, is nan:
undefined. A finite value, however large, is defined; the feature schema standardises it.
"""

import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from importlib.metadata import version
from typing import Any

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.parallel import Serial, cluster, processes, usable_cores
from bo_loop.base.progress import report
from bo_loop.base.types import Floats

# Below this many molecules, starting worker processes takes longer than it saves.
FEWEST_FOR_WORKERS = 8

Outcome = Floats | DataError
Names = tuple[str, ...]


@lru_cache(maxsize=1)
def set_version() -> str:
    """Name the descriptor set, with the versions of the packages that compute it."""
    return f"mordred-2d mordredcommunity={version('mordredcommunity')} rdkit={version('rdkit')}"


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of the d descriptors, in Mordred's own order."""
    return tuple(str(descriptor) for descriptor in _calculator().descriptors)


def compute(smiles: str, wanted: Names | None = None) -> Floats:
    """Compute the descriptors of one molecule, in this process.

    Parameters
    ----------
    smiles : str
        Canonical SMILES of the neutral ligand.
    wanted : tuple of str, optional
        Only these descriptors, in their order: a hundred take a twelfth of the time of all.

    Returns
    -------
    (d,) float64
        nan where a descriptor is undefined.

    Raises
    ------
    DataError
        If the SMILES cannot be read.
    """
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles)
        if molecule is None or molecule.GetNumAtoms() == 0:
            raise DataError(f"SMILES {smiles!r} cannot be read: correct the structure.")
        # Divisions by zero and overflows inside Mordred end as undefined values.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = _calculator(wanted)(molecule).fill_missing(np.nan)
    values = np.array([float(value) for value in result], dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def compute_all(
    smiles: Sequence[str], wanted: Names | None = None
) -> Iterator[tuple[str, Outcome]]:
    """Compute the descriptors of many molecules, each yielded as soon as it is known.

    Parameters
    ----------
    smiles : sequence of str
        Distinct canonical SMILES.
    wanted : tuple of str, optional
        As `compute`.

    Yields
    ------
    smiles : str
        In the order in which they are finished.
    outcome : (d,) float64 or DataError
        The descriptors, or why there are none.
    """
    side_by_side = usable_cores() > 1 or cluster() is not None
    enough = len(smiles) >= FEWEST_FOR_WORKERS and side_by_side
    runner = processes(None, len(smiles)) if enough else Serial()
    outcomes = runner.run(partial(_outcome, wanted=wanted), smiles, lost=_lost)
    for done, (position, outcome) in enumerate(outcomes, start=1):
        report("computing descriptors", done, len(smiles))
        yield smiles[position], outcome


@lru_cache(maxsize=8)
def _calculator(wanted: Names | None = None) -> Any:
    from mordred import Calculator, descriptors

    if wanted is None:
        return Calculator(descriptors, ignore_3D=True)
    by_name = dict(zip(names(), _calculator().descriptors, strict=True))
    calculator = Calculator(ignore_3D=True)
    # Not `register`, which would put them in an order of its own.
    calculator.descriptors = [by_name[name] for name in wanted]
    return calculator


def _outcome(smiles: str, wanted: Names | None) -> Outcome:
    try:
        return compute(smiles, wanted)
    except DataError as error:
        return error


def _lost(smiles: str) -> DataError:
    return DataError(
        f"SMILES {smiles!r}: the process that computed its descriptors ended without a result. "
        "Leave this ligand out."
    )
