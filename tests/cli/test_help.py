"""What each verb says of itself, and what a shell completes."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from command_line import BO_LOOP, run

from bo_loop.cli.main import VERBS
from bo_loop.cli.options import options_of

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
        assert {word.partition("=")[0].partition(".")[0] for word in words[2:]} <= names | {"split"}


def test_choices_and_comments_come_from_the_config_files(tmp_path):
    printed = " ".join(run(tmp_path, "suggest", "--help").split())
    assert "batch_size=5" in printed
    assert "selectivity One metal over others" in printed
    assert "acquisition.max_per_ligand=null at most so many pairs of one ligand" in printed
    assert "objective.competitors" not in printed
    other = run(tmp_path, "suggest", "objective=selectivity", "--help")
    assert "objective.competitors=…" in other
    assert "model.terms=[metal * ligand * atoms" in other


def test_configs_of_ones_own_are_among_the_choices(tmp_path):
    (tmp_path / "conf" / "campaign").mkdir(parents=True)
    (tmp_path / "conf" / "campaign" / "mine.yaml").write_text("# @package _global_\n# My own.\n")
    printed = run(tmp_path, "start", "--help")
    assert "mine                        My own." in printed
    assert "nickel_chelators" in printed


def test_the_five_verbs_of_a_campaign_come_first(tmp_path):
    printed = run(tmp_path)
    lines = [line.split()[0] for line in printed.splitlines() if line.startswith("  ")]
    assert lines[:5] == ["start", "suggest", "log", "status", "report"]
    assert set(lines) == set(VERBS)
    assert run(tmp_path, "--help") == printed


def completed(folder, line):
    return run(folder, "--complete", line).splitlines()


def test_verbs_options_choices_campaigns_and_files_are_completed(tmp_path):
    (tmp_path / "campaigns" / "ni").mkdir(parents=True)
    (tmp_path / "campaigns" / "ni" / "ledger.jsonl").touch()
    (tmp_path / "results.csv").touch()
    assert completed(tmp_path, "bo-loop st") == ["start ", "status "]
    assert completed(tmp_path, "bo-loop log na") == ["name="]
    assert completed(tmp_path, "bo-loop log name=") == ["ni "]
    assert completed(tmp_path, "bo-loop log name=ni results=r") == ["results.csv "]
    assert completed(tmp_path, "bo-loop suggest objective=m") == ["maximise ", "minimise "]
    assert completed(tmp_path, "bo-loop suggest acquisition=ucb acquisition.b") == [
        "acquisition.beta="
    ]
    assert completed(tmp_path, "bo-loop suggest json=t") == ["true "]
    assert completed(tmp_path, "bo-loop nothing x") == []
    assert "zsh" in run(tmp_path, "--completion", "fish", code=2)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_takes_the_script(tmp_path):
    ask = (
        f'export PATH="{BO_LOOP.parent}:$PATH"; eval "$(bo-loop --completion bash)"; '
        'COMP_LINE="bo-loop suggest objective=sel"; COMP_POINT=${#COMP_LINE}; _bo_loop; '
        'printf "%s|" "${COMPREPLY[@]}"; complete -p bo-loop'
    )
    done = subprocess.run(
        ["bash", "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("selectivity |complete")
