"""What a header of a table means."""

import pytest

from bo_loop.data.meanings import Meaning, meaning


@pytest.mark.parametrize(
    ("header", "column", "unit"),
    [
        ("Temperature_C", "temperature_C", ""), ("T (K)", "temperature_C", "K"),
        ("T/K", "temperature_C", "K"), ("Temp", "temperature_C", ""),
        ("TEMP [°C]", "temperature_C", "°C"),
        ("temperature_K", "temperature_C", "K"), ("temp. in K", "temperature_C", "K"),
        ("T, °C", "temperature_C", "°C"), ("I (M)", "ionic_strength_M", "M"),
        ("I / mol dm-3", "ionic_strength_M", "M"),
        ("Ionic Strength (mM)", "ionic_strength_M", "mM"),
        ("ionic strength", "ionic_strength_M", ""), ("μ (mol/L)", "ionic_strength_M", "M"),
        ("sd", "log_beta_sd", ""), ("error", "log_beta_sd", ""), ("log_beta_SD", "log_beta_sd", ""),
        ("σ", "log_beta_sd", ""), ("Censoring", "censoring", ""), ("Cost", "cost", ""),
        ("Status", "status", ""), ("Metal ion", "metal", ""), ("ＳＭＩＬＥＳ", "smiles", ""),
        ("\ufeffSMILES", "smiles", ""), ("Ligand (name)", "ligand", ""), ("n", "n_ligands", ""),
        ("InChI", "inchi", ""), ("logβ", "log_beta", ""), ("log β", "log_beta", ""),
        ("LOG BETA", "log_beta", ""), ("ln β", "log_beta", "ln"), ("pKa", "log_K", ""),
        ("log K", "log_K", ""), ("Reference", "source", ""), ("Notes", "note", ""),
    ],
)  # fmt: skip
def test_names_cases_spaces_and_units(header, column, unit):
    found = meaning(header)
    assert (found.column, found.unit, found.n) == (column, unit, 0)


@pytest.mark.parametrize(
    ("header", "column", "n", "stepwise"),
    [
        ("logK1", "log_beta", 1, True), ("log K2", "log_beta", 2, True),
        ("lg K_3", "log_beta", 3, True),
        ("log β2", "log_beta", 2, False), ("logβ₃", "log_beta", 3, False),
        ("log_beta_2", "log_beta", 2, False), ("log10 K1", "log_beta", 1, True),
        ("sd log K1", "log_beta_sd", 1, True), ("log K2 error", "log_beta_sd", 2, True),
    ],
)  # fmt: skip
def test_constants_that_say_n(header, column, n, stepwise):
    assert meaning(header) == Meaning(column, n=n, stepwise=stepwise)


@pytest.mark.parametrize(
    "header",
    ["", "colour", "K1", "K", "T (F)", "I (mol/kg)", "log β (37 °C)", "error (%)", "predicted_sd",
     "x" * 999],
)  # fmt: skip
def test_what_is_not_understood_is_left(header):
    assert meaning(header) is None
