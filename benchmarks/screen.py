"""How fast the best rows of a large pool are found, beside scoring every row by `model.posterior`.

    python benchmarks/screen.py           # 154,242 pairs × 4,000 observations, both ways
    python benchmarks/screen.py --full    # also 1,000,000 pairs, with a batch of 5
    python benchmarks/screen.py --pM      # 100,000 ligands of four pKa, a batch of 5 by pM

The table is synthetic, of the published shape: 57 metals × 2,706 ligands, 118 features. Both sides
start from the same fitted model and find the ten rows of highest LogEI; the posterior is asked in
chunks of 1,000 rows. Each run has a process of its own, so that its peak memory is its own.
"""

import argparse
import os
import resource
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pyarrow as pa
import torch

from bo_loop.acquisition.batch.pool_scores import PoolScores
from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.aqueous import PMetal
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.functions import LogEI
from bo_loop.acquisition.scores.joint import Thompson
from bo_loop.acquisition.scores.screen import Looked, ranked, top
from bo_loop.base.types import Floats, PairFeatures
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.matern_gp import MaternGP

N_METALS, N_LIGANDS, N_TRAIN = 57, 2_706, 4_000
LARGE_LIGANDS = 17_544
MANY = 100_000
CHUNK, BEST = 1_000, 10


def table(n_ligands: int, seed: int = 0) -> tuple[PairFeatures, Floats]:
    """Every metal with every ligand, and a log β that a few features decide."""
    rng = np.random.default_rng(seed)
    metal = np.arange(N_METALS * n_ligands) // n_ligands
    ligand = np.arange(N_METALS * n_ligands) % n_ligands
    sizes = {"properties": 12, "mordred": 101, "charge": 1, "pair": 4}
    features = PairFeatures(
        metal={"properties": rng.standard_normal((N_METALS, 12))},
        ligand={
            "mordred": rng.standard_normal((n_ligands, 101)),
            "charge": rng.standard_normal((n_ligands, 1)),
        },
        ligand_group=np.arange(n_ligands),
        metal_row=metal,
        ligand_row=ligand,
        pair=np.zeros((len(metal), 4)),
        names={block: tuple(f"{block}{i}" for i in range(d)) for block, d in sizes.items()},
    )
    by_metal = features.metal["properties"][:, :4] @ rng.standard_normal(4)
    by_ligand = features.ligand["mordred"][:, :8] @ rng.standard_normal(8)
    m, x = by_metal[metal], by_ligand[ligand]
    y = 8.0 + 4.0 * np.tanh(0.5 * m) + 3.0 * np.sin(0.4 * x) + 0.3 * m * x
    return features, y + 0.5 * rng.standard_normal(len(y))


