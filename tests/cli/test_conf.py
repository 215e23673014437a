"""Every option file names something that exists, with arguments it takes, and says what it is."""

import importlib
import inspect
from pathlib import Path

import pytest
import yaml

CONF = Path(__file__).parents[2] / "conf"
OPTIONS = sorted(path for path in CONF.glob("*/*.yaml") if path.parent.name != "campaign")
CAMPAIGN_KEYS = {"include_known", "generated", "max_generated_share", "max_denticity_sum"}


def nodes(node):
    """Every mapping with a target, innermost too."""
    if isinstance(node, dict):
        if "_target_" in node:
            yield node
        for value in node.values():
            yield from nodes(value)


@pytest.mark.parametrize("path", OPTIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_option_builds_what_it_names(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    found = list(nodes(yaml.safe_load(text)))
    assert found
    for node in found:
        module, _, name = node["_target_"].rpartition(".")
        target = getattr(importlib.import_module(module), name)
        arguments = set(node) - {"_target_"} - CAMPAIGN_KEYS
        takes = inspect.signature(target).parameters
        assert arguments <= set(takes)
        needed = {k for k, p in takes.items() if p.default is inspect.Parameter.empty}
        assert needed <= arguments


@pytest.mark.parametrize("path", sorted(CONF.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_primary_config_is_a_verb(path):
    from bo_loop.cli.main import VERBS

    assert path.stem in VERBS


@pytest.mark.parametrize("path", sorted(CONF.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_verb_writes_a_run_folder(path):
    hydra = yaml.safe_load(path.read_text(encoding="utf-8"))["hydra"]
    assert hydra["run"] == {"dir": "."}
    assert hydra["output_subdir"] is None
