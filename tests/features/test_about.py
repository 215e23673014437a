import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.base.types import LOG_BETA_SPREAD, MEDIUM
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import PROPERTY
from bo_loop.features.about import about
from bo_loop.features.recipes.chemistry import ChemistryRecipe
from bo_loop.features.schema import FeatureSchema

LOG_D = Property("log D")
PAIRS = pd.DataFrame(
    {
        "metal": "Ni", "charge": 2, "ligand": "", "smiles": ["NCCN", "NCC(=O)O", "OC(=O)C(=O)O"],
        "n_ligands": 1, "temperature_C": 25.0, "ionic_strength_M": 0.1,
        "log_beta": [1.0, 3.0, 5.0], PROPERTY: ["log D", "log D", "log β"],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def schema():
    return ChemistryRecipe().fit(PAIRS)


def test_one_property_keeps_the_schema_or_loses_what_the_medium_does_to_log_beta(schema):
    assert about(schema, (LOG_BETA,), PAIRS) is schema
    one = about(schema, (LOG_D,), PAIRS)
    assert MEDIUM not in one.blocks["pair"].names
    assert one.spread == pytest.approx(np.std([1.0, 3.0, 5.0]))


def test_several_properties_have_a_spread_each_and_name_the_outcome_of_every_pair(schema):
    both = about(schema, (LOG_D, LOG_BETA), PAIRS)
    assert both.spreads == {"log D": 1.0, "log β": LOG_BETA_SPREAD}
    features = both.transform(PAIRS)
    assert features.outcome.tolist() == ["log D", "log D", "log β"]
    assert features.take(np.array([2])).outcome.tolist() == ["log β"]
    again = FeatureSchema.read(both.to_json())
    assert again == both
    assert schema.transform(PAIRS).outcome is None
    for strange in (PAIRS.drop(columns=PROPERTY), PAIRS.assign(property="pK")):
        with pytest.raises(DataError, match="which of log D, log β each of them is a value of"):
            both.transform(strange)
    alike = about(schema, (LOG_D, LOG_BETA), PAIRS.assign(log_beta=2.0))
    assert alike.spreads["log D"] == 1.0  # of values that are all the same
