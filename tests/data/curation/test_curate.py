"""Curation step by step on frames small enough to curate by hand, and its report."""

import math

import numpy as np
import pandas as pd
import pytest
from curation_rows import EDTA, GLYCINE, LIGANDS, METALS, NICKEL, PUBLISHED, observations, values
from hypothesis import given, settings
from hypothesis import strategies as st
from literature import literature, needs_literature

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data.curation import curate as c
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.data.property import Property
from bo_loop.data.sources import csv as tables


def test_nearest_conditions_of_each_pair_and_source():
    rows = observations(
        *[(*NICKEL, v) for v in (1.0, 2.0, 3.0, 4.0)],
        ("Cu", 2, GLYCINE, 1, 5.0),
        # 20 °C at 0.1 M costs 0.05; 25 °C at I = 0 costs 0.48; at 1 M, 0.52.
        temperature_C=[20.0, 25.0, 25.0, 37.0, 37.0],
        ionic_strength_M=[0.1, 0.0, 1.0, 0.1, 0.15],
        source=["book", "book", "book", "paper", "book"],
    )
    kept, step = c.nearest_conditions(rows, 25.0, 0.1)
    assert kept.log_beta.tolist() == [1.0, 4.0, 5.0]
    assert kept.temperature_C.tolist() == [20.0, 37.0, 37.0]
    assert step.concerned == 2


def test_two_conditions_equally_near_do_not_both_stay():
    rows = observations((*NICKEL, 1.0), (*NICKEL, 2.0), temperature_C=[30.0, 20.0])
    assert values(c.nearest_conditions(rows, 25.0, 0.1)) == [2.0]


@pytest.mark.parametrize(
    ("how", "log_beta", "sd"),
    [
        ("larger", [5.0, 8.0], [0.2, math.nan]),
        ("mean", [4.5, 8.0], [0.5, math.nan]),  # sd √½, divided by √2
        ("median", [4.5, 8.0], [0.5, math.nan]),
        ("keep", [4.0, 5.0, 8.0], [math.sqrt(0.5), math.sqrt(0.5), math.nan]),
    ],
)
def test_duplicates(how, log_beta, sd):
    rows = observations(
        (*NICKEL, 4.0), (*NICKEL, 5.0), (*NICKEL, 8.0),
        log_beta_sd=[0.1, 0.2, math.nan], source=["book", "book", "paper"],
    )  # fmt: skip
    kept, _ = c.one_value_each(rows, how)
    assert kept.log_beta.tolist() == log_beta
    assert kept.log_beta_sd.tolist() == pytest.approx(sd, nan_ok=True)


def test_repeats_of_one_value_make_no_certainty():
    rows = observations((*NICKEL, 4.0), (*NICKEL, 4.0), log_beta_sd=[0.1, 0.3])
    assert c.one_value_each(rows, "keep")[0].log_beta_sd.tolist() == [0.1, 0.3]
    assert c.one_value_each(rows, "mean")[0].log_beta_sd.tolist() == [0.1]


def test_a_value_is_better_than_a_bound_and_a_tight_bound_than_a_loose_one():
    rows = observations((*NICKEL, 9.0), (*NICKEL, 5.0), censoring=["lower", "none"])
    assert values(c.one_value_each(rows, "larger")) == [5.0]
    rows = observations((*NICKEL, 3.0), (*NICKEL, 5.0), censoring="lower")
    assert values(c.one_value_each(rows, "larger")) == [5.0]
    rows = observations((*NICKEL, 3.0), (*NICKEL, 5.0), censoring="upper")
    assert values(c.one_value_each(rows, "mean")) == [3.0]


@pytest.mark.parametrize("how", c.DUPLICATES)
def test_both_ends_of_an_interval_are_kept(how):
    # The pair is known to lie between 3 and 5: "> 3" and "< 5".
    rows = observations((*NICKEL, 3.0), (*NICKEL, 5.0), censoring=["lower", "upper"])
    kept = c.curate(rows, bounds="keep", duplicates=how).observations
    assert kept[["log_beta", "censoring"]].to_numpy().tolist() == [[3.0, "lower"], [5.0, "upper"]]


