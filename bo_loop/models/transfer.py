"""`Transfer`: the recipe of a GP that learns from what other models, its sources, predict.

Which sources help is asked of the data: each ligand is left out with all its pairs and predicted
by the others, without a refit (`bo_loop.models.gp.widening`), by the model with all sources, by
those with one fewer, and by the model without any. A source stays only if without it the values
left out are less probable by `_WORTH`, in log density of Student's t: errors are heavy-tailed, and
those of a few ligands must not decide, above all not where the model says that it is unsure.

In the same way the data choose what pairs count as alike: by lengthscales of their own, or by those
of a source (`bo_loop.models.kernels.alike`), which on few values are worth more.

Symbols
-------
m       mean by a source, on the scale of the schema         (n,)
τ²      variance of the slope in it                          ()
α, L    as in `bo_loop.models.gp.factored`
z       error of a pair left out, over its sd                (n,)

The slope has the posterior mean τ² mᵀα and the variance τ² − τ⁴ ‖L⁻¹ m‖² (Rasmussen and Williams,
Gaussian Processes for Machine Learning, 2006, section 2.7).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from scipy.stats import t as student

from bo_loop.base.errors import ConfigError
from bo_loop.base.types import MEAN_BY, SOURCES, Floats, PairFeatures
from bo_loop.models.gp.fitting import Problem
from bo_loop.models.gp.linalg import solve_lower
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.gp.widening import left_out
from bo_loop.models.kernels.alike import AlikeLayout
from bo_loop.models.kernels.sourced import SourcedForm, SourcedKernel, SourcedLayout, columns
from bo_loop.models.kernels.tensors import checked_targets
from bo_loop.models.pair_gp import PairGP

_WORTH = 0.01  # nats a pair: what an sd larger by 1 % costs
_FREEDOM = 4  # degrees, of the density


@dataclass(frozen=True)
class Transfer(PairGP):
    """A line in what each source predicts, and a residual with the covariance of `PairGP`.

    Parameters
    ----------
    max_iter, fit_rows, seed, device, source_noise, source_offset, terms, lengthscale_sd, \
ligand_lengthscale_sd
        As for `PairGP`.
    use : sequence of str or None
        Labels of the sources to use, whether they help or not; None: those that help.

    Raises
    ------
    ConfigError
        If an option has a value that it cannot take.
    """

    use: Sequence[str] | None = None

    def __post_init__(self):
        super().__post_init__()
        if isinstance(self.use, str) or not isinstance(self.use, Sequence | None):
            raise ConfigError(f"use is {self.use!r}: give a list of sources, or null.")

    def require_blocks(self, blocks: Collection[str]) -> None:
        """Raise ConfigError if a term names a block that is not there, or there are no sources."""
        super().require_blocks(blocks)
        if SOURCES not in blocks:
            raise ConfigError(
                "model=transfer learns from other models, and there is none. Name them with "
                "sources=[model:DIR], sources=[campaign:NAME] …, or choose model=pair_gp."
            )

    def naming(self, features: PairFeatures) -> SourcedLayout:
        """Lengthscales by ``block.feature``, variances by term, and by source.

        Raises
        ------
        ConfigError
            If a source to use is none of those that predicted the features.
        """
        use = features.sources if self.use is None else self.use
        if absent := sorted(set(use) - set(features.sources)):
            raise ConfigError(
                f"use names {', '.join(absent)}, but the sources are "
                f"{', '.join(features.sources) or 'none'}."
            )
        chosen = tuple(label for label in features.sources if label in use)
        return SourcedLayout(super().naming(features), chosen)

    def form(self, features: PairFeatures) -> SourcedForm:
        """Prior covariance of the pairs as a function of θ."""
        layout = self.naming(features)
        x = torch.as_tensor(features.X, device=torch.device(self.device))
        means, sds = columns(features, layout.sources)
        product = replace(self.residual().form(features), layout=layout.product)
        return SourcedForm(product, layout, x[:, means], x[:, sds])

    def kernel(self, features: PairFeatures, hyperparameters: Mapping[str, Any]) -> SourcedKernel:
        """Kernel over the tables of `features`, of hyperparameters that are stated in full."""
        layout = Transfer.naming(self, features)
        theta = torch.as_tensor(layout.theta(hyperparameters, 1.0))
        return SourcedKernel(features, layout, theta.to(self.device))

    def guess(self, problem: Problem, features: PairFeatures) -> Floats:
        """θ at the priors' means."""
        return np.concatenate([self.naming(features).start(), problem.noise_start()])

    def residual(self) -> PairGP:
        """Return the recipe without sources."""
        options = {name: getattr(self, name) for name in PairGP.__dataclass_fields__}
        return PairGP(**options)

    def fit(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None = None,
        *,
        start: Mapping[str, Any] | None = None,
        near: Callable[[], PairFeatures] | None = None,
    ) -> PairModel:
        """Find which sources help, with the most probable hyperparameters; condition on all pairs.

        Parameters, returns and errors are those of `PairGP.fit`. The ``fit_report`` also holds
        ``sources``: of each, whether it is ``used`` and the ``slope`` ± ``slope_sd`` per standard
        deviation of what it predicts; ``alike``, the source by whose kernel pairs count as alike,
        or None; and ``left_out_median``, the median absolute error of pairs of ligands left out,
        ``with`` the sources used, ``with_all`` and ``without`` any.

        Raises
        ------
        ConfigError
            If the features hold no predictions of a source, or `use` names one that is not there.
        """
        self.require_blocks((*features.ligand, *([SOURCES] if features.sources else ())))
        y, noise_var = checked_targets(features, y, noise_var)
        rows = self.fill(features, self.fit_rows or len(y))
        part = features.take(rows), y[rows], noise_var[rows]
        tried: dict[tuple[tuple[str, ...], str], _Trial] = {}

        def trial(use: tuple[str, ...], like: str = "") -> _Trial:
            like = like if like in use else ""
            if (use, like) not in tried:
                recipe = self._with(use, like)
                model = super(Transfer, recipe).fit(*part, start=self._begin(start, use))
                tried[use, like] = _Trial.of(model, part[0], self.seed)
            return tried[use, like]

        everything = self.naming(features).sources
        likes = ["", *self._alike(features, everything)]
        like = min(likes, key=lambda each: trial(everything, each).loss)
        best = everything
        if self.use is None:
            thinned = _thinned(everything, lambda use: trial(use, like).loss)
            best = thinned if trial(()).loss > trial(thinned, like).loss + _WORTH else ()
        shown = {"with": trial(best, like), "with_all": trial(everything, like)}
        if self.use is None:
            shown["without"] = trial(())
        model = shown["with"].model
        report = model.fit_report | {
            "sources": _slopes(model, features, best),
            "alike": like if like in best else None,
            "left_out_median": {name: each.median for name, each in shown.items()},
        }
        if len(rows) < len(y) or near is not None:
            found = model.hyperparameters()
            whole = replace(self, use=best)
            model = super(Transfer, whole).build(features, y, noise_var, found, near)
            model = whole.widen(model, features, y, noise_var, near)
            report |= {"n_rows": len(y)} | model.fit_report
        model.fit_report = report
        return model

    def build(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None,
        hyperparameters: Mapping[str, Any],
        near: Callable[[], PairFeatures] | None = None,
    ) -> PairModel:
        """Condition on the pairs with given hyperparameters, which say the sources; see `PairGP`.

        Raises
        ------
        ConfigError
            If the hyperparameters name a source that is not there.
        DataError, FitError
            As `PairGP.build`.
        """
        use = tuple(hyperparameters.get("source_variances", ()))
        return super(Transfer, replace(self, use=use)).build(
            features, y, noise_var, hyperparameters, near
        )

    def _with(self, use: tuple[str, ...], like: str) -> "Transfer":
        """Return the recipe with some sources, and the kernel of one of them, if it is named."""
        if not like:
            return replace(self, use=use)
        options = {name: getattr(self, name) for name in Transfer.__dataclass_fields__}
        return _Alike(**options | {"use": use}, like=like)

    def _alike(self, features: PairFeatures, sources: tuple[str, ...]) -> list[str]:
        """Return the sources whose kernel could be that of the residual."""
        layout = self.naming(features).product
        kernels = {name: features.kernels[name] for name in sources if name in features.kernels}
        return [name for name, kernel in kernels.items() if AlikeLayout.to(layout, kernel)]

    @staticmethod
    def _begin(start: Mapping[str, Any] | None, use: tuple[str, ...]) -> Mapping[str, Any] | None:
        """Hyperparameters of an earlier fit as those of a fit with the sources of `use`."""
        if start is None or "variances" not in start:
            return start
        usual = max(start["variances"].values())
        known = start.get("source_variances", {})
        return {**start, "source_variances": {label: known.get(label, usual) for label in use}}


