import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.outliers_influence import variance_inflation_factor
from tolerances import OTHER_ROUTE, ROUNDING, SOLVED

from bo_loop.base.types import PairFeatures
from bo_loop.features import redundancy as filters


def random_features(seed, n_metals=5, n_ligands=12, n=80):
    rng = np.random.default_rng(seed)
    ligand_row = np.concatenate([np.arange(n_ligands), rng.integers(n_ligands, size=n - n_ligands)])
    metal_row = np.concatenate([np.arange(n_metals), rng.integers(n_metals, size=n - n_metals)])
    ligand = rng.normal(size=(n_ligands, 4)) * [1.0, 1e4, 1e-3, 7.0] + [0.0, 1e6, 5.0, -2.0]
    return PairFeatures(
        metal={"a": rng.normal(size=(n_metals, 2))},
        ligand={"b": ligand, "c": rng.integers(-4, 2, size=(n_ligands, 1)).astype(float)},
        ligand_group=np.arange(n_ligands),
        metal_row=metal_row,
        ligand_row=ligand_row,
        pair=np.column_stack([rng.integers(1, 4, size=n), rng.normal(25, 5, size=n)]),
        names={"a": ("a0", "a1"), "b": ("b0", "b1", "b2", "b3"), "c": ("c0",), "pair": ("p", "q")},
    )


def statsmodels_vif(dense):
    with_constant = np.column_stack([np.ones(len(dense)), dense])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an infinite factor divides by zero
        return np.array(
            [variance_inflation_factor(with_constant, j + 1) for j in range(dense.shape[1])]
        )


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_moments_equal_those_of_the_expanded_matrix(seed):
    features = random_features(seed)
    dense = features.dense()
    found = filters.moments(features)
    np.testing.assert_allclose(found.mean, dense.mean(axis=0), rtol=ROUNDING)
    np.testing.assert_allclose(found.sd, dense.std(axis=0), rtol=SOLVED)
    np.testing.assert_allclose(found.correlation, np.corrcoef(dense.T), atol=ROUNDING)


def test_moments_of_a_column_without_spread_are_uncorrelated():
    features = random_features(0)
    pair = features.pair.copy()
    pair[:, 1] = 25.0
    found = filters.moments(PairFeatures(**{**vars(features), "pair": pair}))
    assert found.sd[-1] == 0
    assert found.mean[-1] == 25.0
    np.testing.assert_array_equal(found.correlation[-1], [*np.zeros(8), 1.0])


def test_moments_weigh_each_pair_once():
    # Ligand values 0 and 3; three pairs with the first, one with the second.
    features = PairFeatures(
        metal={"a": np.zeros((1, 0))},
        ligand={"b": np.array([[0.0], [3.0]])},
        ligand_group=np.arange(2),
        metal_row=np.zeros(4, dtype=np.int64),
        ligand_row=np.array([0, 0, 0, 1]),
        pair=np.zeros((4, 0)),
        names={"a": (), "b": ("b0",), "pair": ()},
    )
    found = filters.moments(features)
    assert found.mean == pytest.approx([0.75])
    assert found.sd == pytest.approx([np.sqrt(27 / 16)])


def test_undefined_marks_nan_and_infinity():
    values = np.array([[1.0, np.nan, 2.0, 1e300], [1.0, 0.0, np.inf, 5.0]])
    assert filters.undefined(values).tolist() == [False, True, True, False]


def test_constant_sees_through_rounding_noise_only():
    values = np.array([[1e-17, 1e6, 1.0, 0.0], [-3e-16, 1e6 + 1e-6, 1.001, 1e-6]])
    assert filters.constant(values).tolist() == [True, True, False, False]


def test_uncorrelated_keeps_the_first_of_a_chain_and_what_follows_only_the_dropped():
    # 0-1 and 1-2 are close, 0-2 are not: 1 goes, 2 stays.
    correlation = np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.8], [0.5, 0.8, 1.0]])
    kept = filters.uncorrelated(correlation, np.zeros(3, dtype=bool), 0.7)
    assert kept.tolist() == [True, False, True]


