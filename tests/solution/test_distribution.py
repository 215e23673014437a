import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.solution.activity import log_gamma, log_water_activity
from bo_loop.solution.conditional import log_alpha
from bo_loop.solution.distribution import distribute, pH_values, system_of, with_bands
from bo_loop.solution.embedded import complexes, protonation
from bo_loop.solution.species import Species, speciate

EDTA = system_of(["Ni+2"], -4, (*protonation("edta"), *complexes("Ni+2", "edta")))


def test_the_system_holds_the_hydrolysis_of_its_metal_ions():
    assert {"NiL", "HL", "Ni(OH)", "Ni(OH)2"} <= {each.name for each in EDTA.species}
    assert EDTA.charges == {"Ni+2": 2, "L": -4}


def test_without_ligand_to_speak_of_the_hydroxide_precipitates_where_its_product_says():
    # SI = log a(Ni) + 2 pH − 11.03: 1e-2 M of bare nickel is saturated near pH (11.03 + 2 + …)/2.
    bare = distribute(EDTA, {"Ni+2": 1e-2, "L": 1e-9}, np.arange(5, 9, 0.01), ionic_strength_M=0.1)
    activity = np.log10(1e-2) + log_gamma(2, 0.1) + 2 * log_water_activity(0.1)
    assert bare.precipitates()["Ni+2"] == pytest.approx((11.03 - activity) / 2, abs=0.02)
    bound = distribute(EDTA, {"Ni+2": 1e-3, "L": 2e-3}, np.arange(5, 9, 0.1), ionic_strength_M=0.1)
    assert bound.precipitates() == {}
    assert (bound.saturation["Ni+2"] < 0).all()


def test_a_strong_complex_has_the_pM_of_its_conditional_constant():
    found = distribute(EDTA, {"Ni+2": 1e-6, "L": 1e-5}, np.array([5.0, 7.4]), ionic_strength_M=0.1)
    # 9e-6 M of ligand is left, and K′ counts hydroxo species as free: pM = log K′ + log 9 + log α.
    alpha = log_alpha(EDTA, "Ni+2", [5.0, 7.4], ionic_strength_M=0.1)
    expected = found.log_k["Ni+2"] + np.log10(9) + alpha
    assert found.p_metal["Ni+2"] == pytest.approx(expected, abs=1e-4)
    assert found.ions == ["Ni+2"]


def test_ranges_of_pH():
    assert pH_values(2, 12, 0.1)[[0, -1]].tolist() == [2.0, 12.0]
    assert len(pH_values(2, 12, 0.1)) == 101
    assert pH_values(7, 7, 1).tolist() == [7.0]


@pytest.mark.parametrize("bad", [(8, 7, 0.1), (2, 12, 0), (2, 16, 1), (2, 12, 1e-9),
                                 (float("nan"), 12, 1)])  # fmt: skip
def test_what_is_no_range_of_pH_is_refused(bad):
    with pytest.raises(DataError, match="not a range of pH"):
        pH_values(*bad)


def test_bands_are_of_draws_of_the_constants():
    system = system_of(["Ni+2"], -1, [Species("NiL", {"Ni+2": 1, "L": 1}, 6.0, 0.1),
                                      Species("HL", {"L": 1, "H+": 1}, 9.5, 0.1)])  # fmt: skip
    found = distribute(
        system, {"Ni+2": 1e-3, "L": 1e-3}, np.array([4.0, 7.0]), ionic_strength_M=0.1
    )
    draws = np.tile(system.log_beta(0.1), (401, 1))
    draws[:, 0] += np.linspace(-1.0, 1.0, 401)
    draws[:, 1] += np.linspace(-0.5, 0.5, 401)  # together: the greater pKa takes from NiL
    banded = with_bands(found, draws)
    low, high = banded.bands["Ni+2"]["NiL"]
    share = banded.speciation.shares("Ni+2")["NiL"]
    assert (low <= share).all()
    assert (share <= high).all()
    # All grow with the draw, so the ends are those of the draws at 5 and 95 of 100.
    for end, at in ((low, 20), (high, 380)):
        moved = speciate(
            system, banded.speciation.total, found.speciation.pH, ionic_strength_M=0.1,
            log_beta=draws[[at]],
        )  # fmt: skip
        assert end == pytest.approx(moved.shares("Ni+2")["NiL"], abs=1e-6)
    assert banded.bands["Ni+2"]["pM"].shape == (2, 2)
    fixed = with_bands(found, np.tile(system.log_beta(0.1), (5, 1)))
    assert np.ptp(fixed.bands["Ni+2"]["NiL"], axis=0) == pytest.approx([0.0, 0.0])
