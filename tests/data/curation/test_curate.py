"""Curation step by step on frames small enough to curate by hand, and its report."""

import json
import math

import numpy as np
import pandas as pd
import pytest
import srd46_dump
from hypothesis import given, settings
from hypothesis import strategies as st
from literature import literature, needs_literature

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data.curation import curate as c
from bo_loop.data.curation import exclusions as x
from bo_loop.data.curation.findings import curation_report
from bo_loop.data.curation.suspicions import against_name, suspicions
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.data.sources import csv as tables
from bo_loop.data.sources import srd46

GLYCINE, ETHYLENEDIAMINE, EDTA = "NCC(=O)O", "NCCN", "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"


def observations(*rows, **columns):
    """Rows of (metal, charge, smiles, n, log_beta); other columns as given, or usual."""
    frame = pd.DataFrame(rows, columns=["metal", "charge", "smiles", "n_ligands", "log_beta"])
    usual = {
        "ligand": "", "temperature_C": 25.0, "ionic_strength_M": 0.1, "log_beta_sd": math.nan,
        "censoring": "none", "source": "book",
    }  # fmt: skip
    extra = {key: value for key, value in columns.items() if key not in usual}
    return frame.assign(**{**usual, **columns})[[*OBSERVATION_COLUMNS, *extra]]


NICKEL = ("Ni", 2, GLYCINE, 1)


def values(result):
    return result[0].log_beta.tolist()


def test_one_structure_one_ligand_whatever_the_drawing():
    rows = observations(
        (*NICKEL, 5.7), ("Cu", 2, "[NH3+]CC(=O)[O-]", 1, 8.2), ("Cu", 2, "C1C", 1, 1)
    )
    kept, step = x.standard_structures(rows)
    assert kept.smiles.tolist() == [GLYCINE, GLYCINE]
    assert (step.before, step.after, step.concerned) == (3, 2, 1)
    assert "1 ways of drawing merged" in step.detail
    assert step.examples == ("ligand , smiles C1C",)
    assert rows.smiles[1] == "[NH3+]CC(=O)[O-]"  # the frame that came in is as it was


def test_names_are_merged_by_structure_and_conflicts_listed():
    rows = observations(
        *[(*NICKEL, 5.0)] * 4,
        ("Ni", 2, EDTA, 1, 18.0),
        ligand=["gly", "glycine", "glycine", "", "gly"],
    )
    kept, step = x.one_name_each(rows)
    assert kept.ligand.tolist() == ["glycine"] * 4 + ["gly"]
    assert step.concerned == 2
    assert step.examples == (
        f"{GLYCINE} is called gly / glycine",
        f"gly stands for {GLYCINE} / {EDTA}",
    )


def test_metals_are_excluded_by_element():
    rows = observations(("NpO2", 1, GLYCINE, 1, 2.0), ("Pu", 4, GLYCINE, 1, 2.0), (*NICKEL, 5.0))
    kept, step = x.without_metals(rows, c.TRANSURANICS)
    assert kept.metal.tolist() == ["Ni"]
    assert step.concerned == 2
    assert len(x.without_metals(rows, [])[0]) == 3


def test_ligands_with_failing_elements_are_excluded():
    rows = observations(("Ni", 2, "C[Se]CC(=O)O", 1, 2.0), ("Ni", 2, "CSCC(=O)O", 1, 2.0))
    assert x.without_elements(rows, c.FAILING_ELEMENTS)[0].smiles.tolist() == ["CSCC(=O)O"]
    assert x.without_elements(rows, ["S"])[0].smiles.tolist() == ["C[Se]CC(=O)O"]


def test_elements_of_a_formula():
    assert x.elements("C2H5NO2") == {"C": 2, "H": 5, "N": 1, "O": 2}
    assert x.elements("CH3COOH") == {"C": 2, "H": 4, "O": 2}


@pytest.mark.parametrize(("bounds", "kept"), [("exclude", [5.0]), ("keep", [5.0, 6.0])])
def test_bounds_are_left_out_or_only_counted(bounds, kept):
    rows = observations((*NICKEL, 5.0), (*NICKEL, 6.0), censoring=["none", "lower"])
    result = x.without_bounds(rows, bounds)
    assert values(result) == kept
    assert result[1].concerned == 1
    assert "censoring lower" in result[1].examples[0]


def test_range_and_window():
    rows = observations(*[(*NICKEL, v) for v in (-10.5, -10.0, 60.0, 61.0, math.nan)])
    assert values(x.within_range(rows, (-10, 60))) == [-10.0, 60.0]
    rows = observations(
        *[(*NICKEL, v) for v in (1.0, 2.0, 3.0)],
        temperature_C=[50.0, 51.0, 25.0],
        ionic_strength_M=[0.1, 0.1, 3.2],
    )
    kept, step = x.within_window(rows, (25.0, 25.0), (0.1, 3.0))
    assert kept.log_beta.tolist() == [1.0]
    assert step.detail == "outside 25 ± 25 °C and 0.1 ± 3 mol/L"


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
PUBLISHED = {
    "conditions": "nearest",
    "temperature_window_C": 15.0,
    "ionic_strength_window_M": 0.9,
    "excluded_metals": c.TRANSURANICS,
}


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


