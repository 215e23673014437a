import pytest

from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError, DataError


def test_plain_values_come_back_as_they_are():
    assert build({"a": [1, {"b": None}], "c": "x"}) == {"a": [1, {"b": None}], "c": "x"}


def test_targets_are_built_innermost_first():
    node = {
        "_target_": "bo_loop.base.config.build",
        "node": {"_target_": "bo_loop.base.config.build", "node": 3},
    }
    assert build(node) == 3


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "bo_loop.base.config.importlib.import_module",
        "bo_loop.base.config.importlib",
        "bo_loop.base.config._call",
        "bo_loop.base.config.Mapping",
        "bo_loop.nothing.here",
        "bo_loop",
        7,
    ],
)
def test_only_public_names_of_bo_loop_are_built(target):
    with pytest.raises(ConfigError, match="_target_"):
        build({"_target_": target})


def test_unknown_argument_names_those_the_target_takes():
    with pytest.raises(ConfigError, match=r"unexpected keyword argument 'nod'.*\['node'\]"):
        build({"_target_": "bo_loop.base.config.build", "node": 1, "nod": 1})


def test_errors_of_the_target_itself_pass_through():
    node = {
        "_target_": "bo_loop.base.errors.DataError",
        "message": "m",
        "problems": ["row 2", "row 3"],
    }
    error = build(node)
    assert isinstance(error, DataError)
    assert str(error) == "m\n  - row 2\n  - row 3"


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("max_iter", "x", "a whole number"),
        ("max_iter", 1.5, "a whole number"),
        ("fit_rows", "many", "a whole number or null"),
        ("source_noise", "maybe", "true or false"),
        ("lengthscale_sd", True, "a number"),
    ],
)
def test_values_of_a_wrong_type_are_named_with_what_is_expected(option, value, expected):
    with pytest.raises(ConfigError, match=f"{option}: {value!r} — expected {expected}"):
        build({"_target_": "bo_loop.models.PairGP", option: value})


def test_numbers_may_be_whole_and_null_where_the_target_says_so():
    built = build({"_target_": "bo_loop.models.PairGP", "lengthscale_sd": 1, "fit_rows": None})
    assert (built.lengthscale_sd, built.fit_rows) == (1, None)


def test_lists_are_the_targets_own_to_check():
    built = build({"_target_": "bo_loop.models.PairGP", "terms": ["metal"]})
    assert built.terms == ["metal"]
    setting = {"_target_": "bo_loop.studies.Setting", "target": ["Cu+2"], "n_ligands": [2]}
    assert build(setting).n_ligands == [2]
