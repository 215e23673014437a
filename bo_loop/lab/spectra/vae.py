"""A small variational autoencoder of curves (Kingma, Welling, ICLR 2014).

Symbols
-------
n, p    curves, points of each
k       latent features, of which the encoder gives mean and log variance
β       weight of the divergence from N(0, 1), per standardised point (Higgins et al., ICLR 2017)

Curves are centred, and scaled by one number, so that small points stay small. The latent features
of a curve are their means; everything follows from the seed.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bo_loop.base.types import Floats

_HIDDEN, _STEPS, _RATE, _BETA = 32, 400, 3e-3, 1e-3


class _Net(nn.Module):
    def __init__(self, p: int, k: int):
        super().__init__()
        self.into = nn.Sequential(nn.Linear(p, _HIDDEN), nn.Tanh(), nn.Linear(_HIDDEN, 2 * k))
        self.out = nn.Sequential(nn.Linear(k, _HIDDEN), nn.Tanh(), nn.Linear(_HIDDEN, p))
        self.double()

    def mean(self, x: Tensor) -> Tensor:
        return self.into(x).chunk(2, dim=-1)[0]


@dataclass(frozen=True)
class Vae:
    """A fitted autoencoder; see `bo_loop.lab.spectra.latent.Latent`."""

    net: _Net
    centre: Floats
    scale: float

    def encode(self, X: Floats) -> Floats:
        """Return the latent means of curves (n, p); (n, k)."""
        with torch.no_grad():
            return self.net.mean(self._scaled(X)).numpy()

    def decode(self, s: Floats) -> Floats:
        """Return curves (n, p) of latent features (n, k)."""
        with torch.no_grad():
            return self.net.out(torch.as_tensor(s)).numpy() * self.scale + self.centre

    def slopes(self, X: Floats, weights: Floats) -> Floats:
        """Differentiate Σ_j w_j s_j with respect to every point of each curve; (n, p)."""
        x = self._scaled(X).requires_grad_()
        (found,) = torch.autograd.grad((self.net.mean(x) @ torch.as_tensor(weights)).sum(), x)
        return found.numpy() / self.scale

    def _scaled(self, X: Floats) -> Tensor:
        return torch.as_tensor((X - self.centre) / self.scale)


def fit_vae(X: Floats, k: int, seed: int = 0) -> Vae:
    """Fit k latent features to curves (n, p), by Adam on all curves at once."""
    with torch.random.fork_rng(devices=[]):  # nobody else's draws change
        torch.manual_seed(seed)
        net = _Net(X.shape[1], k)
        centre = X.mean(0)
        scale = float((X - centre).std()) or 1.0
        made = Vae(net, centre, scale)
        x = made._scaled(X)
        adam = torch.optim.Adam(net.parameters(), lr=_RATE)
        for _ in range(_STEPS):
            mean, log_var = net.into(x).chunk(2, dim=-1)
            drawn = mean + torch.randn_like(mean) * (0.5 * log_var).exp()
            off = (net.out(drawn) - x).square().mean(1)
            divergence = 0.5 * (mean.square() + log_var.exp() - 1.0 - log_var).sum(1)
            adam.zero_grad()
            (off + _BETA * divergence).mean().backward()
            adam.step()
    for each in net.parameters():
        each.requires_grad_(False)
    return made
