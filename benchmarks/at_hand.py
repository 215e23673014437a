"""Where the literature lies that the benchmarks read: the folder named by BO_LOOP_LITERATURE."""

import os
from pathlib import Path

DISTRIBUTION = "srd46_sql.zip"


def literature() -> Path:
    """Return the folder; without one, say so and end the script, which is no failure."""
    if "BO_LOOP_LITERATURE" not in os.environ:
        print(f"Skipped: BO_LOOP_LITERATURE names no folder with {DISTRIBUTION}.")
        raise SystemExit(0)
    return Path(os.environ["BO_LOOP_LITERATURE"])


def distribution() -> Path:
    """Return the official distribution of NIST SRD 46 in that folder; ends as `literature`."""
    return literature() / DISTRIBUTION