def fitted(n_ligands: int) -> tuple[PairModel, PairFeatures, np.ndarray, float]:
    """Return a model of 4,000 of the pairs, all pairs, the rows open, and the best value known."""
    features, y = table(n_ligands)
    known = np.sort(np.random.default_rng(1).choice(len(y), N_TRAIN, replace=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the fit is cut short: any fair model will do
        model = MaternGP(fit_rows=1_000, max_iter=40).fit(features.take(known), y[known])
    open_rows = np.setdiff1d(np.arange(len(y)), known)
    return model, features, open_rows, float(model.bind(features).mean(known).max())


def named(features: PairFeatures) -> PoolPairs:
    """Name the pairs of a table."""
    n_metals, n_ligands = (len(next(iter(t.values()))) for t in (features.metal, features.ligand))
    metals, ligands = (np.arange(n).astype(str).astype(object) for n in (n_metals, n_ligands))
    return PoolPairs(
        pair_ids=pd.array(pa.array(np.arange(len(features))).cast(pa.large_string()), dtype="str"),
        n_ligands=np.ones(len(features), dtype=np.int64),
        metals=metals[features.metal_row].tolist(),
        ligands=ligands[features.ligand_row].tolist(),
        own=np.ones(len(features), dtype=bool),
    )


def by_posterior(n_ligands: int) -> dict[str, object]:
    """Score every open row by chunks of `model.posterior`."""
    model, features, rows, incumbent = fitted(n_ligands)
    with _Clock() as clock:
        x = torch.as_tensor(features.X)[:, None]
        means, variances = [], []
        for start in range(0, len(rows), CHUNK):
            found = model.posterior(x[rows[start : start + CHUNK]])
            means.append(found.mean.flatten().numpy())
            variances.append(found.variance.flatten().numpy())
        scores = LogEI().value(np.concatenate(means), np.concatenate(variances), incumbent)
        picks = rows[ranked(scores, BEST)]
    return clock.report() | {"picks": picks.tolist()}


def by_screening(n_ligands: int) -> dict[str, object]:
    """Find the same rows from bounds."""
    model, features, rows, incumbent = fitted(n_ligands)
    with _Clock() as clock:
        posterior = model.bind(features)
        picks, _, looked = top(
            posterior.screen(rows),
            PoolScores(LogEI(), incumbent, 1.0, np.zeros(len(features))),
            posterior.variance,
            np.arange(len(features)),
            q=BEST,
            besides=np.empty(0, dtype=np.int64),
            looked=Looked.nothing(),
        )
    return clock.report() | {"picks": picks.tolist(), "exact": len(looked.rows)}


def batch(n_ligands: int, acquisition: object) -> dict[str, object]:
    """Choose a batch of five, each pick conditioned on those before it."""
    model, features, rows, incumbent = fitted(n_ligands)
    pairs = named(features)
    with _Clock() as clock:
        select(
            model.bind(features),
            Maximise(),
            acquisition,
            rows=rows,
            pairs=pairs,
            incumbent=incumbent,
            q=5,
            rng=np.random.default_rng(0),
            noise=model.noise(features),
        )
    return clock.report()


def batch_by_pM(n_ligands: int) -> dict[str, object]:
    """Choose five of many ligands of a metal by pM, each with four protonation constants.

    log β is that of the table's first metal, log β^H of k protons that of metal k, lower.
    """
    model, features, _, _ = fitted(N_LIGANDS)
    ions = ["Fe+3", "H+1", "H+2", "H+3", "H+4"]
    ligand = np.tile(np.arange(n_ligands), len(ions))
    some = np.random.default_rng(2).integers(0, N_LIGANDS, n_ligands)
    tables = {
        block: np.vstack([values, values[some] + 0.3 * np.random.default_rng(3).standard_normal(
            (n_ligands, values.shape[1]))])
        for block, values in features.ligand.items()
    }  # fmt: skip
    asked = replace(
        features,
        ligand=tables,
        ligand_group=np.arange(N_LIGANDS + n_ligands),
        metal_row=np.repeat(np.arange(len(ions)), n_ligands),
        ligand_row=N_LIGANDS + ligand,
        pair=np.zeros((len(ligand), 4)),
    )
    pairs = PoolPairs(
        pair_ids=np.char.add("M:", np.arange(len(asked)).astype(str)).tolist(),
        n_ligands=np.ones(len(asked), dtype=np.int64),
        metals=np.repeat(ions, n_ligands).tolist(),
        ligands=ligand.astype(str).tolist(),
        own=asked.metal_row == 0,
    )
    with _Clock() as clock:
        select(
            model.bind(asked),
            PMetal(pH=7.4),
            LogEI(),
            rows=np.arange(n_ligands),
            pairs=pairs,
            incumbent=12.0,
            q=5,
            rng=np.random.default_rng(0),
            noise=model.noise(asked),
        )
    return clock.report()


class _Clock:
    def __enter__(self):
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *error):
        self._wall, self._cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu

    def report(self) -> dict[str, float]:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        return {"wall": self._wall, "cpu": self._cpu, "peak": peak}


def _alone(function, *arguments) -> dict[str, object]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _line(name: str, found: dict[str, object], more: str = "") -> None:
    print(
        f"  {name:34}{found['wall']:8.1f} s wall {found['cpu']:8.1f} s CPU   "
        f"peak {found['peak']:5.2f} GiB  {more}",
        flush=True,
    )


def compare() -> None:
    print(f"\n{N_METALS * N_LIGANDS:,} pairs × {N_TRAIN:,} observations, the best {BEST} by LogEI")
    mine = _alone(by_screening, N_LIGANDS)
    _line("means, bounds, few variances", mine, f"{mine['exact']:,} exact variances")
    _line("a batch of 5 by LogEI", _alone(batch, N_LIGANDS, LogEI()))
    _line("a batch of 5 by Thompson", _alone(batch, N_LIGANDS, Thompson()))
    theirs = _alone(by_posterior, N_LIGANDS)
    _line(f"model.posterior, chunks of {CHUNK:,}", theirs)
    same = "identical" if mine["picks"] == theirs["picks"] else "DIFFERENT"
    by_wall, by_cpu = (theirs[key] / mine[key] for key in ("wall", "cpu"))
    print(f"  picks {same}; {by_wall:.1f}× faster by wall time, {by_cpu:.1f}× by CPU time")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="also 1,000,000 pairs")
    parser.add_argument("--pM", action="store_true", help="100,000 ligands by pM, and no more")
    given = parser.parse_args()
    full = given.full
    print(f"{torch.get_num_threads()} threads, load {os.getloadavg()[0]:.1f}")
    if given.pM:
        print(f"\n{MANY:,} ligands, {5 * MANY:,} rows × {N_TRAIN:,} observations")
        _line("a batch of 5 by LogEI of pM", _alone(batch_by_pM, MANY))
    else:
        compare()
    if full:
        print(f"\n{N_METALS * LARGE_LIGANDS:,} pairs × {N_TRAIN:,} observations")
        _line("a batch of 5 by LogEI", _alone(batch, LARGE_LIGANDS, LogEI()))
