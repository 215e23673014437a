"""Which species are there: sets proposed from the chemistry, fitted, and compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from bo_loop.base import progress
from bo_loop.base.errors import DataError
from bo_loop.chemistry.coordination import usual_coordination
from bo_loop.chemistry.ions import parse_ion
from bo_loop.chemistry.sites import donor_sites
from bo_loop.lab.titration.curve import Constant
from bo_loop.lab.titration.experiment import Experiment
from bo_loop.lab.titration.known import Free
from bo_loop.lab.titration.notation import species_name
from bo_loop.lab.titration.refinement import Fit, fit
from bo_loop.lab.titration.runs import runs_p
from bo_loop.solution.embedded import LIGAND
from bo_loop.solution.species import PROTON

_MOST_LIGANDS = 3
_MOST_PROTONS = 6
_UNDETERMINED = 0.5  # sd of log10 β
_USUAL_DENTICITY = 2


@dataclass(frozen=True)
class Tried:
    """A set of species, and what became of it.

    Parameters
    ----------
    species : tuple of str
        Those refined.
    fit : Fit, optional
        None if it cannot be fitted.
    constants : tuple of Constant
    runs_p : float
        Of the test on runs of residuals.
    problem : str
        Why it cannot be right; "" if it may.
    """

    species: tuple[str, ...]
    fit: Fit | None
    constants: tuple[Constant, ...]
    runs_p: float
    problem: str


def proposed_sets(experiment: Experiment) -> list[tuple[str, ...]]:
    """Return the sets of species that a chemist would try.

    With a metal: ML to ML_n, as many ligands as donors and room allow (three at most), each with
    and without MHL (a ligand that holds two protons or more) and M(OH)L. Without one: H_kL, one
    after another.
    """
    ligands = _protons(experiment)
    if not experiment.metal:
        names = [_name(0, 1, k) for k in range(1, ligands + 1)]
        return [tuple(names[:k]) for k in range(1, len(names) + 1)]
    most = _most_ligands(experiment)
    chains = [
        tuple(_name(1, n, 0, experiment) for n in range(1, k + 1)) for k in range(1, most + 1)
    ]
    extras = [_name(1, 1, 1, experiment)] if ligands >= 2 else []
    extras.append(_name(1, 1, -1, experiment))
    found = []
    for chain, kept in product(chains, product((False, True), repeat=len(extras))):
        found.append((*chain, *(name for name, there in zip(extras, kept, strict=True) if there)))
    return found


def _name(metals: int, n: int, protons: int, experiment: Experiment | None = None) -> str:
    parts = {experiment.metal: metals} if experiment is not None else {}
    return species_name({**parts, LIGAND: n, PROTON: protons} if protons else {**parts, LIGAND: n})


def _protons(experiment: Experiment) -> int:
    """Return how many protons a ligand takes up: by its constants, or else by its donors."""
    known = [
        each.parts[PROTON]
        for each in experiment.fixed.values()
        if set(each.parts) == {LIGAND, PROTON} and each.parts[PROTON] > 0
    ]
    if known and experiment.metal:
        return max(known)
    return min(_denticity(experiment), _MOST_PROTONS)


def _denticity(experiment: Experiment) -> int:
    return max(len(donor_sites(experiment.smiles)), 1) if experiment.smiles else _USUAL_DENTICITY


def _most_ligands(experiment: Experiment) -> int:
    room = usual_coordination(parse_ion(experiment.metal)) // _denticity(experiment)
    ratio = 0.0
    for one in experiment.titrations:
        metal = one.cell.amounts("metal", one.volume_mL)
        ligand = one.cell.amounts("ligand", one.volume_mL)
        ratio = max(ratio, float((ligand[metal > 0] / metal[metal > 0]).max(initial=0.0)))
    return int(min(max(room, 1), _MOST_LIGANDS, max(round(ratio), 1)))


def compare(experiment: Experiment, sets: Sequence[Sequence[str]]) -> list[Tried]:
    """Fit each set of species.

    Parameters
    ----------
    experiment : Experiment
    sets : sequence of sequence of str
        Species by canonical name.

    Returns
    -------
    list of Tried
        Those without problem first, the lowest BIC first.
    """
    usual = Constant()
    tried = []
    for done, names in enumerate(sets):
        progress.report("species sets", done, len(sets), ", ".join(names))
        free: Free = {n: experiment.free.get(n, (None, usual.low, usual.high)) for n in names}
        tried.append(attempt(experiment, free))
    progress.report("species sets", len(sets), len(sets))
    return sorted(tried, key=lambda one: (one.fit is None, one.problem != "", _bic(one)))


def _bic(one: Tried) -> float:
    return float("inf") if one.fit is None else one.fit.bic


def attempt(experiment: Experiment, free: Free) -> Tried:
    """Fit one set of species."""
    objective, constants = experiment.objective(free)
    try:
        found = fit(objective, constants)
    except DataError as error:
        return Tried(tuple(free), None, constants, 0.0, str(error))
    unsure = [
        name for name, sd in zip(free, found.sd, strict=False) if not sd < _UNDETERMINED
    ] + list(found.at_bound)
    problem = f"{', '.join(dict.fromkeys(unsure))} not determined" if unsure else ""
    return Tried(tuple(free), found, constants, runs_p(found), problem)
