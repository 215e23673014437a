"""What the ionic strength does to log β."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bo_loop.chemistry.medium import medium_effect

# 0.509 √I / (1 + 1.5 √I) at 0.1 and 1 mol/L.
D_01, D_1 = 0.109174, 0.2036


def effect(charge, n, ligand_charge, ionic_strength, acid=False):
    arrays = (np.array([float(v)]) for v in (charge, n, ligand_charge, ionic_strength))
    return medium_effect(*arrays, np.array([acid]))[0]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # Cu²⁺ + edta⁴⁻ → Cu(edta)²⁻: 4 − 4 − 16 = −16. The constants are 20.5 and 18.8.
        ((2, 1, -4, 0.0), 16 * D_01 - (0.10 + 16 * 0.028) * 0.1),
        # Ni²⁺ + 3 en: no charge disappears.
        ((2, 3, 0, 1.0), 0.30 * 0.9),
        # Al³⁺ + 3 C₂O₄²⁻ → AlL₃³⁻: 9 − 9 − 12 = −12.
        ((3, 3, -2, 1.0), -12 * (D_1 - D_01) + (0.30 + 12 * 0.028) * 0.9),
    ],
)
def test_by_hand(arguments, expected):
    assert effect(*arguments) == pytest.approx(expected, abs=1e-5)


def test_protons_are_single_charges():
    # H⁺ + CH₃COO⁻: 0 − 1 − 1 = −2, the pK of 4.56 is 4.76 without salt; H₂ox: 0 − 2 − 4 = −6.
    assert effect(1, 1, -1, 0.0, acid=True) == pytest.approx(2 * D_01 - 0.022, abs=1e-5)
    assert effect(2, 1, -2, 0.0, acid=True) == pytest.approx(6 * D_01 - 0.046, abs=1e-5)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(-8, 2), st.booleans())
def test_there_is_none_where_most_constants_are_measured(charge, n, ligand_charge, acid):
    assert effect(charge, 1 if acid else n, ligand_charge, 0.1, acid) == 0.0


def test_the_linear_term_ends_at_four_molar():
    rise = effect(2, 1, 0, 4.0) - effect(2, 1, 0, 3.0)
    assert rise == pytest.approx(0.10)
    assert effect(2, 1, 0, 9.0) == effect(2, 1, 0, 4.0)
