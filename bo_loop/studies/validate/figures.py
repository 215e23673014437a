"""The figures of a validation; the domain and the features are shown as by Kanahashi et al.

Kanahashi, Urushihara and Yamaguchi, Sci. Rep. 2022, 12, 11159.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bo_loop.base.html import BLUE, GREY, ORANGE, chart
from bo_loop.chemistry.ions import MetalIon
from bo_loop.studies.validate.judge import TRAIN
from bo_loop.studies.validate.metrics import coverage
from bo_loop.studies.validate.result import Outcome, Validation, file_name
from bo_loop.studies.validate.splits import DomainMap

STAGE_NAMES = {"beta_1": "β₁", "beta_n": "βₙ"}
_MOST_IONS = 60
_TOP = 5
_CONTRIBUTIONS = 20
_PANEL = 3.4  # inches
_SCORES = {"mae": "MAE, log β", "r2": "R²"}


@dataclass(frozen=True)
class Shown:
    """A figure, its file's name and what it says."""

    name: str
    title: str
    text: str
    figure: Figure


def figures(found: Validation) -> Iterator[Shown]:
    """Draw every figure for which there are data."""
    yield _constants(found)
    for name, splits in found.splits.items():
        predictions = found.predictions[found.predictions["split"] == name]
        if len(splits) > 1:
            yield _boxes(name, found.folds[found.folds["split"] == name])
        if splits[0].maps:
            yield _maps(splits[0].maps)
        for outcome in found.outcomes:
            if outcome.split == name:
                yield from _of_outcome(outcome, predictions)
        yield _calibration(name, predictions)


def _of_outcome(outcome: Outcome, predictions: pd.DataFrame) -> Iterator[Shown]:
    own = predictions["own_protonation"] == outcome.own_protonation
    predictions = predictions[(predictions["model"] == outcome.model) & own]
    if outcome.selections():
        yield _selection(outcome)
    if outcome.facts("relevances"):
        yield _relevance(outcome)
    yield _parity(outcome, predictions)
    if outcome.facts("relevances") and predictions["beta_1"].notna().any():
        yield _stepwise(outcome, predictions)
    if outcome.contributions():
        yield _contributions(outcome)


def _panels(count: int, height: float = _PANEL, rows: int = 1) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(_PANEL * count + 0.4, height * rows), layout="constrained")
    panels = [figure.add_subplot(rows, count, i + 1) for i in range(rows * count)]
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def _constants(found: Validation) -> Shown:
    data = found.cases.observations.iloc[found.cases.scored]
    ions = [str(MetalIon(m, int(z))) for m, z in zip(data["metal"], data["charge"], strict=True)]
    counts = pd.crosstab(pd.Series(ions, name="ion"), data["n_ligands"].to_numpy() > 1)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    counts = counts.head(_MOST_IONS)
    figure, axes = chart(max(5.0, 0.2 * len(counts) + 1.5), 3.2)
    bottom = np.zeros(len(counts))
    for above, label, colour in ((False, "β₁", BLUE), (True, "β₂ and higher", ORANGE)):
        if above in counts:
            axes.bar(counts.index, counts[above], bottom=bottom, color=colour, label=label)
            bottom = bottom + counts[above].to_numpy()
    axes.tick_params("x", rotation=90)
    axes.set_ylabel("constants")
    axes.legend(frameon=False)
    return Shown("constants", "Constants per metal ion", "What the models are judged by.", figure)


def _boxes(split: str, folds: pd.DataFrame) -> Shown:
    """MAE above, R² below; a column for each group of n, a box for each model over the folds."""
    groups = list(dict.fromkeys(folds["group"]))
    names = {
        key: f"{key[0]} + own pKa" if key[1] else key[0]
        for key in dict.fromkeys(zip(folds["model"], folds["own_protonation"], strict=True))
    }
    figure, panels = _panels(len(groups), rows=2)
    for axes, (score, group) in zip(
        panels, ((score, group) for score in _SCORES for group in groups), strict=True
    ):
        part = folds[folds["group"] == group]
        values = [
            part.loc[(part["model"] == m) & (part["own_protonation"] == own), score].dropna()
            for m, own in names
        ]
        labels = [name.replace(" ", "\n") for name in names.values()]
        axes.boxplot(values, tick_labels=labels, medianprops={"color": ORANGE})
        axes.tick_params("x", labelsize=8)
        axes.set_ylabel(_SCORES[score])
        if score == "mae":
            axes.set_title(group, fontsize=10)
    text = "Each box: the folds of all repeats. Line: median; box: quartiles."
    return Shown(
        f"boxes_{file_name(split)}", f"Split {split}: the models over the folds", text, figure
    )


def _maps(maps: Mapping[str, DomainMap]) -> Shown:
    figure, panels = _panels(len(maps))
    for axes, (name, each) in zip(panels, maps.items(), strict=True):
        axes.scatter(*each.xy.T, s=5, color=GREY, linewidths=0)
        axes.scatter(*each.xy[each.picked].T, s=70, color=ORANGE, marker="*")
        axes.set_title(f"{STAGE_NAMES[name]}: {len(each.rows)} complexes", fontsize=10)
        axes.set_xticks([])
        axes.set_yticks([])
    text = (
        "UMAP of the published features, one point a complex. Stars: the complexes farthest "
        "from the centre (Mahalanobis), each of another ligand; no pair of these ligands trains."
    )
    return Shown("maps", "The domain and its edge", text, figure)


