"""Features are filtered on pairs of n = 1 and on pairs of n > 1 apart."""

import json

import numpy as np
import pandas as pd
import pytest

from bo_loop.base.types import PairFeatures
from bo_loop.features import schema
from bo_loop.features.blocks.pair import PAIR_NAMES
from bo_loop.features.recipes import published
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.features.schema import FeatureSchema

# Columns by ligand: five ligands, the last of which has no constants of n > 1.
MORDRED = {
    "a": [0, 1, 0, 1, 0],
    "b": [0, 1, 1, 0, 0],  # n = 1: the same as a; n > 1: r = 0 with a
    "c": [0, 0, 0, 1, 0],  # n = 1: constant; n > 1: r = 0.58 and -0.58 with a and b, VIF 3
    "d": [0, 0, 0, 0, 1],  # n = 1: r = -0.5 with a; n > 1: constant
    "e": [5, 5, 5, 5, 5],  # constant
    "f": [1, 3, 1, 3, 1],  # 2 a + 1
    "g": [2, 2, 2, 2, 4],  # n = 1: r = 1 with d; n > 1: constant
}
LIGAND_ROW = np.array([0, 1, 4, 0, 1, 2, 3])
NUMBERS = np.array([1, 1, 1, 2, 2, 2, 2])


def raw(pairs, *_):
    rows = pairs["smiles"].to_numpy(dtype=np.int64)
    n = len(rows)
    whole = PairFeatures(
        metal={"properties": np.array([[2.0]])},
        ligand={
            "charge": np.zeros((5, 1)),
            "mordred": np.array(list(MORDRED.values()), dtype=float).T,
        },
        ligand_group=np.arange(5) + 10,
        metal_row=np.zeros(n, dtype=np.int64),
        ligand_row=rows,
        pair=np.column_stack([pairs["n_ligands"], np.full((n, 4), [25.0, 0.1, 2.0, 0.0])]),
        names={
            "properties": ("electronegativity",),
            "charge": ("ligand_charge",),
            "mordred": tuple(MORDRED),
            "pair": PAIR_NAMES,
        },
    )
    return whole.take(np.arange(n)).compact()


@pytest.fixture
def pairs(monkeypatch):
    for module in (published, schema):
        monkeypatch.setattr(module, "raw_features", raw)
    return pd.DataFrame({"metal": "Cu", "smiles": LIGAND_ROW, "n_ligands": NUMBERS})


def mordred_of(names):
    return [name.removeprefix("mordred.") for name in names if name.startswith("mordred.")]


def test_each_kind_of_pairs_chooses_its_own_and_the_schema_keeps_both(pairs):
    found = PublishedRecipe().fit(pairs)
    conditions = ["pair.n_ligands", "pair.temperature_C", "pair.ionic_strength_M"]
    assert list(found.stages["beta_1"]) == ["mordred.a", "mordred.d", *conditions]
    assert list(found.stages["beta_n"]) == ["mordred.a", "mordred.b", "mordred.c", *conditions]
    assert found.blocks["mordred"].names == ("a", "b", "c", "d")


def test_a_dropped_feature_is_named_by_the_last_step_it_came_to(pairs):
    dropped = PublishedRecipe().fit(pairs).dropped
    assert set(dropped["constant"]) == {"e", "electronegativity", "ligand_charge", "complex_charge"}
    assert dropped["correlated"] == ("f", "g")
    assert dropped["undefined"] == dropped["vif"] == ()


def test_a_lower_limit_on_vif_drops_what_the_other_pairs_have_no_use_for(pairs):
    # n > 1: the factors of a, b and c are 2, 2 and 3; without c, a and b are uncorrelated.
    found = PublishedRecipe(max_vif=2.9).fit(pairs)
    assert mordred_of(found.stages["beta_n"]) == ["a", "b"]
    assert mordred_of(found.stages["beta_1"]) == ["a", "d"]
    assert found.dropped["vif"] == ("c",)


def test_pairs_of_one_kind_have_one_choice(pairs):
    ones = PublishedRecipe().fit(pairs[pairs["n_ligands"] == 1])
    assert ones.blocks["mordred"].names == ("a", "d")
    more = PublishedRecipe().fit(pairs[pairs["n_ligands"] > 1])
    assert more.blocks["mordred"].names == ("a", "b", "c")
    assert ones.stages == more.stages == {}


def test_centre_and_scale_are_those_of_all_pairs(pairs):
    block = PublishedRecipe().fit(pairs).blocks["mordred"]
    # a is 0, 1, 0 for n = 1 and 0, 1, 0, 1 above.
    assert block.centre[0] == pytest.approx(3 / 7)
    assert block.scale[0] == pytest.approx((12 / 49) ** 0.5)


def test_the_choice_is_kept_with_the_schema(pairs):
    found = PublishedRecipe().fit(pairs)
    again = FeatureSchema.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found
    assert again.transform(pairs).stages == found.stages


def test_a_schema_of_an_earlier_version_has_one_choice_for_all(pairs):
    stored = PublishedRecipe().fit(pairs).to_json()
    del stored["stages"], stored["recipe"]["_target_"]
    assert FeatureSchema.from_json(stored).transform(pairs).stages == {}
    stored["recipe"]["kind"] = "published"
    assert FeatureSchema.from_json(stored).recipe == PublishedRecipe()
