import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tolerances import SOLVED

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.features.recipes import published
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.features.schema import FeatureSchema

LIGANDS = [
    "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O",
    "NCC(=O)O",
    "NCCN",
    "CC(=O)CC(C)=O",
    "O=C(O)CC(O)(CC(=O)O)C(=O)O",
    "Oc1ccccc1O",
    "c1ccc(-c2ccccn2)nc1",
    "NCCNCCN",
    "CC(=O)O",
    "O=C(O)C(=O)O",
    "Oc1cccc2cccnc12",
    "NC(CS)C(=O)O",
    "O=C(O)CNCC(=O)O",
    "c1cnc2c(c1)ccc1cccnc12",
]
METALS = [("Cu", 2), ("Ni", 2), ("Zn", 2), ("Fe", 3), ("VO", 2), ("La", 3), ("Pb", 2)]


def table(ligands=LIGANDS, metals=METALS, n=1, temperature=25.0, ionic_strength=0.1, **columns):
    rows = [(metal, charge, smiles) for smiles in ligands for metal, charge in metals]
    frame = pd.DataFrame(rows, columns=["metal", "charge", "smiles"])
    return frame.assign(
        ligand="",
        n_ligands=n,
        temperature_C=temperature,
        ionic_strength_M=ionic_strength,
        **columns,
    )


@pytest.fixture(scope="module")
def fitted():
    return PublishedRecipe().fit(table())


def test_kept_features_have_mean_0_and_sd_1_over_the_pairs(fitted):
    features = fitted.transform(table())
    np.testing.assert_array_equal(features.pair[:, 0], 1)  # n is left as it is
    dense = replace(features, pair=features.pair[:, 1:]).dense()
    varying = dense.std(axis=0) > 0
    np.testing.assert_allclose(dense.mean(axis=0), 0, atol=SOLVED)
    np.testing.assert_allclose(dense[:, varying].std(axis=0), 1)
    assert (~varying).sum() == 2  # T, I


def test_protected_features_survive_keep(fitted):
    # Every ion has three empty p orbitals, a constant; all else of metal and charges is kept.
    assert "empty_p_orbitals" in fitted.dropped["constant"]
    assert len(fitted.blocks["properties"].names) == 11
    assert fitted.blocks["charge"].names == ("ligand_charge",)
    assert fitted.blocks["pair"].names == (
        "n_ligands",
        "temperature_C",
        "ionic_strength_M",
        "complex_charge",
    )
    assert len(fitted.blocks["mordred"].names) > 0


def test_published_filters_metals_and_charges_too_but_keeps_conditions():
    found = PublishedRecipe(protected="published").fit(table())
    assert found.blocks["pair"].names == ("n_ligands", "temperature_C", "ionic_strength_M")
    assert len(found.blocks["properties"].names) < 11
    dense = found.transform(table()).dense()
    correlation = np.corrcoef(dense[:, dense.std(axis=0) > 0].T)
    assert np.abs(correlation - np.eye(len(correlation))).max() < 0.7
    assert np.diag(np.linalg.inv(correlation)).max() <= 4.0 + SOLVED


@pytest.mark.parametrize("protected", ["keep", "published"])
def test_each_feature_is_kept_or_dropped_once(protected):
    found = PublishedRecipe(protected=protected).fit(table())
    kept = [name for block in found.blocks.values() for name in block.names]
    dropped = [name for names in found.dropped.values() for name in names]
    assert tuple(found.dropped) == published.STEPS
    assert len(kept + dropped) == 12 + 1 + 1613 + 4
    assert len(set(kept + dropped)) == len(kept + dropped)


def test_limits_hold_for_the_descriptors_that_keep_leaves(fitted):
    dense = fitted.transform(table()).dense()
    dense = dense[:, dense.std(axis=0) > 0]
    mordred = slice(12, 12 + len(fitted.blocks["mordred"].names))
    correlation = np.abs(np.corrcoef(dense.T)) - np.eye(dense.shape[1])
    assert correlation[mordred].max() < 0.7


def test_constant_conditions_have_stated_scales(fitted):
    pair = fitted.blocks["pair"]
    assert pair.scale[:3] == (1.0, 10.0, 0.5)
    assert pair.centre[:3] == pytest.approx((0.0, 25.0, 0.1))
    later = fitted.transform(
        table(LIGANDS[:1], METALS[:1], n=2, temperature=35.0, ionic_strength=0.6)
    )
    np.testing.assert_allclose(later.pair[0, :3], [2.0, 1.0, 1.0])


def test_conditions_have_stated_scales_whatever_their_spread():
    frame = table()
    frame["temperature_C"] = np.where(np.arange(len(frame)) % 2, 20.0, 30.0)
    found = PublishedRecipe().fit(frame).blocks["pair"]
    assert found.centre[1] == pytest.approx(25.0)
    assert found.scale[1:3] == (10.0, 0.5)


