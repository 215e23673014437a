"""What forces are learned from, and how well they are predicted, by element."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.extras import optional
from bo_loop.base.types import Floats
from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.potential import Case

MHARTREE_PER_BOHR = 1000.0 / 51.422067
"""Of 1 eV/Å."""

NO_FORCE = "no force"


def sampled(rows: Iterable[Any]) -> list[Case]:
    """Return some structures of each trajectory: the steps 0, 1, 2, 4, 8, …, and the last.

    Parameters
    ----------
    rows : iterable
        As `bo_loop.structures.store.Store.rows` yields them.
    """
    found: list[Any] = []
    for row in rows:
        if found and row.step > 0 and found[-1].step & (found[-1].step - 1):
            found.pop()  # it was kept in case it was the last
        found.append(row)
    return cases_of(found)


def cases_of(rows: Iterable[Any]) -> list[Case]:
    """Return all structures, in their order."""
    return [
        Case(
            Geometry(row.numbers, row.positions, row.ion_charge, row.unpaired),
            row.energy,
            row.forces,
            row.molecule.rpartition(":")[2],
        )
        for row in rows
    ]


def force_errors(cases: Sequence[Case], predicted: Mapping[str, Floats]) -> pd.DataFrame:
    """Return MAE and R² of force components by element and predictor.

    Parameters
    ----------
    cases : sequence of Case
    predicted : mapping of str to (N, 3) float64
        By predictor, on all atoms in their order; eV/Å.

    Returns
    -------
    DataFrame
        ``element, atoms, ligands, predictor, mae, r2``; MAE in mhartree/bohr. The predictor
        ``no force`` says that none acts: its MAE is the mean size of the components.
    """
    symbols = optional("structures", "ase.data").chemical_symbols
    numbers = np.concatenate([case.geometry.numbers for case in cases])
    forces = np.concatenate([case.forces for case in cases])
    ligands = np.repeat([case.ligand for case in cases], [len(case.forces) for case in cases])
    lines = []
    for number in np.unique(numbers).tolist():
        at = numbers == number
        # components along x, y and z have no mean but by chance
        total = float(np.square(forces[at]).sum())
        for name, found in {NO_FORCE: np.zeros_like(forces), **predicted}.items():
            error = found[at] - forces[at]
            lines.append(
                {
                    "element": symbols[number],
                    "atoms": int(at.sum()),
                    "ligands": len(set(ligands[at])),
                    "predictor": name,
                    "mae": MHARTREE_PER_BOHR * float(np.abs(error).mean()),
                    "r2": 1.0 - float(np.square(error).sum()) / total,
                }
            )
    return pd.DataFrame(lines)
