"""CPU time of commands as a user waits for them: start-up, one round, the demo, an import.

    python benchmarks/startup.py             # best of three runs each
    python benchmarks/startup.py --runs 1

The import is that of NIST SRD 46, if BO_LOOP_LITERATURE names a folder with ``srd46_sql.zip``. CPU
time (user + system) is that of the command's process and its children. Other work on the machine
slows all runs, so the load average is printed with them.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

BO_LOOP = Path(sys.executable).with_name("bo-loop")


def cpu_seconds(arguments: list[str], folder: Path) -> float:
    """Run bo-loop in `folder`; return the CPU time of its process."""
    # As installed, from bytecode: where none may be written, each start would compile bo_loop
    bytecode = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    bytecode.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [BO_LOOP, *arguments], cwd=folder, env=bytecode, check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def commands(run: int) -> dict[str, list[str]]:
    """Return what is measured, by what it is called, in the order in which it is run."""
    name = f"name=run-{run}"
    found = {
        "--help": ["--help"],
        "start": ["start", "campaign=nickel_chelators", name],
        "status": ["status", name],
        "suggest": ["suggest", name],
        "status, one round": ["status", name],
        "demo": ["demo", f"directory=demo-{run}"],
    }
    zip_file = Path(os.environ.get("BO_LOOP_LITERATURE", ""), "srd46_sql.zip")
    if zip_file.is_file():
        path, out = f"path={zip_file.resolve()}", f"out=srd46-{run}.parquet"
        found["import"] = ["import", "source=srd46", path, out]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    n_runs = parser.parse_args().runs
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for run in range(n_runs):
            for name, arguments in commands(run).items():
                seconds.setdefault(name, []).append(cpu_seconds(arguments, Path(folder)))
    for name, each in seconds.items():
        print(f"{name:<20}{min(each):6.2f} s CPU, best of {n_runs}")
    print("load average {:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg()))


if __name__ == "__main__":
    main()
