"""What is fitted in a product kernel, with its priors: where each number stands in θ.

Symbols
-------
d      features with a lengthscale: of the metal, the ligand, the conditions
t      terms
θ      [log lengthscales (d,), log variances (t,), logit ρ]

Priors, on the standardised outcome. Lengthscales: log-normal about √(number of features in the
same distance), sd 1, so that the distance between two pairs does not grow with the number of
features (Hvarfner, Hellsten, Nardi, Vanilla Bayesian optimization performs great in high
dimensions, ICML 2024). Variances: log-normal about 0.3, sd 1.5. logit ρ: normal, sd 1.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bo_loop.errors import ConfigError, DataError
from bo_loop.records import Floats, PairFeatures

METAL = "metal"
LIGAND = "ligand"
COUNTS = ("atoms", "donor_atoms")  # blocks of counts, for the min-max kernel
N_LIGANDS = "n_ligands"

_LENGTHSCALE_SD = 1.0
_CONDITION_LENGTHSCALE = 3.0  # of the schema's scales: 30 °C, 1.5 M
_VARIANCE = 0.3
_VARIANCE_SD = 1.5
_STEP_SD = 1.5
_BOUND = 9.0  # of every entry of θ: a factor of 8,000 either way


@dataclass(frozen=True)
class Term:
    """A product of factors: ``metal * ligand * atoms``.

    Parameters
    ----------
    name : str
        The factors, joined by `` * ``.
    of_metal : bool
        Whether the kernel of the metal is among them.
    ligand : tuple of str
        `LIGAND` and blocks of `COUNTS`; empty for a term of the metal alone.
    """

    name: str
    of_metal: bool
    ligand: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Term":
        """Read a term.

        Raises
        ------
        ConfigError
            If a factor is unknown or named twice, or there is none.
        """
        factors = [factor.strip() for factor in str(text).split("*")]
        known = (METAL, LIGAND, *COUNTS)
        if not set(factors) <= set(known) or len(set(factors)) < len(factors):
            raise ConfigError(
                f"{text!r} is no term of the kernel: write different ones of {', '.join(known)}, "
                "joined by *."
            )
        ordered = [factor for factor in known if factor in factors]
        ligand = tuple(factor for factor in ordered if factor != METAL)
        return cls(" * ".join(ordered), METAL in ordered, ligand)


@dataclass(frozen=True)
class Values:
    """θ, taken apart: tensors of natural values.

    Parameters
    ----------
    metal, ligand, conditions : (d_m,), (d_l,), (d_c,) tensor
        Lengthscales.
    variances : (t,) tensor
    rho : () tensor
        Correlation of two stepwise constants, between 0 and 1.
    """

    metal: Tensor
    ligand: Tensor
    conditions: Tensor
    variances: Tensor
    rho: Tensor


@dataclass(frozen=True)
class Layout:
    """Names of everything in θ.

    Parameters
    ----------
    metal, ligand, conditions : tuple of str
        ``block.feature`` of each lengthscale.
    terms : tuple of Term
    """

    metal: tuple[str, ...]
    ligand: tuple[str, ...]
    conditions: tuple[str, ...]
    terms: tuple[Term, ...]

    @classmethod
    def of(cls, features: PairFeatures, terms: Sequence[Term]) -> "Layout":
        """Lay out θ for tables.

        Raises
        ------
        ConfigError
            If a term names a block that the tables lack.
        DataError
            If the pairs do not say the number of ligands.
        """
        lacking = sorted({f for term in terms for f in term.ligand} - {LIGAND, *features.ligand})
        if lacking:
            raise ConfigError(
                f"The model's terms name the blocks {', '.join(lacking)}, which these features do "
                "not have. Choose features=chemistry, or terms without them."
            )
        if N_LIGANDS not in features.names["pair"]:
            raise DataError(f"The pair block needs {N_LIGANDS}.")

        def qualified(blocks: Sequence[str]) -> tuple[str, ...]:
            return tuple(f"{b}.{name}" for b in blocks for name in features.names[b])

        return cls(
            metal=qualified(list(features.metal)),
            ligand=qualified([block for block in features.ligand if block not in COUNTS]),
            conditions=tuple(n for n in qualified(["pair"]) if n != f"pair.{N_LIGANDS}"),
            terms=tuple(terms),
        )

    @property
    def size(self) -> int:
        """Length of θ."""
        return sum(self._sizes())

    def _sizes(self) -> list[int]:
        return [*map(len, (self.metal, self.ligand, self.conditions, self.terms)), 1]

    def values(self, theta: Tensor) -> Values:
        """Take θ apart, differentiably."""
        metal, ligand, conditions, variances, step = theta.split(self._sizes())
        return Values(
            metal.exp(),
            ligand.exp(),
            conditions.exp(),
            variances.exp(),
            torch.sigmoid(step[0]),
        )

    def _prior(self) -> tuple[Floats, Floats]:
        """Mean and sd of every entry of θ; (size,) each."""
        sizes = self._sizes()
        means = [
            0.5 * log(max(1, sizes[0])),
            0.5 * log(max(1, sizes[1])),
            log(_CONDITION_LENGTHSCALE),
            log(_VARIANCE),
            0.0,
        ]
        sds = [*[_LENGTHSCALE_SD] * 3, _VARIANCE_SD, _STEP_SD]
        return np.repeat(means, sizes), np.repeat(sds, sizes)

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log prior density of θ, but for a constant."""
        mean, sd = (theta.new_tensor(each) for each in self._prior())
        return -0.5 * ((theta - mean) / sd).square().sum()

    def start(self) -> Floats:
        """θ to start from: the mean of the priors; (size,)."""
        return self._prior()[0]

    def bounds(self) -> Floats:
        """Lower and upper bound of every entry of θ; (size, 2)."""
        return np.tile([-_BOUND, _BOUND], (self.size, 1))

    def stated(self, theta: Floats, scale: float) -> dict[str, Any]:
        """Say θ in original units, `scale` (log β) being the unit of the outcome; JSON-able."""
        values = self.values(torch.as_tensor(theta))
        lengths = torch.cat([values.metal, values.ligand, values.conditions]).tolist()
        names = (*self.metal, *self.ligand, *self.conditions)
        variances = (values.variances * scale**2).tolist()
        return {
            "lengthscales": dict(zip(names, lengths, strict=True)),
            "variances": dict(zip((t.name for t in self.terms), variances, strict=True)),
            "step_correlation": values.rho.item(),
        }

    def fits(self, stated: Mapping[str, Any]) -> bool:
        """Whether stated hyperparameters are those of this layout."""
        return set(stated.get("lengthscales", ())) == {
            *self.metal,
            *self.ligand,
            *self.conditions,
        } and set(stated.get("variances", ())) == {term.name for term in self.terms}

    def theta(self, stated: Mapping[str, Any], scale: float) -> Floats:
        """Return the θ of stated hyperparameters, with `scale` as the unit of the outcome."""
        lengths = stated["lengthscales"]
        names = (*self.metal, *self.ligand, *self.conditions)
        # By name: a mapping that has been through canonical JSON is in another order.
        variances = [stated["variances"][term.name] / scale**2 for term in self.terms]
        rho = stated["step_correlation"]
        return np.concatenate(
            [
                np.log([lengths[name] for name in names]),
                np.log(variances),
                [log(rho / (1.0 - rho))],
            ]
        )
