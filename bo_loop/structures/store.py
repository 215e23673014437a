"""The database of structures with forces: an ASE database (SQLite), a row a structure.

Each row has positions (Å), energy (eV) and forces (eV/Å), and the keys

=============  =====================================================================
`molecule`     InChIKey of a ligand, ``pair_id`` of a complex
`kind`         ``ligand`` or ``complex``
`conformer`    number of the start, from 0
`step`         of the optimisation, from 0
`minimum`      number of the minimum that the optimisation ended at; −1 if at none
`tried`        conformers that were asked for
`ion_charge`   charge of the whole, in units of e
`unpaired`     unpaired electrons
=============  =====================================================================

Starts that end at one minimum have its number in common. What could not be computed is in the
database's metadata under ``problems``, by molecule.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.extras import optional
from bo_loop.base.types import Floats
from bo_loop.structures.molecules import COMPLEX, LIGAND, Molecule
from bo_loop.structures.xtb import METHOD, Trajectory

SUFFIX = ".db"
SAME_SHAPE = 0.1
"""Å, by which `shape` of two structures at one minimum may differ (root mean square)."""

_SAME_ENERGY = 2e-3  # eV
_QUANTILES = (0.1, 0.5, 0.9)


class Store:
    """A database of structures, made if it is not there.

    Parameters
    ----------
    path : Path
        A ``.db`` file.

    Raises
    ------
    DataError
        If the file is no such database, or one of another method.
    ConfigError
        If ASE is not installed.
    """

    def __init__(self, path: Path):
        if path.suffix.lower() != SUFFIX or not path.absolute().parent.is_dir():
            raise DataError(f"{path}: give a file that ends in {SUFFIX}, in a folder that exists.")
        self.path = path
        self._db = optional("structures", "ase.db").connect(str(path), type="db")
        with self._readable():
            about = self._db.metadata
            if about.get("method", METHOD) != METHOD or (len(self._db) and not about):
                raise DataError(f"{path} holds no structures by {METHOD}: give another file.")
            if not about:
                self._db.metadata = {"method": METHOD, "problems": {}}

    @contextmanager
    def _readable(self) -> Iterator[None]:
        import sqlite3

        try:
            yield
        except sqlite3.DatabaseError as error:
            raise DataError(f"{self.path} cannot be used as a database ({error}).") from error

    def problems(self) -> dict[str, str]:
        """Return what could not be computed, by molecule."""
        return dict(self._db.metadata["problems"])

    def tried(self) -> dict[str, int]:
        """Return the molecules at hand, with how many conformers were asked for."""
        rows = self._db.select("step=0", columns=["key_value_pairs"], include_data=False)
        found = {row.molecule: int(row.tried) for row in rows}
        return dict.fromkeys(self.problems(), np.iinfo(int).max) | found

    def add(self, molecule: Molecule, runs: Sequence[Trajectory], tried: int) -> None:
        """Take the trajectories of a molecule, in place of those at hand."""
        ase, single = (
            optional("structures", "ase"),
            optional("structures", "ase.calculators.singlepoint"),
        )
        old = [row.id for row in self._db.select(molecule=molecule.key, include_data=False)]
        numbers = _minima(runs)
        with self._readable(), self._db:
            self._db.delete(old)
            for conformer, (run, minimum) in enumerate(zip(runs, numbers, strict=True)):
                for step in range(len(run.energies)):
                    atoms = ase.Atoms(molecule.symbols, positions=run.positions[step])
                    atoms.calc = single.SinglePointCalculator(
                        atoms, energy=run.energies[step], forces=run.forces[step]
                    )
                    keys = {"conformer": conformer, "step": step, "minimum": minimum}
                    keys |= {"molecule": molecule.key, "kind": molecule.kind, "tried": tried}
                    keys |= {"ion_charge": molecule.charge, "unpaired": molecule.unpaired}
                    self._db.write(atoms, key_value_pairs=keys)

    def refuse(self, key: str, problem: str) -> None:
        """Keep why a molecule could not be computed."""
        about = self._db.metadata
        self._db.metadata = about | {"problems": about["problems"] | {key: problem}}

    def __len__(self) -> int:
        return len(self._db)

    def rows(self) -> Iterator[Any]:
        """Yield the rows, of one molecule and conformer after another, by step."""
        with self._readable():
            yield from self._db.select(include_data=False)


def counts(rows: Iterator[Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count what a database holds.

    Parameters
    ----------
    rows : iterator
        As `Store.rows` yields them.

    Returns
    -------
    whole : DataFrame
        A row for ligands and one for complexes: ``molecules``, ``starts``, ``minima``,
        ``structures``, ``atoms`` (of all structures).
    elements : DataFrame
        By element: ``atoms``, and of |force| the deciles 1, 5 and 9, eV/Å.
    """
    molecules: dict[str, set[str]] = {LIGAND: set(), COMPLEX: set()}
    starts, minima, structures, atoms = (Counter() for _ in range(4))
    forces: dict[str, list[Floats]] = {}
    ends: set[tuple[str, int]] = set()
    for row in rows:
        kind = row.kind
        molecules[kind].add(row.molecule)
        starts[kind] += row.step == 0
        structures[kind] += 1
        atoms[kind] += row.natoms
        if row.minimum >= 0 and (row.molecule, row.minimum) not in ends:
            ends.add((row.molecule, row.minimum))
            minima[kind] += 1
        size = np.linalg.norm(row.forces, axis=1)
        for number in set(row.numbers.tolist()):
            forces.setdefault(number, []).append(size[row.numbers == number])
    tallies = {"starts": starts, "minima": minima, "structures": structures, "atoms": atoms}
    whole = pd.DataFrame(
        {"molecules": {kind: len(each) for kind, each in molecules.items()}}
        | {name: {kind: tally[kind] for kind in molecules} for name, tally in tallies.items()}
    )
    return whole, _by_element(forces)


def _by_element(forces: Mapping[int, Sequence[Floats]]) -> pd.DataFrame:
    symbols = optional("structures", "ase.data").chemical_symbols
    table = {}
    for number in sorted(forces):
        size = np.concatenate(forces[number])
        deciles = np.quantile(size, _QUANTILES)
        table[symbols[number]] = [len(size), *deciles]
    names = ["atoms", *(f"force_{round(100 * q)}" for q in _QUANTILES)]
    return pd.DataFrame.from_dict(table, orient="index", columns=names)


def _minima(runs: Sequence[Trajectory]) -> list[int]:
    """Return the number of the minimum that each trajectory ends at; −1 if at none."""
    found: list[tuple[float, Floats]] = []
    numbers = []
    for run in runs:
        if not run.converged:
            numbers.append(-1)
            continue
        energy, distances = float(run.energies[-1]), shape(run.positions[-1])
        alike = (
            at
            for at, (other, its) in enumerate(found)
            if abs(energy - other) < _SAME_ENERGY
            and np.sqrt(np.mean((distances - its) ** 2)) < SAME_SHAPE
        )
        number = next(alike, len(found))
        if number == len(found):
            found.append((energy, distances))
        numbers.append(number)
    return numbers


def shape(positions: Floats) -> Floats:
    """Return the sorted distances between atoms, (n(n − 1)/2,), Å."""
    upper = np.triu_indices(len(positions), 1)
    return np.sort(np.linalg.norm(positions[:, None] - positions[None], axis=-1)[upper])
