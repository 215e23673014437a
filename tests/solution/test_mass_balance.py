import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tolerances import OTHER_ROUTE

from bo_loop.base.errors import DataError
from bo_loop.solution.mass_balance import BALANCED, responses, solve

# M, L, H; ML, ML2, HL, H2L, M(OH), OH
NU = np.array([[1, 1, 0], [1, 2, 0], [0, 1, 1], [0, 1, 2], [1, 0, -1], [0, 0, -1]])
LOG_BETA = np.array([8.0, 13.0, 9.0, 12.0, -9.0, -14.0])


def errors(nu, found, total):
    """The balances again, from the concentrations, relative to the totals."""
    free, c = 10.0**found.log_free, 10.0**found.log_c
    return np.abs(free + c @ nu - total) / (free + c @ np.abs(nu) + np.abs(total))


def test_one_to_one_by_the_quadratic_formula():
    # x = [M] = [L]: 1e6·x² + x = 1e-3, x = (−1 + √(1 + 4000)) / 2e6
    found = solve(np.array([[1, 1]]), np.array([6.0]), np.array([[1e-3, 1e-3]]))
    x = (-1 + np.sqrt(4001)) / 2e6
    assert 10.0**found.log_free == pytest.approx(np.array([[x, x]]), rel=OTHER_ROUTE)
    assert 10.0 ** found.log_c[0, 0] == pytest.approx(1e-3 - x, rel=OTHER_ROUTE)


def test_buffer_by_the_equation_of_henderson():
    # HL/L = 10^(9 − pH): at pH 9 the ligand is half protonated, at 8 ten to one.
    given_ = np.array([[np.nan, -9.0], [np.nan, -8.0]])
    found = solve(np.array([[1, 1]]), np.array([9.0]), np.full((2, 2), 0.01), given_)
    assert 10.0 ** found.log_free[:, 0] == pytest.approx([0.005, 0.01 / 11], rel=OTHER_ROUTE)


def test_weak_acid_whose_protons_are_counted():
    # 0.1 M of HA with log K 4.76: [H] = [A] = x, x²/(0.1 − x) = 10^-4.76
    nu = np.array([[1, 1], [0, -1]])
    found = solve(nu, np.array([4.76, -14.0]), np.array([[0.1, 0.1]]))
    k = 10**-4.76
    x = (-k + np.sqrt(k * k + 0.4 * k)) / 2
    # Without hydroxide, which is 1e-11 of it.
    assert 10.0 ** found.log_free[0, 1] == pytest.approx(x, rel=1e-5)


@given(
    pH=st.floats(0.0, 14.0),
    metal=st.floats(-9.0, 0.0),
    ligand=st.floats(-9.0, 0.0),
    strength=st.floats(0.0, 25.0),
)
def test_balances_close_and_the_count_of_protons_gives_the_pH_back(pH, metal, ligand, strength):
    total = np.array([[10.0**metal, 10.0**ligand, 0.0]])
    log_beta = LOG_BETA + np.array([strength, 1.5 * strength, 0, 0, 0, 0])
    at_pH = solve(NU, log_beta, total, np.array([[np.nan, np.nan, -pH]]))
    assert errors(NU, at_pH, total)[:, :2].max() <= BALANCED
    total[0, 2] = 10.0 ** at_pH.log_free[0, 2] + (10.0 ** at_pH.log_c[0]) @ NU[:, 2]
    again = solve(NU, log_beta, total)
    assert errors(NU, again, total).max() <= BALANCED
    # A total that is the small difference of large ones does not fix a pH to more than this.
    matter = 10.0 ** at_pH.log_free[0, 2] + (10.0 ** at_pH.log_c[0]) @ np.abs(NU[:, 2])
    sensitivity = (10.0 ** at_pH.log_free[0, 2]) + 10.0 ** at_pH.log_c[0, 5]
    allowed = 10 * BALANCED * matter / sensitivity + OTHER_ROUTE
    assert abs(again.log_free[0, 2] + pH) <= allowed


