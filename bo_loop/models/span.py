"""What the ions that a model was trained on span, and what an ion beyond them is told.

Symbols
-------
x, X     features of ions asked for, of those trained on     (u, d_m), (t, d_m)
w        slopes of the log amplitude                         (d_m,)
l        lengthscales of the metal's features                (d_m,)
e        what of x lies beyond the box around X              (u, d_m)
φ        angle of an ion, arctan |e / l|                      (u,)

An amplitude exp(w · x) is learned between the ions trained on, and says nothing beyond: a log
amplitude is bent so that it never leaves their range by more than `_GIVE`, its slope being
continuous; and with 1 − cos φ it turns into the largest of theirs, so that an ion which is like
none is taken for one whose ligand matters much.

What all metals share is shared by those within the span. The function of ligands that an ion
beyond it has is cos φ times theirs and sin φ times an independent one, so that its prior variance
is the same, and all that is known of it fades with the distance to the span: the covariance is
multiplied by cos(φ − φ′) = cos φ cos φ′ + sin φ sin φ′. Within the span, φ = 0.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from bo_loop.models.layout import Values

_GIVE = 0.2  # of a log amplitude: a factor of 1.2
_TINY = 1e-20  # keeps the square root differentiable at 0


@dataclass(frozen=True)
class Span:
    """Ions and numbers of ligands of the training pairs.

    Parameters
    ----------
    metal : (t, d_m) float64 tensor
        X.
    log_n : (t,) float64 tensor
    """

    metal: Tensor
    log_n: Tensor

    def log_amplitude(self, values: Values, metal: Tensor, log_n: Tensor) -> Tensor:
        """Log amplitude of ions x (u, d_m) with so many ligands (u,), bent; (u,)."""
        slopes, by_n = values.slopes, values.number_slope
        known, like = self.metal @ slopes, self._angle(values, metal).cos()
        of_ion = like * _bent(metal @ slopes, known) + (1.0 - like) * known.max()
        return of_ion + _bent(log_n * by_n, self.log_n * by_n)

    def fading(self, values: Values, a: Tensor, b: Tensor) -> Tensor:
        """cos(φ − φ′) of ions `a` (u, d_m) and `b` (u′, d_m); (u, u′)."""
        angle, other = (self._angle(values, x) for x in (a, b))
        return (angle[:, None] - other).cos()

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
