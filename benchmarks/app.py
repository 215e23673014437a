"""The page: CPU time to start and to the first page, memory, and a filter over 20,000 pairs.

    python benchmarks/app.py
    python benchmarks/app.py --pairs 2000

Needs the extra ``app`` and the program ``chromium``; says so, and ends well, where they are not
there. The server's CPU time and resident memory are read from ``/proc``, and so are those of its
worker, which fits models in another process. The filter is timed in the browser, from the key that
is pressed to the frame that shows the rows left; the machine's load is in it.
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
_FILTER = """async (text) => {
    const id = document.querySelector(".nicegui-aggrid").id;
    const api = getElement(Number(id.slice(1))).api;
    const begun = performance.now();
    api.setGridOption("quickFilterText", text);
    await new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)));
    return [performance.now() - begun, api.getDisplayedRowCount()];
}"""


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
    """Start the server; return it and its address."""
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
        process, address = started(folder)
        try:
            measure(process.pid, address, chromium)
        finally:
            process.terminate()
            process.wait(20)
    print(f"load average {os.getloadavg()[0]:.1f}")


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


def measure(server: int, address: str, chromium: str) -> None:
    """Print what the page costs."""
    from playwright.sync_api import sync_playwright

    base = address.partition("?")[0]
    print(f"server listens after {cpu_seconds(server):.2f} s of CPU, {megabytes(server):.0f} MB")
    with sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": chromium, "args": ["--no-sandbox"]}
        with playwright.chromium.launch(**options) as browser:
            page = browser.new_page()
            page.set_default_timeout(600_000)
            before, begun = cpu_seconds(server), time.perf_counter()
            page.goto(address)
            page.get_by_role("link", name="big").wait_for()
            spent, waited = cpu_seconds(server) - before, time.perf_counter() - begun
            print(f"first page: {spent:.2f} s of the server's CPU, {waited:.2f} s of waiting")
            page.goto(f"{base}campaign/big/pool")
            page.get_by_role("button", name="Rank the pool").click()
            page.locator(".ag-row").first.wait_for()
            times = []
            for text in ("Zn+2", "acid", "", "OCC", "Cu+2 + 2"):
                took, left = page.evaluate(_FILTER, text)
                times.append(took)
                print(f"filter {text!r}: {took:.0f} ms, {left} rows")
            print(f"median {statistics.median(times):.0f} ms")
    own, workers = megabytes(server), [megabytes(child) for child in children(server)]
    print(f"memory: server {own:.0f} MB, workers {[round(each) for each in workers]} MB")


if __name__ == "__main__":
    main()