def test_tables_hold_metals_and_ligands_in_order_of_first_appearance(fitted):
    frame = table(LIGANDS[:3], METALS[:2]).iloc[[5, 0, 3, 5]]
    found = fitted.transform(frame)
    assert found.metal_row.tolist() == [0, 1, 0, 0]
    assert found.ligand_row.tolist() == [0, 1, 2, 0]
    assert len(found.metal["properties"]) == 2
    assert len(found.ligand["mordred"]) == 3
    np.testing.assert_allclose(found.dense(), fitted.transform(table()).dense()[[15, 0, 8, 15]])


@given(order=st.permutations(range(len(LIGANDS))), count=st.integers(1, len(LIGANDS)))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_other_ligands_never_change_a_ligands_features(fitted, order, count):
    chosen = [LIGANDS[i] for i in order[:count]]
    alone = fitted.transform(table(chosen[:1]))
    together = fitted.transform(table([*chosen, "NCCCCCCN"]))
    np.testing.assert_array_equal(alone.dense(), together.dense()[: len(METALS)])


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_of_pairs_does_not_change_what_is_kept(random):
    frame = table()
    order = list(range(len(frame)))
    random.shuffle(order)
    found = PublishedRecipe().fit(frame.iloc[order])
    straight = PublishedRecipe().fit(frame)
    for block in straight.blocks:
        assert found.blocks[block].names == straight.blocks[block].names
        np.testing.assert_allclose(found.blocks[block].scale, straight.blocks[block].scale)


@pytest.mark.parametrize("protected", ["keep", "published"])
def test_json_round_trip_is_exact(protected):
    found = PublishedRecipe(protected=protected, max_vif=5.0).fit(table())
    again = FeatureSchema.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found
    np.testing.assert_array_equal(
        again.transform(table()).dense(), found.transform(table()).dense()
    )


def test_other_package_versions_are_refused(fitted):
    stored = fitted.to_json() | {"version": "mordred-2d mordredcommunity=1.0 rdkit=2020.1"}
    with pytest.raises(DataError, match=r"rdkit=2020\.1.*with the bo-loop that began"):
        FeatureSchema.from_json(stored)


def test_earlier_rules_of_charge_are_refused(fitted):
    stored = fitted.to_json()
    stored["version"] = re.sub(r"features \d+", "features 3", stored["version"])
    with pytest.raises(DataError, match=r"features 3 .*with the bo-loop that began"):
        FeatureSchema.from_json(stored)


def test_a_ligand_with_an_undefined_frozen_descriptor_is_listed(fitted):
    frame = table(["NCCN", "N"], METALS[:2])
    assert fitted.undefined(frame) == ["N"]
    with pytest.raises(DataError, match="leave them out") as caught:
        fitted.transform(frame)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("N: ")
    assert fitted.undefined(table()) == []


def test_a_descriptor_undefined_for_one_ligand_of_the_fit_is_dropped_for_all(fitted):
    with_ammonia = PublishedRecipe().fit(table([*LIGANDS, "N"]))
    more = set(with_ammonia.dropped["undefined"]) - set(fitted.dropped["undefined"])
    assert len(more) > 100
    assert with_ammonia.undefined(table(["N"])) == []


def test_one_metal_and_one_ligand_leave_the_conditions_only():
    frame = table(LIGANDS[:1], METALS[:1])
    found = PublishedRecipe().fit(frame)
    features = found.transform(frame)
    assert features.metal["properties"].shape == (1, 0)
    assert features.ligand["mordred"].shape == (1, 0)
    np.testing.assert_array_equal(features.pair, [[1.0, 0.0, 0.0]])


def test_a_table_without_pairs_is_refused():
    with pytest.raises(DataError, match="without pairs"):
        PublishedRecipe().fit(table([]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"protected": "all"}, "'keep' nor 'published'"),
        ({"max_abs_r": 0.0}, "max_abs_r"),
        ({"max_vif": 0.5}, "max_vif"),
        ({"max_vif": float("nan")}, "max_vif"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        PublishedRecipe(**options)


def test_stereoisomers_share_a_group_number_and_others_do_not(fitted):
    features = fitted.transform(table(["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", LIGANDS[0]]))
    first, second, other = features.ligand_group
    assert first == second != other
    assert 0 <= other < 2**52


def test_missing_conditions_are_listed_not_imputed():
    frame = table(["NCCN", "CC(=O)O"], METALS[:1])
    frame["temperature_C"] = [np.nan, 25.0]
    with pytest.raises(DataError, match="NCCN: no temperature_C") as caught:
        PublishedRecipe().fit(frame)
    assert len(caught.value.problems) == 1
