"""Which outcomes a schema of features is for."""

from collections.abc import Sequence

import pandas as pd

from bo_loop.data.property import Property
from bo_loop.data.property_rows import PROPERTY
from bo_loop.features.schema import FeatureSchema


def about(
    schema: FeatureSchema, properties: Sequence[Property], observations: pd.DataFrame
) -> FeatureSchema:
    """Return a schema, made for log β, for the properties of which there are observations."""
    if len(properties) > 1:
        values = {of.words: observations[PROPERTY].eq(of.words) for of in properties}
        return schema.of_outcomes(
            {name: observations.loc[own, "log_beta"].to_numpy() for name, own in values.items()}
        )
    if properties[0].is_log_beta:
        return schema
    return schema.of_another_outcome(observations["log_beta"].to_numpy())
