"""The command line as a user types it, in this process: a start costs seconds of imports.

The installed command itself is run by test_readme, and where a process of its own is the point.
"""

import contextlib
import io
import sys
import warnings
from pathlib import Path

import pandas as pd
import pytest

from bo_loop.base import parallel
from bo_loop.cli.console import CONSOLE
from bo_loop.cli.main import main

BO_LOOP = Path(sys.executable).with_name("bo-loop")


def run(folder, *arguments, code=0, columns=200):
    """Run bo-loop in `folder`; return what it printed, or its complaint if it should fail."""
    printed, complaints, status = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("default")  # shown as notes, as they are to users
        patch.chdir(folder)
        patch.setenv("COLUMNS", str(columns))
        patch.setattr(CONSOLE, "width", columns)  # read from COLUMNS only when it is made
        # Where tasks run changes no result, and processes would each import everything once more.
        patch.setattr(parallel, "processes", lambda workers, n_tasks: parallel.Serial())
        patch.setenv("HYDRA_FULL_ERROR", "0")  # set by the command, and restored here
        patch.setattr(sys, "argv", ["bo-loop", *map(str, arguments)])
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complaints):
            try:
                main()
            except SystemExit as end:
                status = end.code or 0
    assert status == code, printed.getvalue() + complaints.getvalue()
    assert "Traceback" not in complaints.getvalue()
    return printed.getvalue() if code == 0 else complaints.getvalue()


def fill(form: Path, values):
    """Write results into the form of a round."""
    frame = pd.read_csv(form, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame["log_beta"] = values
    frame.to_csv(form, index=False, encoding="utf-8-sig")
