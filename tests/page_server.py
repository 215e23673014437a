"""The page as a user has it: ``bo-loop app`` in a process of its own, and a real browser."""

import os
import re
import select
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="the program chromium is not installed")

_ADDRESS = re.compile(r"http://\S+")
_PATIENCE_S = 120.0


@contextmanager
def served(directory, *arguments):
    """Serve the campaigns of a folder; yields the address with its token."""
    command = [sys.executable, "-m", "bo_loop.cli.main", "app", f"directory={directory}"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [*command, "port=0", "open=false", *arguments],
        cwd=directory.parent,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield _address(process)
        finally:
            process.terminate()
            process.wait(10)


def _address(process):
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        if select.select([process.stdout], [], [], 1.0)[0] and (
            found := _ADDRESS.search(process.stdout.readline())
        ):
            return found.group()
    raise AssertionError("bo-loop app did not say where the page is")


@contextmanager
def browser():
    """A browser; nothing is downloaded for it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-gpu"]}
        with playwright.chromium.launch(**options) as made:
            yield made


def opened(browser, address, complaints, **options):
    """A page in a window of its own; what goes wrong in it is added to `complaints`."""
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | options)
    context.set_default_timeout(120_000)  # machines may be busy
    page = context.new_page()
    own = address.partition("?")[0]
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (complaints.append("a dialog"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((own, own.replace("http", "ws"), "data:", "blob:"))
            or complaints.append(f"elsewhere: {request.url}")
        ),
    )
    page.goto(address)
    return page


def type_in(page, row, column, text):
    """Type into a cell of a grid, as a person does."""
    page.locator(f'.ag-row[row-index="{row}"] [col-id="{column}"]').click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
