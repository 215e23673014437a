"""The data of a validation: which rows are judged, and how models see them.

Symbols
-------
n    rows: constants that are numbers, not bounds
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.config import build, read
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import MEASURED, Floats, ModelRecipe, PairFeatures, Rows
from bo_loop.chemistry.ions import PROTON
from bo_loop.data.observations import standardised
from bo_loop.features.blocks.ligand import groups
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.features.schema import FeatureSchema
from bo_loop.models.transfer import Transfer
from bo_loop.studies.validate.boosted import LightGBM
from bo_loop.studies.validate.finished import Memory
from bo_loop.studies.validate.folds import Plan
from bo_loop.studies.validate.splits import EdgeOfDomain, Split, Splitter
from bo_loop.studies.validate.taught import Taught


@dataclass(frozen=True)
class Cases:
    """The data.

    Parameters
    ----------
    observations : DataFrame, n rows
        With ``ligand_group``, a number.
    scored : int64 array
        Rows that may be judged: metal constants of the sources that are scored. The others
        only train.
    """

    observations: pd.DataFrame
    scored: Rows

    @classmethod
    def load(cls, node: Mapping[str, Any], scored_sources: Sequence[str] | None) -> "Cases":
        """Read the data that a config node builds.

        Raises
        ------
        ConfigError
            If a source is scored that the data do not have.
        DataError
            If the data cannot be used, or nothing is left to score.
        """
        data = read(node, "data")
        values = data[data["censoring"] == "none"]  # bounds cannot be compared with a prediction
        table = standardised(values.reset_index(drop=True), "the data")
        table = table.assign(ligand_group=groups(table["smiles"].tolist()))
        scored = (table["metal"] != PROTON).to_numpy()
        if isinstance(scored_sources, str):
            scored_sources = [scored_sources]
        if scored_sources is not None:
            counts = table.loc[scored, "source"].value_counts()
            unknown = sorted(set(scored_sources) - set(counts.index))
            if unknown:
                known = ", ".join(f"{name!r} ({count})" for name, count in counts.items())
                raise ConfigError(
                    f"scored_sources names {', '.join(map(repr, unknown))}; the data have {known}."
                )
            scored = scored & table["source"].isin(list(scored_sources)).to_numpy()
        if not scored.any():
            raise DataError("The data hold no metal constant to judge a model by.")
        return cls(table, np.flatnonzero(scored))

    @cached_property
    def y(self) -> Floats:
        """(n,) log β."""
        return self.observations["log_beta"].to_numpy(np.float64)

    @cached_property
    def noise(self) -> Floats:
        """(n,) variance reported with each value, 0 where none was."""
        return np.nan_to_num(self.observations["log_beta_sd"].to_numpy(np.float64)) ** 2

    def seen_by(
        self,
        recipe: ModelRecipe | LightGBM,
        features: Mapping[str, Any],
        taught: Taught | None = None,
    ) -> "Described":
        """Describe the rows that a model can use, as it sees them.

        Features are chosen and scaled on all of these rows, as a campaign does on its literature
        and its pool together; no log β has a part in it.

        Parameters
        ----------
        recipe : ModelRecipe or LightGBM
            The model; `LightGBM` describes pairs by itself.
        features : mapping
            Config node of the features for the other models.
        taught : Taught, optional
            Sources that the model learns from, if it is one that does.

        Returns
        -------
        Described

        Raises
        ------
        ConfigError
            If the model cannot compare these features.
        """
        if isinstance(recipe, LightGBM):
            usable = self.observations[self.observations["metal"] != PROTON]
            return Described(recipe.describe(usable), self._positions(usable))
        described = build(features)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that protonation constants are left out: as it should
            usable = described.usable(self.observations)
        schema = described.fit(usable)
        taught = taught if isinstance(recipe, Transfer) else None
        if taught is not None:
            schema = schema.taught(taught.whole(), usable)
        recipe.require_blocks(schema.blocks)
        return Described(schema.transform(usable), self._positions(usable), schema, usable, taught)

    def _positions(self, usable: pd.DataFrame) -> Rows:
        at = np.full(len(self.observations), -1, dtype=np.int64)
        at[usable.index.to_numpy()] = np.arange(len(usable))
        return at


@dataclass(frozen=True)
class Described:
    """Rows as a model sees them.

    Parameters
    ----------
    features : PairFeatures
        Of the rows that the model can use.
    at : (n,) int64
        Where each row of the data stands in `features`; -1 where the model cannot use it.
    schema : FeatureSchema, optional
    pairs : DataFrame, optional
        The rows that the model can use; with `schema`, for what is learned inside a fold.
    taught : Taught, optional
        The sources that it learns from.
    """

    features: PairFeatures
    at: Rows
    schema: FeatureSchema | None = None
    pairs: pd.DataFrame | None = None
    taught: Taught | None = None

    def inside(self, train: Rows, judged: Rows) -> "Described":
        """Return the rows as a model sees them that knows the ligands of `train` alone.

        What was measured of ligands is aligned, reduced and scaled by those that train; those held
        back are described by what was learned so. Sources know nothing of what the `judged` rows
        are about (`Taught.inside`). All else is the same.
        """
        schema, at = self.schema, self.at
        if schema is None or self.pairs is None:
            return self
        if MEASURED in schema.blocks:
            known = set(self.pairs["ligand_group"].iloc[at[train]].tolist())
            schema = schema.with_measured(known)
        if self.taught is not None:
            rows = at[train], at[self.usable(judged)]
            schema = schema.taught(self.taught.inside(self.pairs, *rows), self.pairs)
        return (
            self if schema is self.schema else replace(self, features=schema.transform(self.pairs))
        )

    def usable(self, rows: Rows) -> Rows:
        """Return those of `rows` that the model can use."""
        return rows[self.at[rows] >= 0]

    def take(self, rows: Rows) -> PairFeatures:
        """Return the features of rows of the data."""
        return self.features.take(self.at[rows])


@dataclass(frozen=True)
class Drawn:
    """The splits of one way to split.

    Parameters
    ----------
    keys : (n,) int64
        Rows with the same number are never on two sides.
    splits : list of Split
        Repeat by repeat, fold by fold.
    """

    keys: Rows
    splits: list[Split]


def drawn(cases: Cases, node: Mapping[str, Any], plan: Plan, memory: Memory) -> Drawn:
    """Split the scored rows as a config node says.

    Raises
    ------
    DataError
        If the data are too few.
    """
    splitter: Splitter = build(node)
    keys = splitter.keys(cases.observations)
    if not isinstance(splitter, EdgeOfDomain):
        return Drawn(keys, plan.splits(keys, cases.scored))
    scored = cases.scored.tolist()
    return Drawn(keys, [memory.split(dict(node), scored, lambda: _edge(cases, splitter))])


def _edge(cases: Cases, splitter: EdgeOfDomain) -> Split:
    """Map the scored rows by the published features, whatever the models see."""
    rows = cases.observations.iloc[cases.scored]
    return splitter.split(PublishedRecipe().fit(rows).transform(rows)).of(cases.scored)
