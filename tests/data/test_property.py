import math

import pytest
import yaml

from bo_loop.base.errors import ConfigError
from bo_loop.data.property import LOG_BETA, Property, columns_of


def test_columns_and_words_follow_from_the_name():
    d = Property.of({"name": "log D"})
    assert (d.column, d.words, d.is_log_beta) == ("log_D", "log D", False)
    assert d.renamed("predicted_log_beta") == "predicted_log_D"
    assert d.renamed("log_beta_sd") == "log_D_sd"
    assert d.renamed("status") == "status"
    rate = Property.of({"name": "rate", "unit": "1/h", "transform": "log10"})
    assert rate.words == "log10 rate (1/h)"
    assert (rate.renamed("log_beta"), rate.renamed("predicted_log_beta")) == (
        "rate",
        "predicted_log10_rate",
    )
    assert Property.of({"name": "ΔH", "unit": "kJ/mol"}).column == "delta_H"
    assert Property.of(None) == LOG_BETA == Property.of({"name": "log β"})
    assert LOG_BETA.renamed("log_beta") == "log_beta"


def test_values_and_sds_are_taken_to_the_scale_that_is_modelled():
    rate = Property.of({"name": "rate", "transform": "log10"})
    assert rate.scaled(100.0, 10.0) == pytest.approx((2.0, 0.1 / math.log(10.0)))
    assert rate.measured(2.0) == pytest.approx(100.0)
    share = Property.of({"name": "recovery", "unit": "%", "transform": "logit", "bounds": [0, 100]})
    y, sd = share.scaled(80.0, 1.0)
    # d/dv ln(v / (100 − v)) = 100 / (v (100 − v)) = 100 / 1600.
    assert (y, sd) == pytest.approx((math.log(4.0), 1.0 / 16.0))
    assert share.measured(y) == pytest.approx(80.0)
    assert Property.of({"name": "x"}).scaled(-3.0, None) == (-3.0, None)


@pytest.mark.parametrize(
    ("node", "value", "expected"),
    [
        ({"name": "log D", "bounds": [-5, 5]}, 5.5, "log D, a number between -5 and 5"),
        (
            {"name": "rate", "unit": "1/h", "transform": "log10"},
            0.0,
            "rate, a number above 0 in 1/h",
        ),
        ({"name": "R", "transform": "logit", "bounds": [0, 1]}, 1.0, "strictly between 0 and 1"),
        ({"name": "cost of a bath", "bounds": [0, None]}, -1.0, "a number of at least 0"),
    ],
)
def test_a_value_that_cannot_be_is_refused(node, value, expected):
    with pytest.raises(ValueError, match=expected):
        Property.of(node).scaled(value)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("log D", "write it as"),
        ({"unit": "M"}, "write it as"),
        ({"name": ""}, "property.name is ''"),
        ({"name": "metal"}, "means something else in a table"),
        ({"name": "x", "scale": "log"}, "property has no scale"),
        ({"name": "x", "transform": "ln"}, "it may be none, log10, logit"),
        ({"name": "x", "transform": "logit"}, "needs both bounds"),
        ({"name": "x", "bounds": [1, 0]}, "the first must be less"),
        ({"name": "x", "bounds": 5}, "give the least and the largest value"),
        ({"name": "x", "bounds": ["a", 5]}, "give the least and the largest value"),
        ({"name": "x", "transform": "log10", "bounds": [-1, 5]}, "no bound below 0"),
    ],
)
def test_a_property_that_cannot_be_is_refused(node, said):
    with pytest.raises(ConfigError, match=said):
        Property.of(node)


def test_headers_of_people_are_found():
    of = Property.of({"name": "log D", "unit": "-"})
    assert columns_of(["Metal", "LogD", "log_d sd"], of) == {
        "log_beta": "LogD",
        "log_beta_sd": "log_d sd",
    }
    assert columns_of(["log K"], of) == {}


H = {"name": "ΔH", "unit": "kJ/mol"}
SHARE = {"name": "recovery", "unit": "%", "transform": "logit", "bounds": [0, 100]}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (H, H | {"name": "delta_H"}, True),
        (H, H | {"bounds": [-500, 500]}, True),
        (H, H | {"unit": "kcal/mol"}, False),
        (H, None, False),
        (None, {"name": "log β"}, True),
        (SHARE, SHARE | {"bounds": [0, 90]}, False),  # the logit is another one
        (SHARE, SHARE | {"transform": "none"}, False),
    ],
)
def test_two_speak_of_the_same_if_a_modelled_value_means_the_same(one, other, same):
    assert Property.of(one).speaks_of(Property.of(other)) is same
    assert Property.of(other).speaks_of(Property.of(one)) is same


@pytest.mark.parametrize("node", [H, SHARE, {"name": "log D", "bounds": [None, 5]}])
def test_what_the_command_line_is_given_makes_the_same_property(node):
    of = Property.of(node)
    assert Property.of(yaml.safe_load(of.option)) == of
    assert Property.of({"name": "ΔH", "unit": "kJ/mol"}).option == '{name: "ΔH", unit: "kJ/mol"}'
