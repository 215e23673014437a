"""Fuzz the readers of a campaign's folder: inputs, how many were accepted, and the time it took.

Half of the folders say what they said, in another way, and must be read so; half are damaged, and
must be read or refused with an error of ours (`tests/messy_records`).

    python benchmarks/fuzz_records.py [inputs] [seed]
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import small_campaign
from messy_records import Original, try_one


def main(inputs: int = 20_000, seed: int = 0) -> None:
    """Try `inputs` folders and print the counts."""
    rng = random.Random(seed)
    tried: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        small_campaign.cheapen(patch)
        path = small_campaign.measured(Path(folder)).path
        original = Original.of(path)
        begun = time.process_time()
        for at in range(inputs):
            what, read = try_one(rng, original, path, damage=bool(at % 2))
            tried[what] += 1
            accepted[what] += read
    print(f"{'changed':<26}{'inputs':>8}{'accepted':>10}")
    for what in sorted(tried):
        print(f"{what:<26}{tried[what]:>8,}{accepted[what]:>10,}")
    print(f"{'all':<26}{tried.total():>8,}{accepted.total():>10,}")
    print(f"{time.process_time() - begun:.0f} s CPU; every other input was refused with our error")
    if accepted.total() < inputs / 3:
        raise SystemExit("fewer than a third were accepted")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
