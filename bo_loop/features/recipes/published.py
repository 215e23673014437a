"""`PublishedRecipe`: Mordred descriptors and metal properties, filtered as published.

Steps of the fit, each over the features that the steps before have left
-------------------------------------------------------------------------
undefined    dropped if undefined for any ligand of the fit
constant     dropped if without spread, unless it is n or one of the conditions in `STATED_SCALES`
correlated   dropped if |Pearson r| with a feature kept before it reaches `max_abs_r`
vif          largest variance inflation factor removed until none exceeds `max_vif`

Protected features come first and are never dropped by the last two steps. The others are taken
in the order of `PairFeatures.dense`: metal properties, ligand charge, Mordred descriptors in
Mordred's own order, pair features. Where both pairs of n = 1 and pairs of n > 1 are at hand, all
steps but the first are taken on either kind apart, and what either keeps is kept: models of β1 and
βn take their own (`PairFeatures.stages`), a model of all n takes both. The filters follow
Kanahashi, Urushihara and Yamaguchi (Sci. Rep. 2022, 12, 11159), whose order is not published.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from bo_loop.base.checks import require_number
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import MEDIUM, PairFeatures, Rows
from bo_loop.chemistry.ions import PROTON
from bo_loop.data.observations import STATED_SCALES
from bo_loop.features import redundancy as filters
from bo_loop.features.assembly import PAIR, raw_features, restricted, tables_of
from bo_loop.features.schema import (
    UNSCALED,
    FeatureBlock,
    FeatureSchema,
    schema_version,
)

_BLOCKS = ("properties", "charge", "mordred")

STEPS = ("undefined", "constant", "correlated", "vif")

# Exempt from the limits on r and VIF under `protected="keep"`.
_EXEMPT_BLOCKS = ("properties", "charge", PAIR)


@dataclass(frozen=True)
class PublishedRecipe:
    """How features are chosen.

    Parameters
    ----------
    protected : {"keep", "published"}
        ``keep`` exempts the metal properties, the charges of metal, ligand and complex, T, I and n
        from the limits on r and VIF; ``published`` filters all alike but keeps T, I and n.
    max_abs_r : float
        Limit on |Pearson r| between two features.
    max_vif : float
        Limit on the variance inflation factor of each feature.

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.
    """

    protected: Literal["keep", "published"] = "keep"
    max_abs_r: float = 0.7
    max_vif: float = 4.0
    of_distinct: ClassVar[bool] = False

    def __post_init__(self):
        if self.protected not in ("keep", "published"):
            raise ConfigError(
                f"features.protected={self.protected!r} is neither 'keep' nor 'published'."
            )
        require_number("features.max_abs_r", self.max_abs_r, above=0.0, most=1.0)
        require_number("features.max_vif", self.max_vif, least=1.0)

    def fit(self, pairs: pd.DataFrame) -> "FeatureSchema":
        """Choose and scale features.

        Parameters
        ----------
        pairs : DataFrame
            Observations and pool pairs, one row each, with the pair columns and standardised
            SMILES. Every row weighs the same in means, scales and correlations; what `usable`
            leaves out weighs nothing.

        Returns
        -------
        FeatureSchema

        Raises
        ------
        DataError
            If there is no pair, or a metal ion, ligand or condition cannot be described.
        """
        pairs = self.usable(pairs)
        if pairs.empty:
            raise DataError("Features cannot be chosen without pairs: the table is empty.")
        raw = _without_medium(raw_features(pairs, _BLOCKS))
        table, undefined = restricted(raw, _defined(raw))
        names = np.array(table.dense_names())
        passed = {k: self._passed(table.take(rows).compact()) for k, rows in _stages(pairs).items()}
        # A feature that both drop is named by the later of the two steps.
        furthest = np.max(list(passed.values()), axis=0)
        dropped = {step: tuple(names[furthest == i].tolist()) for i, step in enumerate(STEPS)}
        blocks = _blocks(table, filters.moments(table), np.flatnonzero(furthest == len(STEPS)))
        return FeatureSchema(
            self,
            schema_version(blocks),
            blocks,
            dropped | {"undefined": undefined},
            _kept_apart(table, passed) if len(passed) > 1 else {},
        )

    def usable(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Leave out protonation constants, with a warning: metal properties describe no proton."""
        left_out = pairs["metal"].eq(PROTON)
        if not left_out.any():
            return pairs
        warnings.warn(
            f"{left_out.sum()} protonation constants are left out: these features describe metal "
            "ions, not protons",
            stacklevel=2,
        )
        return pairs[~left_out]

    def _passed(self, table: PairFeatures) -> Rows:
        """(d,) how many of `STEPS` each column passes, over the pairs of the table."""
        passed = np.ones(len(table.dense_names()), dtype=np.int64)  # all are defined
        correlation, protected = filters.moments(table).correlation, self._protected(table)
        left = np.flatnonzero(np.concatenate(list(_varying(table).values())))
        passed[left] += 1
        inner = correlation[np.ix_(left, left)]
        left = left[filters.uncorrelated(inner, protected[left], self.max_abs_r)]
        passed[left] += 1
        inner = correlation[np.ix_(left, left)]
        passed[left[filters.low_vif(inner, protected[left], self.max_vif)]] += 1
        return passed

    def _protected(self, table: PairFeatures) -> filters.Mask:
        if self.protected == "keep":
            exempt = {n for block in _EXEMPT_BLOCKS for n in table.names[block]}
        else:
            exempt = {UNSCALED, *STATED_SCALES}
        return np.array([name in exempt for name in table.dense_names()])


