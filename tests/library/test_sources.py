from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fakes import FakePosterior

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.library.sources import Sources, labels_of

PAIRS = pd.DataFrame(
    {
        "metal": "Ni",
        "charge": 2,
        "smiles": ["C", "CC", "C"],
        "n_ligands": 1,
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
)


def source(mean, asked):
    """A model that says `mean` ± 2 of every pair, and notes what it was asked."""

    def bind(pairs):
        asked.append(pairs["smiles"].tolist())
        return FakePosterior(np.full(len(pairs), mean), 4.0 * np.eye(len(pairs)))

    return SimpleNamespace(features_of=lambda pairs: pairs, model=SimpleNamespace(bind=bind))


def test_every_source_is_asked_for_its_mean_and_sd():
    sources = Sources.of({"model:a": source(1.0, []), "model:b": source(5.0, [])})
    mean, sd = sources.predict(PAIRS)
    np.testing.assert_array_equal(mean, [[1.0, 5.0]] * 3)
    np.testing.assert_array_equal(sd, 2.0)


def test_what_is_known_is_not_asked_again():
    asked = []
    known = Sources.of({"model:a": source(1.0, asked)}).table(PAIRS)
    assert asked == [["C", "CC"]]  # each pair once
    assert list(known.columns[-2:]) == ["mean_1", "sd_1"]
    sources = Sources(("model:a",), [lambda: source(9.0, asked)], known)
    new = pd.concat([PAIRS, PAIRS.tail(1).assign(smiles="CCC")], ignore_index=True)
    assert sources.predict(new)[0][:, 0].tolist() == [1.0, 1.0, 1.0, 9.0]
    assert asked[1:] == [["CCC"]]


def test_a_source_that_cannot_describe_the_pairs_is_named():
    def fail(pairs):
        raise ConfigError("No such ion.")

    broken = SimpleNamespace(features_of=fail, model=SimpleNamespace(bind=None))
    with pytest.raises(DataError, match=r"The source model:a .* 3 pairs .* No such ion\."):
        Sources.of({"model:a": broken}).predict(PAIRS)


def test_labels_in_a_schema():
    names = ("mean by model:a", "sd by model:a", "mean by model:b", "sd by model:b")
    schema = SimpleNamespace(blocks={"sources": SimpleNamespace(names=names)})
    assert labels_of(schema) == ("model:a", "model:b")
    assert labels_of(SimpleNamespace(blocks={})) == ()


def test_kernels_of_sources_are_restated_for_the_scales_of_other_features():
    def stated(found):
        schema = SimpleNamespace(blocks={"site": SimpleNamespace(names=("a", "b"), scale=(2.0, 4))})
        return SimpleNamespace(schema=schema, model=SimpleNamespace(hyperparameters=lambda: found))

    kernel = {
        "lengthscales": {"site.a": 3.0, "site.b": 5.0},
        "variances": {"ligand": 0.7},
        "amplitude_slopes": {"site.a": 0.1, "log n_ligands": 0.4},
        "noise": 0.2,
    }
    sources = Sources.of({"model:a": stated(kernel), "model:b": stated({"noise": 0.1})})
    # A lengthscale of 3 units of 2 is one of 6 units of 1; b is not a feature there.
    assert sources.kernels({"site": {"a": 1.0, "c": 1.0}}) == {
        "model:a": {
            "lengthscales": {"site.a": 6.0},
            "variances": {"ligand": 0.7},
            "amplitude_slopes": {"site.a": 0.05, "log n_ligands": 0.4},
        }
    }
