"""The README is a test: its commands run, and what exists is in it."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from command_line import BO_LOOP, run

from bo_loop.cli.main import VERBS
from bo_loop.data import Minteq

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


def commands():
    lines = (line for block in CONSOLE.findall(README) for line in block.splitlines())
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


@pytest.fixture
def folder(tmp_path):
    """What a reader has at hand: a table of constants, and pairs to predict."""
    known = Minteq().read()
    known = known[known["metal"].isin(["Cu", "Zn", "Pb"])]
    known.to_csv(tmp_path / "lit.csv", index=False)
    pairs = known[["metal", "charge", "smiles", "n_ligands"]].head(4)
    pairs.assign(note="mine").to_csv(tmp_path / "pairs.csv", index=False)
    return tmp_path


def test_the_commands_run_in_the_order_given(folder):
    """The first and a reading one as installed; the others in this process, to save imports."""
    environment = os.environ | {"PATH": f"{BO_LOOP.parent}{os.pathsep}{os.environ['PATH']}"}
    installed = {0, next(i for i, command in enumerate(commands()) if " status " in command)}
    for i, command in enumerate(commands()):
        words = shlex.split(command)
        assert words[0] == "bo-loop"
        if i in installed:
            done = subprocess.run(
                words, cwd=folder, capture_output=True, text=True, env=environment
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        else:
            run(folder, *words[1:])
    predicted = pd.read_csv(folder / "pred.csv", encoding="utf-8-sig")
    assert list(predicted.columns) == [
        "metal", "charge", "smiles", "n_ligands", "note", "mean", "sd", "outside_domain",
    ]  # fmt: skip
    assert (predicted["sd"] > 0).all()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_shown(verb):
    assert f"bo-loop {verb}" in README


def options():
    groups = (path for path in (ROOT / "conf").iterdir() if path.is_dir())
    return [(group.name, option.stem) for group in groups for option in group.glob("*.yaml")]


@pytest.mark.parametrize(("group", "option"), options())
def test_every_option_is_named(group, option):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{group}` |"))
    assert f"`{option}`" in row
