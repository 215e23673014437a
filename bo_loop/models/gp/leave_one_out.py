"""Predict every training value from all the others, without a refit.

Symbols
-------
n      training pairs
m      pairs left out, each in its turn
y      log β                                           (n,)
L      Cholesky factor of K_v, noise included          (n, n)
α      K_v⁻¹ (y − mean)                                (n,)
c_i    [K_v⁻¹]_ii = ‖L⁻¹ e_i‖²

Without pair i the prediction for it is y_i − α_i/c_i, with variance 1/c_i (Rasmussen and Williams,
Gaussian Processes for Machine Learning, 2006, eq. 5.12). The hyperparameters stay those that all
pairs gave, so it flatters a little.
"""

from dataclasses import dataclass

import numpy as np
import torch

from bo_loop.base.types import Floats, Mask, Rows
from bo_loop.models.gp.linalg import solve_lower
from bo_loop.models.gp.pair_model import PairModel


@dataclass(frozen=True)
class LeftOut:
    """Values of m training pairs, and what the others predict for them.

    Parameters
    ----------
    observed, mean, sd : (m,) float64
        log β; the sd is predictive: with noise.
    metal_row, ligand_row : (m,) int64
        The pairs, by their rows in the model's tables.
    """

    observed: Floats
    mean: Floats
    sd: Floats
    metal_row: Rows
    ligand_row: Rows


@torch.no_grad()
def leave_one_out(model: PairModel, most: int = 1000, among: Mask | None = None) -> LeftOut:
    """Leave out each training pair in turn; of more than `most`, as many, evenly spaced.

    The cost is O(n² m).

    Parameters
    ----------
    model : PairModel
    most : int
    among : (n,) bool, optional
        Pairs that may be left out, as they were given to the model: those whose values were
        measured. Others, such as what stands for a bound, are not values to compare with.
    """
    data = model.data
    n = len(data.y)
    allowed = torch.arange(n)
    if among is not None:
        allowed = allowed[torch.as_tensor(among)[data.order.cpu()]]
    last, count = len(allowed) - 1, min(len(allowed), most)
    at = torch.linspace(0, last, count, dtype=torch.float64).round().long()
    out = allowed[at].to(data.y.device)
    unit = torch.zeros(n, len(out), dtype=data.y.dtype, device=data.y.device)
    unit[out, torch.arange(len(out))] = 1.0
    precision = solve_lower(data.factor, unit).square_().sum(0)
    mean = data.y[out] - data.alpha[out] / precision
    rows = data.x[out, :2].cpu().numpy().astype(np.int64)
    observed, mean, sd = (v.cpu().numpy() for v in (data.y[out], mean, precision.rsqrt()))
    return LeftOut(observed, mean, sd, rows[:, 0], rows[:, 1])
