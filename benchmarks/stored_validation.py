"""Measure what ``bo-loop start`` says of the embedded data, beside what is stored.

    python benchmarks/stored_validation.py          # print both
    python benchmarks/stored_validation.py --write  # and store the new one

It validates the default model on the embedded constants, ligands held back: the entry ``embedded``
of ``bo_loop/data/stored_validation.json``. A minute of CPU.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bo_loop.data import Minteq
from bo_loop.data.stored_validation import fingerprint, stored

FILE = Path(__file__).parents[1] / "bo_loop" / "data" / "stored_validation.json"
OPTIONS = ("validate", "model=pair_gp", "split=ligand", "json=true", "processes=1")


def main() -> None:
    """Validate, and show the mean absolute error for n = 1."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    observations, known = Minteq().read(), stored()
    with tempfile.TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("bo-loop"), *OPTIONS, f"out={folder}/v"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    metrics = json.loads(done.stdout)["metrics"]
    first = next(row for row in metrics if row["group"] == "n = 1")
    entry = {
        "mae": round(first["mae"], 3),
        "n": first["n"],
        "data": f"{len(observations)} embedded constants",
        "command": "bo-loop validate model=pair_gp split=ligand",
        "date": datetime.now(UTC).date().isoformat(),
        "sha256": fingerprint(observations),
    }
    for name, each in (("stored", known["embedded"]), ("measured", entry)):
        print(f"{name:<10}MAE {each['mae']:.3f} of {each['n']} constants, {each['date']}")
    print(f"{spent.ru_utime + spent.ru_stime:.0f} s of CPU")
    if write:
        text = json.dumps(known | {"embedded": entry}, indent=1, ensure_ascii=False)
        FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
