"""What a source is worth: transfer, the same GP from scratch, and boosted trees.

    BO_LOOP_LITERATURE=folder python benchmarks/transfer.py                 # 20 draws
    BO_LOOP_LITERATURE=folder python benchmarks/transfer.py --draws 4 --targets enthalpy beta_2

Of a property of pairs, N values are known, of ligands drawn at random; pairs of other ligands are
predicted. The source is a model of a related property, of which more is known, fitted to
``srd46_sql.zip`` of that folder at 20 to 30 °C and 0 to 1 mol/L. The target's ligands are those of
which the source knows a value of that related property:

enthalpy      ΔH of M + L = ML, in kJ/mol              from log K1
beta_2        log β2                                   from log K1
protonation   log K of H + L = HL                      from log K1 of metal ions
copper        log K1 of Cu+2                           from log K of H + L = HL
uranyl        log K1 of UO2+2                          from log K1 of all other ions
europium      log K1 of Eu+3                           from log K1 of all other ions
medium        log K1 at 1 mol/L or more                from log K1 at less

transfer   bo_loop.models.Transfer
scratch    bo_loop.models.PairGP, on the same features
trees      LightGBM on the same features, at settings for few rows

The error is the mean absolute one, averaged over the draws; ``ratio`` that of transfer over
scratch, ``worst`` the largest in a draw. ``kept`` says in how many draws the source was kept,
``alike`` in how many pairs counted as alike as by the source, ``cover`` how many values lie in
transfer's 95 % intervals. With ``--out`` box plots of all draws
are drawn.
"""

import argparse
import resource
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from at_hand import distribution

from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.data.observations import with_keys
from bo_loop.data.sources import srd46
from bo_loop.data.sources.protonation import as_observations
from bo_loop.features import ChemistryRecipe
from bo_loop.library.sources import Sources
from bo_loop.models import PairGP, Transfer
from bo_loop.surrogate import Surrogate

SIZES = (10, 20, 28, 50, 100)
FEWER_DRAWS = 50  # pairs from which on every other draw is left out: they take the longest
MOST_ASKED = 400
SOURCE_ROWS, FIT_ROWS = 2500, 500
METHODS = ("transfer", "scratch", "trees")


@dataclass(frozen=True)
class Task:
    """A target: pairs with the column ``value``; and what the source is fitted to."""

    name: str
    target: pd.DataFrame
    source: pd.DataFrame


def tasks(path: Path) -> dict[str, Callable[[], Task]]:
    """Return how each target is made, by name."""
    rows = srd46.load(path=path)
    rows = rows[rows["censoring"].eq("none") & rows["temperature_C"].between(20, 30)]
    dilute = rows[rows["ionic_strength_M"].between(0, 1, inclusive="left")]
    ones = dilute[dilute["n_ligands"].eq(1)]

    def of(name: str, target: pd.DataFrame, source: pd.DataFrame) -> Task:
        target, source = one_each(target), one_each(source)
        known = target["ligand_group"].isin(source["ligand_group"])
        return Task(name, target[known], source)

    def enthalpy() -> Task:
        found, _ = srd46.thermodynamic(path, srd46.ENTHALPY)
        found = found[
            found["censoring"].eq("none")
            & found["n_ligands"].eq(1)
            & found["temperature_C"].between(20, 30)
        ]
        return of("enthalpy", found, ones)

    def basicity() -> pd.DataFrame:
        constants = as_observations(
            srd46.protonation(path), temperature_C=25.0, ionic_strength_M=0.1
        )
        return constants[constants["charge"].eq(1)]

    copper = ones["metal"].eq("Cu") & ones["charge"].eq(2)

    def of_ion(name: str, metal: str, charge: int) -> Task:
        own = ones["metal"].eq(metal) & ones["charge"].eq(charge)
        return of(name, ones[own], ones[~own])

    salty = rows["n_ligands"].eq(1) & rows["ionic_strength_M"].ge(1)
    return {
        "enthalpy": enthalpy,
        "beta_2": lambda: of("beta_2", dilute[dilute["n_ligands"].eq(2)], ones),
        "protonation": lambda: of("protonation", basicity(), ones),
        "copper": lambda: of("copper", ones[copper], basicity()),
        "uranyl": lambda: of_ion("uranyl", "UO2", 2),
        "europium": lambda: of_ion("europium", "Eu", 3),
        "medium": lambda: of("medium", rows[salty], ones),
    }


