"""How fast `PairGP` evaluates what it fits, beside the same formula in plain PyTorch.

    python benchmarks/product.py               # n = 1,000 and 3,000, the default of fit_rows
    python benchmarks/product.py --n 500

One evaluation is the log marginal likelihood with the priors, and its gradient. The plain side has
the features of every pair in one row, as a GPyTorch model has, distances between all pairs, and
autograd through the Cholesky factor; the min-max kernel, which has no parameter, is computed once
on either side. Both start from the priors' means and must agree. The table is synthetic, of the
shape of ``features=chemistry`` over NIST SRD 46. Each run has a process of its own, so that its
peak memory is its own.
"""

import argparse
import math
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.types import Floats, PairFeatures
from bo_loop.models.gp.fitting import Problem, evaluate
from bo_loop.models.kernels.product import ProductForm
from bo_loop.models.kernels.product_tables import matern32
from bo_loop.models.pair_gp import PairGP

N_METALS, PER_LIGAND, ENVIRONMENTS = 42, 5, 2048
SIZES = {"bonding": 24, "donors": 70, "site": 26, "atoms": ENVIRONMENTS, "pair": 3}
REPEATS = 3


def table(n: int, seed: int = 0) -> tuple[PairFeatures, Floats]:
    """Make n distinct pairs, with a log β that a few features decide."""
    rng = np.random.default_rng(seed)
    n_ligands = max(10, n // PER_LIGAND)
    cells = rng.choice(N_METALS * n_ligands, n, replace=False)
    features = PairFeatures(
        metal={"bonding": rng.standard_normal((N_METALS, SIZES["bonding"]))},
        ligand={
            "donors": rng.standard_normal((n_ligands, SIZES["donors"])),
            "site": rng.standard_normal((n_ligands, SIZES["site"])),
            "atoms": rng.poisson(0.02, (n_ligands, ENVIRONMENTS)).astype(np.float64),
        },
        ligand_group=np.arange(n_ligands),
        metal_row=cells % N_METALS,
        ligand_row=cells // N_METALS,
        pair=np.ones((n, 1)) * [1.0, 0.0, 0.0],
        names={block: tuple(f"{block}{i}" for i in range(d)) for block, d in SIZES.items()},
    )
    metal = features.metal["bonding"][features.metal_row, :4] @ rng.standard_normal(4)
    ligand = features.ligand["donors"][features.ligand_row, :8] @ rng.standard_normal(8)
    return features, 0.3 * metal * ligand + metal + 0.1 * rng.standard_normal(n)


def problem_of(n: int) -> tuple[Problem, Floats]:
    """State a fit of n rows, and where it starts."""
    recipe = PairGP(fit_rows=None, source_noise=False, source_offset=False)
    features, y = table(n)
    problem = recipe.problem(features, (y - y.mean()) / y.std(), np.zeros(n))
    return problem, recipe.cold_start(problem, features)


def ours(n: int) -> dict[str, float]:
    problem, theta = problem_of(n)
    return timed(lambda: evaluate(problem, theta))


class Plain:
    """The same objective over n × n tables, by autograd alone."""

    def __init__(self, problem: Problem):
        form = problem.form
        assert isinstance(form, ProductForm)
        side = form.side
        self.problem = problem
        self.layout = form.layout
        self.rows = {
            "metal": side.metal[side.setting_row],
            "pair": side.pair[side.setting_row],
            "ligand": side.ligand[side.ligand_row],
            "atoms": form.shared["atoms"][side.ligand_row][:, side.ligand_row],
        }

    def covariance(self, theta: Tensor) -> Tensor:
        """(n, n)."""
        layout, rows = self.layout, self.rows
        values = layout.values(theta)
        metal, pair = rows["metal"] / values.metal, rows["pair"] / values.pair
        around, apart = matern(pair), matern(torch.cat([metal, pair], 1))
        factors = {"atoms": rows["atoms"], "ligand": matern(rows["ligand"] / values.ligand)}
        amplitude = values.log_amplitude(rows["metal"], rows["pair"][:, 0].log()).exp()
        total = torch.zeros_like(around)
        for term, variance in zip(layout.terms, values.variances, strict=True):
            product = variance * (apart if term.of_metal else around)
            for factor in term.ligand:
                product = product * factors[factor]
            if term.ligand:
                product = product * amplitude[:, None] * amplitude
            total = total + product
        return total

    def evaluate(self, at: Floats) -> tuple[dict[str, float], Floats]:
        """Objective and gradient."""
        theta, y = torch.tensor(at, requires_grad=True), self.problem.y
        noise = theta[-1].exp() * torch.eye(len(y), dtype=y.dtype)
        factor = torch.linalg.cholesky(self.covariance(theta[:-1]) + noise)
        ones = torch.ones_like(y)
        solved = torch.cholesky_solve(torch.stack([ones, y], 1), factor)
        mean = (ones @ solved[:, 1]) / (ones @ solved[:, 0])
        fit = (y - mean) @ (solved[:, 1] - mean * solved[:, 0])
        log_det = 2.0 * factor.diagonal().log().sum()
        mll = -0.5 * (fit + log_det + len(y) * math.log(2.0 * math.pi))
        objective = (mll + self.problem.log_prior(theta)) / len(y)
        objective.backward()
        return {"objective": objective.item()}, theta.grad.numpy()


def matern(x: Tensor) -> Tensor:
    """Matérn-3/2 correlation of all rows of `x` (n, d)."""
    length = x.square().sum(1)
    return matern32((length[:, None] + length - 2.0 * x @ x.mT).clamp_min(0.0))


def plain(n: int) -> dict[str, float]:
    problem, theta = problem_of(n)
    side = Plain(problem)
    return timed(lambda: side.evaluate(theta))


def timed(evaluation: Callable) -> dict[str, float]:
    """Seconds of the fastest evaluation, what it gave, and the peak memory of this process."""
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        parts, gradient = evaluation()
        seconds.append(time.perf_counter() - began)
    return {
        "seconds": min(seconds),
        "objective": parts["objective"],
        "steepest": float(np.abs(gradient).max()),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def compare(n: int) -> None:
    found = {}
    for function in (plain, ours):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found[function.__name__] = pool.submit(function, n).result()
    theirs, mine = found["plain"], found["ours"]
    for name in ("objective", "steepest"):
        if not math.isclose(theirs[name], mine[name], rel_tol=1e-6):
            raise SystemExit(f"{name} differs: plain {theirs[name]}, ours {mine[name]}")
    print(
        f"\nn = {n:,}, {torch.get_num_threads()} threads, load {os.getloadavg()[0]:.1f}: "
        "likelihood and gradient, the fastest of three\n"
        f"  plain PyTorch {theirs['seconds']:8.2f} s   peak {theirs['memory']:5.2f} GiB\n"
        f"  ours          {mine['seconds']:8.2f} s   peak {mine['memory']:5.2f} GiB   "
        f"{theirs['seconds'] / mine['seconds']:.1f}× faster",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, nargs="+", default=[1000, 3000])
    for size in parser.parse_args().n:
        compare(size)