@dataclass(frozen=True)
class _Alike(Transfer):
    """A residual for which pairs are as alike as for the source `like`."""

    like: str = ""

    def naming(self, features: PairFeatures) -> SourcedLayout:
        """Lay out the size of the residual, and the variance by source."""
        found = super().naming(features)
        alike = AlikeLayout.to(found.product, features.kernels[self.like])
        return replace(found, product=alike)


@dataclass(frozen=True)
class _Trial:
    """A fit, and how it predicts ligands left out.

    Parameters
    ----------
    model : PairModel
    loss : float
        Mean negative log density of the values left out.
    median : float
        Median absolute error of them.
    """

    model: PairModel
    loss: float
    median: float

    @classmethod
    def of(cls, model: PairModel, features: PairFeatures, seed: int) -> "_Trial":
        """Judge a model of the pairs of `features`."""
        data = model.data
        group = features.ligand_group[features.ligand_row][data.order.cpu().numpy()]
        _, error, sd = left_out(data.factor, data.alpha, group, seed)
        loss = np.log(sd) - student.logpdf(error / sd, _FREEDOM)
        return cls(model, float(loss.mean()), float(np.median(np.abs(error))))


def _thinned(sources: tuple[str, ...], loss: Callable[[tuple[str, ...]], float]) -> tuple[str, ...]:
    """Drop one source at a time as long as none is missed; one stays."""
    best = sources
    while len(best) > 1:
        fewer = [tuple(each for each in best if each != dropped) for dropped in best]
        least = min(fewer, key=loss)
        if loss(least) > loss(best) + _WORTH:
            break
        best = least
    return best


@torch.no_grad()
def _slopes(
    model: PairModel, features: PairFeatures, used: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """Say of each source whether it is used, and with what slope."""
    report: dict[str, dict[str, Any]] = {label: {"used": False} for label in features.sources}
    names, data = features.names["pair"], model.data
    for label in used:
        variance = model.hyperparameters()["source_variances"][label]
        m = data.x[:, 2 + names.index(MEAN_BY + label)]
        explained = solve_lower(data.factor, m[:, None]).square().sum()
        sd = (variance - variance**2 * explained).clamp_min(0.0).sqrt()
        slope = variance * (m @ data.alpha)
        report[label] = {"used": True, "slope": float(slope), "slope_sd": float(sd)}
    return report
