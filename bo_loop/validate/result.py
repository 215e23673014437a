"""What a validation found, for its tables, figures and page."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from bo_loop.models.selection import Selection
from bo_loop.records import PairFeatures
from bo_loop.surrogate import FittedModel, ModelRecipe
from bo_loop.validate.splits import Split

GROUPS = ("all", "n = 1", "n > 1")


@dataclass(frozen=True)
class Validation:
    """What a validation found.

    Parameters
    ----------
    observations : DataFrame, n rows
        The data, with ``mean``, ``sd`` (predictive) and ``sd_latent`` of every row, and ``set``:
        ``train`` or those that the row belongs to.
    features : PairFeatures
        Of the same rows.
    split : Split
    model : FittedModel
        Fitted to the training rows.
    recipe : ModelRecipe
        With the features chosen.
    selections : mapping of str to Selection
        By stage.
    relevances : mapping of str to mapping of str to float
        Of every part of the final model.
    table : DataFrame
        Metrics; a row for each set and each group of n.
    """

    observations: pd.DataFrame
    features: PairFeatures
    split: Split
    model: FittedModel
    recipe: ModelRecipe
    selections: Mapping[str, Selection]
    relevances: Mapping[str, Mapping[str, float]]
    table: pd.DataFrame
