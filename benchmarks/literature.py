"""All of NIST SRD 46 in one model: time, memory and error on ligands never seen.

    BO_LOOP_LITERATURE=folder python benchmarks/literature.py
    BO_LOOP_LITERATURE=folder python benchmarks/literature.py --rows 4000 --near 4000   # faster
    … --figure literature.svg   # draws the learning curve, and the calibration of each line

``srd46_sql.zip`` in that folder is read and curated as `bo-loop import` does, with its protonation
constants. 186 ligands are hidden with all their rows. Each line is a process of its own, so that
its peak memory is its own.

Organic ligands are those of two carbon atoms or more: what a halide or thiocyanate binds, no other
ligand tells.

fit        the model of the default config is fitted to so many of the rows that are left, drawn at
           random, and conditioned on all of them
near       the same with hyperparameters at hand, conditioned on those rows alone that matter for
           the hidden pairs (`model.condition_rows`)
conditions of pairs known at several temperatures or ionic strengths, one value is hidden and is
           predicted from all other rows near it
rows       conditioned on
CPU        of the whole process, but for reading the data, in seconds
error      mean absolute error and R² over hidden pairs of organic ligands, and the share within
           their 95 % intervals; for n = 1 and n > 1
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from at_hand import distribution
from matplotlib.figure import Figure
from rediscover import option
from scipy.stats import norm

from bo_loop.data.curation.curate import curate
from bo_loop.data.observations import OBSERVATION_COLUMNS, with_keys
from bo_loop.data.sources import csv as tables
from bo_loop.data.sources import srd46
from bo_loop.surrogate import Surrogate

HIDDEN, SEED = 186, 5
HEADER = "| | rows | CPU | peak GB | n = 1: MAE, R², in 95 % | n > 1 |\n|---|---|---|---|---|---|"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[1000, 4000, 12000, 24000])
    parser.add_argument("--near", type=int, nargs="*", default=[6000, 12000])
    parser.add_argument("--figure", type=Path)
    parser.add_argument(
        "--one", nargs=3, metavar=("WHAT", "ROWS", "FOLDER"), help=argparse.SUPPRESS
    )
    given = parser.parse_args()
    if given.one:
        what, rows, folder = given.one
        print(one(what, int(rows), Path(folder)))
        return
    with tempfile.TemporaryDirectory() as folder:
        read().to_parquet(Path(folder) / "rows.parquet")
        print(HEADER, flush=True)
        predicted = {}
        for what, sizes in (("fit", given.rows), ("near", given.near), ("conditions", given.near)):
            for rows in sizes:
                command = [sys.executable, __file__, "--one", what, str(rows), folder]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                print(done.stdout.strip(), flush=True)
                predicted[what, rows] = pd.read_parquet(Path(folder) / "predicted.parquet")
        if given.figure is not None:
            draw(predicted).savefig(given.figure)
            print(f"drawn: {given.figure}")


def read() -> pd.DataFrame:
    """Return curated constants of all conditions, with protonation constants."""
    path = distribution()
    constants = curate(srd46.read(path)[0]).observations[list(OBSERVATION_COLUMNS)]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = Path(folder) / "constants.parquet"
        constants.to_parquet(table)
        source = tables.Csv(path=str(table), protonation=str(path), curation=None)
        return with_keys(source.read(), "the distribution")


def one(what: str, rows: int, folder: Path) -> str:
    """Fit, predict, and return a line of the table."""
    data = pd.read_parquet(folder / "rows.parquet")
    train, asked = (conditions_hidden if what == "conditions" else ligands_hidden)(data)
    recipe, stored = option("model"), folder / "hyperparameters.json"
    begun = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = option("features").fit(train)
        if what == "fit":
            if rows < len(train):
                train = train.sample(rows, random_state=SEED).sort_index()
            surrogate = Surrogate.fit(schema, replace(recipe, condition_rows=None), train)
            stored.write_text(json.dumps(surrogate.model.hyperparameters()), encoding="utf-8")
        else:
            few = replace(recipe, condition_rows=rows)
            given = json.loads(stored.read_text(encoding="utf-8"))
            surrogate = Surrogate.build(schema, few, train, given, near=asked)
        found = surrogate.predict(asked)
    taken = time.process_time() - begun
    asked.join(found[["mean", "sd"]]).to_parquet(folder / "predicted.parquet")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    conditioned = len(surrogate.model.data.y)
    scores = " | ".join(
        score(asked[of_n], found[of_n])
        for of_n in (asked["n_ligands"].eq(1), asked["n_ligands"].gt(1))
    )
    return f"| {what} | {conditioned:,} | {taken:.0f} | {peak:.1f} | {scores} |"


def ligands_hidden(data: pd.DataFrame, count: int = HIDDEN) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows to train on, and those of `count` ligands that none of them has."""
    constants = data[data["metal"].ne("H") & data["censoring"].eq("none")]
    groups = np.sort(constants["ligand_group"].unique())
    hidden = np.random.default_rng(SEED).choice(groups, count, replace=False)
    organic = constants["smiles"].str.count(r"C(?![lrsdaoum])|c").ge(2)
    asked = constants[constants["ligand_group"].isin(hidden) & organic]
    train = data[~data["ligand_group"].isin(hidden)]
    return train.reset_index(drop=True), asked.reset_index(drop=True)


def conditions_hidden(data: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows to train on, and one value each of 500 pairs known at other conditions too."""
    constants = data[data["metal"].ne("H") & data["censoring"].eq("none")]
    several = constants[constants.groupby("pair_id")["pair_id"].transform("size").gt(1)]
    asked = several.sample(frac=1.0, random_state=SEED).drop_duplicates("pair_id").head(500)
    return data.drop(asked.index).reset_index(drop=True), asked.reset_index(drop=True)


def draw(predicted: dict[tuple[str, int], pd.DataFrame]) -> Figure:
    """Draw MAE against rows, and the share of the pairs in each central interval."""
    figure = Figure((9.0, 4.0), layout="constrained")
    learning, calibration = figure.subplots(1, 2)
    for of_n, label in ((lambda n: n == 1, "n = 1"), (lambda n: n > 1, "n > 1")):
        fits = {rows: one for (what, rows), one in predicted.items() if what == "fit"}
        error = [
            (one["log_beta"] - one["mean"]).abs()[of_n(one["n_ligands"])].mean()
            for one in fits.values()
        ]
        learning.plot(list(fits), error, "o-", label=label)
    learning.set(xlabel="training rows", ylabel="MAE, unseen organic ligands", xscale="log")
    levels = np.linspace(0.02, 0.98, 49)
    for (what, rows), one in predicted.items():
        z = ((one["log_beta"] - one["mean"]) / one["sd"]).abs().to_numpy()
        share = (z[:, None] < norm.ppf(0.5 + levels / 2)).mean(axis=0)
        calibration.plot(levels, share, label=f"{what} {rows:,}")
    calibration.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    calibration.set(xlabel="central interval", ylabel="share of the pairs inside")
    for axes in (learning, calibration):
        axes.legend()
    return figure


def score(asked: pd.DataFrame, found: pd.DataFrame) -> str:
    """Say how far predictions are off, and how many lie within their 95 % intervals."""
    error = asked["log_beta"] - found["mean"]
    r2 = 1.0 - (error**2).mean() / asked["log_beta"].var(ddof=0)
    inside = (error.abs() < 1.959964 * found["sd"]).mean()
    return f"{error.abs().mean():.2f}, {r2:.2f}, {inside:.0%}"


if __name__ == "__main__":
    main()