def one_each(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a pair, with keys: the median of its values, under the commonest conditions."""
    rows = with_keys(rows.assign(value=rows["log_beta"]).reset_index(drop=True), "the table")
    same = ["metal", "charge", "ligand_group", "n_ligands"]
    rows["value"] = rows.groupby(same)["value"].transform("median")
    near = (rows["ionic_strength_M"] - 0.1).abs()
    return rows.loc[near.sort_values(kind="stable").index].drop_duplicates(same).sort_index()


def source_model(task: Task, seed: int = 0) -> Surrogate:
    """Fit the source: of very many rows, those of the target's ligands come first."""
    rows = task.source.assign(log_beta=task.source["value"], log_beta_sd=np.nan, censoring="none")
    theirs = rows["ligand_group"].isin(task.target["ligand_group"])
    shuffled = rows.sample(frac=1.0, random_state=seed)
    shuffled = shuffled.loc[
        theirs[shuffled.index].sort_values(ascending=False, kind="stable").index
    ]
    rows = shuffled.head(SOURCE_ROWS).reset_index(drop=True)
    schema = ChemistryRecipe().fit(pd.concat([rows, task.target]))
    return Surrogate.fit(schema, PairGP(fit_rows=FIT_ROWS), rows)


def features_of(task: Task, source: Surrogate) -> tuple[PairFeatures, Floats]:
    """Features of the target's pairs, with what the source predicts; and the values."""
    target = task.target.reset_index(drop=True)
    values = target["value"].to_numpy(np.float64)
    schema = ChemistryRecipe().fit(target).taught(Sources.of({"source": source}), target)
    return replace(schema.transform(target), spread=values.std()), values


def drawn(features: PairFeatures, seed: int) -> tuple[Rows, Rows]:
    """Rows to label, the first N of which are for N; and rows to predict, of other ligands."""
    rng = np.random.default_rng(seed)
    group = features.ligand_group[features.ligand_row]
    ligands = rng.permutation(np.unique(group))
    labelled = np.isin(group, ligands[: len(ligands) // 2])
    known, asked = (rng.permutation(np.flatnonzero(m)) for m in (labelled, ~labelled))
    return known[: max(SIZES)], asked[:MOST_ASKED]


def errors(features: PairFeatures, values: Floats, seed: int) -> list[dict[str, Any]]:
    """Mean absolute errors of one draw."""
    known, asked = drawn(features, seed)
    found = []
    plain = {"source_noise": False, "source_offset": False}
    for n in (size for size in SIZES if size <= len(known)):
        if n >= FEWER_DRAWS and seed % 2:
            continue
        part, y = features.take(known[:n]), values[known[:n]]
        row: dict[str, Any] = {"draw": seed, "N": n}
        for name, recipe in (("transfer", Transfer(**plain)), ("scratch", PairGP(**plain))):
            model = recipe.fit(part, y)
            bound = model.bind(features)
            mean, sd = (
                bound.mean(asked),
                np.sqrt(bound.variance(asked) + model.noise(features)[asked]),
            )
            off = np.abs(mean - values[asked])
            row[name] = off.mean()
            row[f"{name}_cover"] = (off < 1.96 * sd).mean()
            if name == "transfer":
                row["kept"] = model.fit_report["sources"]["source"]["used"]
                row["alike"] = model.fit_report["alike"] is not None
        row["trees"] = np.abs(trees(part, y, features.take(asked)) - values[asked]).mean()
        found.append(row)
    return found


def trees(train: PairFeatures, y: Floats, asked: PairFeatures) -> Floats:
    """Boosted trees at settings for few rows, on all features but those of the source."""
    import lightgbm

    own = [i for i, name in enumerate(train.dense_names()) if not name.endswith(" by source")]
    model = lightgbm.LGBMRegressor(
        n_estimators=150, learning_rate=0.05, num_leaves=8, min_child_samples=3,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.5, n_jobs=1, random_state=0, verbose=-1,
    )  # fmt: skip
    return model.fit(train.dense()[:, own], y).predict(asked.dense()[:, own])


def boxes(found: pd.DataFrame, out: Path) -> None:
    """Draw a panel for each target: the errors of the draws, by N and method."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    names = list(found["target"].unique())
    figure, axes = plt.subplots(2, -(-len(names) // 2), figsize=(10, 6), squeeze=False)
    for axis, name in zip(axes.flat, names, strict=False):
        own = found[found["target"].eq(name)]
        for k, (method, colour) in enumerate(zip(METHODS, ("C0", "C7", "C1"), strict=True)):
            sizes = [n for n in SIZES if (own["N"] == n).any()]
            at = np.arange(len(sizes)) + 0.27 * (k - 1)
            drawn = axis.boxplot(
                [own.loc[own["N"].eq(n), method] for n in sizes], positions=at, widths=0.22,
                patch_artist=True, manage_ticks=False, medianprops={"color": "black"},
            )  # fmt: skip
            for box in drawn["boxes"]:
                box.set_facecolor(colour)
            axis.plot([], [], "s", color=colour, label=method)
        axis.set_xticks(range(len(sizes)), sizes)
        axis.set(title=name, xlabel="N", ylabel="mean absolute error", ylim=(0, None))
    axes.flat[0].legend()
    figure.tight_layout()
    figure.savefig(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--targets", nargs="*")
    parser.add_argument("--out", type=Path, help="a new figure (.svg or .png)")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    found = []
    for name, make in tasks(distribution()).items():
        if given.targets and name not in given.targets:
            continue
        task = make()
        features, values = features_of(task, source_model(task))
        ligands = len(np.unique(features.ligand_group[features.ligand_row]))
        print(f"\n{name}: {len(values)} pairs of {ligands} ligands, sd {values.std():.2f}; "
              f"source: {len(task.source)} pairs", flush=True)  # fmt: skip
        seeds = range(given.first, given.first + given.draws)
        rows = [row for seed in seeds for row in errors(features, values, seed)]
        own = pd.DataFrame(rows).assign(target=name)
        found.append(own)
        mean = own.drop(columns="target").groupby("N").mean()
        columns = ("N", *METHODS, "ratio", "worst", "kept", "alike", "cover")
        print(f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
        worst = (own["transfer"] / own["scratch"]).groupby(own["N"]).max()
        for n, row in mean.iterrows():
            mae = " | ".join(f"{row[method]:.2f}" for method in METHODS)
            ratio = row["transfer"] / row["scratch"]
            print(
                f"| {n:g} | {mae} | {ratio:.2f} | {worst[n]:.2f} | {100 * row['kept']:.0f} % | "
                f"{100 * row['alike']:.0f} % | {100 * row['transfer_cover']:.0f} % |",
                flush=True,
            )
    if given.out:
        boxes(pd.concat(found), given.out)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"\n{used.ru_utime + used.ru_stime:.0f} s of CPU")


if __name__ == "__main__":
    main()
