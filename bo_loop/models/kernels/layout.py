"""What is fitted in a product kernel, with its priors: where each number stands in θ.

Symbols
-------
d      features with a lengthscale: of the metal, the ligand, the pair
d_m    features of the metal among them
t      terms
w      slopes of the log amplitude: in a metal ion's features, in log n        (d_w,)
θ      [log lengthscales (d,), log variances (t,), w / 0.1]

Priors, on the standardised outcome. Lengthscales of metal and ligand: log-normal about √(number of
features in the same distance), so that the distance between two pairs does not grow with the
number of features (Hvarfner, Hellsten, Nardi, Vanilla Bayesian optimization performs great in high
dimensions, ICML 2024). Lengthscales of the pair, on the scales of the schema: log-normal about 3
for n; about 60 for conditions, so that what 10 °C or 1 mol/L do to log β, beyond what is known of
it, has a standard deviation of a few hundredths of that of log β: 0.2, as in NIST SRD 46.
Variances: log-normal about 0.3, sd 1. Slopes: normal about 0, sd 0.03, for features whose sd is 1:
what a few ions suggest must not be extrapolated (with Zn²⁺ and Cd²⁺ hidden, 0.15 made their
constants 6 too large, 0.03 makes them 3 too large; unseen ligands are predicted alike). The slope
in log n: about 0.5, sd 0.25: log β_n is a sum of n stepwise constants.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from torch import Tensor

from bo_loop.base.errors import ConfigError
from bo_loop.base.types import MEASURED, Floats, PairFeatures, compared

METAL = "metal"
LIGAND = "ligand"
COUNTS = ("atoms",)  # blocks of counts, for the min-max kernel
NUMBER = "n_ligands"
_LOG_NUMBER = f"log {NUMBER}"

_NUMBER_LENGTHSCALE = 3.0
_CONDITION_LENGTHSCALE = 60.0  # of the schema's scales: 600 °C, 30 M
_VARIANCE = 0.3
VARIANCE_SD = 1.0
_SLOPE_SD = 0.03
_NUMBER_SLOPE = 0.5
_NUMBER_SLOPE_SD = 0.25
# In this unit, slopes are about as stiff as the rest of θ: L-BFGS takes a quarter of the steps.
_SLOPE_UNIT = 0.1
BOUND = 9.0  # of every entry of θ: a factor of 8,000 either way, slopes of 0.9


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
        `LIGAND`, `MEASURED` and blocks of `COUNTS`; empty for a term of the metal alone.
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
        known = (METAL, LIGAND, *COUNTS, MEASURED)
        if not set(factors) <= set(known) or len(set(factors)) < len(factors):
            raise ConfigError(
                f"{text!r} is not a valid term of the kernel: write different factors from "
                f"{', '.join(known)}, joined by *."
            )
        ordered = [factor for factor in known if factor in factors]
        ligand = tuple(factor for factor in ordered if factor != METAL)
        return cls(" * ".join(ordered), METAL in ordered, ligand)


def require_blocks(terms: Iterable[Term], blocks: Iterable[str]) -> None:
    """Refuse terms that name feature blocks which are not there.

    Raises
    ------
    ConfigError
        Naming them.
    """
    lacking = sorted({factor for term in terms for factor in term.ligand} - {LIGAND, *blocks})
    if lacking:
        raise ConfigError(
            f"The model's terms name the blocks {', '.join(lacking)}, which these features do "
            "not have. Choose features=chemistry, features.measured=FILE for measured, or terms "
            "without them."
        )


@dataclass(frozen=True)
class Values:
    """θ, taken apart: tensors of natural values.

    Parameters
    ----------
    metal, ligand, measured, pair : (d_m,), (d_l,), (d_s,), (d_p,) tensor
        Lengthscales.
    variances : (t,) tensor
    slopes : (d_m,) tensor
        Of the log amplitude, in the features of the ion.
    number_slope : () tensor
        In the log of the number of ligands.
    """

    metal: Tensor
    ligand: Tensor
    measured: Tensor
    pair: Tensor
    variances: Tensor
    slopes: Tensor
    number_slope: Tensor

    def log_amplitude(self, metal: Tensor, log_n: Tensor) -> Tensor:
        """Log amplitude of ions with features `metal` (u, d_m) and log n (u,); (u,)."""
        return metal @ self.slopes + log_n * self.number_slope


@dataclass(frozen=True)
class Layout:
    """Names of everything in θ.

    Parameters
    ----------
    metal, ligand, measured, pair : tuple of str
        ``block.feature`` of each lengthscale.
    terms : tuple of Term
    lengthscale_sd, ligand_lengthscale_sd : float
        Prior sd of each log lengthscale: of the metal and the pair, of the ligand.
    """

    metal: tuple[str, ...]
    ligand: tuple[str, ...]
    measured: tuple[str, ...]
    pair: tuple[str, ...]
    terms: tuple[Term, ...]
    lengthscale_sd: float
    ligand_lengthscale_sd: float

    @classmethod
    def of(
        cls,
        features: PairFeatures,
        terms: Sequence[Term],
        lengthscale_sd: float,
        ligand_lengthscale_sd: float,
    ) -> "Layout":
        """Lay out θ for tables.

        Raises
        ------
        ConfigError
            If a term names a block that the tables lack.
        """
        require_blocks(terms, features.ligand)

        def qualified(blocks: Iterable[str]) -> tuple[str, ...]:
            return tuple(f"{b}.{name}" for b in blocks for name in features.names[b])

        return cls(
            metal=qualified(features.metal),
            ligand=qualified(b for b in features.ligand if b not in (*COUNTS, MEASURED)),
            measured=qualified(block for block in features.ligand if block == MEASURED),
            pair=tuple(f"pair.{name}" for name in features.names["pair"] if compared(name)),
            terms=tuple(terms),
            lengthscale_sd=lengthscale_sd,
            ligand_lengthscale_sd=ligand_lengthscale_sd,
        )

    @property
    def lengthscales(self) -> tuple[str, ...]:
        """Names of all lengthscales, in the order of θ; (d,)."""
        return (*self.metal, *self.ligand, *self.measured, *self.pair)

    @property
    def size(self) -> int:
        """Length of θ."""
        return sum(self._sizes())

    def _sizes(self) -> list[int]:
        sides = (self.metal, self.ligand, self.measured, self.pair)
        return [len(each) for each in (*sides, self.terms, self.metal, [NUMBER])]

    def values(self, theta: Tensor) -> Values:
        """Take θ apart, differentiably."""
        *logs, slopes, by_n = theta.split(self._sizes())
        return Values(*(each.exp() for each in logs), slopes * _SLOPE_UNIT, by_n[0] * _SLOPE_UNIT)

    def start(self) -> Floats:
        """Mean of the priors of θ, where a search starts; (size,)."""
        *of_sides, _, terms, slopes, number = self._sizes()
        by_n = _NUMBER_SLOPE / _SLOPE_UNIT
        of_pair = [
            log(_NUMBER_LENGTHSCALE if name == f"pair.{NUMBER}" else _CONDITION_LENGTHSCALE)
            for name in self.pair
        ]
        sides = np.repeat([0.5 * log(max(1, size)) for size in of_sides], of_sides)
        return np.concatenate(
            [sides, of_pair, np.repeat([log(_VARIANCE), 0.0, by_n], [terms, slopes, number])]
        )

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log prior density of θ, but for a constant."""
        narrow, wide = self.lengthscale_sd, self.ligand_lengthscale_sd
        slopes = _SLOPE_SD / _SLOPE_UNIT, _NUMBER_SLOPE_SD / _SLOPE_UNIT
        sd = np.repeat([narrow, wide, wide, narrow, VARIANCE_SD, *slopes], self._sizes())
        mean, sd = (theta.new_tensor(each) for each in (self.start(), sd))
        return -0.5 * ((theta - mean) / sd).square().sum()

    def bounds(self) -> Floats:
        """Lower and upper bound of every entry of θ; (size, 2)."""
        return np.tile([-BOUND, BOUND], (self.size, 1))

    def stated(self, theta: Floats, scale: float) -> dict[str, Any]:
        """Say θ in original units, `scale` (log β) being the unit of the outcome; JSON-able."""
        d, t = len(self.lengthscales), len(self.terms)
        lengthscales, variances, slopes = np.split(theta, [d, d + t])
        values = {
            "lengthscales": np.exp(lengthscales),
            "variances": np.exp(variances) * scale**2,
            "amplitude_slopes": slopes * _SLOPE_UNIT,
        }
        return {
            part: dict(zip(names, values[part].tolist(), strict=True))
            for part, names in self._names().items()
        }

    def fits(self, stated: Mapping[str, Any]) -> bool:
        """Whether stated hyperparameters are those of this layout."""
        stated = _completed(stated)
        return all(set(stated.get(part, ())) == set(n) for part, n in self._names().items())

    def theta(self, stated: Mapping[str, Any], scale: float) -> Floats:
        """Return the θ of stated hyperparameters, with `scale` as the unit of the outcome."""
        stated = _completed(stated)
        # By name: a mapping that has been through canonical JSON is in another order.
        lengthscales, variances, slopes = (
            np.array([stated[part][name] for name in names])
            for part, names in self._names().items()
        )
        logs = np.log([*lengthscales, *variances / scale**2])
        return np.concatenate([logs, slopes / _SLOPE_UNIT])

    def _names(self) -> dict[str, tuple[str, ...]]:
        """Names of the entries of θ, part by part, in its order."""
        return {
            "lengthscales": self.lengthscales,
            "variances": tuple(term.name for term in self.terms),
            "amplitude_slopes": (*self.metal, _LOG_NUMBER),
        }


def _completed(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Give hyperparameters found when amplitudes did not depend on n the slope 0 in it."""
    slopes = {_LOG_NUMBER: 0.0, **stated.get("amplitude_slopes", {})}
    return {**stated, "amplitude_slopes": slopes}
