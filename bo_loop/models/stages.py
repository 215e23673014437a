"""What the two stages of `BetaGP` see: the pairs of n = 1, and of n > 1 with β1's prediction.

Symbols
-------
n       number of ligands of a pair, a feature that is left unscaled
k       pairs asked for
f       folds of ligand groups
u       stage inputs: the β1 model's mean and latent variance for the same metal and ligand  (k, 2)
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.kernels.layout import NUMBER
from bo_loop.models.kernels.tensors import qualified_names

INPUTS = ("beta_1_mean", "beta_1_variance")
# The published β1 model sees neither: its n is 1, and its complex charge the sum of two charges.
_NOT_FOR_BETA_1 = (NUMBER, "complex_charge")


def numbers(features: PairFeatures) -> Rows:
    """Read n of every pair; (k,) int64.

    Raises
    ------
    DataError
        If the features do not hold n as it is.
    """
    if NUMBER not in features.names["pair"]:
        raise DataError(f"These pairs have no feature {NUMBER!r}, which separates β1 from βn.")
    values = features.pair[:, features.names["pair"].index(NUMBER)]
    whole = np.rint(values)
    # A value that is not finite is refused by name where the features are checked.
    bad = np.flatnonzero(np.isfinite(values) & ((values != whole) | (values < 1)))
    if len(bad):
        raise DataError(
            "Numbers of ligands must be 1, 2, 3 …, unscaled. If this is a campaign of an earlier "
            "version, start a new one to use this model.",
            [f"pair {i}: {values[i]}" for i in bad],
        )
    return np.nan_to_num(whole, nan=1.0, posinf=1.0, neginf=1.0).astype(np.int64)


def only(features: PairFeatures, names: Collection[str]) -> PairFeatures:
    """Return the features among `names`, each ``block.feature``.

    Raises
    ------
    ConfigError
        Listing the names that do not exist.
    """
    absent = sorted(set(names) - set(qualified_names(features)))
    if absent:
        raise ConfigError(f"There are no features {', '.join(absent)} to choose for this model.")
    kept = {
        block: np.array([f"{block}.{name}" in names for name in each], dtype=bool)
        for block, each in features.names.items()
    }
    return replace(
        features,
        metal={block: table[:, kept[block]] for block, table in features.metal.items()},
        ligand={block: table[:, kept[block]] for block, table in features.ligand.items()},
        pair=features.pair[:, kept["pair"]],
        stages={},
        names={
            block: tuple(name for name in each if f"{block}.{name}" in names)
            for block, each in features.names.items()
        },
    )


def own_names(features: PairFeatures, stage: str) -> tuple[str, ...]:
    """Names of the features chosen on the pairs of a stage; all, if they were on all pairs."""
    return features.stages.get(stage, qualified_names(features))


def for_beta_1(features: PairFeatures, chosen: Collection[str] | None) -> PairFeatures:
    """Return what the β1 model sees of pairs: its own but n and the complex charge, or `chosen`."""
    if chosen is None:
        dropped = {f"pair.{name}" for name in _NOT_FOR_BETA_1}
        chosen = [name for name in own_names(features, "beta_1") if name not in dropped]
    return only(features, chosen)


def with_inputs(
    features: PairFeatures, inputs: Floats, scaling: Mapping[str, list[float]]
) -> PairFeatures:
    """Append scaled stage inputs (k, 2) to the pair block."""
    scaled = (inputs - np.array(scaling["centre"])) / np.array(scaling["scale"])
    return replace(
        features,
        pair=np.hstack([features.pair, scaled]),
        names={**features.names, "pair": (*features.names["pair"], *INPUTS)},
    )


def scaling_of(inputs: Floats) -> dict[str, list[float]]:
    """Centre and scale of stage inputs (k, 2), JSON-able; an input without spread keeps its own."""
    scale = inputs.std(axis=0)
    return {
        "centre": inputs.mean(axis=0).tolist(),
        "scale": np.where(scale > 0.0, scale, 1.0).tolist(),
    }


@dataclass(frozen=True)
class BetaOne:
    """The β1 model as a source of stage inputs: fixed, whatever is conditioned on later.

    A pair whose ligand is among the training ligands is predicted by a model that has seen no
    pair of its fold, in training and pool alike; any other pair by the model of all pairs. So the
    βn model only ever sees predictions for ligands that the β1 model does not know. The fold of a
    ligand is its group number modulo f: it never changes when ligands are added. Folds share the
    hyperparameters of the model of all pairs.

    Parameters
    ----------
    model : PairModel
        Fitted to all pairs of n = 1.
    folds : tuple of PairModel or None, length f
        Each conditioned on the pairs outside its fold; None where there is no such pair, and the
        prior is the prediction (and for a fold without ligands).
    groups : (n_groups,) int64
        `ligand_group` of the training ligands.
    chosen : collection of str or None
        As for `for_beta_1`.
    """

    model: PairModel
    folds: tuple[PairModel | None, ...]
    groups: Rows
    chosen: Collection[str] | None

    def inputs(self, features: PairFeatures) -> Floats:
        """Predict β1 for the metal and ligand of every pair; (k, 2)."""
        seen = for_beta_1(features, self.chosen)
        group = features.ligand_group[features.ligand_row]
        fold = np.where(np.isin(group, self.groups), group % len(self.folds), -1)
        out = np.empty((len(features), 2))
        for number in np.unique(fold):
            rows = np.flatnonzero(fold == number)
            model = self.model if number < 0 else self.folds[number]
            out[rows] = self._prior() if model is None else _predicted(model, seen.take(rows))
        return out

    def _prior(self) -> tuple[float, float]:
        prior = self.model.hyperparameters()
        return prior["mean"], prior["outputscale"]


def _predicted(model: PairModel, features: PairFeatures) -> Floats:
    # Pairs that differ only in n share a β1: each is predicted once.
    x, rows = np.unique(features.X, axis=0, return_inverse=True)
    first = np.empty(len(x), dtype=np.int64)
    first[rows] = np.arange(len(rows))
    bound = model.bind(features.take(first))
    everything = np.arange(len(x))
    return np.column_stack([bound.mean(everything), bound.variance(everything)])[rows]
