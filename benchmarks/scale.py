"""What a cluster makes of a large pool: time, memory and traffic with no, one and two workers.

    python benchmarks/scale.py            # 154,242 and 1,000,008 pairs × 4,000 observations
    python benchmarks/scale.py --full     # also 10,000,023 pairs; 8 GB for this process

The table is that of `benchmarks/screen.py`. A batch of five is chosen by LogEI, here and on workers
of this machine, and has to be the same. Processor seconds are counted, not only those of the clock:
other work on the machine then matters less. What a pair costs is the difference of two pools, so
that what every command costs, whatever its pool, is left out. At the end, what a core-hour
describes of ligands.
"""

import argparse
import os
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from screen import LARGE_LIGANDS, N_LIGANDS, N_METALS, fitted, named

from bo_loop.acquisition.batch.select import Selection, select
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.scores.functions import LogEI
from bo_loop.base.cluster import Dask
from bo_loop.base.cluster_executor import Cluster
from bo_loop.base.parallel import cluster, using
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import donor_sites
from bo_loop.features.assembly import LIGAND_BLOCKS
from bo_loop.features.blocks import ligand
from bo_loop.features.cache import ENVIRONMENT_VARIABLE
from bo_loop.ligands.generators.base import Known
from bo_loop.ligands.generators.substituents import Substituents
from bo_loop.models.gp.parted import Asked, Part

FULL_LIGANDS = 175_439
WORKERS = (1, 2)
GIB = 2**30