@given(shuffle=st.permutations(range(6)))
def test_the_order_of_species_does_not_matter(shuffle):
    total, given_ = np.array([[1e-3, 2e-3, 0.0]]), np.array([np.nan, np.nan, -6.0])
    one = solve(NU, LOG_BETA, total, given_)
    other = solve(NU[shuffle], LOG_BETA[shuffle], total, given_)
    assert other.log_c[0] == pytest.approx(one.log_c[0][shuffle], abs=OTHER_ROUTE)


def many(rng, size):
    """Two metals that compete for one ligand, with 14 species; strong, weak, at all pH values."""
    one, two = rng.uniform(2, 25, (2, size))
    pk = np.sort(rng.uniform(1, 12, (size, 4)), axis=1)[:, ::-1].cumsum(axis=1)
    first, second = -rng.uniform(2, 12, (2, size))
    columns = [one, 1.7 * one, two, 1.6 * two, *pk.T, one + 3]
    columns += [first, 2.1 * first, 3.3 * first, second, 2.1 * second]
    nu = [[1, 0, 1, 0], [1, 0, 2, 0], [0, 1, 1, 0], [0, 1, 2, 0]]
    nu += [[0, 0, 1, k] for k in (1, 2, 3, 4)] + [[1, 0, 1, 1]]
    nu += [[1, 0, 0, -j] for j in (1, 2, 3)] + [[0, 1, 0, -j] for j in (1, 2)]
    total = 10.0 ** rng.uniform(-6, -2, (size, 4))
    given_ = np.full((size, 4), np.nan)
    given_[:, 3] = -rng.uniform(2, 12, size)
    return np.array(nu), np.column_stack(columns), total, given_


def test_ten_thousand_systems_at_once():
    nu, log_beta, total, given_ = many(np.random.default_rng(0), 10_000)
    start = time.process_time()
    found = solve(nu, log_beta, total, given_)
    assert time.process_time() - start <= 3.0  # 0.3 s on an idle core of 2024; issue 21 allows 1
    assert errors(nu, found, total)[:, :3].max() <= BALANCED
    some = [0, 1234, 9999]
    alone = [solve(nu, log_beta[[i]], total[[i]], given_[[i]]).log_c[0] for i in some]
    assert found.log_c[some] == pytest.approx(np.array(alone), abs=OTHER_ROUTE)


def test_free_concentrations_that_double_precision_cannot_hold_are_refused():
    # [M] = [L] = √(1e-3/1e40) = 3e-22, the small difference of numbers of 1e-3.
    with pytest.raises(DataError, match="not determined"):
        solve(np.array([[1, 1]]), np.array([40.0]), np.array([[1e-3, 1e-3]]))


@pytest.mark.parametrize("bad", [0.0, -1e-3, float("nan"), float("inf")])
def test_totals_that_are_none_are_refused(bad):
    with pytest.raises(DataError, match="number above 0"):
        solve(np.array([[1, 1]]), np.array([6.0]), np.array([[1e-3, 1e-3], [1e-3, bad]]))


def test_a_constant_that_is_not_a_number_is_refused():
    with pytest.raises(DataError, match="system 1 is not a number"):
        solve(np.array([[1, 1]]), np.array([[6.0], [np.nan]]), np.full((2, 2), 1e-3))


def test_responses_are_differences_of_solutions():
    nu = np.array([[1, 1, 0], [1, 2, 0], [0, 1, 1], [0, 0, -1]])
    log_beta, total = np.array([8.0, 14.0, 9.0, -14.0]), np.array([[1e-3, 3e-3, 2e-3]])
    found = solve(nu, log_beta, total)
    response = responses(nu, found, np.zeros(3, dtype=bool))
    for j in range(3):
        step = 1e-9 * np.eye(3)[[j]]
        up, down = (solve(nu, log_beta, total + s).log_free for s in (step, -step))
        expected = (up - down)[0] * np.log(10.0) / 2e-9
        assert response[0, :, j] == pytest.approx(expected, rel=1e-4)
