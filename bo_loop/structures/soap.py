"""An optimizer of networks: Adam in the directions in which gradients are independent (SOAP).

(Vyas, Morwani, Zhao, Shapira, Brandfonbrener, Janson, Kakade, arXiv:2409.11321, 2024.) The
directions are eigenvectors of means of GGᵀ and GᵀG, those that Shampoo preconditions by, followed
by one power iteration with QR now and then.

Symbols
-------
G      (m, n) gradient of a matrix of weights
L, R   (m, m), (n, n) decaying means of GGᵀ and GᵀG
P, Q   (m, m), (n, n) orthogonal: their eigenvectors
M, V   (m, n) decaying means of G, and of the squares of PᵀGQ
"""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

_MEAN = 0.95  # what is left of M, L and R at each step
_SQUARES = {True: 0.95, False: 0.99}  # and of V, of turned weights and of others
_EVERY = 10  # steps from one turn of the directions to the next
_TINY = 1e-8
_SIDES = (("P", "L"), ("Q", "R"))


class Soap(torch.optim.Optimizer):
    """SOAP for matrices, Adam for the rest; weights decay beside it, as in AdamW.

    Parameters
    ----------
    turned : iterable of (…, n) Tensor
        Weights with at least two axes; all but the last are taken together.
    others : iterable of Tensor
        Weights that Adam takes as they are.
    rate : float
        Learning rate.
    decay : float
    """

    def __init__(
        self, turned: Iterable[Tensor], others: Iterable[Tensor], rate: float, decay: float
    ):
        groups = [
            {"params": list(turned), "turned": True},
            {"params": list(others), "turned": False},
        ]
        super().__init__(groups, {"lr": rate, "decay": decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Move the weights by one step."""
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    gradient = weights.grad.reshape(-1, weights.shape[-1])
                    moved = _moved(self.state[weights], gradient, turned=group["turned"])
                    weights.mul_(1.0 - group["lr"] * group["decay"])
                    weights.sub_(moved.reshape(weights.shape), alpha=group["lr"])


def _moved(state: dict[str, Any], gradient: Tensor, *, turned: bool) -> Tensor:
    """Return the step of one weight matrix, in units of the learning rate, and remember."""
    if not state:
        state |= {"step": 0, "M": torch.zeros_like(gradient), "V": torch.zeros_like(gradient)}
        if turned:  # the first gradient only says where directions are: it fills few of them
            state |= {"L": gradient @ gradient.T, "R": gradient.T @ gradient}
            state |= {side: torch.linalg.eigh(state[of])[1] for side, of in _SIDES}
            return torch.zeros_like(gradient)
    elif turned:
        state["L"].lerp_(gradient @ gradient.T, 1.0 - _MEAN)
        state["R"].lerp_(gradient.T @ gradient, 1.0 - _MEAN)
    state["step"] += 1
    kept, step = _SQUARES[turned], state["step"]
    state["M"].lerp_(gradient, 1.0 - _MEAN)
    state["V"].lerp_(_into(state, gradient, turned).square(), 1.0 - kept)
    mean = _into(state, state["M"], turned) / (1.0 - _MEAN**step)
    moved = mean / ((state["V"] / (1.0 - kept**step)).sqrt() + _TINY)
    if not turned:
        return moved
    back = state["P"] @ moved @ state["Q"].T
    if step % _EVERY == 0:
        for side, of in _SIDES:
            state[side] = torch.linalg.qr(state[of] @ state[side])[0]
    return back


def _into(state: Mapping[str, Any], gradient: Tensor, turned: bool) -> Tensor:
    return state["P"].T @ gradient @ state["Q"] if turned else gradient
