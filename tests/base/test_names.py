from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pytest

from bo_loop import acquisition, models
from bo_loop.acquisition import Cost, Maximise, Pareto
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError
from bo_loop.base.names import ALIASES, current, find, node_of, plain
from bo_loop.models import PairGP


def test_a_public_name_is_what_its_package_exports():
    assert find("bo_loop.models.PairGP") is PairGP
    assert "PairGP" in models.__all__
    assert {"LogEI", "Maximise"} <= {*acquisition.__all__}


@pytest.mark.parametrize("old", ALIASES)
def test_every_old_address_leads_to_what_is_there(old):
    assert current(old) == ALIASES[old]
    assert find(old) is find(ALIASES[old])


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("bo_loop.models.Oracle", "does not exist; bo_loop.models has .*PairGP"),
        ("bo_loop.models.pair_gp.TERMS", "is refused"),
        ("bo_loop.base.names.find", "is refused"),
        ("os.system", "is refused: a config names what is public"),
        ("", "is refused"),
    ],
)
def test_nothing_else_can_be_named(name, complaint):
    with pytest.raises(ConfigError, match=complaint):
        find(name)


def test_an_attribute_that_is_not_exported_is_missing():
    with pytest.raises(AttributeError, match=r"'bo_loop\.models' has no attribute 'Oracle'"):
        _ = models.Oracle


def test_objects_become_nodes_that_build_them_again():
    node = node_of(Pareto(objectives=[Maximise(tolerance=0.2), Cost()]))
    assert node["_target_"] == "bo_loop.acquisition.Pareto"
    assert [one["_target_"] for one in node["objectives"]] == [
        "bo_loop.acquisition.Maximise",
        "bo_loop.acquisition.Cost",
    ]
    assert node["objectives"][0]["tolerance"] == 0.2
    assert node_of(build(node)) == node


@dataclass
class Mine:
    """Not of bo_loop."""

    size: int = 1


@pytest.mark.parametrize("thing", [Mine(), Maximise, object(), 1j])
def test_what_has_no_public_name_cannot_be_recorded(thing):
    with pytest.raises(ConfigError, match="cannot be recorded: its class has no public name"):
        node_of(thing)


def test_values_are_recorded_as_plain_ones():
    found = plain({"n": np.int64(3), "x": np.float32(0.5), "on": True, "path": PurePosixPath("a/b"),
                   "list": (1, None, "text")})  # fmt: skip
    assert found == {"n": 3, "x": 0.5, "on": True, "path": "a/b", "list": [1, None, "text"]}
    assert [type(value) for value in found.values()] == [int, float, bool, str, list]
