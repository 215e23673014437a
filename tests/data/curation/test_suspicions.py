import numpy as np
import pandas as pd
import pytest
from curation_rows import ETHYLENEDIAMINE, GLYCINE, LIGANDS, METALS, NICKEL, observations

from bo_loop.data.curation.suspicions import against_name, suspicions
from bo_loop.data.property import Property


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


def test_suspicions_see_only_the_rows_they_are_given():
    rows = additive(7.0)
    training = rows.iloc[[0, *range(5, 25)]]  # an index with gaps comes back as it was
    reasons = suspicions(training)
    assert reasons.index.equals(training.index)
    assert suspicions(rows.iloc[:1]).eq("").all()


def test_what_is_known_of_log_beta_alone_says_nothing_of_another_property():
    # ΔH of one pair may be 2.303 times another, of the other sign, and higher for n = 1.
    rows = observations(
        (*NICKEL, -20.0), (*NICKEL, -20.0), (*NICKEL, -46.05), (*NICKEL, 20.0),
        ("Ni", 2, GLYCINE, 2, -60.0), ("Ag", 1, "C=C", 1, 40.0), ("Ni", 2, "C=C", 1, 4.0),
    )  # fmt: skip
    found = suspicions(rows, of=Property("ΔH", unit="kJ/mol"))
    # Structures are suspected as ever: nickel does not bind ethene.
    assert found.ne("").tolist() == [False] * 6 + [True]
    as_log_beta = suspicions(rows.assign(log_beta=-rows["log_beta"]))
    assert "looks like ln" in as_log_beta[2]
    assert "negative twin" in as_log_beta[3]
