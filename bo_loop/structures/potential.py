"""Energies and forces learned from structures of other molecules, by an equivariant network.

    E = Σ_i (c_Zi + e_i)        F_k = −∂E/∂r_k

The constants c of elements follow from the energies by least squares; what is left, and the forces,
are learned by `bo_loop.structures.painn.Painn`, whose exact gradient the forces are: they turn and
mirror with the molecule, and conserve energy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from bo_loop.base.progress import report
from bo_loop.base.types import Floats
from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.molecules import LAST_ELEMENT
from bo_loop.structures.painn import Painn
from bo_loop.structures.soap import Soap

_SHAPE = {"width": 48, "depth": 2, "n_radial": 6, "cutoff": 4.5}
_BATCH = 4  # structures; small, as the steps and not the structures are what takes long to learn
_FASTEST = 3e-3  # learning rate, warmed up and then falling to nothing (one cycle: Smith, 2018)
_WARMING = 0.1  # of all steps
_DECAY = 1e-4  # of weights
_KINK = 0.1  # of the Huber losses, in standard deviations of the forces
_ENERGY = 0.05  # weight of energies beside forces
_EPOCHS, _FEWEST_SEEN = 8, 20_000
_SAID = "learning forces, times each structure was seen"
_RIDGE = 1e-3
_SHUFFLED = 8.0  # atoms by which structures of one batch may differ


@dataclass(frozen=True)
class Case:
    """A structure with energy and forces.

    Parameters
    ----------
    geometry : Geometry
    energy : float
        eV.
    forces : (n, 3) float64
        eV/Å.
    ligand : str
        InChIKey of its ligand.
    """

    geometry: Geometry
    energy: float
    forces: Floats
    ligand: str


@dataclass(frozen=True)
class Potential:
    """A learned potential.

    Parameters
    ----------
    net : Painn
        Energies of atoms, in units of `unit`.
    constants : (88,) float64
        eV: energies of elements by atomic number, and last that of a unit of charge.
    unit : float
        eV (and eV/Å, for lengths are in Å).
    """

    net: Painn
    constants: Floats
    unit: float

    def arrays(self) -> dict[str, Floats]:
        """Return all of it as arrays, for `of_arrays`."""
        weights = {f"net.{name}": each.numpy() for name, each in self.net.state_dict().items()}
        shape = np.array([getattr(self.net, name) for name in _SHAPE], dtype=np.float64)
        return {"shape": shape, "constants": self.constants, "unit": np.array(self.unit)} | weights

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Floats]) -> "Potential":
        """Return the potential that `arrays` described.

        Raises
        ------
        KeyError, RuntimeError, ValueError
            If one is missing, or has another shape.
        """
        width, depth, n_radial, cutoff = arrays["shape"].tolist()
        net = Painn(int(width), int(depth), int(n_radial), cutoff)
        weights = {
            name.removeprefix("net."): torch.as_tensor(each)
            for name, each in arrays.items()
            if name.startswith("net.")
        }
        net.load_state_dict(weights)
        return cls(net.requires_grad_(False), arrays["constants"], float(arrays["unit"]))

    def predict(self, geometries: Sequence[Geometry]) -> tuple[Floats, list[Floats]]:
        """Return energies of structures, (b,), eV, and forces on their atoms, (n, 3), eV/Å."""
        energies, forces = _gradient(self.net, *_filled(geometries), learning=False)
        constant = np.array([_composition(each) for each in geometries]) @ self.constants
        made = self.unit * forces.double().numpy()
        return (
            self.unit * energies.detach().double().numpy() + constant,
            [each[: len(g.numbers)] for each, g in zip(made, geometries, strict=True)],
        )


def epochs_for(n: int) -> int:
    """Return how often to see each of `n` structures: more would hardly tell more."""
    return max(_EPOCHS, -(-_FEWEST_SEEN // max(n, 1)))


def learn(cases: Sequence[Case], seed: int, epochs: int) -> Potential:
    """Learn a potential.

    Parameters
    ----------
    cases : sequence of Case
    seed : int
    epochs : int
        How often each structure is seen.
    """
    constants = _constants(cases)
    unit = float(np.concatenate([case.forces for case in cases]).std())
    sizes = np.array([len(case.forces) for case in cases])
    rng, steps = np.random.default_rng(seed), epochs * -(-len(cases) // _BATCH)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = Painn(**_SHAPE)
        weights, optimizer = list(net.parameters()), _optimizer(net)
        rate = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, _FASTEST, steps, pct_start=_WARMING, cycle_momentum=False
        )
        for epoch in range(epochs):
            report(_SAID, epoch, epochs)
            for rows in _batches(sizes, rng):
                loss = _loss(net, [cases[i] for i in rows], constants, unit)
                optimizer.zero_grad()
                loss.backward(inputs=weights)  # not those of the positions, which nobody asks for
                nn.utils.clip_grad_norm_(weights, 1.0)
                optimizer.step()
                rate.step()
    report(_SAID, epochs, epochs)
    return Potential(net.requires_grad_(False), constants, unit)


def _optimizer(net: Painn) -> Soap:
    # Rows of elements are not turned: most of them have no gradient in a batch.
    matrices = (each for each in net.parameters() if each.ndim > 1 and len(each) > 1)
    turned = [each for each in matrices if each is not net.elements.weight]
    kept = {id(each) for each in turned}
    others = [each for each in net.parameters() if id(each) not in kept]
    return Soap(turned, others, _FASTEST, _DECAY)


def _batches(sizes: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the rows of structures of about one size, in a new order each time."""
    order = np.argsort(sizes + rng.uniform(0.0, _SHUFFLED, len(sizes)))
    parts = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    for i in rng.permutation(len(parts)):
        yield parts[i]


