"""`PairGP`: the recipe of an exact GP whose kernel multiplies metals by ligands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bo_loop.base.checks import require_number
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import MEASURED, Floats, PairFeatures, Rows
from bo_loop.models.gp.exact_gp import ExactGP
from bo_loop.models.gp.fitting import Problem
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.gp.source_noise import labels
from bo_loop.models.gp.widening import left_out, widening
from bo_loop.models.kernels.layout import Layout, Term, require_blocks
from bo_loop.models.kernels.product import ProductForm, ProductKernel
from bo_loop.models.kernels.product_tables import overlaps
from bo_loop.models.kernels.sides import Tables

TERMS = ("metal * ligand * atoms", "metal * ligand", "ligand", "metal")


@dataclass(frozen=True)
class PairGP(ExactGP):
    """Exact GP with a sum of products of a kernel of metals and kernels of ligands.

    Parameters
    ----------
    max_iter, fit_rows, seed, device, source_noise, source_offset
        As for `ExactGP`. The rows that hyperparameters are found on are drawn at random, an equal
        share of each source while its rows last.
    terms : sequence of str
        What the covariance of two pairs is a sum of; see `bo_loop.models.kernels.layout.Term`.
        Where something was measured of ligands and no term names it, ``metal * measured`` is added.
    lengthscale_sd, ligand_lengthscale_sd : float
        Prior sd of each log lengthscale, of the metal and the pair, and of the ligand: the
        smaller, the more alike features count. There are fewer metals than ligands to learn
        it from.

    Raises
    ------
    ConfigError
        If an option has a value that it cannot take.
    """

    fit_rows: int | None = 3000
    source_noise: bool = True
    source_offset: bool = True
    terms: Sequence[str] = TERMS
    lengthscale_sd: float = 0.25
    ligand_lengthscale_sd: float = 0.5

    def __post_init__(self):
        super().__post_init__()
        if isinstance(self.terms, str) or not isinstance(self.terms, Sequence):
            raise ConfigError(f"terms is {self.terms!r}: give a list, such as [metal * ligand].")
        names = [term.name for term in self._terms()]
        if not names or len(set(names)) < len(names):
            raise ConfigError(f"terms={list(self.terms)}: give at least one term, each once.")
        for option in ("lengthscale_sd", "ligand_lengthscale_sd"):
            require_number(option, getattr(self, option), above=0.0)

    def require_blocks(self, blocks: Collection[str]) -> None:
        """Raise ConfigError if a term names a block that is not there."""
        require_blocks(self._terms(), blocks)

    def naming(self, features: PairFeatures) -> Layout:
        """Lengthscales by ``block.feature``, and variances by term."""
        sds = self.lengthscale_sd, self.ligand_lengthscale_sd
        return Layout.of(features, self._terms(features.ligand), *sds)

    def form(self, features: PairFeatures) -> ProductForm:
        """Prior covariance of the pairs as a function of θ."""
        device = torch.device(self.device)
        x = torch.as_tensor(features.X, device=device)
        side = Tables.of(features, device).gather(x)
        return ProductForm(self.naming(features), side, overlaps(side, side))

    def kernel(self, features: PairFeatures, hyperparameters: Mapping[str, Any]) -> ProductKernel:
        """Kernel over the tables of `features`."""
        layout = self.naming(features)
        theta = torch.as_tensor(layout.theta(hyperparameters, 1.0))
        return ProductKernel(features, layout, theta.to(self.device))

    def fill(self, features: PairFeatures, size: int) -> Rows:
        """Rows of at most `size` pairs, an equal share of each source; in their order."""
        n = len(features)
        if n <= size:
            return np.arange(n)
        rng = np.random.default_rng(self.seed)
        order = rng.permutation(n)
        source = np.zeros(n, dtype=np.int64)
        if features.source is not None:
            source = np.unique(labels(features)[order], return_inverse=True)[1]
        # The k-th row of every source comes before the (k + 1)-th of any.
        turn = np.empty(n, dtype=np.int64)
        for number in np.unique(source):
            mine = np.flatnonzero(source == number)
            turn[mine] = np.arange(len(mine))
        return np.sort(order[np.argsort(turn, kind="stable")[:size]])

    def guess(self, problem: Problem, features: PairFeatures) -> Floats:
        """θ at the priors' means: distances, and variances of the terms, of the usual size."""
        return np.concatenate([self.naming(features).start(), problem.noise_start()])

    def widened(self, model: PairModel, features: PairFeatures) -> float:
        """Widen so that intervals cover ligands left out; see `bo_loop.models.gp.widening`."""
        data = model.data
        group = features.ligand_group[features.ligand_row[data.order.cpu().numpy()]]
        rows, error, sd = left_out(data.factor, data.alpha, group, self.seed)
        z = error / sd * model.hyperparameters()["widened"]
        side = Tables.of(features, data.x.device).gather(data.x[rows])
        return widening(z, group[rows], (side.log_n > 0.0)[side.setting_row].cpu().numpy())

    def _terms(self, blocks: Collection[str] = ()) -> list[Term]:
        terms = [Term.parse(text) for text in self.terms]
        if MEASURED in blocks and not any(MEASURED in term.ligand for term in terms):
            terms.append(Term.parse(f"metal * {MEASURED}"))
        return terms
