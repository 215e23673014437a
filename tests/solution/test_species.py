import numpy as np
import pytest
from tolerances import OTHER_ROUTE, ROUNDING

from bo_loop.base.errors import DataError
from bo_loop.solution.species import Species, System, log_proton, speciate

SYSTEM = System(
    {"Ca+2": 2, "L": -4},
    (
        Species("CaL", {"Ca+2": 1, "L": 1}, 10.65, 0.1),
        Species("HL", {"L": 1, "H+": 1}, 10.17, 0.1),
        Species("Ca(OH)", {"Ca+2": 1, "H+": -1}, -12.78),
    ),
)


def test_stoichiometry_and_charges():
    assert SYSTEM.components == ("Ca+2", "L", "H+")
    assert SYSTEM.nu.tolist() == [[1, 1, 0], [0, 1, 1], [1, 0, -1]]
    assert SYSTEM.charge_of.tolist() == [-2, -3, 1]


def test_constants_are_brought_to_the_ionic_strength_from_where_each_was_stated():
    at = SYSTEM.log_beta(0.1)
    assert at[:2].tolist() == [10.65, 10.17]
    # Δz² of CaOH⁺ + H⁺ from Ca²⁺ and water: 1 − (4 + 1) for the way it is written with −H⁺ …
    # its constant is a(CaOH)·a(H)/a(Ca): log γ(Ca) − log γ(CaOH) − log γ(H) = 2·log γ(1).
    gamma = -log_proton(0.0, 0.1)
    expected = -12.78 + 2 * gamma + np.log10(1 - 0.0034)
    assert at[2] == pytest.approx(expected, abs=ROUNDING)


def test_shares_add_up_and_follow_the_constants():
    found = speciate(SYSTEM, {"Ca+2": 1e-3, "L": 2e-3}, [4.0, 12.0], ionic_strength_M=0.1)
    for component in ("Ca+2", "L"):
        assert sum(found.shares(component).values()) == pytest.approx([1.0, 1.0])
    assert list(found.shares("Ca+2")) == ["Ca+2", "CaL", "Ca(OH)"]
    ratio = found.log_c[:, 1] - found.log_free["L"] - found.log_free["H+"]
    assert ratio == pytest.approx([10.17, 10.17], abs=ROUNDING)
    assert found.log_free["H+"] == pytest.approx([-3.8928, -11.8928], abs=1e-4)  # −pH − log γ


def test_draws_of_constants_are_systems_of_their_own():
    draws = SYSTEM.log_beta(0.1) + np.array([[0.0], [0.5]])
    found = speciate(SYSTEM, {"Ca+2": 1e-3, "L": 2e-3}, 7.0, ionic_strength_M=0.1, log_beta=draws)
    alone = speciate(
        SYSTEM, {"Ca+2": 1e-3, "L": 2e-3}, 7.0, ionic_strength_M=0.1, log_beta=draws[1:]
    )
    assert found.log_c[1] == pytest.approx(alone.log_c[0], abs=OTHER_ROUTE)
    assert found.log_free["Ca+2"][1] < found.log_free["Ca+2"][0]


def test_what_is_not_there_is_named():
    with pytest.raises(DataError, match=r"holds Zn\+2"):
        System({"Ca+2": 2}, (Species("ZnL", {"Zn+2": 1}, 3.0),))
    with pytest.raises(DataError, match="given twice"):
        System({"Ca+2": 2}, (SYSTEM.species[2], SYSTEM.species[2]))
    with pytest.raises(DataError, match="not so for L"):
        speciate(SYSTEM, {"Ca+2": 1e-3}, 7.0, ionic_strength_M=0.1)
    with pytest.raises(DataError, match="number above 0"):
        speciate(SYSTEM, {"Ca+2": 1e-3, "L": 0.0}, 7.0, ionic_strength_M=0.1)