def test_finds_ln_given_as_log10():
    rows = observations((*NICKEL, 5.74), (*NICKEL, 5.74 * 2.302585), ("Cu", 2, GLYCINE, 1, 13.2))
    reasons = suspicions(rows)
    assert reasons.ne("").tolist() == [False, True, False]
    assert reasons[1] == "looks like ln, not log10: 2.3 × 5.74 of the same pair"


def test_small_constants_may_well_differ_by_a_factor():
    rows = observations((*NICKEL, 0.4), (*NICKEL, 0.92))
    assert suspicions(rows).eq("").all()


def test_finds_negative_twins():
    rows = observations((*NICKEL, 4.13), (*NICKEL, -4.13), ("Cu", 2, GLYCINE, 1, -0.5))
    assert suspicions(rows).tolist() == ["", "negative twin of 4.13 of the same pair", ""]


def test_finds_stepwise_constants_given_as_overall():
    rows = observations(
        (*NICKEL, 5.7), ("Ni", 2, GLYCINE, 2, 4.9), ("Ni", 2, GLYCINE, 3, 14.0),
        ("Cu", 2, GLYCINE, 2, 4.9),
    )  # fmt: skip
    reasons = suspicions(rows)
    assert reasons.ne("").tolist() == [False, True, False, False]
    assert "not above log β1 = 5.7" in reasons[1]
    assert suspicions(rows, above_beta1=False).eq("").all()


@pytest.mark.parametrize(("beta1", "beta2", "suspicious"), [(3.1, 3.0, True), (2.9, 2.7, False)])
def test_weak_complexes_may_have_a_second_constant_below_one(beta1, beta2, suspicious):
    # Ag+ with chloride-like ligands, alkali ions with crowns: K2 < 1, so β2 < β1, is measured.
    rows = observations(("Na", 1, GLYCINE, 1, beta1), ("Na", 1, GLYCINE, 2, beta2))
    assert suspicions(rows).ne("").tolist() == [False, suspicious]


@pytest.mark.parametrize(
    ("metal", "charge", "smiles", "log_beta", "suspicious"),
    [
        ("Cu", 2, "c1ccccc1", 13.85, True),
        ("Cu", 2, "c1ccccc1", 0.5, True),  # a hard ion binds no arene in water
        ("Ca", 2, "CCCCCC", 2.0, True),
        ("Ni", 2, "O=[N+]([O-])c1ccccc1", 3.0, True),
        ("Ag", 1, "c1ccccc1", 0.4, False),
        ("Cu", 1, "C=CC", 5.02, False),
        ("Ag", 1, "C=CCCCC", 13.85, True),
        ("Ag", 1, "ClC(Cl)Cl", -0.7, False),
        ("Cu", 2, "Nc1ccccc1", 1.2, False),
        ("Cu", 2, "c1ccncc1", 2.5, False),
        ("Al", 3, "F", 7.0, False),  # inorganic: no carbon
        ("Na", 1, "O", -0.2, False),
    ],
)
def test_an_organic_structure_without_a_donor_atom(metal, charge, smiles, log_beta, suspicious):
    (reason,) = suspicions(observations((metal, charge, smiles, 1, log_beta)))
    assert reason.startswith("no donor atom in the structure") == suspicious


def test_a_wrong_beta1_does_not_condemn_beta2():
    # β1 given as ln: 13.2 beside 5.74; the median of the trusted ones is 5.74.
    rows = observations((*NICKEL, 5.74), (*NICKEL, 13.2), ("Ni", 2, GLYCINE, 2, 10.6))
    assert suspicions(rows).ne("").tolist() == [False, True, False]


METALS = [("Mn", 2), ("Co", 2), ("Ni", 2), ("Cu", 2), ("Zn", 2)]
LIGANDS = [GLYCINE, ETHYLENEDIAMINE, EDTA, "CC(=O)O", "OC(=O)C(=O)O"]


def additive(shift=0.0):
    """log β = ligand + metal exactly, but for the first row."""
    rows = [
        (metal, charge, smiles, 1, float(5 * j + i))
        for i, (metal, charge) in enumerate(METALS)
        for j, smiles in enumerate(LIGANDS)
    ]
    frame = observations(*rows)
    return frame.assign(log_beta=frame.log_beta + np.where(frame.index == 0, shift, 0.0))


