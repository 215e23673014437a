import json

import numpy as np
import pandas as pd
import pytest
from tolerances import ROUNDING

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.features.recipes.chemistry import ChemistryRecipe
from bo_loop.features.schema import FeatureSchema

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"


def table(metals=(("Cu", 2), ("Ni", 2), ("H", 1), ("H", 3)), smiles=(EDTA, "NCCN")):
    rows = [(m, c, s) for m, c in metals for s in smiles]
    frame = pd.DataFrame(rows, columns=["metal", "charge", "smiles"])
    return frame.assign(n_ligands=1, temperature_C=25.0, ionic_strength_M=0.1)


def test_protons_have_no_metal_properties_but_are_told_apart():
    pairs = table()
    features = ChemistryRecipe().fit(pairs).transform(pairs)
    first, third = features.metal_row[pairs["metal"] == "H"][[0, -1]]
    assert (features.metal["properties"][[first, third]] == 0.0).all()
    assert (features.metal["bonding"][[first, third]] == 0.0).all()
    np.testing.assert_array_equal(features.metal["proton"][[first, third]], [[1, 0], [1, 2]])
    assert (features.metal["proton"][features.metal_row[0]] == 0.0).all()
    metals = features.metal["properties"][features.metal_row[pairs["metal"] != "H"]]
    np.testing.assert_allclose(metals.mean(0), 0.0, atol=ROUNDING)


def test_a_ligand_is_described_the_same_whoever_else_is_there():
    alone, more = table(smiles=[EDTA]), table(smiles=["NCCN", "Sc1ccccc1", EDTA])
    few, many = (ChemistryRecipe().fit(each).transform(alone) for each in (alone, more))
    for block, values in few.ligand.items():
        np.testing.assert_array_equal(values, many.ligand[block])


def test_schema_survives_json_and_refuses_other_rules():
    pairs = table()
    schema = ChemistryRecipe().fit(pairs)
    stored = json.loads(json.dumps(schema.to_json()))
    again = FeatureSchema.from_json(stored)
    assert isinstance(again.recipe, ChemistryRecipe)
    assert again.undefined(pairs) == []
    np.testing.assert_array_equal(again.transform(pairs).dense(), schema.transform(pairs).dense())
    with pytest.raises(DataError, match=r"\(features 0\) than .*\(features \d"):
        FeatureSchema.from_json(stored | {"version": "features 0"})


def test_no_pairs_are_refused():
    with pytest.raises(DataError, match="the table is empty"):
        ChemistryRecipe().fit(table().head(0))


def test_protons_alone_can_be_described():
    pairs = table(metals=(("H", 1),))
    assert np.isfinite(ChemistryRecipe().fit(pairs).transform(pairs).dense()).all()


def test_cavities_are_described_if_asked_for_and_lie_at_the_centre_without_one():
    pairs = table(smiles=["C1COCCOCCOCCOCCOCCO1", EDTA])
    assert "cavity" not in ChemistryRecipe().fit(pairs).transform(pairs).ligand
    schema = ChemistryRecipe(cavity=True).fit(pairs)
    crown, edta = schema.transform(pairs).ligand["cavity"]
    assert crown[0] == pytest.approx((2.86 - 2.5) / 0.5, abs=0.05)  # Å
    assert edta.tolist() == [0.0, 0.0, 0.0]
    again = FeatureSchema.from_json(json.loads(json.dumps(schema.to_json())))
    np.testing.assert_array_equal(again.transform(pairs).dense(), schema.transform(pairs).dense())
    with pytest.raises(ConfigError, match="give true or false"):
        ChemistryRecipe(cavity="yes")
