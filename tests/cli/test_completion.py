import shutil
import subprocess

import pytest
from command_line import BO_LOOP, run


def completed(folder, line):
    return run(folder, "--complete", line).splitlines()


def test_verbs_options_choices_campaigns_and_files_are_completed(tmp_path):
    (tmp_path / "campaigns" / "ni").mkdir(parents=True)
    (tmp_path / "campaigns" / "ni" / "ledger.jsonl").touch()
    (tmp_path / "results.csv").touch()
    assert completed(tmp_path, "bo-loop st") == ["start ", "status ", "structures "]
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
