"""Measure what ``bo-loop start`` says of the embedded data.

``python benchmarks/stored_validation.py`` validates the default model on the embedded constants,
ligands held back, and writes the entry ``embedded`` of ``bo_loop/data/stored_validation.json``.
It takes some minutes.
"""

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bo_loop.data import Minteq
from bo_loop.data.stored_validation import fingerprint, stored

FILE = Path(__file__).parents[1] / "bo_loop" / "data" / "stored_validation.json"
OPTIONS = ("validate", "model=pair_gp", "split=ligand", "json=true")


def main() -> None:
    """Validate, and store the mean absolute error for n = 1."""
    observations = Minteq().read()
    with tempfile.TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("bo-loop"), *OPTIONS, f"out={folder}/v"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
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
    text = json.dumps(stored() | {"embedded": entry}, indent=1, ensure_ascii=False)
    FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
