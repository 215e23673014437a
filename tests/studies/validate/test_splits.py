import json
from dataclasses import replace

import numpy as np
import pytest

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import PairFeatures
from bo_loop.studies.validate import splits
from bo_loop.studies.validate.splits import (
    EdgeOfDomain,
    mahalanobis,
    split_from_json,
    split_to_json,
)


def pairs(n=300, n_metals=6, n_ligands=60) -> PairFeatures:
    rng = np.random.default_rng(0)
    return PairFeatures(
        metal={"properties": rng.standard_normal((n_metals, 3))},
        ligand={"mordred": rng.standard_normal((n_ligands, 4))},
        ligand_group=np.arange(n_ligands) // 2 + 100,
        metal_row=rng.integers(n_metals, size=n),
        ligand_row=rng.integers(n_ligands, size=n),
        pair=rng.integers(1, 4, (n, 1)).astype(float),
        names={
            "properties": ("a", "b", "c"),
            "mordred": ("d", "e", "f", "g"),
            "pair": ("n_ligands",),
        },
    )


@pytest.fixture
def flat_map(monkeypatch):
    """A map made of the first two ligand features: its edge is known."""
    monkeypatch.setattr(splits, "_umap", lambda values, neighbours, seed: values[:, 3:5])


def test_mahalanobis_by_hand():
    # Variance 4 along x and 1 along y (denominator k − 1), no correlation.
    xy = np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.5], [0.0, -1.5]])
    expected = [3 / 6**0.5] * 2 + [1.5 / 1.5**0.5] * 2
    np.testing.assert_allclose(mahalanobis(xy + np.array([10.0, -4.0])), expected)


@pytest.mark.usefixtures("flat_map")
def test_no_ligand_is_on_two_sides():
    features = pairs()
    split = EdgeOfDomain(beta_1=4, beta_n=3).split(features)
    group = features.ligand_group[features.ligand_row]
    sides = [set(group[rows]) for rows in (split.train, split.sets["edge_ligands"])]
    sides.append(set(group[split.sets["test"]]))
    assert not sides[0] & sides[1]
    assert not sides[0] & sides[2]
    assert not sides[1] & sides[2]
    everything = [split.train, split.sets["edge_ligands"], split.sets["test"]]
    assert sorted(np.concatenate(everything)) == list(range(len(features)))
    assert set(split.sets["edge"]) <= set(split.sets["edge_ligands"])


@pytest.mark.usefixtures("flat_map")
def test_the_farthest_complexes_of_distinct_ligands_are_taken():
    features = pairs()
    split = EdgeOfDomain(beta_1=4, beta_n=3).split(features)
    n = features.pair[:, 0]
    group = features.ligand_group[features.ligand_row]
    for name, count, mine in (("beta_1", 4, n == 1), ("beta_n", 3, n > 1)):
        found = split.maps[name]
        assert mine[found.rows].all()
        picked = group[found.rows[found.picked]]
        assert len(set(picked)) == len(picked) == count
        nearest = found.distance[found.picked].min()
        others = ~np.isin(group[found.rows], picked)
        assert found.distance[others].max() <= nearest


@pytest.mark.usefixtures("flat_map")
def test_other_conditions_of_a_complex_at_the_edge_go_with_it():
    features = pairs()
    names = {**features.names, "pair": ("n_ligands", "temperature_C")}
    one, two = (
        replace(features, pair=np.column_stack([features.pair, np.full(300, t)]), names=names)
        for t in (25.0, 37.0)
    )
    twice = replace(
        one,
        metal_row=np.tile(one.metal_row, 2),
        ligand_row=np.tile(one.ligand_row, 2),
        pair=np.vstack([one.pair, two.pair]),
    )
    edge = EdgeOfDomain(beta_1=4, beta_n=3).split(twice).sets["edge"]
    assert set(edge % 300) == set(edge[edge < 300])


def test_a_map_is_made_of_the_features_of_its_stage(monkeypatch):
    widths = []

    def umap(values, neighbours, seed):
        widths.append(values.shape[1])
        return values[:, :2]

    monkeypatch.setattr(splits, "_umap", umap)
    one, more = ("mordred.d", "mordred.e", "pair.n_ligands"), ("properties.a", "pair.n_ligands")
    features = replace(pairs(), stages={"beta_1": one, "beta_n": more})
    EdgeOfDomain(beta_1=4, beta_n=3).split(features)
    assert widths == [2, 2]  # n does not vary on the map of n = 1
    widths.clear()
    EdgeOfDomain(beta_1=4, beta_n=3).split(pairs())
    assert widths == [7, 8]


@pytest.mark.usefixtures("flat_map")
def test_few_ligands_keep_most_for_training():
    features = pairs(n_ligands=20)  # ten groups
    split = EdgeOfDomain().split(features)
    assert {len(each.picked) for each in split.maps.values()} == {2}


@pytest.mark.usefixtures("flat_map")
def test_a_split_survives_json_and_the_seed_draws_the_test_set():
    features = pairs()
    split = EdgeOfDomain(seed=1).split(features)
    again = split_from_json(json.loads(json.dumps(split_to_json(split))))
    np.testing.assert_array_equal(again.sets["test"], split.sets["test"])
    np.testing.assert_array_equal(again.maps["beta_1"].xy, split.maps["beta_1"].xy)
    other = EdgeOfDomain(seed=2).split(features).sets["test"]
    assert set(other) != set(split.sets["test"])


@pytest.mark.usefixtures("flat_map")
def test_too_few_are_refused():
    with pytest.raises(DataError, match=r"[01] ligands are left"):
        EdgeOfDomain().split(pairs(n_ligands=4))
    with pytest.raises(DataError, match="needs 5 complexes"):
        EdgeOfDomain().split(pairs(n=3))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beta_1": 0}, "at least 1"),
        ({"test_share": 1.0}, "test_share"),
        ({"neighbours": 1}, "neigh"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ConfigError, match=message):
        EdgeOfDomain(**options)
