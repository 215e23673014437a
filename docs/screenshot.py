"""Make the picture of a report that README shows: ``python docs/screenshot.py REPORT.html``.

Needs the program ``chromium``; loads nothing from elsewhere.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SIZE = "1200,1000"


def main(page: Path) -> None:
    """Write ``docs/report.png``, the first screen of `page`."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is not installed: a browser is needed to draw the page.")
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        options += ["--disable-background-networking", "--hide-scrollbars"]
        out = Path(__file__).with_name("report.png")
        options += [f"--user-data-dir={profile}", f"--window-size={SIZE}", f"--screenshot={out}"]
        subprocess.run([chromium, *options, page.resolve().as_uri()], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
