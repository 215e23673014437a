"""How alike two ligands are by what was measured of them, where some of it is missing.

Symbols
-------
z_j   feature j of a ligand, scaled: mean 0, sd 1 over the ligands that have it
ℓ_j   its lengthscale
m_j   whether the ligand has it
u, u′ ligands of two sides

The kernel is Π_j exp(−(z_j − z′_j)² / 2ℓ_j²). A missing z_j is not filled in but integrated out: it
is a draw from N(0, 1), one for each ligand, so that the covariance of two ligands is the mean of
the kernel over what is missing (Girard, Rasmussen, Quiñonero-Candela, Murray-Smith, NeurIPS 2002;
Dallaire, Besse, Chaib-draa, ICONIP 2009). Its factor j is then

    ℓ (ℓ² + 1)^−½ exp(−z² / 2(ℓ² + 1))    where one of the two has it
    ℓ (ℓ² + 2)^−½                         where neither has it
    1                                     where neither has it and both are the same ligand

As a mean of covariances it is one; it is 1 for a ligand and itself; a feature that does not matter
(ℓ large) does not separate those that lack it; and of one that does, a ligand without it is as
doubtful as the prior: nothing is said about it that was not measured.
"""

import torch
from torch import Tensor


def measured_factor(a: Tensor, b: Tensor, same: Tensor, lengthscale: Tensor) -> Tensor:
    """Correlate ligands by their measured features.

    Parameters
    ----------
    a, b : (u, d), (u′, d) float64 tensor
        nan where a value is missing.
    same : (u, u′) bool tensor
        Whether two rows are one ligand.
    lengthscale : (d,) float64 tensor

    Returns
    -------
    (u, u′) float64 tensor, differentiable in `lengthscale` and in what is not missing
    """
    has_a, has_b = (~torch.isnan(each) for each in (a, b))
    has_a, has_b = has_a.to(a.dtype), has_b.to(a.dtype)
    za, zb = torch.nan_to_num(a) / lengthscale, torch.nan_to_num(b) / lengthscale
    # Σ m m′ (z − z′)² / ℓ²: the masks are in z already, where a missing value is 0.
    squared = (za.square() @ has_b.mT) + (has_a @ zb.square().mT) - 2.0 * (za @ zb.mT)
    one, two = lengthscale.square() + 1.0, lengthscale.square() + 2.0
    # log of the factor where one side has the value
    share = lengthscale.square()
    alone_a = has_a * (0.5 * (share / one).log()) - 0.5 * za.square() * (share / one)
    alone_b = has_b * (0.5 * (share / one).log()) - 0.5 * zb.square() * (share / one)
    half = alone_a @ (1.0 - has_b).mT + (1.0 - has_a) @ alone_b.mT
    neither = ((1.0 - has_a) * (0.5 * (share / two).log())) @ (1.0 - has_b).mT
    log = -0.5 * squared.clamp_min(0.0) + half + torch.where(same, 0.0, neither)
    return log.exp()
