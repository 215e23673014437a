"""Forces predicted directly, by element, in the frame of each atom; and an ensemble of predictors.

Trees and networks (`bo_loop.structures.force_predictors`) learn from the columns of
`bo_loop.structures.atom_features`. Of what a fold learns from, one ligand in six decides when to
stop. Where an element occurs in too few ligands, no force is predicted.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import nnls
from sklearn.model_selection import GroupKFold

from bo_loop.base.progress import report
from bo_loop.base.types import Floats
from bo_loop.structures.atom_features import describe
from bo_loop.structures.committee import FEWEST_LIGANDS, folds
from bo_loop.structures.force_predictors import Boosted, Network, Predictor
from bo_loop.structures.potential import Case
from bo_loop.structures.symmetry_functions import SymmetryFunctions

MEMBERS: dict[str, type[Predictor]] = {"LightGBM": Boosted, "network": Network}
"""Predictors of one element, by name."""

_STRICT = 1e3  # weight of their sum, beside that of the forces
_STOPPING = 6  # one ligand in so many decides when to stop
_SAID = "predicting forces directly"


class Atoms:
    """The atoms of some structures, described.

    Parameters
    ----------
    cases : sequence of Case
    """

    def __init__(self, cases: Sequence[Case]):
        functions, columns, axes = SymmetryFunctions(), [], []
        for at, case in enumerate(cases):
            if at % 100 == 0:
                report("describing atoms", at, len(cases))
            described = describe([case.geometry], functions)
            columns.append(described.columns().astype(np.float32))
            axes.append(described.axes)
        report("describing atoms", len(cases), len(cases))
        sizes = [len(case.forces) for case in cases]
        self.columns, self.axes = np.concatenate(columns), np.concatenate(axes)
        self.numbers = np.concatenate([case.geometry.numbers for case in cases])
        self.ligands = np.repeat([case.ligand for case in cases], sizes)
        self.structures = np.repeat(np.arange(len(cases)), sizes)
        forces = np.concatenate([case.forces for case in cases])
        self.forces = np.einsum("nak,nk->na", self.axes, forces)


def held_out_directly(cases: Sequence[Case], n: int, seed: int, most: int) -> dict[str, Floats]:
    """Predict forces by models that have not seen the ligand.

    Parameters
    ----------
    cases : sequence of Case
    n : int
        Folds, those of `bo_loop.structures.committee.folds`.
    seed : int
    most : int
        Atoms of an element that a model learns from, drawn from all.

    Returns
    -------
    dict of str to (N, 3) float64
        By predictor, on all atoms in their order, eV/Å; none (0) where the element is not known.

    Raises
    ------
    DataError
        As `bo_loop.structures.committee.folds`.
    """
    atoms, rng = Atoms(cases), np.random.default_rng(seed)
    made = {name: np.zeros_like(atoms.forces) for name in MEMBERS}
    splits = folds(cases, n, seed)
    elements = np.unique(atoms.numbers).tolist()
    for fold, (learnt, held) in enumerate(splits):
        inside = np.isin(atoms.structures, learnt)
        asked = np.isin(atoms.structures, held)
        for at, number in enumerate(elements):
            report(_SAID, fold * len(elements) + at, n * len(elements))
            rows = rng.permutation(np.flatnonzero(inside & (atoms.numbers == number)))[:most]
            wanted = np.flatnonzero(asked & (atoms.numbers == number))
            if len(wanted) and len(set(atoms.ligands[rows])) >= FEWEST_LIGANDS:
                for name, predicted in _of_element(atoms, rows, wanted, seed).items():
                    made[name][wanted] = predicted
    report(_SAID, n * len(elements), n * len(elements))
    return made


def _of_element(atoms: Atoms, rows: np.ndarray, wanted: np.ndarray, seed: int) -> dict[str, Floats]:
    parts = min(_STOPPING, len(set(atoms.ligands[rows])))
    inner = GroupKFold(parts, shuffle=True, random_state=seed)
    fitted, stopping = next(inner.split(rows, groups=atoms.ligands[rows]))
    fitted, stopping, made = rows[fitted], rows[stopping], {}
    for name, make in MEMBERS.items():
        member = make()
        member.fit(
            atoms.columns[fitted],
            atoms.forces[fitted],
            atoms.columns[stopping],
            atoms.forces[stopping],
            seed,
        )
        found = member.predict(atoms.columns[wanted])
        made[name] = np.einsum("nak,na->nk", atoms.axes[wanted], found)
    return made


def ensemble(
    cases: Sequence[Case], predicted: Mapping[str, Floats], n: int, seed: int
) -> tuple[Floats, dict[int, list[float]]]:
    """Weigh predictors by element so that their sum fits the forces best.

    No weight is below 0, and they come to 1 at most: what is left of 1 says that no force acts.
    Weights for a fold follow from what the predictors said of the other folds' ligands, which they
    had not seen either.

    Parameters
    ----------
    cases : sequence of Case
    predicted : mapping of str to (N, 3) float64
        Of ligands held out in the folds of `bo_loop.structures.committee.folds`.
    n, seed : int
        Of those folds.

    Returns
    -------
    forces : (N, 3) float64
        None (0) on atoms of an element that occurs in too few of the other folds' ligands.
    weights : dict of int to list of float
        By atomic number, a weight a predictor: means over the folds.
    """
    numbers = np.concatenate([case.geometry.numbers for case in cases])
    sizes = [len(case.forces) for case in cases]
    ligands = np.repeat([case.ligand for case in cases], sizes)
    structures = np.repeat(np.arange(len(cases)), sizes)
    forces = np.concatenate([case.forces for case in cases])
    stacked = np.stack(list(predicted.values()), axis=-1)
    made, weights = np.zeros_like(forces), {}
    for learnt, held in folds(cases, n, seed):
        inside, asked = np.isin(structures, learnt), np.isin(structures, held)
        for number in np.unique(numbers[asked]).tolist():
            known, wanted = inside & (numbers == number), asked & (numbers == number)
            if len(set(ligands[known])) >= FEWEST_LIGANDS:
                shape = (-1, stacked.shape[-1])
                found = _weights(stacked[known].reshape(shape), forces[known].ravel())
                made[wanted] = stacked[wanted] @ found
                weights.setdefault(number, []).append(found)
    return made, {number: np.mean(each, 0).tolist() for number, each in weights.items()}


def _weights(predicted: Floats, forces: Floats) -> Floats:
    """Return weights of the columns (N, k) of predicted forces, at least 0, of a sum up to 1."""
    bound = _STRICT * float(np.linalg.norm(forces))
    no_force = np.zeros((len(forces), 1))
    last = np.full((1, predicted.shape[1] + 1), bound)
    found, _ = nnls(np.vstack([np.hstack([predicted, no_force]), last]), np.append(forces, bound))
    return found[:-1]
