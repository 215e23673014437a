"""Fuzz the readers of tables: inputs, how many were accepted, and the time that it took.

Half of the inputs are tables as people have them, which must be read as they were meant; half are
the same tables damaged, which must be read or refused with an error of ours (`tests/messy_tables`).

    python benchmarks/fuzz_readers.py [inputs] [seed]
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from messy_tables import READERS, damaged, try_one, well_meant


def main(inputs: int = 20_000, seed: int = 0) -> None:
    """Try `inputs` tables and print the counts."""
    rng = random.Random(seed)
    tried: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for at in range(inputs):
            messy = (well_meant if at % 2 else damaged)(rng)
            tried[messy.reader] += 1
            accepted[messy.reader] += try_one(messy, Path(folder))
    print(f"{'reader':<14}{'inputs':>8}{'accepted':>10}")
    for reader in READERS:
        print(f"{reader:<14}{tried[reader]:>8,}{accepted[reader]:>10,}")
    print(f"{'all':<14}{tried.total():>8,}{accepted.total():>10,}")
    print(f"{time.process_time() - begun:.0f} s CPU; every other input was refused with our error")
    if accepted.total() < inputs / 3:
        raise SystemExit(
            "fewer than a third were accepted: the inputs are too damaged to test much"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
