"""Potentials that have not seen the same ligands; where they differ, none is to be trusted.

Each member leaves one fold of the ligands out. What it says of them shows how well forces of new
ligands are predicted; how far the members are apart is the doubt.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

from bo_loop.base import parallel
from bo_loop.base.errors import DataError
from bo_loop.base.progress import report
from bo_loop.base.types import Floats
from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.potential import Case, Potential, learn
from bo_loop.structures.xtb import METHOD

FORMAT = "bo_loop forces 1"
SUFFIX = ".npz"
_SAID = "learning forces"
_AT_ONCE = 16  # structures predicted together
FEWEST_LIGANDS = 3
"""In which an element must occur; atoms of others are unknown."""


@dataclass(frozen=True)
class About:
    """What a committee was learned from.

    Parameters
    ----------
    format, method : str
    seed : int
    structures, ligands : int
    elements : dict of str to int
        Ligands in which an element occurs, by atomic number.
    """

    format: str
    method: str
    seed: int
    structures: int
    ligands: int
    elements: dict[str, int]


@dataclass(frozen=True)
class Committee:
    """Potentials, and what they were learned from."""

    members: tuple[Potential, ...]
    about: About

    def unknown(self, numbers: Floats) -> list[int]:
        """Return the elements, of those given, that were not learned."""
        elements = self.about.elements
        present = np.unique(numbers).tolist()
        return [each for each in present if elements.get(str(each), 0) < FEWEST_LIGANDS]

    def doubt(self, geometries: Sequence[Geometry]) -> list[Floats]:
        """Return the standard deviation of the members' forces on each atom, (n,), eV/Å.

        Root of the sum of the variances along x, y and z.
        """
        by_member = [member.predict(geometries)[1] for member in self.members]
        return [
            np.sqrt(np.var(forces, axis=0, ddof=1).sum(axis=1))
            for forces in zip(*by_member, strict=True)
        ]

    def file_bytes(self) -> bytes:
        """Return the committee as a NumPy archive, with `About` as JSON."""
        arrays: dict[str, Any] = {"about": np.array(json.dumps(asdict(self.about)))}
        for at, member in enumerate(self.members):
            arrays |= {f"{at}/{name}": each for name, each in member.arrays().items()}
        file = io.BytesIO()
        np.savez(file, **arrays)
        return file.getvalue()


def read(path: Path) -> Committee:
    """Read what `Committee.file_bytes` made.

    Raises
    ------
    DataError
        If the file is not there, is no such file, or of another version.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            arrays = dict(archive)
        about = json.loads(str(arrays.pop("about")))
        if about["format"] != FORMAT or about["method"] != METHOD:
            raise DataError(
                f"{path} holds {about['format']!r} of {about['method']}; this version reads "
                f"{FORMAT!r} of {METHOD}: learn it anew with bo-loop structures learn."
            )
        members: dict[str, dict[str, Floats]] = {}
        for name, each in arrays.items():
            at, _, which = name.partition("/")
            members.setdefault(at, {})[which] = each
        made = tuple(Potential.of_arrays(members[at]) for at in sorted(members))
        return Committee(made, About(**about))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} cannot be read as learned forces ({error}): give a file that bo-loop "
            "structures learn wrote."
        ) from error


def folds(cases: Sequence[Case], n: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return rows learned from and rows held out, `n` times; a ligand is in one fold.

    Raises
    ------
    DataError
        If there are too few ligands.
    """
    ligands = np.array([case.ligand for case in cases])
    if len(set(ligands)) < 2 * n:
        raise DataError(
            f"{len(set(ligands))} ligands are too few for {n} folds: build a database of more."
        )
    return list(GroupKFold(n, shuffle=True, random_state=seed).split(ligands, groups=ligands))


def learned(
    cases: Sequence[Case], n: int, seed: int, epochs: int, processes: int | None = 1
) -> tuple[Committee, Floats]:
    """Learn a committee.

    Parameters
    ----------
    cases : sequence of Case
    n : int
        Members.
    seed : int
    epochs : int
        As `bo_loop.structures.potential.learn` takes it.
    processes : int or None
        As `bo_loop.base.parallel.processes` takes it: members learn side by side.

    Returns
    -------
    committee : Committee
    forces : (N, 3) float64
        As `held_out` returns.

    Raises
    ------
    DataError
        As `folds`.
    """
    tasks = [([cases[i] for i in rows], seed, epochs) for rows, _ in folds(cases, n, seed)]
    members: dict[int, Potential] = {}
    report(_SAID, 0, n)
    for at, member in parallel.processes(processes, n).run(_learn, tasks):
        members[at] = member
        report(_SAID, len(members), n)
    committee = Committee(tuple(members[at] for at in range(n)), _about(cases, seed))
    return committee, held_out(committee, cases)


def _learn(task: tuple[Sequence[Case], int, int]) -> Potential:
    return learn(*task)


def held_out(committee: Committee, cases: Sequence[Case]) -> Floats:
    """Return forces by the member that has not seen the ligand, of what a committee learned from.

    Parameters
    ----------
    committee : Committee
    cases : sequence of Case
        Those that it was learned from, or other structures of just those ligands.

    Returns
    -------
    (N, 3) float64
        On all atoms in their order, eV/Å; none (0) on atoms of elements that the member has not
        learned.
    """
    made = [np.empty(0)] * len(cases)
    splits = folds(cases, len(committee.members), committee.about.seed)
    for member, (learnt, held) in zip(committee.members, splits, strict=True):
        alone = Committee((member,), _about([cases[i] for i in learnt], committee.about.seed))
        of_one_size = sorted(held.tolist(), key=lambda i: len(cases[i].forces))
        for first in range(0, len(of_one_size), _AT_ONCE):
            rows = of_one_size[first : first + _AT_ONCE]
            geometries = [cases[i].geometry for i in rows]
            for i, geometry, forces in zip(
                rows, geometries, member.predict(geometries)[1], strict=True
            ):
                unknown = np.isin(geometry.numbers, alone.unknown(geometry.numbers))
                made[i] = np.where(unknown[:, None], 0.0, forces)
    return np.concatenate(made)


def _about(cases: Iterable[Case], seed: int) -> About:
    cases = list(cases)
    ligands: dict[int, set[str]] = {}
    for case in cases:
        for number in np.unique(case.geometry.numbers).tolist():
            ligands.setdefault(number, set()).add(case.ligand)
    elements = {str(number): len(each) for number, each in sorted(ligands.items())}
    n_ligands = len({case.ligand for case in cases})
    return About(FORMAT, METHOD, seed, len(cases), n_ligands, elements)
