"""Predictors of the force on an atom of one element: boosted trees, and a network of all columns.

Symbols
-------
n      atoms of one element
F      (n, 3) forces along the axes of each atom's frame, in any one unit

Each learns from a part of the atoms, and stops when a held-out part (other molecules) gets no
better.
"""

from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from bo_loop.base.extras import optional
from bo_loop.base.types import Floats

_TREES = {
    "objective": "l1",
    "learning_rate": 0.1,
    "num_leaves": 31,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
_MOST_TREES = 300
_WAIT = 15  # trees, or epochs, without a gain
_BATCH = 256
_FASTEST = 2e-3  # of Adam, falling to nothing over all epochs


class Predictor(Protocol):
    """What learns forces of one element."""

    def fit(
        self, columns: Floats, forces: Floats, held_out: Floats, its_forces: Floats, seed: int
    ) -> None:
        """Learn from columns (n, d) and forces (n, 3), and stop by those of other molecules."""

    def predict(self, columns: Floats) -> Floats:
        """Return forces, (n, 3), along the axes of the atoms' frames."""


class Boosted:
    """Gradient-boosted trees (LightGBM: Ke et al., NeurIPS 2017), an ensemble for each axis."""

    def fit(
        self, columns: Floats, forces: Floats, held_out: Floats, its_forces: Floats, seed: int
    ) -> None:
        """See `Predictor.fit`."""
        lightgbm = optional("structures", "lightgbm")
        self._scale = _spread(forces)
        self._axes: list[Any] = []
        for axis in range(3):
            data = lightgbm.Dataset(columns, forces[:, axis] / self._scale)
            check = data.create_valid(held_out, its_forces[:, axis] / self._scale)
            stop = lightgbm.early_stopping(_WAIT, verbose=False)
            options = _TREES | {"seed": seed}
            self._axes.append(
                lightgbm.train(options, data, _MOST_TREES, valid_sets=[check], callbacks=[stop])
            )

    def predict(self, columns: Floats) -> Floats:
        """See `Predictor.predict`."""
        return self._scale * np.column_stack([each.predict(columns) for each in self._axes])


class Network:
    """A network of two hidden layers that gives the three components.

    Parameters
    ----------
    width : int
        Of the hidden layers.
    epochs : int
        At most.
    """

    def __init__(self, width: int = 96, epochs: int = 60):
        self.width, self.epochs = width, epochs

    def fit(
        self, columns: Floats, forces: Floats, held_out: Floats, its_forces: Floats, seed: int
    ) -> None:
        """See `Predictor.fit`."""
        spread = columns.std(0)
        self._mean, self._spread = columns.mean(0), np.where(spread > 1e-9, spread, 1.0)
        self._scale = _spread(forces)
        inputs, checked = self._scaled(columns), self._scaled(held_out)
        target, expected = (torch.as_tensor(f / self._scale).float() for f in (forces, its_forces))
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self._net = net = _layers(columns.shape[1], self.width)
            optimizer = torch.optim.Adam(net.parameters(), _FASTEST)
            slower = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.epochs)
            best, kept, since = np.inf, None, 0
            for _ in range(self.epochs):
                for rows in torch.randperm(len(target)).split(_BATCH):
                    optimizer.zero_grad()
                    made = net(inputs[rows])
                    nn.functional.smooth_l1_loss(made, target[rows], beta=0.1).backward()
                    optimizer.step()
                slower.step()
                with torch.no_grad():
                    error = float((net(checked) - expected).abs().mean())
                since += 1
                if error < best:
                    best, since = error, 0
                    kept = {name: each.clone() for name, each in net.state_dict().items()}
                if since > _WAIT:
                    break
        net.load_state_dict(kept)

    def predict(self, columns: Floats) -> Floats:
        """See `Predictor.predict`."""
        with torch.no_grad():
            return self._scale * self._net(self._scaled(columns)).double().numpy()

    def _scaled(self, columns: Floats) -> Tensor:
        scaled = ((columns - self._mean) / self._spread).clip(-10.0, 10.0)
        return torch.as_tensor(scaled).float()


def _layers(inside: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inside, width),
        nn.SiLU(),
        nn.Linear(width, width),
        nn.SiLU(),
        nn.Linear(width, 3),
    )


def _spread(forces: Floats) -> float:
    return float(forces.std()) or 1.0
