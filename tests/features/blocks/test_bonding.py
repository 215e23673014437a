import numpy as np
import pytest

from bo_loop.chemistry.ions import MetalIon
from bo_loop.features.blocks.bonding import (
    BONDING_NAMES,
    HYDROLYSIS_PK,
    bonding,
    charge_at_metal,
    estimate_holds,
)


def of(ion: str, charge: int) -> dict[str, float]:
    return dict(zip(BONDING_NAMES, bonding([MetalIon(ion, charge)])[0], strict=True))


def test_bonding_of_ions_by_hand():
    copper, aluminium, vanadyl, mercury = of("Cu", 2), of("Al", 3), of("VO", 2), of("Hg", 2)
    # Shannon, six-coordinate: Cu+2 73 pm, Al+3 53.5 pm.
    assert copper["ionic_potential_per_pm"] == pytest.approx(4 / 73)
    assert aluminium["hydration_energy_per_pm"] == pytest.approx(9 / (53.5 + 85))
    assert [copper[k] for k in BONDING_NAMES[2:7]] == [9, 0, 6, 1, 0]
    assert [mercury[k] for k in BONDING_NAMES[2:7]] == [10, 0, 0, 0, 1]  # 4f14 is core
    assert (vanadyl["oxidation_state"], vanadyl["d_electrons"], vanadyl["oxo_cation"]) == (4, 1, 1)
    # Parr and Pearson (1983): hardness of Al+3 45.8 eV, of Cu+2 8.3 eV.
    # Stated to one decimal.
    assert np.exp(aluminium["log_hardness"]) == pytest.approx(45.8, abs=0.1)
    assert np.exp(copper["log_hardness"]) == pytest.approx(8.3, abs=0.05)  # stated to one decimal


@pytest.mark.parametrize(
    ("metal", "charge", "pk"),
    [
        ("Fe", 3, 2.19),  # Baes and Mesmer (1976)
        ("UO2", 2, 5.8),
        # Wulfsberg (2000), with Shannon's radii: 152 pm; 77 pm and electronegativity 1.9 - 1.5.
        ("Rb", 1, 15.14 - 88.16 / (152 + 14)),
        ("Cu", 1, 15.14 - 88.16 * (1 / (77 + 14) + 0.096 * 0.4)),
    ],
)
def test_hydrolysis_constants_are_measured_or_estimated(metal, charge, pk):
    assert of(metal, charge)["hydrolysis_pK"] == pytest.approx(pk)


@pytest.mark.parametrize(
    ("metal", "charge", "pk"),
    [("VO2", 1, 3.3), ("TiO", 2, 2.0), ("Mn", 3, 0.0), ("NpO2", 1, 11.3), ("Pu", 4, -0.6)],
)
def test_measured_hydrolysis_constants_where_no_formula_holds(metal, charge, pk):
    # Stated to one decimal.
    assert of(metal, charge)["hydrolysis_pK"] == pytest.approx(pk, abs=0.05)


@pytest.mark.parametrize(
    ("metal", "charge", "pk"),
    [
        ("Am", 4, -0.575),  # median of Ce, Th, Pa, U, Np, Pu: -1.1, 3.2, -0.84, 0.65, -0.55, -0.6
        ("UO2", 1, 11.3),  # of Np, Pu, Am, and Pa with 7.0
        ("Mo", 6, -1.74),  # no ion of charge 6 was measured: as H3O+
    ],
)
def test_where_the_formula_fails_ions_alike_are_asked(metal, charge, pk):
    assert of(metal, charge)["hydrolysis_pK"] == pytest.approx(pk)


def test_the_formula_of_hydrolysis_holds_where_it_is_used(monkeypatch):
    ions = [MetalIon(*key) for key in HYDROLYSIS_PK]
    ions = [ion for ion in ions if estimate_holds(ion)]
    assert len(ions) > 25
    assert not {"Rh", "Hg", "UO2", "VO", "Th"} & {ion.metal for ion in ions}
    measured = bonding(ions)[:, -1]
    monkeypatch.setattr("bo_loop.features.blocks.bonding.HYDROLYSIS_PK", {})
    error = np.abs(bonding(ions)[:, -1] - measured)
    assert np.median(error) < 0.5
    assert np.quantile(error, 0.9) < 1.3


def test_charge_at_the_metal_of_oxo_cations():
    # Choppin and Rao (1984): 3.3 for U in UO2+2, 2.2 for Np in NpO2+1.
    assert charge_at_metal(MetalIon("UO2", 2)) == 3.3
    assert charge_at_metal(MetalIon("NpO2", 1)) == 2.2
    assert charge_at_metal(MetalIon("Th", 4)) == 4
    uranyl, thorium, lanthanum = of("UO2", 2), of("Th", 4), of("La", 3)
    assert uranyl["hydration_energy_per_pm"] == pytest.approx(3.3**2 / (73 + 85))
    names = ("hydration_energy_per_pm", "ionic_potential_per_pm")
    for name in names:
        assert lanthanum[name] < uranyl[name] < thorium[name]
        assert of("Ca", 2)[name] < of("NpO2", 1)[name] < lanthanum[name]


@pytest.mark.parametrize(
    ("metal", "charge", "field", "distorted"),
    [
        ("Co", 3, 24, 0),  # low-spin d6
        ("Rh", 3, 24, 0),
        ("Ir", 3, 24, 0),
        ("Ru", 2, 24, 0),
        ("Ru", 3, 20, 0),
        ("Fe", 3, 0, 0),  # high-spin d5
        ("Mn", 3, 6, 1),  # high-spin d4
        ("Ni", 3, 18, 1),  # low-spin d7
        ("Pd", 2, 24.56, 0),  # square planar: 4 × 5.14 + 2 × 4.28 - 2 × 2.28
        ("Pt", 2, 24.56, 0),
        ("Au", 3, 24.56, 0),
        ("Ni", 2, 12, 0),
    ],
)
def test_spin_and_geometry_decide_the_crystal_field(metal, charge, field, distorted):
    values = of(metal, charge)
    assert values["crystal_field_stabilisation_Dq"] == pytest.approx(field)
    assert values["jahn_teller"] == distorted


@pytest.mark.parametrize(
    ("metal", "charge", "electrons"),
    [
        *((m, c, 0) for m, c in (("Pb", 2), ("Tl", 1), ("Hg", 2), ("Hf", 4), ("Pt", 2), ("Lu", 3))),
        *(("Gd", 3, 7), ("Yb", 3, 13), ("Am", 3, 6), ("NpO2", 1, 2), ("UO2", 2, 0), ("La", 3, 0)),
    ],
)
def test_filled_f_shells_do_not_count(metal, charge, electrons):
    assert of(metal, charge)["f_electrons"] == electrons


def test_crystal_field_follows_irving_and_williams():
    row = [of(m, 2)["crystal_field_stabilisation_Dq"] for m in ("Mn", "Fe", "Co", "Ni", "Zn")]
    assert row == [0, 4, 8, 12, 0]
