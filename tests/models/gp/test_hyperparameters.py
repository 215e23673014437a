from types import SimpleNamespace

import numpy as np
import pytest

from bo_loop.models.gp.hyperparameters import Statement, rescaled
from bo_loop.models.gp.source_noise import Groups


class Named:
    """A kernel with one hyperparameter: the log of its variance."""

    def stated(self, theta, scale):
        return {"variance": float(np.exp(theta[0]) * scale**2)}

    def fits(self, stated):
        return "variance" in stated

    def theta(self, stated, scale):
        return np.log([stated["variance"] / scale**2])


TWO_SOURCES = Groups(("a",), np.array([0, 0, 1]))  # the third row shares what is left


def found(*theta):
    return SimpleNamespace(theta=np.log(theta), mean=0.5)


def test_variances_are_stated_in_original_units():
    stated = Statement(Named(), None, False).of(found(2.0, 0.25), centre=7.0, scale=2.0)
    assert stated == pytest.approx({"variance": 8.0, "noise": 1.0, "mean": 8.0, "widened": 1.0})


def test_each_group_of_sources_has_its_noise_and_the_rest_a_shared_one():
    statement = Statement(Named(), TWO_SOURCES, True)
    stated = statement.of(found(2.0, 0.25, 0.5, 0.75), centre=0.0, scale=2.0)
    assert stated.pop("source_noise") == pytest.approx({"a": 1.0})
    assert stated == pytest.approx(
        {"variance": 8.0, "noise": 2.0, "mean": 1.0, "widened": 1.0, "offset_variance": 3.0}
    )


@pytest.mark.parametrize(
    ("groups", "theta"), [(None, (2.0, 0.25)), (TWO_SOURCES, (2.0, 0.25, 0.5))]
)
@pytest.mark.parametrize("offset", [False, True])
def test_what_is_stated_is_read_back(groups, theta, offset):
    theta = theta + (0.75,) * offset
    statement = Statement(Named(), groups, offset)
    stated = statement.of(found(*theta), centre=7.0, scale=2.0)
    assert statement.theta(stated, 2.0) == pytest.approx(np.log(theta))


def test_other_sources_start_from_the_shared_noise():
    stated = Statement(Named(), None, False).of(found(2.0, 0.25), centre=7.0, scale=2.0)
    read = Statement(Named(), TWO_SOURCES, True).theta(stated, 2.0)
    assert read == pytest.approx(np.log([2.0, 0.25, 0.25, 0.25]))


def test_rescaling_multiplies_every_variance_and_is_undone_in_a_start():
    statement = Statement(Named(), TWO_SOURCES, True)
    stated = statement.of(found(2.0, 0.25, 0.5, 0.75), centre=7.0, scale=2.0)
    wide = rescaled(Named(), stated, 3.0)
    for name in ("variance", "noise", "offset_variance"):
        assert wide[name] == pytest.approx(9.0 * stated[name])
    assert wide["source_noise"]["a"] == pytest.approx(9.0 * stated["source_noise"]["a"])
    assert (wide["mean"], wide["widened"]) == (stated["mean"], 3.0)
    assert statement.theta(wide, 2.0) == pytest.approx(statement.theta(stated, 2.0))
