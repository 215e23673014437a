"""Compute Mordred's 2D descriptors, in worker processes where that pays.

``python -m bo_loop.features.blocks.mordred`` is a worker: it reads, a line each (JSON), a SMILES and
the names of the descriptors wanted of it, and answers a line. Workers are started as programs of
their own rather than forked (threads of BLAS do not survive that) or spawned by
``multiprocessing`` (which would run the user's script once more in each of them).

Symbols
-------
d    descriptors of the Mordred 2D set, 1613

Rules
-----
True and False become 1 and 0. What Mordred cannot compute, and what comes out infinite, is nan:
undefined. A finite value, however large, is defined; the feature schema standardises it.
"""

import base64
import json
import os
import queue
import subprocess
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bo_loop.base.errors import DataError
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
    n_workers = min(_usable_cores(), len(smiles))
    if len(smiles) < FEWEST_FOR_WORKERS or n_workers == 1:
        yield from ((text, _outcome(text, wanted)) for text in smiles)
        return
    workers = [_Worker() for _ in range(n_workers)]
    idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def ask(text: str) -> tuple[str, Outcome]:
        worker = idle.get()
        try:
            return text, worker.ask(text, wanted)
        finally:
            idle.put(worker)

    executor = ThreadPoolExecutor(n_workers)
    try:
        for future in as_completed([executor.submit(ask, text) for text in smiles]):
            yield future.result()
    finally:
        # Workers first: the threads wait for their answers.
        executor.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.close()


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


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Worker:
    """A process that computes descriptors, restarted after a molecule that ended it."""

    def __init__(self):
        self._closed = False
        self._process = self._start()

    @staticmethod
    def _start() -> subprocess.Popen[str]:
        # One thread each: there are as many workers as cores. A worker finds what its parent
        # found, and (-P) nothing that happens to lie in the current folder.
        root = Path(__file__).parents[2]
        environment = os.environ | {
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(root)]),
        }
        return subprocess.Popen(
            [sys.executable, "-P", "-m", __spec__.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            encoding="utf-8",
        )

    def ask(self, smiles: str, wanted: Names | None) -> Outcome:
        try:
            self._process.stdin.write(json.dumps([smiles, wanted]) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except OSError:
            answer = ""
        if answer:
            return _decoded(json.loads(answer))
        status = self._process.wait()
        if not self._closed:
            self._process = self._start()
        return DataError(
            f"SMILES {smiles!r}: its descriptor process ended with status {status}. "
            "Leave this ligand out."
        )

    def close(self) -> None:
        self._closed = True
        self._process.kill()
        self._process.communicate()


def _decoded(answer: dict[str, str]) -> Outcome:
    if "problem" in answer:
        return DataError(answer["problem"])
    return np.frombuffer(base64.b64decode(answer["vector"]), dtype="<f8").astype(np.float64)


def _encoded(outcome: Outcome) -> dict[str, str]:
    if isinstance(outcome, DataError):
        return {"problem": str(outcome)}
    return {"vector": base64.b64encode(outcome.astype("<f8").tobytes()).decode("ascii")}


def _serve(requests: Iterable[str]) -> None:
    """Answer requests on standard output; whatever else is printed goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in requests:
        smiles, wanted = json.loads(line)
        outcome = _outcome(smiles, None if wanted is None else tuple(wanted))
        answers.write(json.dumps(_encoded(outcome)) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve(sys.stdin)