def test_keep_keeps_every_bound():
    rows = observations(
        *[(*NICKEL, v) for v in (2.0, 3.0, 5.0, 4.0)], censoring=["lower", "lower", "upper", "none"]
    )
    assert values(c.one_value_each(rows, "keep")) == [2.0, 3.0, 5.0, 4.0]
    assert values(c.one_value_each(rows, "larger")) == [4.0]


# As in the published system.


def test_all_conditions_stay_unless_the_nearest_are_asked_for():
    rows = observations(
        (*NICKEL, 5.0), (*NICKEL, 5.3), ("Pu", 4, GLYCINE, 1, 9.0),
        temperature_C=[25.0, 70.0, 25.0], ionic_strength_M=[0.1, 0.0, 9.0],
    )  # fmt: skip
    assert c.curate(rows).observations.log_beta.tolist() == [5.0, 5.3, 9.0]
    assert c.curate(rows, **PUBLISHED).observations.log_beta.tolist() == [5.0]


def test_a_lone_value_far_from_the_conditions_is_left_out_and_a_near_one_keeps_its_own():
    rows = observations(
        (*NICKEL, 5.0), ("Cu", 2, GLYCINE, 1, 8.0), ("Zn", 2, GLYCINE, 1, 5.0),
        temperature_C=[0.0, 37.0, 25.0], ionic_strength_M=[0.0, 0.15, 3.0],
    )  # fmt: skip
    kept = c.curate(rows, **PUBLISHED).observations
    found = kept[["metal", "temperature_C", "ionic_strength_M"]].to_numpy().tolist()
    assert found == [["Cu", 37.0, 0.15]]


def test_quarantine_only_leaves_all_else_as_it_is():
    rows = observations(
        (*NICKEL, 5.7), (*NICKEL, 5.5), ("Pu", 4, GLYCINE, 1, 9.0), (*NICKEL, -5.7),
        temperature_C=[25.0, 90.0, 25.0, 25.0], censoring=["none", "none", "lower", "none"],
    )  # fmt: skip
    result = c.curate(rows, quarantine_only=True)
    pd.testing.assert_frame_equal(result.observations, rows.head(3))
    assert [step.name for step in result.steps] == ["quarantine"]


def test_another_ligands_constants_do_not_take_the_name_of_the_structure():
    rows = observations(
        *[("Ni", 2, "CCO", 1, 5.0)] * 2,
        (*NICKEL, 5.0),
        ligand=["ethanol", "ethylenediamine", "glycine"],
    )
    curated = c.curate(rows)
    assert curated.quarantine.ligand.tolist() == ["ethylenediamine"]
    assert curated.observations.ligand.tolist() == ["ethanol", "glycine"]


def test_a_doubted_structure_is_quarantined():
    rows = observations((*NICKEL, 5.0), (*NICKEL[:2], EDTA, 1, 18.0), structure_doubt=["", "wrong"])
    result = c.curate(rows)
    assert result.observations.smiles.tolist() == [GLYCINE]
    assert result.quarantine[["smiles", "reason"]].to_numpy().tolist() == [[EDTA, "wrong"]]


def test_quarantine_comes_before_the_larger_value_is_taken():
    rows = observations((*NICKEL, 5.74), (*NICKEL, 13.2))
    assert c.curate(rows).observations.log_beta.tolist() == [5.74]
    kept = c.curate(rows, quarantine="keep")
    assert kept.observations.log_beta.tolist() == [13.2]
    assert kept.quarantine.log_beta.tolist() == [13.2]
    assert len(c.curate(rows, quarantine="keep", duplicates="keep").observations) == 2


def test_of_several_values_of_another_property_the_median_stands_unless_asked_otherwise():
    rows = observations((*NICKEL, -10.0), (*NICKEL, -30.0), (*NICKEL, -20.0))
    enthalpy = Property("ΔH", unit="kJ/mol")
    range_ = {"log_beta_range": (-500.0, 500.0)}
    assert c.curate(rows, of=enthalpy, **range_).observations["log_beta"].tolist() == [-20.0]
    kept = c.curate_as(rows, {"duplicates": "keep", **range_}, enthalpy).observations
    assert kept["log_beta"].tolist() == [-10.0, -30.0, -20.0]


