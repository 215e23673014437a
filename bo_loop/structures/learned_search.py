"""Minima by learned forces, corrected by GFN2-xTB; and by that alone where the forces are in doubt.

1. All starts together follow the forces of the committee's first member. At every tenth step all
   members are asked; a start where they differ by too much is left to GFN2-xTB from there on.
2. GFN2-xTB gives the energies of the minima found.
3. It optimises the lowest of them to its own minimum.
"""

from collections.abc import Sequence

import numpy as np

from bo_loop.base.progress import report
from bo_loop.base.types import Floats, Mask
from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.committee import Committee
from bo_loop.structures.molecules import Molecule
from bo_loop.structures.relaxation import relaxed
from bo_loop.structures.store import SAME_SHAPE, shape
from bo_loop.structures.xtb import CONVERGED, Trajectory, calculator, optimised

MOST_DOUBT = 0.5
"""eV/Å, by which members may differ on an atom (standard deviation)."""

_STEPS = 400  # at most
_SMALL = 2.0 * CONVERGED  # as learned forces are off by as much, near minima
_ASKED = 10  # steps from one question for all members to the next
_EQUAL = 0.02  # eV, of starts that ended at one minimum, and so have one shape
_WINDOW = 0.06  # eV above the lowest learned minimum, where GFN2-xTB may find a lower one


def searched(
    molecule: Molecule,
    starts: Sequence[Floats],
    committee: Committee,
    most_doubt: float = MOST_DOUBT,
) -> list[Trajectory]:
    """Seek the minima next to some starts.

    Parameters
    ----------
    molecule : Molecule
    starts : sequence of (n, 3) float64
        Å.
    committee : Committee
    most_doubt : float
        eV/Å.

    Returns
    -------
    list of Trajectory
        By GFN2-xTB, one a start, in their order: all of the way to a minimum where learned forces
        were in doubt (elements that were not learned are), or the minimum is among the lowest;
        else one structure, a minimum of learned forces.

    Raises
    ------
    ConfigError
        If tblite or ASE is not installed.
    """
    said, runs = f"searching {molecule.name}", []
    ends, trusted = _by_committee(molecule, starts, committee, most_doubt)
    for at, end in enumerate(ends):
        report(said, at, len(starts))
        runs.append(_by_xtb(molecule, end, steps=0 if trusted[at] else _STEPS))
    for at in _lowest(runs):
        if trusted[at]:
            runs[at] = _by_xtb(molecule, ends[at], steps=_STEPS)
    report(said, len(starts), len(starts))
    return runs


def _by_committee(
    molecule: Molecule, starts: Sequence[Floats], committee: Committee, most_doubt: float
) -> tuple[Floats, Mask]:
    """Return where learned forces lead, and whether it is a minimum that is not in doubt."""
    numbers = np.array([atom.GetAtomicNum() for atom in molecule.graph.GetAtoms()])
    if committee.unknown(numbers):
        return np.array(starts), np.zeros(len(starts), dtype=bool)

    def geometries(positions: Floats) -> list[Geometry]:
        return [Geometry(numbers, x, molecule.charge, molecule.unpaired) for x in positions]

    def forces(positions: Floats) -> Floats:
        return np.array(committee.members[0].predict(geometries(positions))[1])

    def refused(step: int, positions: Floats) -> Mask:
        if step % _ASKED:
            return np.zeros(len(positions), dtype=bool)
        return np.array(committee.doubt(geometries(positions))).max(1) > most_doubt

    return relaxed(forces, np.array(starts), _SMALL, _STEPS, refused)


def _lowest(runs: Sequence[Trajectory]) -> list[int]:
    """Return which are in the window above the lowest, of equal ones the first."""
    energies = np.array([run.energies[-1] if len(run.energies) else np.inf for run in runs])
    found: list[int] = []
    for at in np.argsort(energies, kind="stable").tolist():
        inside = np.isfinite(energies[at]) and energies[at] <= energies.min() + _WINDOW
        if inside and not any(_equal(runs[at], runs[other]) for other in found):
            found.append(at)
    return found


def _equal(one: Trajectory, other: Trajectory) -> bool:
    apart = shape(one.positions[-1]) - shape(other.positions[-1])
    near = abs(one.energies[-1] - other.energies[-1]) < _EQUAL
    return bool(near and np.sqrt(np.mean(np.square(apart))) < SAME_SHAPE)


def _by_xtb(molecule: Molecule, start: Floats, steps: int) -> Trajectory:
    return optimised(molecule.symbols, start, calculator(molecule), steps=steps)