def _relevance(outcome: Outcome) -> Shown:
    relevances = outcome.facts("relevances")
    figure, panels = _panels(len(relevances), 2.6)
    for axes, (name, shares) in zip(panels, relevances.items(), strict=True):
        top = dict(list(shares.items())[:_TOP])
        axes.barh([label.partition(".")[2] for label in top], list(top.values()), color=BLUE)
        axes.invert_yaxis()
        axes.set_xlabel("relevance")
        stage = STAGE_NAMES.get(name, name)
        axes.set_title(f"{stage}: {sum(top.values()):.2f} of the whole", fontsize=10)
    return Shown(
        f"relevance_{outcome.file_name}",
        f"The features most relevant to {outcome.model}",
        "Kullback–Leibler relevance of the features kept, averaged over the training pairs; all "
        "of them together make 1.",
        figure,
    )


def _selection(outcome: Outcome) -> Shown:
    selections = outcome.selections()
    figure, panels = _panels(len(selections))
    for axes, (name, each) in zip(panels, selections.items(), strict=True):
        axes.plot(list(each.mae), list(each.mae.values()), "o-", color=BLUE, markersize=4)
        axes.plot(each.count, each.mae[each.count], "o", color=ORANGE)
        axes.set_xlabel("features")
        axes.set_ylabel("MAE, log β")
        axes.set_title(f"{STAGE_NAMES[name]}: {each.count} of {len(each.relevance)}", fontsize=10)
    text = (
        "Error at the edge of the domain against the number of features, the most relevant "
        "first. The number with the smallest error was kept, so the edge no longer judges fairly; "
        "the test set does."
    )
    return Shown(
        f"features_{outcome.file_name}", f"How many features {outcome.model} keeps", text, figure
    )


def _parity(outcome: Outcome, predictions: pd.DataFrame) -> Shown:
    sets = list(
        dict.fromkeys(name for names in predictions["set"].str.split(" ") for name in names)
    )
    sets = [TRAIN] * (TRAIN in sets) + [name for name in outcome.bouts[0].split.sets]
    figure, panels = _panels(len(sets))
    ends = [
        predictions[["log_beta", "mean"]].min().min() - 1,
        predictions[["log_beta", "mean"]].max().max() + 1,
    ]
    for axes, name in zip(panels, sets, strict=True):
        inside = predictions[
            predictions["set"].str.split(" ").map(lambda names, name=name: name in names)
        ]
        axes.plot(ends, ends, color=GREY, linewidth=1)
        for above, colour in ((False, BLUE), (True, ORANGE)):
            part = inside[(inside["n_ligands"] > 1) == above]
            bars = {"fmt": "o", "markersize": 2.5, "elinewidth": 0.5, "alpha": 0.6}
            label = "β₂ and higher" if above else "β₁"
            axes.errorbar(
                part["log_beta"], part["mean"], part["sd"], color=colour, label=label, **bars
            )
        axes.set_xlim(ends)
        axes.set_ylim(ends)
        axes.set_xlabel("measured log β")
        axes.set_title(f"{name.replace('_', ' ')}, {len(inside)} predictions", fontsize=10)
    panels[0].set_ylabel("predicted log β")
    panels[0].legend(frameon=False)
    return Shown(
        f"parity_{outcome.file_name}",
        f"{outcome.shown}, split {outcome.split}: predicted against measured",
        "Bars: one predictive sd.",
        figure,
    )


def _stepwise(outcome: Outcome, predictions: pd.DataFrame) -> Shown:
    """Predicted β1 against measured β2 … β6 of the same metal and ligand."""
    predictions = predictions[predictions["beta_1"].notna()]
    figure, axes = chart(5.0, 4.0)
    for number, part in predictions.groupby("n_ligands"):
        label = f"β{'₀₁₂₃₄₅₆'[number]}"
        axes.scatter(part["beta_1"], part["log_beta"], s=8, alpha=0.7, label=label)
    axes.set_xlabel("predicted log β₁")
    axes.set_ylabel("measured log βₙ")
    axes.legend(frameon=False)
    text = "What the βₙ model sees: β₁ predicted by a model that has not seen the ligand."
    title = "Predicted β₁ and measured β₂ to β₆"
    return Shown(f"beta_1_input_{outcome.file_name}", title, text, figure)


def _contributions(outcome: Outcome) -> Shown:
    top = dict(list(outcome.contributions().items())[:_CONTRIBUTIONS])
    figure, axes = chart(6.0, 0.24 * len(top) + 0.8)
    axes.barh(list(top), list(top.values()), color=BLUE)
    axes.invert_yaxis()
    axes.set_xlabel("mean |contribution|, log β")
    return Shown(
        f"contributions_{outcome.file_name}",
        f"{outcome.model}, split {outcome.split}: what its predictions are made of",
        f"SHAP values of the {len(top)} features that contribute most, averaged over the pairs "
        "predicted and over the folds.",
        figure,
    )


def _calibration(split: str, predictions: pd.DataFrame) -> Shown:
    levels = np.linspace(0.02, 0.98, 49)
    figure, axes = chart(4.6, 4.0)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    sets = predictions["set"].str.split(" ").explode()
    several = sets.nunique() > 1
    for (name, own, inside), part in (
        predictions.loc[sets.index]
        .assign(of=sets)
        .groupby(["model", "own_protonation", "of"], sort=False)
    ):
        y, mean, sd = (part[column].to_numpy() for column in ("log_beta", "mean", "sd"))
        label = f"{name} + own pKa" if own else name
        label += f", {inside.replace('_', ' ')}" if several else ""
        axes.plot(levels, coverage(y, mean, sd, levels), label=label)
    axes.set_xlabel("nominal probability of the interval")
    axes.set_ylabel("share of pairs within")
    axes.legend(frameon=False, fontsize=8)
    text = "Below the diagonal, the intervals are too narrow; above it, too wide."
    return Shown(f"calibration_{file_name(split)}", f"Split {split}: calibration", text, figure)
