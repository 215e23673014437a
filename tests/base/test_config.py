import pytest

from bo_loop.acquisition import Cost, Maximise, Pareto
from bo_loop.base.config import build, read
from bo_loop.base.errors import ConfigError, DataError


def test_plain_values_come_back_as_they_are():
    assert build({"a": [1, {"b": None}], "c": "x"}) == {"a": [1, {"b": None}], "c": "x"}


def test_targets_are_built_innermost_first():
    node = {
        "_target_": "bo_loop.acquisition.Pareto",
        "objectives": [
            {"_target_": "bo_loop.acquisition.Maximise"},
            {"_target_": "bo_loop.acquisition.Cost"},
        ],
    }
    assert build(node) == Pareto(objectives=[Maximise(), Cost()])


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "bo_loop.base.config.build",
        "bo_loop.models.PairKernel",
        "bo_loop.models.lazy_exports",
        "bo_loop.models.__getattr__",
        "bo_loop.models.pair_gp.FitError",
        "bo_loop.campaign.Campaign",
        "bo_loop.nothing.here",
        "bo_loop.acquisition",
        "bo_loop",
        7,
    ],
)
def test_only_public_names_of_bo_loop_are_built(target):
    with pytest.raises(ConfigError, match="_target_"):
        build({"_target_": target})


def test_unknown_argument_names_those_the_target_takes():
    with pytest.raises(ConfigError, match=r"unexpected keyword argument 'bta'.*'beta'"):
        build({"_target_": "bo_loop.acquisition.UCB", "bta": 1})


def test_errors_of_the_target_itself_pass_through():
    with pytest.raises(DataError, match="Unobtainium"):
        read({"_target_": "bo_loop.data.Minteq", "without_metals": ["Unobtainium+2"]}, "data")


@pytest.mark.parametrize("node", [{"_target_": "bo_loop.models.PairGP"}, {"path": "x"}, "minteq"])
def test_what_is_no_table_is_not_read(node):
    with pytest.raises(ConfigError, match=r"data is .*: not a valid data"):
        read(node, "data")


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


@pytest.mark.parametrize(
    ("target", "option", "value", "expected"),
    [
        ("Csv", "path", 5.5, None),
        ("Csv", "path", ["a.csv", "b.csv"], None),
        ("Csv", "path", [5], "text or a list of texts"),
        ("Csv", "path", {"a": "b"}, "text or a list of texts"),
        ("Csv", "columns", 5, "a mapping of texts or null"),
        ("Csv", "columns", {"metal": ["M"]}, "a mapping of texts or null"),
        ("Csv", "columns", {"metal": None, "smiles": "S"}, None),
        ("TablePool", "metals", 5, "a list of texts"),
        ("TablePool", "metals", [5], "a list of texts"),
        ("TablePool", "path", ["a.csv"], "text"),
        ("TablePool", "path", None, "text"),
    ],
)
def test_values_of_another_shape_are_named(target, option, value, expected):
    node = {"_target_": f"bo_loop.data.{target}", "path": "a.csv", option: value}
    node |= {"metals": ["Cu+2"]} if target == "TablePool" and option != "metals" else {}
    if expected is None:
        assert getattr(build(node), option) == value
    else:
        with pytest.raises(ConfigError) as caught:
            build(node)
        assert f"{option}: {value!r} — expected {expected}" in str(caught.value)


def test_numbers_may_be_whole_and_null_where_the_target_says_so():
    built = build({"_target_": "bo_loop.models.PairGP", "lengthscale_sd": 1, "fit_rows": None})
    assert (built.lengthscale_sd, built.fit_rows) == (1, None)


def test_lists_are_the_targets_own_to_check():
    built = build({"_target_": "bo_loop.models.PairGP", "terms": ["metal"]})
    assert built.terms == ["metal"]
    setting = {"_target_": "bo_loop.studies.Setting", "target": ["Cu+2"], "n_ligands": [2]}
    assert build(setting).n_ligands == [2]