def _stages(pairs: pd.DataFrame) -> dict[str, Rows]:
    """Positions of the pairs of n = 1, and of n > 1, where there are any."""
    first = (pairs["n_ligands"] == 1).to_numpy()
    rows = {"beta_1": np.flatnonzero(first), "beta_n": np.flatnonzero(~first)}
    return {stage: each for stage, each in rows.items() if len(each)}


def _kept_apart(table: PairFeatures, passed: Mapping[str, Rows]) -> dict[str, tuple[str, ...]]:
    """``block.feature`` of the columns that pass all steps, by stage."""
    names = np.array([f"{b}.{name}" for b in tables_of(table) for name in table.names[b]])
    return {stage: tuple(names[each == len(STEPS)].tolist()) for stage, each in passed.items()}


def _blocks(
    table: PairFeatures, moments: filters.Moments, kept: np.ndarray
) -> dict[str, FeatureBlock]:
    """Cut the kept columns, positions in `PairFeatures.dense`, into blocks."""
    names = table.dense_names()
    blocks = {}
    start = 0
    for block in (*table.metal, *table.ligand, PAIR):
        stop = start + len(table.names[block])
        columns = kept[(start <= kept) & (kept < stop)]
        blocks[block] = FeatureBlock(
            names=tuple(names[j] for j in columns),
            centre=tuple(0.0 if names[j] == UNSCALED else float(moments.mean[j]) for j in columns),
            scale=tuple(_scale(names[j], float(moments.sd[j])) for j in columns),
        )
        start = stop
    return blocks


def _scale(name: str, sd: float) -> float:
    return 1.0 if name == UNSCALED else STATED_SCALES.get(name, sd)


def _without_medium(table: PairFeatures) -> PairFeatures:
    """Leave out what no published model has: the effect of the medium."""
    every = {block: np.ones(len(names), dtype=bool) for block, names in table.names.items()}
    return restricted(table, every | {PAIR: np.array(table.names[PAIR]) != MEDIUM})[0]


def _defined(table: PairFeatures) -> dict[str, filters.Mask]:
    return {b: ~filters.undefined(values) for b, values in tables_of(table).items()}


def _varying(table: PairFeatures) -> dict[str, filters.Mask]:
    varying = {b: ~filters.constant(values) for b, values in tables_of(table).items()}
    return varying | {PAIR: varying[PAIR] | np.isin(table.names[PAIR], [UNSCALED, *STATED_SCALES])}