def test_uncorrelated_counts_negative_correlation_and_the_limit_itself():
    correlation = np.array([[1.0, -0.7], [-0.7, 1.0]])
    none = np.zeros(2, dtype=bool)
    assert filters.uncorrelated(correlation, none, 0.7).tolist() == [True, False]
    assert filters.uncorrelated(correlation, none, 0.701).tolist() == [True, True]


def test_uncorrelated_puts_protected_columns_first_and_never_drops_them():
    # 1 and 2 are protected and close to one another and to 0.
    correlation = np.full((3, 3), 0.9) + 0.1 * np.eye(3)
    kept = filters.uncorrelated(correlation, np.array([False, True, True]), 0.7)
    assert kept.tolist() == [False, True, True]


def published_rule(dense, protected, limit):
    """Iterative removal of the largest VIF, by statsmodels."""
    left = list(range(dense.shape[1]))
    while True:
        factors = statsmodels_vif(dense[:, left])
        judged = [f if not protected[j] else -1.0 for j, f in zip(left, factors, strict=True)]
        worst = int(np.argmax(judged))
        if judged[worst] <= limit:
            return left
        del left[worst]


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=25, deadline=None)
def test_low_vif_removes_what_the_published_rule_removes(seed, some_protected):
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 9)) + 0.4 * rng.normal(size=(60, 9))
    protected = np.zeros(9, dtype=bool)
    protected[[2, 5]] = some_protected
    kept = filters.low_vif(np.corrcoef(dense.T), protected, 4.0)
    assert np.flatnonzero(kept).tolist() == published_rule(dense, protected, 4.0)


def test_low_vif_leaves_no_unprotected_factor_above_the_limit():
    rng = np.random.default_rng(3)
    dense = rng.normal(size=(300, 20)) @ rng.normal(size=(20, 60)) + rng.normal(size=(300, 60))
    protected = np.arange(60) < 6
    kept = filters.low_vif(np.corrcoef(dense.T), protected, 4.0)
    factors = statsmodels_vif(dense[:, kept])
    assert kept[protected].all()
    assert factors[6:].max() <= 4.0 + SOLVED
    assert 6 < kept.sum() < 60


def test_low_vif_with_exactly_collinear_protected_columns():
    rng = np.random.default_rng(1)
    base = rng.normal(size=(200, 2))
    protected_columns = np.column_stack([base, base @ [1.0, 1.0]])
    follower = base @ [1.0, -2.0] + 0.1 * rng.normal(size=200)
    free = rng.normal(size=200)
    dense = np.column_stack([protected_columns, follower, free])
    kept = filters.low_vif(np.corrcoef(dense.T), np.array([True, True, True, False, False]), 4.0)
    assert kept.tolist() == [True, True, True, False, True]


def test_low_vif_drops_the_last_of_exactly_collinear_columns():
    rng = np.random.default_rng(2)
    base = rng.normal(size=(200, 2))
    dense = np.column_stack([base, base @ [0.5, 0.5]])
    kept = filters.low_vif(np.corrcoef(dense.T), np.zeros(3, dtype=bool), 4.0)
    assert kept.tolist() == [True, True, False]


def test_low_vif_with_more_columns_than_distinct_ligands():
    rng = np.random.default_rng(4)
    dense = rng.normal(size=(10, 40))[rng.integers(10, size=300)]
    kept = filters.low_vif(np.corrcoef(dense.T), np.zeros(40, dtype=bool), 4.0)
    assert 1 <= kept.sum() <= 9
    assert statsmodels_vif(dense[:, kept]).max() <= 4.0 + OTHER_ROUTE


def test_low_vif_with_nothing_to_judge():
    assert filters.low_vif(np.eye(2), np.array([True, True]), 4.0).tolist() == [True, True]
