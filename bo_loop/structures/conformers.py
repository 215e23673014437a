"""Structures of ligands and complexes: starts by distance geometry, minima by the reference."""

from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.base.progress import report
from bo_loop.base.types import Floats
from bo_loop.chemistry.ligands import inchikey, standardise
from bo_loop.structures.committee import Committee
from bo_loop.structures.coordination_complex import Assembly, with_metal_bonds
from bo_loop.structures.fit import Fit, fit
from bo_loop.structures.learned_search import searched
from bo_loop.structures.molecules import LIGAND, Molecule
from bo_loop.structures.placement import embedded, starts
from bo_loop.structures.xtb import METHOD, METHODS, Trajectory, calculator, optimised

KJ_PER_MOL = 96.4853  # of 1 eV
_STRETCHED = 1.3  # of the sum of covalent radii: no bond any more


@dataclass(frozen=True)
class Structure:
    """A minimum.

    Parameters
    ----------
    molecule : Molecule
    graph : rdkit Mol
        With coordinates, and with bonds to the metal.
    energy : float
        eV.
    method : str
    spread : tuple of float
        Energies of all minima that were found above the lowest, kJ/mol.
    distances : tuple of (str, float)
        Element and distance from the metal ion of each donor, Å.
    strain : float or None
        As `bo_loop.structures.fit.Fit` has it.
    warnings : tuple of str
        What speaks against it: `bo_loop.structures.fit`, and bonds that broke.
    notes : tuple of str
        What else a chemist should know of it: water put in or lost, the method.
    """

    molecule: Molecule
    graph: Chem.Mol
    energy: float
    method: str
    spread: tuple[float, ...]
    distances: tuple[tuple[str, float], ...]
    strain: float | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def positions(self) -> Floats:
        """Coordinates, (n_atoms, 3), Å."""
        return self.graph.GetConformer().GetPositions()


def ligand_molecule(smiles: str, name: str = "") -> Molecule:
    """Return a free ligand, neutral and fully protonated, as it is written.

    Raises
    ------
    DataError
        As `bo_loop.chemistry.ligands.standardise`; or if an element has no parameters, or the
        number of electrons is odd.
    """
    graph = Chem.AddHs(Chem.MolFromSmiles(standardise(smiles)))
    return Molecule(
        name or smiles, inchikey(smiles), LIGAND, graph, Chem.GetFormalCharge(graph), unpaired=0
    )


def lowest(
    asked: Molecule | Assembly, n: int, seed: int, committee: Committee | None = None
) -> Structure:
    """Return the lowest of the minima next to `n` starts.

    Parameters
    ----------
    asked : Molecule or Assembly
        A ligand, or a complex.
    n : int
    seed : int
    committee : Committee, optional
        Learned forces that lead to the minima, as `bo_loop.structures.learned_search.searched`.

    Raises
    ------
    DataError
        If there is no start, or none leads to a minimum.
    ConfigError
        If tblite or ASE is not installed.
    """
    molecule = asked if isinstance(asked, Molecule) else asked.molecule
    first, notes = starting(asked, n, seed), [molecule.note] if molecule.note else []
    method, minima, problem = _minima(molecule, first, committee)
    if not minima:
        raise DataError(f"{molecule.name}: none of {n} starts led to a minimum ({problem}).")
    if method != METHOD:
        notes.append(f"by {method}: no start led to a minimum by {METHOD} ({problem})")
    best = min(minima, key=lambda run: float(run.energies[-1]))
    energy, positions = float(best.energies[-1]), best.positions[-1]
    graph, distances, judged = molecule.graph, (), Fit(None, (), ())
    if isinstance(asked, Assembly):
        graph, distances = with_metal_bonds(asked), _donor_distances(asked, positions)
        judged = fit(asked, positions)
    return Structure(
        molecule,
        with_positions(graph, positions),
        energy,
        method,
        tuple(sorted((float(run.energies[-1]) - energy) * KJ_PER_MOL for run in minima)),
        distances,
        judged.strain,
        (*judged.warnings, *_broken(molecule.graph, positions)),
        (*notes, *judged.notes),
    )


def _minima(
    molecule: Molecule, first: list[Floats], committee: Committee | None
) -> tuple[str, list[Trajectory], str]:
    """Return the first method that has minima, its runs to them, and why no earlier one has."""
    said, problem = f"optimising {molecule.name}", ""
    for method in METHODS:
        if committee is not None and method == METHOD:
            runs = searched(molecule, first, committee)
        else:
            runs = []
            for at, start in enumerate(first):
                report(said, at, len(first))
                runs.append(optimised(molecule.symbols, start, calculator(molecule, method)))
            report(said, len(first), len(first))
        if minima := [run for run in runs if run.converged]:
            return method, minima, problem
        problem = problem or runs[0].problem
    return METHOD, [], problem


def starting(asked: Molecule | Assembly, n: int, seed: int) -> list[Floats]:
    """Return at most `n` starts of a ligand or a complex.

    Raises
    ------
    DataError
        If there is none.
    """
    if isinstance(asked, Molecule):
        name, found = asked.name, embedded(asked.graph, n, seed)
    else:
        name, found = asked.molecule.name, starts(asked, n, seed)
    if not found:
        raise DataError(f"{name}: no conformer was found (distance geometry).")
    return found


def with_positions(graph: Chem.Mol, positions: Floats) -> Chem.Mol:
    """Return a molecule with coordinates (n_atoms, 3), Å, as its only conformer."""
    made, conformer = Chem.Mol(graph), Chem.Conformer(graph.GetNumAtoms())
    conformer.SetPositions(np.ascontiguousarray(positions))
    made.RemoveAllConformers()
    made.AddConformer(conformer, assignId=True)
    return made


def _donor_distances(assembly: Assembly, positions: Floats) -> tuple[tuple[str, float], ...]:
    apart = np.linalg.norm(positions[list(assembly.donors)] - positions[0], axis=1)
    symbols = [assembly.molecule.symbols[i] for i in assembly.donors]
    return tuple(zip(symbols, apart.tolist(), strict=True))


def _broken(graph: Chem.Mol, positions: Floats) -> list[str]:
    """Say which bonds broke, protons that moved among them."""
    notes = []
    for bond in graph.GetBonds():
        one, other = bond.GetBeginAtom(), bond.GetEndAtom()
        apart = float(np.linalg.norm(positions[one.GetIdx()] - positions[other.GetIdx()]))
        if apart > _STRETCHED * _bond(one, other):
            names = "-".join(f"{each.GetSymbol()}{each.GetIdx() + 1}" for each in (one, other))
            notes.append(f"the bond {names} broke ({apart:.1f} Å)")
    return notes


def _bond(one: Chem.Atom, other: Chem.Atom) -> float:
    table = Chem.GetPeriodicTable()
    return sum(table.GetRcovalent(atom.GetAtomicNum()) for atom in (one, other))
