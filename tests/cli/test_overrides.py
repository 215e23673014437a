import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from bo_loop.base.errors import ConfigError
from bo_loop.cli.overrides import literal, plain, quoted, touched_keys


def parsed(argument):
    return OverridesParser.create().parse_override(argument).value()


@pytest.mark.parametrize(
    "value",
    [1, 2.5, True, None, "plain", "it's", "a,b", [1, "x y", None], {"a": [True]}],
)
def test_a_literal_is_read_back_as_the_value(value):
    assert parsed(f"key={literal(value)}") == value


@pytest.mark.parametrize("text", [r"C:\labs\x", r"\\server\x", "C:\\", r"a\'b", "'", "\\\\"])
def test_backslashes_are_read_back_as_they_were(text):
    assert parsed(f"key={literal(text)}") == text


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("name=2026", "2026"),
        ("log=results (1).csv", "results (1).csv"),
        ("path=結果.csv", "結果.csv"),
        ("log_beta=7.10", "7.10"),
        ("pair=Ni+2:L1:ABC", "Ni+2:L1:ABC"),
        ("batch_size=3", 3),
        ("pick=[a,b]", ["a", "b"]),
        ("property={name: ΔH, unit: J/(mol K)}", {"name": "ΔH", "unit": "J/(mol K)"}),
        ('property={name: "ΔH", bounds: [-5, null]}', {"name": "ΔH", "bounds": [-5, None]}),
        ("note={name: ΔH}", "{name: ΔH}"),
        ("property={name: 90 %: ΔH", "{name: 90 %: ΔH"),
    ],
)
def test_text_is_taken_as_it_stands_and_numbers_stay_numbers(argument, value):
    assert parsed(quoted(argument)) == value


@pytest.mark.parametrize("argument", ["--help", "status", "-x=1"])
def test_what_is_no_override_is_left_alone(argument):
    assert quoted(argument) == argument


def test_keys_that_were_named():
    assert touched_keys(["data.path=x", "+seed=1", "~pool", "acquisition@a=b"]) == {
        "data", "seed", "acquisition",
    }  # fmt: skip


def test_a_config_as_plain_python():
    node = OmegaConf.create({"name": "x", "json": False, "n": "${size}", "size": 3})
    assert plain("status", node) == {"name": "x", "json": False, "n": 3, "size": 3}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"name": "???"}, "needs name"),
        ({"name": ["a", "b"]}, "give one text"),
        ({"json": "maybe"}, "json"),
        ({"n": "${absent}"}, "bo-loop status: Interpolation key 'absent' not found"),
    ],
)
def test_configs_that_cannot_be_meant_are_refused(config, said):
    with pytest.raises(ConfigError, match=said):
        plain("status", OmegaConf.create(config))
