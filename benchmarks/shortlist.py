"""How often the shortlist of an objective at a pH gives another pick than all of a pool.

    python benchmarks/shortlist.py              # 4 pools of 3,000 ligands: 2,000 are looked at
    python benchmarks/shortlist.py --pools 20   # more of them

Of more than 2,000 items, only those of the highest value + 3 sd are drawn (`hopeful`); value and sd
are those of a linear picture. The pools are made up: log β 12 ± 4 with an sd of 0.3 to 2.5, one to
four pKa of 2 to 11 with an sd of 0.2 to 0.8, both alike for a ligand. Each pool is scored once in
full and once by its shortlist; what is counted is how often the first pick, and how many of the
first five by score, differ.
"""

import argparse
import time

import numpy as np

from bo_loop.acquisition import UCB, Conditional, LogEI, PMetal, PMetalSelectivity
from bo_loop.acquisition.batch.scored import Streamed
from bo_loop.acquisition.objectives import items as item_module
from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores import values
from bo_loop.acquisition.scores.screen import Marginal
from bo_loop.base.types import Floats, Rows

N_LIGANDS = 3000
_PROTONS = 4
_FIRST = 5


class Blocks:
    """A `PoolPosterior` in which only the pairs of one ligand are correlated."""

    def __init__(self, means: Floats, sds: Floats, ligand: Rows):
        self._means, self._sds, self._ligand = means, sds, ligand

    def mean(self, rows: Rows) -> Floats:
        """Return the means of rows; (k,)."""
        return self._means[rows]

    def variance(self, rows: Rows) -> Floats:
        """Return the variances of rows; (k,)."""
        return self._sds[rows] ** 2

    variance_bound = variance

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Return covariances; (k_a, k_b)."""
        alike = self._ligand[rows_a][:, None] == self._ligand[rows_b]
        same = rows_a[:, None] == rows_b
        return (0.5 * alike + 0.5 * same) * np.outer(self._sds[rows_a], self._sds[rows_b])


def pool(seed: int, metals: list[str]) -> tuple[Blocks, PoolPairs]:
    """Return made-up ligands with the metal ions, and their protonation constants."""
    n_ligands, rng = N_LIGANDS, np.random.default_rng(seed)
    pk = -np.sort(-rng.uniform(2.0, 11.0, (n_ligands, _PROTONS)), axis=1)
    taken = rng.integers(1, _PROTONS + 1, n_ligands)
    strong = rng.normal(12.0, 4.0, n_ligands)
    means, sds, ions, ligand = [], [], [], []
    for m, ion in enumerate(metals):
        means.append(strong + (rng.normal(-2.0, 3.0, n_ligands) if m else 0.0))
        sds.append(rng.uniform(0.3, 2.5, n_ligands))
        ions += [ion] * n_ligands
        ligand.append(np.arange(n_ligands))
    for j in range(_PROTONS):
        has = np.flatnonzero(taken > j)
        means.append(pk[has, : j + 1].sum(axis=1))
        sds.append(rng.uniform(0.2, 0.8, len(has)) * np.sqrt(j + 1))
        ions += [f"H+{j + 1}"] * len(has)
        ligand.append(has)
    of = np.concatenate(ligand)
    pairs = PoolPairs(
        pair_ids=[f"M:{i:06d}" for i in range(len(of))],
        n_ligands=np.ones(len(of), dtype=np.int64),
        metals=ions,
        ligands=[f"ligand {i:05d}" for i in of],
        own=np.arange(len(of)) < n_ligands * len(metals),
    )
    return Blocks(np.concatenate(means), np.concatenate(sds), of), pairs


def picks(
    given: tuple[Blocks, PoolPairs],
    objective: Objective,
    acquisition: Marginal,
    incumbent: float | None = None,
) -> tuple[Rows, float]:
    """Return the best five of a pool, as `select` would score its first pick; and the incumbent.

    It is the 98th percentile of the values, if it is not given.
    """
    posterior, pairs = given
    every = np.flatnonzero(objective.parts(pairs)[:N_LIGANDS, 0] >= 0)
    rows = values.hopeful(posterior, objective, pairs, every)
    if incumbent is None:
        incumbent = float(np.quantile(values.item_values(posterior, objective, pairs, rows), 0.98))
    noise = np.full(len(pairs), 0.01)
    picker = Streamed(posterior, objective, acquisition, pairs, rows, noise)
    best, _ = picker.best(np.arange(len(rows)), incumbent, _FIRST)
    return rows[best], incumbent


OF_FE = ["Fe+3"]
CASES = {
    "conditional, pH 5": (Conditional(pH=5.0), OF_FE),
    "pM, pH 7.4": (PMetal(pH=7.4), OF_FE),
    "conditional with a constraint": (
        Conditional(pH=7.4, constraints=["log_K_cond(Zn+2, n=1, pH=7.4) < 7"]),
        ["Fe+3", "Zn+2"],
    ),
    "ΔpM of two metals": (
        PMetalSelectivity(metal="Cu+2", competitors=["Zn+2"], pH=7.4),
        ["Cu+2", "Zn+2"],
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pools", type=int, default=4)
    n_pools = parser.parse_args().pools
    item_module.BLOCK = 256  # the covariances of a block are held in full
    shortlist, began = values.HOPEFUL, time.process_time()
    print(f"{n_pools} pools of {N_LIGANDS:,} ligands, {shortlist:,} of them drawn")
    for name, (objective, metals) in CASES.items():
        for acquisition in (LogEI(), UCB(beta=4.0)):
            if objective.limits and not isinstance(acquisition, LogEI):
                continue
            first = five = 0
            for seed in range(n_pools):
                given = pool(seed, metals)
                values.HOPEFUL = 10**9
                whole, incumbent = picks(given, objective, acquisition)
                values.HOPEFUL = shortlist
                some, _ = picks(given, objective, acquisition, incumbent)
                first += whole[0] != some[0]
                five += _FIRST - len(set(whole) & set(some))
            kind = type(acquisition).__name__
            print(
                f"{name:32}{kind:8}first pick differs in {first} of {n_pools}; "
                f"{five} of {_FIRST * n_pools} of the first five",
                flush=True,
            )
    print(f"{time.process_time() - began:.0f} s of CPU")


if __name__ == "__main__":
    main()