def test_the_steps_add_up_and_nothing_that_came_in_is_changed():
    rows = observations(
        (*NICKEL, 5.7), (*NICKEL, 5.5), (*NICKEL, -5.7), ("Pu", 4, GLYCINE, 1, 9.0),
        ("Ni", 2, "C1C", 1, 1.0), ("Cu", 2, GLYCINE, 1, 8.1),
    )  # fmt: skip
    before = rows.copy()
    result = c.curate(rows, excluded_metals=c.TRANSURANICS)
    pd.testing.assert_frame_equal(rows, before)
    assert result.observations.log_beta.tolist() == [5.7, 8.1]
    assert result.observations.columns.tolist() == before.columns.tolist()
    assert result.observations.index.tolist() == [0, 1]
    counts = [(step.before, step.after) for step in result.steps]
    assert [after for _, after in counts[:-1]] == [before for before, _ in counts[1:]]
    assert counts[0][0] == 6
    assert counts[-1][1] == 2
    assert result.quarantine.reason.tolist() == ["negative twin of 5.7 of the same pair"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"duplicates": "best"}, "choose one of larger, mean, median, keep"),
        ({"quarantine": "maybe"}, "choose one of exclude, keep"),
        ({"log_beta_range": [5, 1]}, "the smaller one first"),
        ({"outlier_mads": -1}, "give 0"),
        ({"names": "iupac"}, "choose one of elements, opsin"),
    ],
)
def test_refuses_options_it_cannot_follow(options, message):
    with pytest.raises(ConfigError, match=message):
        c.curate(observations((*NICKEL, 5.0)), **options)


def test_says_which_step_left_nothing():
    with pytest.raises(DataError, match="leaves no observation") as caught:
        c.curate(observations((*NICKEL, 5.0), temperature_C=90.0))
    assert any(line.startswith("window of conditions: 1 of 1") for line in caught.value.problems)


@settings(deadline=None, max_examples=8)
@given(
    seed=st.integers(0, 2**32 - 1),
    how=st.sampled_from(c.DUPLICATES),
    quarantine=st.sampled_from(c.EXCLUDE_OR_KEEP),
    conditions=st.sampled_from(c.WHICH_CONDITIONS),
)
def test_curation_does_not_depend_on_the_order_of_rows(seed, how, quarantine, conditions):
    rng = np.random.default_rng(seed)
    n = 40
    rows = observations(
        *[
            (*METALS[rng.integers(5)], LIGANDS[rng.integers(3)], int(rng.integers(1, 3)), v)
            for v in rng.permutation(n) / 3 - 2
        ],
        temperature_C=rng.choice([20.0, 25.0], n),
        source=rng.choice(["book", "paper"], n),
    )
    order = [*OBSERVATION_COLUMNS]
    one, other = (
        c.curate(frame, duplicates=how, quarantine=quarantine, conditions=conditions).observations
        for frame in (rows, rows.sample(frac=1, random_state=int(seed % 1000)))
    )
    pd.testing.assert_frame_equal(
        one.sort_values(order, ignore_index=True), other.sort_values(order, ignore_index=True)
    )
    if how != "keep":
        apart = [] if conditions == "nearest" else ["temperature_C"]
        assert not one.duplicated(
            ["source", "metal", "charge", "smiles", "n_ligands", *apart]
        ).any()


# The report


@needs_literature
def test_curates_the_literature():
    names = ["srd46_25C_0.1M.csv", "iupac_lanthanides.csv"]
    result = c.curate(tables.Csv(path=[literature(name) for name in names]).read())
    rows = result.observations
    assert rows.source.value_counts().to_dict() == {"NIST SRD 46": 3810, "IUPAC SC-Database": 2902}
    assert not rows.duplicated(["source", "metal", "charge", "smiles", "n_ligands"]).any()
    assert len(result.quarantine) < 0.012 * len(rows)
    # Read one by one: four polypyridyl and imine ligands that were given others' structures.
    misnamed = result.quarantine[result.quarantine.reason.str.contains("in the name")]
    assert misnamed.smiles.nunique() == 4
