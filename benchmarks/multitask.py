"""A multi-task kernel beside `model=transfer`, on the targets of `benchmarks/transfer.py`.

    BO_LOOP_LITERATURE=folder python benchmarks/multitask.py                # 6 draws
    BO_LOOP_LITERATURE=folder python benchmarks/multitask.py --draws 4 --targets enthalpy beta_2

Intrinsic coregionalisation (Bonilla, Chai and Williams, NIPS 2007): the covariance of two values is
that of their tasks times that of their pairs, B[t, t'] k(x, x'). With c = B[t, s] / B[s, s] and
a = B[t, t] - c² B[s, s], what the source's values say of the target's is known in closed form:

    y_t  ~  N(μ + c m,  c² V + a k + σ²)

m and V are the posterior mean and covariance of the source, whose pairs the target may share. The
hyperparameters of k are the source's, which has a hundred times the values; μ, c, a and σ² are the
most probable ones of the target's. As `Transfer` does with a source, the task is dropped if ligands
left out are missed by more with it than without (``kept``). ``ratio``: of its error to transfer's.

*Alike* is the same with V = d d' k, d the source's sd, which is all of it that `Transfer` knows.
"""

import argparse
import resource
import warnings
from typing import Any

import numpy as np
import pandas as pd
import torch
from at_hand import distribution
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from transfer import FEWER_DRAWS, Task, drawn, features_of, source_model, tasks

from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models import PairGP, Transfer
from bo_loop.models.gp.widening import without_group

SIZES = (10, 28, 100)
_SHARE, _SHARE_SD = 0.3, 1.0  # prior of each variance, as of the product kernel's terms


class Tasks:
    """The target's pairs, as the joint Gaussian of both tasks has them given the source.

    Not `whole`: its errors are alike as the prior is, which `Transfer` takes them to be, not as V.
    """

    def __init__(self, task: Task, whole: bool = True):
        self.whole = whole
        source = self.source = source_model(task)
        target = task.target.reset_index(drop=True)
        asked = source.features_of(target)
        bound, rows = source.model.bind(asked), np.arange(len(target))
        self.mean, self._bound = bound.mean(rows), bound
        kernel = source.recipe.kernel(asked, source.model.hyperparameters())
        self._kernel, self._x = kernel, torch.as_tensor(asked.X)
        self.group = asked.ligand_group[asked.ligand_row]
        self.unit = float(np.mean(kernel.variance(self._x).detach().numpy()))
        self._blocks: dict[bytes, tuple[Floats, Floats]] = {}

    def blocks(self, rows: Rows) -> tuple[Floats, Floats]:
        """Posterior covariance V and prior covariance k, of mean variance 1, of some pairs."""
        if rows.tobytes() not in self._blocks:
            x = self._x[rows]
            prior = self._kernel.block(x, x).detach().numpy() / self.unit
            if self.whole:
                posterior = self._bound.covariance(rows, rows)
            else:
                sd = np.sqrt(self._bound.variance(rows))
                posterior = np.outer(sd, sd) * prior
            self._blocks[rows.tobytes()] = posterior, prior
        return self._blocks[rows.tobytes()]

    def fit(self, rows: Rows, y: Floats, dropped: bool = False) -> "Fit":
        """Find μ, c, a and σ² of n values; `dropped`: c is 0."""
        posterior, prior = self.blocks(rows)
        m, spread, n = self.mean[rows], y.std(), len(y)
        slope_sd = spread / max(self.mean.std(), 1e-9)

        def parts(theta):
            c = 0.0 if dropped else theta[0] * slope_sd
            a, noise = np.exp(theta[1:]) * spread**2
            cov = c**2 * posterior + a * prior + noise * np.eye(n)
            return c, a, noise, cov

        def loss(theta):
            c, _, _, cov = parts(theta)
            factor = cho_factor(cov, lower=True)
            one, off = np.ones(n), y - c * m
            mu = one @ cho_solve(factor, off) / (one @ cho_solve(factor, one))
            rest = off - mu
            fit = 0.5 * rest @ cho_solve(factor, rest) + np.log(np.diag(factor[0])).sum()
            away = (theta[1:] - np.log([_SHARE, 0.05])) / _SHARE_SD
            return fit + 0.5 * away @ away + 0.5 * (0.0 if dropped else theta[0] ** 2)

        starts = [0.0] if dropped else [1.0, -1.0]
        found = min(
            (minimize(loss, [c, np.log(_SHARE), np.log(0.05)], method="L-BFGS-B",
                      bounds=[(-5, 5), (-9, 4), (-9, 2)]) for c in starts),
            key=lambda one: one.fun,
        )  # fmt: skip
        c, a, noise, cov = parts(found.x)
        precision = np.linalg.inv(cov)
        off = y - c * m
        mu = precision.sum(0) @ off / precision.sum()
        return Fit(self, rows, c, a, noise, mu, precision, precision @ (off - mu))