def _loss(net: Painn, cases: Sequence[Case], constants: Floats, unit: float) -> Tensor:
    numbers, positions, electrons = _filled([case.geometry for case in cases])
    energies, forces = _gradient(net, numbers, positions, electrons, learning=True)
    real = numbers > 0
    wanted = torch.tensor(np.concatenate([case.forces for case in cases]) / unit)
    left = [case.energy - float(_composition(case.geometry) @ constants) for case in cases]
    off = (energies - torch.tensor(left).float() / unit) / real.sum(1).sqrt()
    return _huber(forces[real] - wanted.float()) + _ENERGY * _huber(off)


def _huber(error: Tensor) -> Tensor:
    return nn.functional.smooth_l1_loss(error, torch.zeros_like(error), beta=_KINK)


def _gradient(
    net: Painn, numbers: Tensor, positions: Tensor, electrons: Tensor, *, learning: bool
) -> tuple[Tensor, Tensor]:
    """Return energies (b,) and forces (b, n, 3)."""
    positions.requires_grad_()
    energies = net(numbers, positions, electrons).sum(1)
    (slope,) = torch.autograd.grad(energies.sum(), positions, create_graph=learning)
    return energies, -slope


def _filled(geometries: Sequence[Geometry]) -> tuple[Tensor, Tensor, Tensor]:
    """Return atomic numbers, positions and electrons, filled up to one number of atoms."""
    most = max(len(each.numbers) for each in geometries)
    numbers = torch.zeros(len(geometries), most, dtype=torch.long)
    positions = torch.zeros(len(geometries), most, 3)
    for row, each in enumerate(geometries):
        numbers[row, : len(each.numbers)] = torch.tensor(each.numbers)
        positions[row, : len(each.numbers)] = torch.tensor(each.positions)
    electrons = torch.tensor([[each.charge, each.unpaired] for each in geometries])
    return numbers, positions, electrons.float()


def _constants(cases: Sequence[Case]) -> Floats:
    counted = np.array([_composition(case.geometry) for case in cases])
    gram = counted.T @ counted + _RIDGE * np.eye(counted.shape[1])
    return np.linalg.solve(gram, counted.T @ np.array([case.energy for case in cases]))


def _composition(geometry: Geometry) -> Floats:
    """Return how many atoms of each element there are, and the charge, (88,)."""
    counted = np.bincount(geometry.numbers, minlength=LAST_ELEMENT + 1).astype(np.float64)
    return np.append(counted, geometry.charge)
