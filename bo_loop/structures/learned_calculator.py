"""An ASE calculator of learned forces."""

from typing import Any

from bo_loop.base.extras import optional
from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.committee import Committee


def learned_calculator(committee: Committee, charge: int = 0, unpaired: int = 0) -> Any:
    """Return an ASE calculator: energy and forces are means of the committee's members.

    Its ``results`` have ``doubt`` too, (n,), eV/Å, as `Committee.doubt` returns it.

    Parameters
    ----------
    committee : Committee
    charge, unpaired : int
        Of the molecule.

    Raises
    ------
    ConfigError
        If ASE is not installed.
    """
    ase = optional("structures", "ase.calculators.calculator")

    class Learned(ase.Calculator):
        implemented_properties = ("energy", "forces")

        def calculate(self, atoms=None, properties=("energy",), system_changes=ase.all_changes):
            super().calculate(atoms, properties, system_changes)
            geometry = Geometry(atoms.numbers, atoms.positions, charge, unpaired)
            made = [member.predict([geometry]) for member in committee.members]
            self.results = {
                "energy": sum(float(energies[0]) for energies, _ in made) / len(made),
                "forces": sum(forces[0] for _, forces in made) / len(made),
                "doubt": committee.doubt([geometry])[0],
            }

    return Learned()
