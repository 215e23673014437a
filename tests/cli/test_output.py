"""What a command prints, and what happens where that cannot be printed."""

import errno
import io
import os
import sys

import pytest
import small_campaign
from command_line import run
from small_campaign import cheapen, results

from bo_loop.cli.main import main


class Full(io.StringIO):
    """Standard output on a full disk."""

    def write(self, text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("verb", "code"), [("log", 0), ("status", 2)])
def test_what_is_recorded_is_said_to_be_where_the_output_fails(
    tmp_path, monkeypatch, capsys, verb, code
):
    """To fail then would deny an event that is in the ledger."""
    cheapen(monkeypatch)
    path = small_campaign.start(tmp_path / "campaigns").path
    arguments = [f"results={results(tmp_path, {'A': '9.5'})}"] if verb == "log" else []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["bo-loop", verb, "name=small", *arguments])
    monkeypatch.setattr(sys, "stdout", Full())
    status = 0
    try:
        main()
    except SystemExit as end:
        status = end.code
    monkeypatch.undo()
    said = capsys.readouterr().err
    assert status == code
    assert "output could not be written (No space left on device)" in said
    assert ("note: recorded" in said) == (verb == "log")
    assert len((path / "ledger.jsonl").read_bytes().splitlines()) == (2 if verb == "log" else 1)


def test_a_folder_whose_name_is_markup_or_not_text(tmp_path, monkeypatch):
    cheapen(monkeypatch)
    for name in (b"[", b"[red]a", b"\xff lab"):
        folder = tmp_path / os.fsdecode(name)
        folder.mkdir()
        small_campaign.start(folder / "campaigns")
        table = results(folder, {"A": "9.5"})
        assert "Recorded" in run(folder, "log", "name=small", f"results={table.name}")