class Weighed:
    """An executor that counts the bytes of what it sends and receives."""

    def __init__(self, inner: Cluster):
        self.inner, self.out, self.back = inner, 0, 0

    def run(self, function, tasks, *, lost=None):
        """As `Executor.run`."""
        self._sent(function, tasks)
        yield from self._received(self.inner.run(function, tasks, lost=lost))

    def hold(self, function, tasks, done):
        """As `Keeper.hold`."""
        self._sent(function, tasks)
        self.held = self.inner.hold(function, tasks, done)
        return self

    def ask(self, questions):
        """As `Held.ask`."""
        self.out += sum(len(pickle.dumps(question)) for question in questions.values())
        yield from self._received(self.held.ask(questions))

    def _sent(self, function, tasks):
        self.out += len(pickle.dumps(function))
        some = range(0, len(tasks), max(1, len(tasks) // 8))  # of as many parts as say the rest
        self.out += np.mean([len(pickle.dumps(tasks[i])) for i in some]) * len(tasks)

    def _received(self, results):
        for position, result in results:
            self.back += len(pickle.dumps(result))
            yield position, result


def spent() -> tuple[float, float]:
    """Return the CPU seconds and the peak memory (GiB) of a process."""
    # Not by getrusage: there, a process begins with the peak of the one that started it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return time.process_time(), int(status.partition("VmHWM:")[2].split()[0]) * 1024 / GIB


@contextmanager
def measured(found: dict) -> Iterator[None]:
    """Note the clock's and the processors' seconds of a block, here and on the workers."""
    executor = cluster()
    workers = executor.client.run(spent) if executor else {}
    # Of this process, the thread that works: those of Dask take 2 % of a core while they wait.
    began, cpu = time.perf_counter(), time.thread_time()
    yield
    found["wall"], found["cpu"] = time.perf_counter() - began, time.thread_time() - cpu
    _, found["peak"] = spent()
    after = executor.client.run(spent) if executor else {}
    found["worker_cpu"] = sum(after[w][0] - workers[w][0] for w in workers)
    found["worker_peak"] = max((peak for _, peak in after.values()), default=0.0)


def batch(model, features, rows, incumbent) -> Selection:
    """Choose five of the pairs."""
    return select(
        model.bind(features), Maximise(), LogEI(), rows=rows, pairs=named(features),
        incumbent=incumbent, q=5, rng=np.random.default_rng(0), noise=model.noise(features),
    )  # fmt: skip


def screening(n_ligands: int) -> np.ndarray:
    """Compare this process with workers; return pairs, CPU seconds of two workers, and of this."""
    problem = fitted(n_ligands)
    n_pairs = N_METALS * n_ligands
    print(f"\n{n_pairs:,} pairs × 4,000 observations, a batch of 5 by LogEI", flush=True)
    here: dict = {}
    with measured(here):
        expected = batch(*problem)
    print(f"  here       {here['wall']:8.1f} s, {here['cpu']:8.1f} s of CPU, "
          f"peak {here['peak']:.2f} GiB", flush=True)  # fmt: skip
    for n_workers in WORKERS:
        with Dask(workers=n_workers).session():
            found: dict = {}
            executor = cluster()
            model, features = problem[:2]
            warm = Asked(model.compact().leading(), "mean"), Part.of(features.take(np.arange(9)))
            list(executor.run(warm[0], [warm[1]] * 8 * n_workers))  # imports
            with measured(found):
                chosen = batch(*problem)
            same = np.array_equal(chosen.rows, expected.rows)
            same &= np.array_equal(chosen.scores, expected.scores)
            print(
                f"  {n_workers} worker{'s' * (n_workers > 1):1}  {found['wall']:8.1f} s, "
                f"{found['cpu']:8.1f} s of CPU here and {found['worker_cpu']:8.1f} s there, "
                f"peak {found['peak']:.2f} and {found['worker_peak']:.2f} GiB; "
                f"{'identical' if same else 'DIFFERENT'}",
                flush=True,
            )
    with Dask(workers=1).session():
        weighed = Weighed(cluster())
        with using(weighed):
            batch(*problem)
    print(f"  traffic    {weighed.out / n_pairs:.1f} bytes a pair to workers, "
          f"{weighed.back / n_pairs:.2f} back", flush=True)  # fmt: skip
    return np.array([n_pairs, found["worker_cpu"], found["cpu"]])


def foreseen(smaller: np.ndarray, larger: np.ndarray) -> None:
    """Say what a pair costs, by two pools, and what more pairs on more cores would take."""
    n, there, own = larger - smaller
    print(f"\na pair: {1e6 * there / n:.1f} µs of a worker's CPU, {1e6 * own / n:.1f} µs here")
    for pairs, workers in ((1e7, 2), (1e8, 64)):
        print(
            f"  by that, {pairs:.0e} pairs on {workers} cores: {pairs * there / n / workers:,.0f} s"
            f" of each, and {pairs * own / n:,.0f} s here"
        )


def made(n: int) -> list[str]:
    """Make ligands of those that can be bought, by other substituents."""
    with resources.files("bo_loop.data").joinpath("common_chelators.csv").open() as file:
        known = tuple(pd.read_csv(file)["smiles"].unique())
    candidates = Substituents().propose(
        Known(known, np.zeros(len(known))), lambda smiles: None, np.random.default_rng(0)
    )
    found: dict[str, None] = {}
    for candidate in candidates:
        if candidate.smiles and donor_sites(candidate.smiles):
            found.setdefault(standardise(candidate.smiles))
        if len(found) == n:
            return list(found)
    raise AssertionError("candidates have no end")


def descriptors(n: int = 2_000) -> None:
    """Say how many ligands a core-hour describes for features=chemistry, none of them known."""
    smiles = made(n)
    for n_workers in (0, *WORKERS):
        with (
            TemporaryDirectory() as folder,
            Dask(workers=n_workers).session() if n_workers else nullcontext(),
        ):
            os.environ[ENVIRONMENT_VARIABLE] = folder
            found: dict = {}
            with measured(found):
                ligand.groups(smiles)
                for block in ("charge", "donors", "site", "basicity", "atoms"):
                    LIGAND_BLOCKS[block][1](smiles)
        print(
            f"  {n} ligands, {f'{n_workers} workers' if n_workers else 'here'}: "
            f"{found['wall']:.1f} s, {found['cpu']:.1f} s of CPU here, "
            f"{found['worker_cpu']:.1f} s there; "
            f"{3600 * n / (found['worker_cpu'] + found['cpu']):,.0f} ligands a core-hour",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="also 10,000,023 pairs")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    sizes = [N_LIGANDS, LARGE_LIGANDS] + [FULL_LIGANDS] * given.full
    costs = [screening(n_ligands) for n_ligands in sizes]
    foreseen(*costs[-2:])
    print("\nligands described for features=chemistry")
    descriptors()
