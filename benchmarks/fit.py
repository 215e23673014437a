"""How fast `MaternGP` fits, beside stock BoTorch on the same data, kernel and priors.

    python benchmarks/fit.py           # against stock at n = 1,000; our own times at n = 3,275
    python benchmarks/fit.py --full    # also n = 3,000 and n = 13,559 (tens of minutes)

The table is synthetic, of the published shape: 57 metals × n / 5 ligands, sparse, 118 features; at
n = 3,275 it is the literature's β1 if the environment variable BO_LOOP_LITERATURE names its folder.
Each run has a process of its own, so that its peak memory is its own. Other work on the machine
slows all runs, so the load average is printed with them.
"""

import argparse
import os
import resource
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from bo_loop.base.types import Floats, PairFeatures
from bo_loop.models.gp import fitting
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.models.kernels import matern
from bo_loop.models.matern_gp import MaternGP

STOCK_ITERATIONS = 50
N_METALS, PER_LIGAND, N_MORDRED = 57, 5, 101
NEW_ROWS, POOL_ROWS = 8, 10_000
_COUNTS = ("rows", "features", "mll", "cold iterations", "warm iterations")
_UNITS = {"memory": "GiB"} | dict.fromkeys(_COUNTS, "")


def table(n: int, seed: int = 0) -> tuple[PairFeatures, Floats]:
    """Make n distinct pairs in order of ligand, with a log β that a few features decide."""
    rng = np.random.default_rng(seed)
    n_ligands = max(10, n // PER_LIGAND)
    cells = np.sort(rng.choice(N_METALS * n_ligands, n, replace=False))
    pair = np.column_stack([np.zeros(n), *rng.choice([-1.0, 0.0, 1.0], (3, n), p=[0.1, 0.8, 0.1])])
    sizes = {"properties": 12, "mordred": N_MORDRED, "charge": 1, "pair": 4}
    features = PairFeatures(
        metal={"properties": rng.standard_normal((N_METALS, 12))},
        ligand={
            "mordred": rng.standard_normal((n_ligands, N_MORDRED)),
            "charge": rng.standard_normal((n_ligands, 1)),
        },
        ligand_group=np.arange(n_ligands),
        metal_row=cells % N_METALS,
        ligand_row=cells // N_METALS,
        pair=pair,
        names={block: tuple(f"{block}{i}" for i in range(d)) for block, d in sizes.items()},
    )
    x = features.dense()
    metal, ligand = x[:, :4] @ rng.standard_normal(4), x[:, 12:20] @ rng.standard_normal(8)
    y = 8.0 + 4.0 * np.tanh(0.5 * metal) + 3.0 * np.sin(0.4 * ligand) + 0.3 * metal * ligand
    return features, y + 0.5 * rng.standard_normal(n)


def literature() -> tuple[PairFeatures, Floats]:
    """β1 of the literature, rows in random order."""
    from bo_loop.data.sources import csv as tables
    from bo_loop.features.recipes.published import PublishedRecipe

    rows = tables.Csv(path=Path(os.environ["BO_LOOP_LITERATURE"]) / "srd46_25C_0.1M.csv").read()
    rows = rows[rows["n_ligands"] == 1].sample(frac=1.0, random_state=0)
    return PublishedRecipe().fit(rows).transform(rows), rows["log_beta"].to_numpy()


def stock(n: int) -> dict[str, float]:
    """`SingleTaskGP` after so many L-BFGS iterations of what `fit_gpytorch_mll` runs."""
    from botorch.models import SingleTaskGP
    from botorch.optim.fit import fit_gpytorch_mll_scipy
    from gpytorch.constraints import GreaterThan
    from gpytorch.kernels import MaternKernel, ScaleKernel
    from gpytorch.mlls import ExactMarginalLogLikelihood

    features, y = table(n)
    x = torch.as_tensor(features.dense())
    prior = matern.lengthscale_prior(x.shape[1])
    floor = GreaterThan(matern.MIN_LENGTHSCALE, transform=None, initial_value=prior.mode)
    kernel = MaternKernel(
        nu=1.5, ard_num_dims=x.shape[1], lengthscale_prior=prior, lengthscale_constraint=floor
    )
    kernel = ScaleKernel(kernel, outputscale_prior=matern.outputscale_prior())
    model = SingleTaskGP(x, torch.as_tensor(y)[:, None], covar_module=kernel)
    mll = ExactMarginalLogLikelihood(model.likelihood, model)
    began = time.perf_counter()
    fit_gpytorch_mll_scipy(mll, options={"maxiter": STOCK_ITERATIONS})
    seconds = time.perf_counter() - began
    model.train()
    with torch.no_grad():
        value = model.likelihood(model(x)).log_prob(model.train_targets).item()
    return {"seconds": seconds, "mll": value, "memory": _peak()}


def ours(n: int, target: float) -> dict[str, float]:
    """Our fit on every row: the time until its log marginal likelihood passes `target`."""
    features, y = table(n)
    with _evaluations() as seen:
        began = time.perf_counter()
        model = MaternGP(fit_rows=None).fit(features, y)
        seconds = time.perf_counter() - began
    reached = [at - began for at, rows, mll in seen if rows == n and mll >= target]
    report = model.fit_report
    return {
        "to target": reached[0] if reached else float("nan"),
        "seconds": seconds,
        "mll": report["mll"],
        "iterations": report["n_iter"],
        "memory": _peak(),
    }


def life(n: int | None) -> dict[str, float]:
    """One model's life with the recipe's defaults: cold fit, new rows, warm refit, the pool.

    Without n, on the literature.
    """
    features, y = literature() if n is None else table(n + NEW_ROWS)
    n = len(y) - NEW_ROWS
    rows, new = np.split(np.random.default_rng(1).permutation(len(y)), [n])
    train = features.take(rows)
    times: dict[str, float] = {}

    def timed(name: str, action: Callable):
        began = time.perf_counter()
        result = action()
        times[name] = time.perf_counter() - began
        return result

    model = timed("cold fit", lambda: MaternGP().fit(train, y[rows]))
    grown = model.bind(features.take(new))
    noise, places = np.full(NEW_ROWS, model.noise_variance), np.arange(NEW_ROWS)
    timed(f"{NEW_ROWS}-row extension", lambda: grown.condition(places, y[new], noise))
    asked = np.random.default_rng(2).integers(n, size=POOL_ROWS)
    pool = features.take(asked)
    bound = model.bind(replace(pool, pair=pool.pair + 0.5))
    everything = np.arange(POOL_ROWS)
    timed(f"{POOL_ROWS:,} means", lambda: bound.mean(everything))
    timed(f"{POOL_ROWS:,} variances", lambda: bound.variance(everything))
    timed(f"{POOL_ROWS:,} variance bounds", lambda: bound.variance_bound(everything))
    warm = timed("warm refit", lambda: MaternGP().fit(features, y, start=model.hyperparameters()))
    return times | {
        "rows": n,
        "features": train.dense().shape[1],
        "mll": model.fit_report["mll"],
        "cold iterations": model.fit_report["n_iter"],
        "warm iterations": warm.fit_report["n_iter"],
        "memory": _peak(),
    }


@contextmanager
def _evaluations() -> Iterator[list[tuple[float, int, float]]]:
    """Note the time, rows and log marginal likelihood of every evaluation of a fit."""
    seen: list[tuple[float, int, float]] = []
    evaluate = fitting.evaluate

    def noting(problem: fitting.Problem, theta: Floats) -> tuple[dict[str, float], Floats]:
        parts, gradient = evaluate(problem, theta)
        seen.append((time.perf_counter(), len(problem.y), parts["mll"]))
        return parts, gradient

    fitting.evaluate = noting
    try:
        yield seen
    finally:
        fitting.evaluate = evaluate


def _peak() -> float:
    """Peak memory of this process, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _alone(function: Callable, *arguments) -> dict[str, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_quietly, function, *arguments).result()


def _quietly(function: Callable, *arguments) -> dict[str, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", FitWarning)
        return function(*arguments)


def compare(n: int) -> None:
    theirs = _alone(stock, n)
    mine = _alone(ours, n, theirs["mll"])
    print(
        f"\nn = {n:,} × 118, all rows, {torch.get_num_threads()} threads, "
        f"load {os.getloadavg()[0]:.1f}\n"
        f"  stock BoTorch, {STOCK_ITERATIONS} iterations  {theirs['seconds']:8.1f} s   "
        f"mll {theirs['mll']:10.2f}   peak {theirs['memory']:5.2f} GiB\n"
        f"  ours, to the same mll        {mine['to target']:8.1f} s   "
        f"{theirs['seconds'] / mine['to target']:.1f}× faster\n"
        f"  ours, to convergence         {mine['seconds']:8.1f} s   "
        f"mll {mine['mll']:10.2f}   peak {mine['memory']:5.2f} GiB   "
        f"({mine['iterations']:.0f} iterations)",
        flush=True,
    )


def live(n: int | None) -> None:
    found = _alone(life, n)
    what = "β1 of the literature" if n is None else f"n = {n:,} × 118"
    load = os.getloadavg()[0]
    print(f"\n{what}, recipe's defaults (fit_rows = {MaternGP().fit_rows:,}), load {load:.1f}")
    for name, value in found.items():
        print(f"  {name:24}{value:10.2f} {_UNITS.get(name, 's')}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="also n = 3,000 and n = 13,559")
    full = parser.parse_args().full
    for size in (1000, 3000) if full else (1000,):
        compare(size)
    live(None if "BO_LOOP_LITERATURE" in os.environ else 3275)
    if full:
        live(13_559)
