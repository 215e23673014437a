import numpy as np
import pytest

from bo_loop.solution.mixed import pk_of_mhl

NONE = -np.inf


@pytest.mark.parametrize(
    ("log_beta", "protons", "charge", "pk"),
    [
        # Two protons, pK 10 and 5: 2.295 + 4.64 + 1.68 − 1.022 − 2.78
        (10.0, [10.0, 15.0, NONE], 2, 4.813),
        # and a third of pK 3: + 1.17 − 0.922
        (10.0, [10.0, 15.0, 18.0], 2, 5.061),
    ],
)
def test_estimates_by_hand(log_beta, protons, charge, pk):
    assert float(pk_of_mhl(np.array(log_beta), np.array(protons), charge)) == pytest.approx(pk)


def test_a_ligand_of_one_proton_has_none_left():
    protons = np.array([[9.0, NONE, NONE], [9.0, 12.0, NONE]])
    found = pk_of_mhl(np.array([5.0, 5.0]), protons, np.array([2, 3]))
    assert found[0] == NONE
    assert np.isfinite(found[1])
