"""The page: until it is there, its memory, and a table of 20,000 pairs that scrolls and filters.

    python benchmarks/app.py
    python benchmarks/app.py --pairs 2000

Needs the extra ``app`` and the program ``chromium``; says so, and ends well, where they are not
there. The server's CPU time and resident memory are read from ``/proc``, and so are those of its
worker, which fits models in another process. The table is timed in the browser: a filter from the
key that is pressed to the frame that shows what is left, a jump from the scroll to the frame in
which the row is there. The machine's load, which is printed, is in all that is waiting.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_GRID = """
    const id = document.querySelector(".nicegui-aggrid").id;
    const api = getElement(Number(id.slice(1))).api;
    const frame = () => new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)));
"""
_WATCH = f"""() => {{
    {_GRID}
    window.shown = [];
    document.addEventListener("keydown", () => {{ window.pressed = performance.now(); }}, true);
    api.addEventListener("modelUpdated", async () => {{
        await frame();
        window.shown.push([performance.now() - window.pressed, api.getDisplayedRowCount()]);
    }});
}}"""
_JUMP = f"""async (row) => {{
    {_GRID}
    const begun = performance.now();
    document.querySelector(".ag-body-viewport").scrollTop = 42 * row;
    while (!document.querySelector(`.ag-row[row-index="${{row}}"]`)) await frame();
    return performance.now() - begun;
}}"""
_WORDS = ("Zn+2", "acid", "OCC")
_ROWS = (19_000, 40, 9_000, 12_345, 3, 18_000, 6_000)


def cpu_seconds(process: int) -> float:
    """Return user and system time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def megabytes(process: int) -> float:
    """Return the resident memory of a process, in 10^6 bytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE / 1e6


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True)
    return [int(each) for each in found.stdout.split()]


def started(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the server; return it and its address once it listens."""
    command = [sys.executable, "-m", "bo_loop.cli.main", "app", "port=0", "open=false"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=20_000)
    n = parser.parse_args().pairs
    chromium = shutil.which("chromium")
    missing = [name for name in ("nicegui", "playwright") if not importlib.util.find_spec(name)]
    if missing or chromium is None:
        print(f"skipped: {', '.join([*missing, *([] if chromium else ['chromium'])])} not there")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        campaign_of(folder, n)
        measure(folder, chromium)


def campaign_of(folder: Path, n: int) -> None:
    """Start a campaign of about `n` pairs of ions and purchasable ligands; log a round."""
    from bo_loop import Campaign
    from bo_loop.acquisition import Maximise
    from bo_loop.data import CommonChelators, Minteq
    from bo_loop.models import PairGP

    known = Minteq().read()[["metal", "charge"]].drop_duplicates()
    ions = [f"{metal}+{charge}" for metal, charge in known.itertuples(index=False)]
    metals = ions[: -(-n // (198 * 2))]
    pool = CommonChelators(metals=metals, n_ligands=[1, 2])
    campaign = Campaign.start(
        "big",
        pool=pool,
        max_denticity_sum=None,
        objective=Maximise(free_ligand_M=1e-3),
        model=PairGP(fit_rows=400),
        directory=folder / "campaigns",
    )
    proposals = campaign.suggest()
    results = folder / "results.csv"
    proposals.assign(log_beta=proposals["mean"].clip(0, 50).round(1))[
        ["pair_id", "log_beta"]
    ].to_csv(results)
    campaign.log(results, confirm=True)


def measure(folder: Path, chromium: str) -> None:
    """Print what the page costs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": chromium, "args": ["--no-sandbox"]}
        with playwright.chromium.launch(**options) as browser:
            page = browser.new_page()
            page.set_default_timeout(600_000)
            load = os.getloadavg()[0]
            begun = time.perf_counter()
            process, address = started(folder)
            try:
                first(page, process.pid, address, begun)
                page.get_by_role("link", name="big").click()
                page.get_by_text("Bars: ").wait_for()
                print(f"memory with a campaign open: {megabytes(process.pid):.0f} MB")
                table(page, address)
                workers = [round(megabytes(child)) for child in children(process.pid)]
                print(f"memory: server {megabytes(process.pid):.0f} MB, workers {workers} MB")
            finally:
                process.terminate()
                process.wait(20)
    print(f"load average {load:.1f} before, {os.getloadavg()[0]:.1f} after")


def first(page: Any, server: int, address: str, begun: float) -> None:
    """Print how long it takes until the server listens, and until its first page is there."""
    listening, spent = time.perf_counter(), cpu_seconds(server)
    page.goto(address)
    page.get_by_role("link", name="big").wait_for()
    shown = time.perf_counter()
    print(f"listens {listening - begun:.2f} s after its start ({spent:.2f} s of CPU)")
    print(
        f"first page {shown - listening:.2f} s later ({cpu_seconds(server) - spent:.2f} s of CPU)"
    )


def table(page: Any, address: str) -> None:
    """Print how long the ranked pool takes to open, to filter, and to scroll."""
    pool = f"{address.partition('?')[0]}campaign/big/pool"
    page.goto(pool)
    page.get_by_role("button", name="Rank the pool").click()
    page.locator(".ag-row").first.wait_for()
    begun = time.perf_counter()
    page.goto(pool)  # what is ranked already is shown at once
    page.locator(".ag-row").first.wait_for()
    print(f"opens in {time.perf_counter() - begun:.2f} s")
    page.evaluate(_WATCH)
    page.get_by_label("Filter", exact=True).click()
    times = []
    for word in _WORDS:
        for key in [*word, *["Backspace"] * len(word)]:
            n = len(page.evaluate("window.shown"))
            page.keyboard.press(key)
            page.wait_for_function(f"window.shown.length > {n}")
            took, left = page.evaluate("window.shown.at(-1)")
            times.append(took)
            if len(times) % 5 == 1:
                print(f"  {key!r}: {took:.0f} ms, {left} rows")
    print(f"filter, by key: median {statistics.median(times):.0f} ms, most {max(times):.0f} ms")
    times = [page.evaluate(_JUMP, row) for row in _ROWS]
    print(f"jump: median {statistics.median(times):.0f} ms, most {max(times):.0f} ms")


if __name__ == "__main__":
    main()
