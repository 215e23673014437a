"""The reference: energies and forces by GFN2-xTB in water, and optimisation on them.

GFN2-xTB (Bannwarth, Ehlert, Grimme, J. Chem. Theory Comput. 2019, 15, 1652) by tblite, with the
analytic linearised Poisson-Boltzmann model of water (ALPB: Ehlert, Stahn, Spicher, Grimme, J. Chem.
Theory Comput. 2021, 17, 4250), electrons at 300 K, unrestricted by occupation only.

About a buried ion ALPB can break down: it takes [Fe(phen)₃]²⁺ to another electronic state, whose
forces push the ion out. GBSA (generalised Born with surface area) then still holds, here within
0.01 Å of the crystal's Fe-N.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bo_loop.base.extras import optional
from bo_loop.base.types import Floats
from bo_loop.structures.molecules import Molecule

METHODS: dict[str, tuple[str, str] | None] = {
    "GFN2-xTB, ALPB water": ("alpb", "water"),
    "GFN2-xTB, GBSA water": ("gbsa", "water"),
    "GFN2-xTB in vacuo": None,
}
"""What each method makes of the water, the best first."""
METHOD = next(iter(METHODS))
CONVERGED = 0.05
"""Largest force on an atom at a minimum, eV/Å."""

_CYCLES = 125  # of self-consistency; what needs more rarely gets there
_LARGEST_MOVE = 0.15  # Å an atom moves in one step
# Energy and work of a step that differ by more than (eV, share) are of two electronic states, or of
# a solvent's cavity that broke down about a buried ion.
_MISMATCH = (0.5, 0.25)
# After so many steps sound surfaces have forces below 1.1 eV/Å (2,700 steps of 34 complexes).
_SETTLED, _LARGEST_FORCE = 20, 5.0  # eV/Å


@dataclass(frozen=True)
class Trajectory:
    """Structures on the way to a minimum.

    Parameters
    ----------
    positions : (n_steps, n_atoms, 3) float64
        Å.
    energies : (n_steps,) float64
        eV.
    forces : (n_steps, n_atoms, 3) float64
        eV/Å.
    problem : str
        Why the last structure is not a minimum; empty if it is one.
    """

    positions: Floats
    energies: Floats
    forces: Floats
    problem: str = ""

    @property
    def converged(self) -> bool:
        """Whether the last structure is a minimum."""
        return not self.problem


def calculator(molecule: Molecule, method: str = METHOD) -> Any:
    """Return the ASE calculator of a molecule.

    Parameters
    ----------
    molecule : Molecule
    method : str
        A key of `METHODS`.

    Raises
    ------
    ConfigError
        If tblite or ASE is not installed.
    """
    optional("structures", "ase")
    return optional("structures", "tblite.ase").TBLite(
        method="GFN2-xTB",
        charge=molecule.charge,
        multiplicity=molecule.unpaired + 1,
        solvation=METHODS[method],
        max_iterations=_CYCLES,
        verbosity=0,
    )


def optimised(symbols: Sequence[str], start: Floats, by: Any, *, steps: int = 400) -> Trajectory:
    """Follow the forces from a start to the next minimum, by limited-memory BFGS.

    Parameters
    ----------
    symbols : sequence of str
    start : (n_atoms, 3) float64
        Å.
    by : ase Calculator
        Such as `calculator` returns.
    steps : int
        At most.

    Returns
    -------
    Trajectory
        Each step that was computed, the start first; without steps if the start could not be, or
        if energies stopped to follow from forces, or forces grew.

    Raises
    ------
    ConfigError
        If ASE is not installed.
    """
    atoms = optional("structures", "ase").Atoms(list(symbols), positions=start)
    atoms.calc = by
    failure = optional("structures", "ase.calculators.calculator").CalculatorError
    optimizer = optional("structures", "ase.optimize").LBFGS(
        atoms, logfile=None, maxstep=_LARGEST_MOVE
    )
    kept: list[tuple[Floats, float, Floats]] = []
    problem = f"no minimum in {steps} steps"
    try:
        for at_minimum in optimizer.irun(fmax=CONVERGED, steps=steps):
            kept.append((atoms.get_positions(), atoms.get_potential_energy(), atoms.get_forces()))
            if at_minimum:
                problem = ""
            elif len(kept) > 1 and (wrong := _wrong(kept)):
                problem, kept = f"{wrong}, step {len(kept)}", []
                break
    except failure as error:
        problem = f"{str(error).rstrip('.')}, step {len(kept) + 1}"
    if not kept:
        empty = np.empty((0, len(start), 3))
        return Trajectory(empty, np.empty(0), empty, problem)
    return Trajectory(*(np.array(each) for each in zip(*kept, strict=True)), problem)


def _wrong(kept: list[tuple[Floats, float, Floats]]) -> str:
    """Say why the last step cannot be believed; nothing if it can."""
    if _mismatched(*kept[-2:]):
        return "energy does not follow from forces"
    largest = float(np.linalg.norm(kept[-1][2], axis=1).max())
    return "forces grow" if len(kept) > _SETTLED and largest > _LARGEST_FORCE else ""


def _mismatched(before: tuple[Floats, float, Floats], after: tuple[Floats, float, Floats]) -> bool:
    """Tell whether the energy of a step is not the work of its forces (trapezoidal rule)."""
    work = -0.5 * float(((before[2] + after[2]) * (after[0] - before[0])).sum())
    least, share = _MISMATCH
    return abs(after[1] - before[1] - work) > least + share * abs(work)
