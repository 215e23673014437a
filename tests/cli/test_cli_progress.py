"""What is shown of progress, on a terminal and elsewhere."""

import io
import threading

from rich.console import Console

from bo_loop.cli import progress
from bo_loop.cli.progress import Bars, Lines, line


def test_a_line_says_how_far_and_how_long():
    assert line("fitting", 0, 200, "", 12.3) == "fitting: 0 of 200 after 12 s"
    text = "folds: 2 of 10, MAE 0.80 after 30 s, about 120 s left"
    assert line("folds", 2, 10, "MAE 0.80", 30.0) == text


class Heard(io.StringIO):
    """A stream that says when something was flushed to it."""

    def __init__(self):
        super().__init__()
        self.flushed = threading.Event()

    def flush(self):
        if self.getvalue():
            self.flushed.set()


def test_lines_come_while_no_report_does_and_end_with_the_work():
    stream = Heard()
    lines = Lines(stream, every=0.01)
    lines("factoring", 1, 3, "")
    assert stream.flushed.wait(60.0)
    lines("factoring", 3, 3, "")
    lines.close()
    written = stream.getvalue()
    assert written.startswith("factoring: 1 of 3 after 0 s")
    assert not lines._thread.is_alive()


def test_short_work_writes_nothing():
    stream = io.StringIO()
    lines = Lines(stream)
    lines("fitting", 1, 2, "")
    lines("fitting", 2, 2, "")
    lines.close()
    assert stream.getvalue() == ""


def test_bars_show_the_work_and_leave_nothing(monkeypatch):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100)
    made = progress._bars
    monkeypatch.setattr(progress, "_bars", lambda: made(console))
    bars = Bars()
    bars("fitting", 3, 200, "")
    bars("a [b] fold", 1, 2, "MAE [0.8]")
    assert len(bars._tasks) == 2
    bars("fitting", 200, 200, "")
    bars("a [b] fold", 2, 2, "")
    assert bars._tasks == {}
    shown = stream.getvalue()
    assert "a [b] fold" in shown
    assert "MAE [0.8]" in shown
    assert shown.rstrip().endswith("\x1b[2K\x1b[?25h")  # the last line was cleared
