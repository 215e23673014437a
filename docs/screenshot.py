"""Make the pictures that README and docs show.

    python docs/screenshot.py REPORT.html     # report.png: the first screen of a report
    python docs/screenshot.py CAMPAIGNS NAME  # app-….png: the pages of a campaign in a folder

Needs the program ``chromium``, and for the pages the package ``playwright``; loads nothing from
elsewhere.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SIZE = (1200, 1000)
DOCS = Path(__file__).parent
PAGES = {"round": ".card", "results": ".ag-row", "look": ".scatterlayer"}
_PATIENCE_MS = 300_000


def report(page: Path, chromium: str) -> None:
    """Write ``docs/report.png``, the first screen of `page`."""
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        options += ["--disable-background-networking", "--hide-scrollbars"]
        size = f"--window-size={SIZE[0]},{SIZE[1]}"
        options += [f"--user-data-dir={profile}", size, f"--screenshot={DOCS / 'report.png'}"]
        subprocess.run([chromium, *options, page.resolve().as_uri()], check=True)


def pages(folder: Path, name: str, chromium: str) -> None:
    """Write ``docs/app-round.png`` and so on, the first screens of a campaign's pages."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "bo_loop.cli.main", "app", f"directory={folder}"]
    command += ["port=0", "open=false"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
        sync_playwright() as playwright,
    ):
        address = re.search(r"http://\S+", server.stdout.readline()).group()
        options = {"executable_path": chromium, "args": ["--no-sandbox", "--disable-gpu"]}
        browser = playwright.chromium.launch(**options)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(address)
        for tab, shown in PAGES.items():
            page.goto(f"{address.partition('?')[0]}campaign/{name}/{tab}")
            page.locator(shown).first.wait_for()
            page.wait_for_timeout(3000)  # figures are drawn, fonts are there
            page.screenshot(path=DOCS / f"app-{tab}.png")
        compare(page, f"{address.partition('?')[0]}campaign/{name}/what-if")
        turn(page, f"{address.partition('?')[0]}campaign/{name}/round")
        browser.close()
        server.terminate()


def compare(page: Any, address: str) -> None:
    """Write ``docs/app-what-if.png``: two rounds beside each other."""
    page.goto(address)
    page.get_by_label("How pairs are chosen").click()
    page.get_by_role("option", name=re.compile("^ucb")).click()
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("button", name="Record this round").first.wait_for()
    page.wait_for_timeout(1000)
    page.screenshot(path=DOCS / "app-what-if.png")


def turn(page: Any, address: str) -> None:
    """Write ``docs/app-complex.png``: the complex of the first proposal."""
    page.goto(address)
    page.get_by_role("button", name="In three dimensions").first.click()
    page.locator(".complex canvas").wait_for()
    page.wait_for_timeout(2000)
    page.locator(".complex").screenshot(path=DOCS / "app-complex.png")


if __name__ == "__main__":
    found = shutil.which("chromium")
    if found is None:
        sys.exit("chromium is not installed: a browser is needed to draw the page.")
    if len(sys.argv) > 2:
        pages(Path(sys.argv[1]), sys.argv[2], found)
    else:
        report(Path(sys.argv[1]), found)