def test_finds_outliers_against_the_ligands_other_metals():
    reasons = suspicions(additive(7.0))
    assert reasons.ne("").tolist() == [True] + [False] * 24
    assert reasons[0] == "+7 from what this ligand's other metals suggest"


@pytest.mark.parametrize(("shift", "options"), [(3.0, {}), (7.0, {"outlier_mads": 0})])
def test_leaves_what_is_no_outlier_or_is_not_asked_for(shift, options):
    assert suspicions(additive(shift), **options).eq("").all()


def test_three_metals_are_too_few_to_judge():
    rows = additive(30.0)
    rows = rows[rows.metal.isin(["Mn", "Co", "Ni"])]
    assert suspicions(rows).eq("").all()


def test_sources_are_judged_apart():
    rows = pd.concat([additive(), additive(7.0).assign(source="paper")], ignore_index=True)
    reasons = suspicions(rows)
    assert reasons.index[reasons.ne("")].tolist() == [25]


@pytest.mark.parametrize(
    ("name", "smiles", "lacking"),
    [
        ("Iminobis(methylene-2-pyridine)", "c1ccc2ccccc2c1", "N"),
        ("1,2-Diaminoethane", ETHYLENEDIAMINE, ""),
        ("1,2-Diaminoethane", "CC", "N"),
        ("Vitamine C", "OCC(O)C1OC(=O)C(O)=C1O", ""),
        ("Desaminotyrosine", "O=C(O)CCc1ccc(O)cc1", ""),
        ("Phosphoglycolic acid", "O=C(O)CO", "P"),
        ("Phenylphosphine", "Pc1ccccc1", ""),
        ("Mercaptoacetic acid (Thioglycolic acid)", "O=C(O)CO", "S"),
        ("Methionine", "CSCCC(N)C(=O)O", ""),
        ("Dethiobiotin", "CC1NC(=O)NC1CCCCCC(=O)O", ""),
        ("Hydroxyquinol", "Oc1ccc(O)c(O)c1", ""),
        ("Chlorogenic acid", "O=C(O)C1CC(O)C(O)C(O)C1", ""),
        ("", "CC", ""),
    ],
)
def test_a_name_with_an_element_that_the_structure_lacks(name, smiles, lacking):
    (reason,) = against_name(observations(("Ni", 2, smiles, 1, 5.0), ligand=name))
    assert bool(reason) == bool(lacking)
    assert not lacking or reason.endswith(f"but no {lacking} in the structure")


def test_another_ligands_constants_do_not_take_the_name_of_the_structure():
    rows = observations(
        *[("Ni", 2, "CCO", 1, 5.0)] * 2,
        (*NICKEL, 5.0),
        ligand=["ethanol", "ethylenediamine", "glycine"],
    )
    curated = c.curate(rows)
    assert curated.quarantine.ligand.tolist() == ["ethylenediamine"]
    assert curated.observations.ligand.tolist() == ["ethanol", "glycine"]


def test_suspicions_see_only_the_rows_they_are_given():
    rows = additive(7.0)
    training = rows.iloc[[0, *range(5, 25)]]  # an index with gaps comes back as it was
    reasons = suspicions(training)
    assert reasons.index.equals(training.index)
    assert suspicions(rows.iloc[:1]).eq("").all()


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


def test_the_report_counts_and_lists(tmp_path):
    rows, steps = srd46.read(srd46_dump.zipped(tmp_path / "dump.zip"))
    curated = c.curate(rows, **PUBLISHED)
    report, page = curation_report(curated, len(rows), title="<SRD & 46>", read_steps=steps)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["rows_read"] == len(rows)
    assert report["rows_kept"] == sum(report["per_n"].values()) == len(curated.observations)
    assert report["per_ion"]["Cu+2"] == {"1": 1, "2": 1, "3": 1}
    assert next(iter(report["per_ion"])) == "Ni+2"
    assert report["temperature_C"] == [25.0, 25.0]
    assert [s["name"] for s in report["steps"]][-1] == "duplicates"
    assert report["quarantine"][0]["reason"].startswith("structure is C6H9NO6")
    assert report["quarantine"][0]["log_beta_sd"] is None
    for shown in ("&lt;SRD &amp; 46&gt;", "<svg", "Cu+2", "constants", "C6H9NO6", "30tv"):
        assert shown in page
    assert "<SRD" not in page


def test_the_report_is_the_same_twice_and_needs_no_other_file():
    curated = c.curate(additive())
    one, other = (curation_report(curated, 25, title="t")[1] for _ in range(2))
    assert one == other
    assert 'src="' not in one
    assert "None." in one  # no suspicious values


def test_the_report_escapes_what_the_table_says():
    rows = observations((*NICKEL, 5.0), (*NICKEL, -5.0), ligand="<script>x</script>")
    assert "<script>" not in curation_report(c.curate(rows), len(rows), title="t")[1]


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
