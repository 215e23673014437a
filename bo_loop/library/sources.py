"""Sources: fitted models whose predictions are features of the pairs of another model.

Symbols
-------
n, s      pairs, sources
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import BoLoopError, DataError
from bo_loop.base.types import KERNEL_PARTS, MEAN_BY, SOURCES, Floats, PairFeatures
from bo_loop.features.schema import FeatureSchema
from bo_loop.models.kernels.layout import NUMBER
from bo_loop.surrogate import Surrogate, described

BY_PAIR = ("metal", "ligand", "n")
"""What two values of one pair share."""

_KEY = ["metal", "charge", "smiles", "n_ligands", "temperature_C", "ionic_strength_M"]


@dataclass(frozen=True)
class Sources:
    """Models that predict pairs; see `bo_loop.base.types.PairSources`.

    Parameters
    ----------
    labels : tuple of str
        What each was called: ``model:m``.
    makers : sequence of callable
        Each returns a source's model; asked only where a prediction is not known.
    known : DataFrame, optional
        Predictions made before, as `table` gives them.
    """

    labels: tuple[str, ...]
    makers: Sequence[Callable[[], Surrogate]]
    known: pd.DataFrame | None = None

    @classmethod
    def of(cls, models: Mapping[str, Surrogate]) -> "Sources":
        """Take models by label."""
        return cls(tuple(models), [lambda model=model: model for model in models.values()])

    @cached_property
    def models(self) -> tuple[Surrogate, ...]:
        """The sources' models."""
        return tuple(make() for make in self.makers)

    def predict(self, pairs: pd.DataFrame) -> tuple[Floats, Floats]:
        """Posterior mean and latent sd of every pair by each source; (n, s) each.

        Raises
        ------
        DataError
            If a source cannot describe the pairs.
        """
        columns = self.columns
        if self.known is None:
            said = np.full((len(pairs), len(columns)), np.nan)
        else:
            found = pairs[_KEY].merge(self.known, on=_KEY, how="left")[columns]
            said = found.to_numpy(np.float64, copy=True)
        new = np.flatnonzero(np.isnan(said).any(axis=1))
        if len(new):
            said[new] = self._asked(pairs.iloc[new])
        return said[:, 0::2], said[:, 1::2]

    def kernels(self, scales: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
        """Hyperparameters of the sources' kernels; see `bo_loop.base.types.PairSources`."""
        stated = {
            label: (model.model.hyperparameters(), model.schema)
            for label, model in zip(self.labels, self.models, strict=True)
        }
        return {
            label: _rescaled(found, schema, scales)
            for label, (found, schema) in stated.items()
            if found.keys() >= set(KERNEL_PARTS)
        }

    def table(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Return the predictions for `pairs`, each once: a pair's columns, ``mean_1, sd_1`` ….

        Raises
        ------
        DataError
            As `predict`.
        """
        distinct = pairs[_KEY].drop_duplicates(ignore_index=True)
        return pd.concat(
            [distinct, pd.DataFrame(self._asked(distinct), columns=self.columns)], axis=1
        )

    @property
    def columns(self) -> list[str]:
        """Columns of `table` with the predictions."""
        return [f"{what}_{i}" for i in range(1, len(self.labels) + 1) for what in ("mean", "sd")]

    def _asked(self, pairs: pd.DataFrame) -> Floats:
        """Mean and sd by each source, side by side; (n, 2 s)."""
        columns = []
        for label, model in zip(self.labels, self.models, strict=True):
            try:
                bound = model.model.bind(model.features_of(pairs))
            except BoLoopError as error:
                raise DataError(
                    f"The source {label} has features that do not fit the {len(pairs)} pairs it "
                    f"is asked for. Leave it out of sources, or leave these pairs out. {error}"
                ) from error
            rows = np.arange(len(pairs))
            columns += [bound.mean(rows), np.sqrt(bound.variance(rows))]
        return np.column_stack(columns)


def _rescaled(
    stated: Mapping[str, Any], schema: FeatureSchema, scales: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Return a kernel's hyperparameters for features of other scales, of which some may lack."""
    ratio = {
        f"{block}.{name}": scale / scales[block][name]
        for block, own in schema.blocks.items()
        for name, scale in zip(own.names, own.scale, strict=True)
        if name in scales.get(block, ())
    }
    lengthscales, variances, slopes = (stated[part] for part in KERNEL_PARTS)
    values = (
        {name: value * ratio[name] for name, value in lengthscales.items() if name in ratio},
        dict(variances),
        {name: value / ratio.get(name, 1.0) for name, value in slopes.items()},
    )
    return dict(zip(KERNEL_PARTS, values, strict=True))


def labels_of(schema: FeatureSchema) -> tuple[str, ...]:
    """Labels of the sources whose predictions the features of `schema` hold."""
    names = schema.blocks[SOURCES].names if SOURCES in schema.blocks else ()
    return tuple(name.removeprefix(MEAN_BY) for name in names if name.startswith(MEAN_BY))


def without_known(
    label: str, source: Surrogate, known: pd.DataFrame, by: Sequence[str] = BY_PAIR
) -> Surrogate:
    """Return a source that has not seen the pairs which the target's own data hold.

    Of these it would know the answer, and of others not: it would be believed too much. The
    hyperparameters stay.

    Parameters
    ----------
    label : str
    source : Surrogate
    known : DataFrame
        Observations of the same property.
    by : sequence of str
        What a pair has to share with one of them to be forgotten: ``metal``, ``ligand``, ``n``.

    Raises
    ------
    DataError
        If nothing is left.
    """
    theirs = source.schema.recipe.usable(known)
    own, n = source.features, len(source.features)
    if theirs.empty:
        return source
    try:
        seen = described(
            own, source.schema, theirs.drop(columns=["source", "own"], errors="ignore")
        )
    except BoLoopError as error:
        raise DataError(
            f"The source {label} has features that do not fit the {len(theirs)} constants of the "
            f"data. Leave it out of sources. {error}"
        ) from error
    keys = _keys(own, seen, by)
    kept = np.flatnonzero(~np.isin(keys[:n], keys[n:]))
    if len(kept) == n:
        return source
    if not len(kept):
        raise DataError(
            f"The source {label} rests on constants that are all in the data already: it has "
            "nothing to teach. Leave it out of sources."
        )
    features, y, noise = own.take(kept), source.y[kept], source.noise_var[kept]
    model = source.recipe.build(features, y, noise, source.model.hyperparameters())
    return Surrogate(source.schema, source.recipe, features, y, noise, model, source.censored[kept])


def _keys(own: PairFeatures, seen: PairFeatures, by: Sequence[str]) -> np.ndarray:
    """Return a number for each pair of both, equal where all of `by` is the same."""
    metals = np.unique(np.hstack(list(seen.metal.values())), axis=0, return_inverse=True)[1]
    column = [i for i, name in enumerate(seen.names["pair"]) if name == NUMBER]

    def key(each: PairFeatures) -> np.ndarray:
        parts = {
            "metal": metals[each.metal_row],
            "ligand": seen.ligand_group[each.ligand_row],
            "n": np.rint(each.pair[:, column]).astype(np.int64),
        }
        return np.column_stack([parts[name] for name in by])

    rows = [key(own), key(seen)]
    return np.unique(np.vstack(rows), axis=0, return_inverse=True)[1]
