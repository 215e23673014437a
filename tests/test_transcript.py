"""The transcript of the docs is what the commands print, but for its numbers and times."""

import re
import shlex
from pathlib import Path

from command_line import run

PAGE = (Path(__file__).parents[1] / "docs" / "transcript.md").read_text(encoding="utf-8")
SESSION = re.search(r"```console\n(.*?)```", PAGE, re.DOTALL)[1]
TABLE = re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)[1]


def words(printed):
    """What was printed, without the numbers, which may differ between machines."""
    printed = re.sub(r"\d\d:\d\d(:\d\d)?", "#", printed)
    return re.sub(r"\d+(\.\d+)?", "#", printed).split()


def test_each_command_prints_what_the_page_shows(tmp_path):
    (tmp_path / "results.csv").write_text(TABLE, encoding="utf-8")
    parts = re.split(r"^\$ (bo-loop .*)\n", SESSION, flags=re.MULTILINE)[1:]
    assert len(parts) == 12
    for command, shown in zip(parts[::2], parts[1::2], strict=True):
        printed = run(tmp_path, *shlex.split(command)[1:], columns=80)
        assert words(printed) == words(shown), command