class Fit:
    """The target's values, conditioned on."""

    def __init__(self, tasks, rows, c, a, noise, mu, precision, alpha):
        self.tasks, self.rows, self.c, self.a = tasks, rows, c, a
        self.noise, self.mu, self.precision, self.alpha = noise, mu, precision, alpha

    def left_out(self) -> float:
        """Mean absolute error of pairs predicted without any pair of their ligand."""
        group = self.tasks.group[self.rows]
        found = without_group(torch.as_tensor(self.precision), torch.as_tensor(self.alpha), group)
        return float(np.abs(found[0]).mean())

    def predict(self, asked: Rows) -> tuple[Floats, Floats]:
        """Mean and predictive sd of pairs."""
        both, n = np.concatenate([self.rows, asked]), len(self.rows)
        posterior, prior = self.tasks.blocks(both)
        cov = self.c**2 * posterior + self.a * prior
        cross = cov[n:, :n]
        mean = self.mu + self.c * self.tasks.mean[asked] + cross @ self.alpha
        less = np.einsum("ij,jk,ik->i", cross, self.precision, cross)
        return mean, np.sqrt(np.maximum(np.diag(cov)[n:] - less, 0.0) + self.noise)


def draw(
    ways: dict[str, Tasks], features: PairFeatures, values: Floats, seed: int
) -> list[dict[str, Any]]:
    """Mean absolute errors of one draw."""
    known, asked = drawn(features, seed)
    plain = {"source_noise": False, "source_offset": False}
    recipes = {"transfer": Transfer(**plain), "scratch": PairGP(**plain)}
    found = []
    for n in (size for size in SIZES if size <= len(known)):
        if n >= FEWER_DRAWS and seed % 2:
            continue
        rows = known[:n]
        part, y = features.take(rows), values[rows]
        line: dict[str, Any] = {"draw": seed, "N": n}
        for name, recipe in recipes.items():
            mean = recipe.fit(part, y).bind(features).mean(asked)
            line[name] = np.abs(mean - values[asked]).mean()
        for name, way in ways.items():
            joint, alone = way.fit(rows, y), way.fit(rows, y, dropped=True)
            kept = joint.left_out() <= 1.01 * alone.left_out()
            mean, sd = (joint if kept else alone).predict(asked)
            off = np.abs(mean - values[asked])
            line[name], line[f"{name} cover"] = off.mean(), (off < 1.96 * sd).mean()
            line[f"{name} kept"] = kept
        found.append(line)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=6)
    parser.add_argument("--targets", nargs="*")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    for name, make in tasks(distribution()).items():
        if given.targets and name not in given.targets:
            continue
        task = make()
        both = Tasks(task)
        ways = {"multitask": both, "alike": Tasks(task, whole=False)}
        features, values = features_of(task, both.source)
        draws = range(given.draws)
        found = [line for seed in draws for line in draw(ways, features, values, seed)]
        mean = pd.DataFrame(found).groupby("N").mean()
        print(f"\n{name}: {len(values)} pairs, sd {values.std():.2f}\n")
        names = ("N", *ways, "transfer", "scratch", "ratio", "kept", "cover")
        print(f"| {' | '.join(names)} |")
        print("|---|---|---|---|---|---|---|---|")
        for n, row in mean.iterrows():
            errors = " | ".join(f"{row[m]:.2f}" for m in (*ways, "transfer", "scratch"))
            print(
                f"| {n:g} | {errors} | {row['multitask'] / row['transfer']:.2f} "
                f"| {100 * row['multitask kept']:.0f} % | {100 * row['multitask cover']:.0f} % |",
                flush=True,
            )
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"\n{used.ru_utime + used.ru_stime:.0f} s of CPU")


if __name__ == "__main__":
    main()
