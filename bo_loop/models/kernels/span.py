"""What the ions that a model was trained on span, and how an ion beyond them is predicted.

Symbols
-------
x, X     features of ions asked for, of those trained on     (u, d_m), (t, d_m)
w        slopes of the log amplitude                         (d_m,)
l        lengthscales of the metal's features                (d_m,)
e        what of x lies beyond the box around X              (u, d_m)
φ        angle of an ion, arctan |e / l|                      (u,)
c        share of the prior variance far beyond the span       ()

An amplitude exp(w · x) is learned between the ions trained on, and says nothing beyond: a log
amplitude is bent so that it never leaves their range by more than `_GIVE`, its slope being
continuous; and with 1 − cos φ it turns into the largest of theirs, so that an ion which is like
none is taken for one whose ligand matters much.

What an ion beyond the span binds with is cos φ times what the model says, and sin φ times √c of an
independent copy: all that is known fades with the distance to the span, and what stays is a prior
of its own. Covariances are multiplied by cos φ cos φ′ + c sin φ sin φ′; within the span φ = 0. The
share c keeps the standard deviation of that prior, for n = 1, at `_REACH` spreads of the outcome
at most: for log β 7, where that of the kernel's terms, for ligands never seen, may be 20 and more.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from bo_loop.models.kernels.layout import Layout, Values

_GIVE = 0.2  # of a log amplitude: a factor of 1.2
_REACH = 1.4  # of log β, the spread is 5 over SRD 46, and the sd over the constants of Fe³⁺ 9
_TINY = 1e-20  # keeps the square root differentiable at 0


@dataclass(frozen=True)
class Span:
    """Ions and numbers of ligands of the training pairs.

    Parameters
    ----------
    metal : (t, d_m) float64 tensor
        X.
    log_n : (t,) float64 tensor
    spread : float
        As in `PairFeatures`.
    """

    metal: Tensor
    log_n: Tensor
    spread: float

    def log_amplitude(self, values: Values, metal: Tensor, log_n: Tensor) -> Tensor:
        """Log amplitude of ions x (u, d_m) with so many ligands (u,), bent; (u,)."""
        slopes, by_n = values.slopes, values.number_slope
        known, like = self.metal @ slopes, self._angle(values, metal).cos()
        of_ion = like * _bent(metal @ slopes, known) + (1.0 - like) * known.max()
        return of_ion + _bent(log_n * by_n, self.log_n * by_n)

    def fading(self, layout: Layout, values: Values, a: Tensor, b: Tensor) -> Tensor:
        """Give cos φ cos φ′ + c sin φ sin φ′ of ions `a` (u, d_m) and `b` (u′, d_m); (u, u′)."""
        angle, other = (self._angle(values, x) for x in (a, b))
        share = self._share(layout, values)
        return torch.outer(angle.cos(), other.cos()) + share * torch.outer(angle.sin(), other.sin())

    def own_fading(self, layout: Layout, values: Values, metal: Tensor) -> Tensor:
        """Diagonal of `fading` of ions (u, d_m) with themselves; (u,)."""
        angle = self._angle(values, metal)
        return angle.cos().square() + self._share(layout, values) * angle.sin().square()

    def _share(self, layout: Layout, values: Values) -> Tensor:
        """c; ()."""
        of_ligand = [bool(term.ligand) for term in layout.terms]
        amplified = torch.where(
            torch.tensor(of_ligand, device=values.variances.device),
            (2.0 * (self.metal @ values.slopes).max()).exp(),
            1.0,
        )
        return ((_REACH * self.spread) ** 2 / (values.variances * amplified).sum()).clamp_max(1.0)

    def _angle(self, values: Values, metal: Tensor) -> Tensor:
        """φ; (u,)."""
        nearest = metal.clamp(self.metal.amin(0), self.metal.amax(0))
        beyond = ((metal - nearest) / values.metal).square().sum(1)
        return (beyond + _TINY).sqrt().atan()


def _bent(score: Tensor, known: Tensor) -> Tensor:
    """`score`, where it leaves the range of `known`, brought back to within `_GIVE` of it."""
    over, under = score - known.max(), score - known.min()
    inside = score - over.clamp_min(0.0) - under.clamp_max(0.0)
    return inside + _GIVE * torch.tanh((score - inside) / _GIVE)
