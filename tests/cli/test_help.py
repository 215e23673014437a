"""What each verb says of itself, and what a shell completes."""

import shlex
from pathlib import Path

import pytest
import yaml
from command_line import run

from bo_loop.cli.main import VERBS
from bo_loop.cli.options import options_of
from bo_loop.cli.verbs.structures import ACTIONS

CONF = Path(__file__).parents[2] / "conf"
GROUPS = {path.name for path in CONF.iterdir() if path.is_dir()}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_tells_each_of_its_options_and_gives_two_examples(tmp_path, verb):
    printed = run(tmp_path, verb, "--help", columns=80)
    assert printed.startswith(f"bo-loop {verb}: ")
    assert max(map(len, printed.splitlines())) <= 80
    for hidden in ("_target_", "powered by Hydra", "hydra", "???"):
        assert hidden not in printed
    content = yaml.safe_load((CONF / f"{verb}.yaml").read_text(encoding="utf-8"))
    own = {key for key in content if key not in ("defaults", "hydra")}
    told = {line.strip().partition("=")[0].partition(".")[0] for line in printed.splitlines()}
    assert own <= told
    examples = [line.strip() for line in printed.splitlines() if line.startswith("  bo-loop ")]
    assert len(examples) == 2
    known = options_of(verb)
    names = {o.name.partition(".")[0] for o in known.options} | {g.name for g in known.groups}
    for example in examples:
        words = shlex.split(example)
        assert words[:2] == ["bo-loop", verb]
        assert {
            word.partition("=")[0].partition(".")[0] for word in words[2:] if word not in ACTIONS
        } <= names | {"split"}


def test_the_five_verbs_of_a_campaign_come_first(tmp_path):
    printed = run(tmp_path)
    lines = [line.split()[0] for line in printed.splitlines() if line.startswith("  ")]
    assert lines[:5] == ["start", "suggest", "log", "status", "report"]
    assert set(lines) == set(VERBS)
    assert run(tmp_path, "--help") == printed
