"""Objectives: from the posterior of log β to what is maximised.

The only place where a sign flips. An objective turns a posterior of log β into a `View`: the
posterior of the quantity to be maximised, over the same rows. A view cannot be conditioned:
measurements are log β, so conditioning happens on the posterior, and the view is made anew.

Symbols
-------
N             rows of the posterior (pool ∪ answered pairs)
k             rows asked for
sign          +1 to maximise, −1 to minimise
n_ligands     (N,) number of ligands n of each row
offset        (N,) sign · n · log10([L]), [L] the free-ligand concentration in mol/L
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bo_loop.errors import ConfigError
from bo_loop.records import Floats, PoolPosterior, Rows


class View(Protocol):
    """Posterior of what is maximised; every `PoolPosterior` is one, in units of log β."""

    def mean(self, rows: Rows) -> Floats:
        """Posterior mean at `rows`; (k,)."""

    def variance(self, rows: Rows) -> Floats:
        """Latent posterior variance at `rows`; (k,)."""

    def variance_bound(self, rows: Rows) -> Floats:
        """Return a cheap upper bound, never below `variance(rows)`; (k,)."""

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Latent posterior covariance; (k_a, k_b)."""


class Objective(Protocol):
    """What a campaign wants: a view of the posterior, and words for its values."""

    def view(self, posterior: PoolPosterior, n_ligands: Rows) -> View:
        """Return the posterior of what is maximised; `n_ligands` (N,) over all its rows."""

    def shown(self, value: float) -> float:
        """Return a value of the view as a chemist would write it."""

    @property
    def quantity(self) -> str:
        """What `shown` values are called."""


@dataclass(frozen=True)
class AffineView:
    """The view sign · log β + offset.

    Parameters
    ----------
    posterior : PoolPosterior
        Posterior of log β.
    sign : float
        +1 or −1; squared, it leaves variances and covariances as they are.
    offset : (N,) float64
        Added to each row, in the units of the view.
    """

    posterior: PoolPosterior
    sign: float
    offset: Floats

    def mean(self, rows: Rows) -> Floats:
        """Mean of the view at `rows`; (k,)."""
        return self.sign * self.posterior.mean(rows) + self.offset[rows]

    def variance(self, rows: Rows) -> Floats:
        """Latent variance at `rows`; (k,)."""
        return self.posterior.variance(rows)

    def variance_bound(self, rows: Rows) -> Floats:
        """Upper bound of the latent variance at `rows`; (k,)."""
        return self.posterior.variance_bound(rows)

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Latent covariance; (k_a, k_b)."""
        return self.posterior.covariance(rows_a, rows_b)


@dataclass(frozen=True)
class _LogBeta(ABC):
    free_ligand_M: float | None = None

    def __post_init__(self):
        stated = self.free_ligand_M
        if stated is None:
            return
        number = isinstance(stated, int | float) and not isinstance(stated, bool)
        if not number or not math.isfinite(stated) or stated <= 0:
            raise ConfigError(
                f"objective.free_ligand_M is {stated!r}: a concentration of free ligand in mol/L "
                "must be a number above 0. Write for instance objective.free_ligand_M=1e-3."
            )

    @property
    @abstractmethod
    def _sign(self) -> float: ...

    @property
    def quantity(self) -> str:
        """``log β``, or ``log(β·[L]ⁿ)`` where a free-ligand concentration is stated."""
        return "log β" if self.free_ligand_M is None else "log(β·[L]ⁿ)"

    def view(self, posterior: PoolPosterior, n_ligands: Rows) -> AffineView:
        """View `posterior` as what is maximised.

        Parameters
        ----------
        posterior : PoolPosterior
            Posterior of log β over N rows.
        n_ligands : (N,) int
            Number of ligands of every row of the posterior.

        Returns
        -------
        AffineView
            sign · (log β + n · log10(free_ligand_M)); without a stated concentration, sign · log β.

        Raises
        ------
        ConfigError
            If the rows mix numbers of ligands and no free-ligand concentration is stated: β_n of
            different n have different units and cannot be compared.
        """
        n_ligands = np.asarray(n_ligands, dtype=np.int64)
        if self.free_ligand_M is None:
            self._refuse_mixture(n_ligands)
            return AffineView(posterior, self._sign, np.zeros(len(n_ligands)))
        offset = self._sign * n_ligands * math.log10(self.free_ligand_M)
        return AffineView(posterior, self._sign, offset)

    def shown(self, value: float) -> float:
        """Return a value of the view with the chemist's sign."""
        return self._sign * value

    def _refuse_mixture(self, n_ligands: Rows) -> None:
        numbers, counts = np.unique(n_ligands, return_counts=True)
        if len(numbers) > 1:
            found = ", ".join(f"n = {n}: {c}" for n, c in zip(numbers, counts, strict=True))
            raise ConfigError(
                f"The pool mixes numbers of ligands ({found} pairs), and β of different n have "
                "different units. State the free-ligand concentration in mol/L at which they are "
                "compared (objective.free_ligand_M=1e-3 scores log β + n·log10(1e-3)), or choose "
                "one n for the pool."
            )


@dataclass(frozen=True)
class Maximise(_LogBeta):
    """Look for the strongest complex.

    Parameters
    ----------
    free_ligand_M : float, optional
        Concentration of free ligand in mol/L at which pairs are compared; needed where the pool
        mixes numbers of ligands.

    Raises
    ------
    ConfigError
        If the concentration is not a number above 0.
    """

    @property
    def _sign(self) -> float:
        return 1.0


@dataclass(frozen=True)
class Minimise(_LogBeta):
    """Look for the weakest complex.

    Parameters
    ----------
    free_ligand_M : float, optional
        Concentration of free ligand in mol/L at which pairs are compared; needed where the pool
        mixes numbers of ligands.

    Raises
    ------
    ConfigError
        If the concentration is not a number above 0.
    """

    @property
    def _sign(self) -> float:
        return -1.0
