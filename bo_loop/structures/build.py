"""Fill a database with structures of ligands and complexes on the way to their minima."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bo_loop.base import parallel
from bo_loop.base.errors import DataError
from bo_loop.base.progress import report
from bo_loop.chemistry.ions import MetalIon
from bo_loop.structures.committee import read
from bo_loop.structures.conformers import ligand_molecule, starting
from bo_loop.structures.coordination_complex import Assembly, assemble
from bo_loop.structures.learned_search import searched
from bo_loop.structures.molecules import Molecule
from bo_loop.structures.store import Store
from bo_loop.structures.xtb import Trajectory, calculator, optimised

_SAID = "computing structures"


@dataclass(frozen=True)
class Task:
    """A molecule to be computed, in plain values that travel between processes.

    Parameters
    ----------
    smiles, name : str
        Of the ligand.
    ion : MetalIon or None
        None for the free ligand.
    n_ligands : int
    n_conformers : int
        Starts wanted.
    seed : int
    forces : Path, optional
        A committee's file: learned forces lead to the minima, and what GFN2-xTB computes by
        itself is where they are in doubt.
    """

    smiles: str
    name: str
    ion: MetalIon | None
    n_ligands: int
    n_conformers: int
    seed: int
    forces: Path | None = None

    def asked(self) -> Molecule | Assembly:
        """Return the molecule.

        Raises
        ------
        DataError
            If it cannot be computed.
        """
        if self.ion is None:
            return ligand_molecule(self.smiles, self.name)
        return assemble(self.ion, self.smiles, self.n_ligands, name=self.name)


def build(store: Store, tasks: Sequence[Task], processes: int | None) -> list[str]:
    """Compute what the database has not got yet; what is finished is kept, however this ends.

    Parameters
    ----------
    store : Store
    tasks : sequence of Task
        Of repeated molecules, the first counts.
    processes : int or None
        As `bo_loop.base.parallel.processes` takes it.

    Returns
    -------
    list of str
        A line for each molecule that could not be computed, now or before.
    """
    problems, wanted = {}, {}
    for task in tasks:
        try:
            asked = task.asked()
        except DataError as error:
            problems[f"{task.ion}:{task.n_ligands}:{task.smiles}"] = str(error)
            continue
        molecule = asked if isinstance(asked, Molecule) else asked.molecule
        wanted.setdefault(molecule.key, (task, molecule))
    tried, before = store.tried(), store.problems()
    problems |= {key: before[key] for key in wanted if key in before}
    left = [each for key, each in wanted.items() if tried.get(key, 0) < each[0].n_conformers]
    report(_SAID, 0, len(left))
    executor = parallel.processes(processes, len(left)) if left else parallel.Serial()
    todo = [task for task, _ in left]
    for done, (at, found) in enumerate(executor.run(computed, todo, lost=_lost), start=1):
        task, molecule = left[at]
        kept = [run for run in found if isinstance(run, Trajectory) and len(run.energies)]
        if kept:
            store.add(molecule, kept, task.n_conformers)
        else:
            said = found[0] if isinstance(found[0], str) else found[0].problem
            problems[molecule.key] = f"{molecule.name}: {said}"
            store.refuse(molecule.key, problems[molecule.key])
        report(_SAID, done, len(left), f"{len(store):,} structures")
    return list(problems.values())


def computed(task: Task) -> list[Trajectory | str]:
    """Optimise a molecule from each of its starts; a text says why there is none."""
    asked = task.asked()
    molecule = asked if isinstance(asked, Molecule) else asked.molecule
    try:
        first = starting(asked, task.n_conformers, task.seed)
    except DataError as error:
        return [str(error).removeprefix(f"{molecule.name}: ")]
    if task.forces is not None:
        return searched(molecule, first, _committee(task.forces))
    return [optimised(molecule.symbols, start, calculator(molecule)) for start in first]


_committee = lru_cache(1)(read)


def _lost(task: Task) -> list[Trajectory | str]:
    return ["the process that computed it ended without a result"]
