import numpy as np
import pandas as pd
import pytest
from literature import literature, needs_literature

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.features.blocks.properties import PROPERTY_NAMES, properties

# The ions of minteq.v4.dat, and oxo-cations and lanthanides of the literature.
IONS = """Ag+1 Al+3 Ba+2 Be+2 Ca+2 Cd+2 Co+2 Co+3 Cr+2 Cr+3 Cu+1 Cu+2 Fe+2 Fe+3 Hg+2 K+1 Li+1
Mg+2 Mn+2 Mn+3 Na+1 Ni+2 Pb+2 Sn+2 Sr+2 Tl+1 Tl+3 U+3 U+4 UO2+2 UO2+1 V+2 V+3 VO+2 VO2+1
Zn+2
Bi+3 Cs+1 Ga+3 In+3 Pd+2 Rb+1 Th+4 Ce+4 Eu+2 Yb+2 Y+3 Sc+3
La+3 Ce+3 Pr+3 Nd+3 Pm+3 Sm+3 Eu+3 Gd+3 Tb+3 Dy+3 Ho+3 Er+3 Tm+3 Yb+3 Lu+3"""


def described(text):
    return dict(zip(PROPERTY_NAMES, properties([parse_ion(text)])[0], strict=True))


def empty(text):
    values = described(text)
    return [values[f"empty_{orbital}_orbitals"] for orbital in "spdf"]


@pytest.mark.parametrize("text", IONS.split())
def test_every_ion_of_the_data_is_described(text):
    values = described(text)
    assert np.isfinite(list(values.values())).all()
    for name in (
        "atomic_number",
        "melting_point_K",
        "ionic_radius_pm",
        "metal_charge",
        "dipole_polarizability_au",
        "specific_heat_capacity_J_per_g_K",
        "electronegativity_pauling",
    ):
        assert values[name] > 0, name
    assert values["electron_affinity_eV"] >= 0


def test_nickel_by_hand():
    values = described("Ni+2")
    assert values["metal_charge"] == 2
    assert values["atomic_number"] == 28
    assert values["melting_point_K"] == pytest.approx(1728.15)
    assert values["specific_heat_capacity_J_per_g_K"] == pytest.approx(0.444)
    assert values["ionic_radius_pm"] == pytest.approx(69.0)
    assert values["dipole_polarizability_au"] == pytest.approx(49.0)
    assert values["electron_affinity_eV"] == pytest.approx(1.156)
    assert values["electronegativity_pauling"] == pytest.approx(1.91)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ni+2", [1, 3, 0, 0]),  # 3d8: every d orbital holds one at least
        ("Cu+1", [1, 3, 0, 0]),  # 3d10
        ("Cr+3", [1, 3, 2, 0]),  # 3d3
        ("Zn+2", [1, 3, 0, 0]),
        ("Na+1", [1, 3, 0, 0]),  # no 2d shell
        ("K+1", [1, 3, 5, 0]),
        ("La+3", [1, 3, 5, 7]),  # [Xe]
        ("Gd+3", [1, 3, 5, 0]),  # 4f7: 6s and 5d gone before 4f
        ("Nd+3", [1, 3, 5, 4]),  # 4f3
        ("Pb+2", [0, 3, 0, 0]),  # 6s2: 6p gone before 6s
        ("Tl+1", [0, 3, 0, 0]),
        ("U+4", [1, 3, 5, 5]),  # 5f2
        ("UO2+2", [1, 3, 5, 7]),  # uranium(VI), [Rn]
        ("VO+2", [1, 3, 4, 0]),  # vanadium(IV), 3d1
    ],
)
def test_empty_orbitals_by_hand(text, expected):
    assert empty(text) == expected


@pytest.mark.parametrize(
    ("text", "picometres"),
    [
        ("Fe+2", 78.0),  # high spin, as Shannon marks most reliable
        ("Fe+3", 64.5),
        ("Co+3", 54.5),  # low spin is the reliable one
        ("Cr+2", 80.0),  # neither is marked: high spin
        ("Cu+2", 73.0),  # six-coordinate, though the square-planar one is marked
        ("Pd+2", 64.0),  # square planar
        ("Ni+2", 69.0),  # d8 of the first row: octahedral
        ("Sn+2", 105.0),  # stated
        ("VO+2", 58.0),  # vanadium(IV)
        ("UO2+2", 73.0),  # uranium(VI)
        ("Sm+2", 122.0),  # seven is the nearest to six
    ],
)
def test_radius_rule(text, picometres):
    assert described(text)["ionic_radius_pm"] == pytest.approx(picometres)


def test_oxo_cation_has_its_own_charge_and_its_metals_element():
    values = described("UO2+2")
    assert values["metal_charge"] == 2
    assert values["atomic_number"] == 92


def test_stated_values_replace_gaps():
    assert described("Zn+2")["electron_affinity_eV"] == 0.0
    assert described("Be+2")["electron_affinity_eV"] == 0.0  # the table's -2.4 is an estimate
    assert described("Eu+3")["electronegativity_pauling"] == pytest.approx((1.17 + 1.20) / 2)
    assert described("Sn+2")["melting_point_K"] == pytest.approx(505.078)


def test_rows_follow_the_ions_and_may_repeat():
    ions = [parse_ion(text) for text in ("Cu2+", "Ni2+", "Cu2+")]
    table = properties(ions)
    assert table.shape == (3, 12)
    assert table.dtype == np.float64
    np.testing.assert_array_equal(table[0], table[2])
    assert table[1, 0] == 2
    assert (table[0] != table[1]).any()
    assert properties([]).shape == (0, 12)


def test_an_ion_that_lacks_something_is_refused_by_name_with_all_others():
    with pytest.raises(DataError) as caught:
        properties([MetalIon("Ni", 7), MetalIon("Cu", 2), MetalIon("Fm", 7)])
    message = str(caught.value)
    assert "Ni+7 (Ni, oxidation state 7): no ionic_radius_pm" in message
    assert "Fm+7" in message
    assert "Cu+2" not in message


@needs_literature
@pytest.mark.parametrize("name", ["srd46_25C_0.1M.csv", "iupac_lanthanides.csv"])
def test_every_ion_of_the_literature_is_described(name):
    frame = pd.read_csv(literature(name), keep_default_na=False)
    ions = sorted({MetalIon(m, c) for m, c in zip(frame["metal"], frame["charge"], strict=True)})
    assert properties(ions).shape == (len(ions), 12)
