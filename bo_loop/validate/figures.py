"""The figures of a validation, as Kanahashi et al. (Sci. Rep. 2022, 12, 11159) show them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bo_loop.chemistry.ions import MetalIon
from bo_loop.pages import BLUE, GREY, ORANGE, chart
from bo_loop.validate.metrics import coverage
from bo_loop.validate.result import Validation

STAGE_NAMES = {"beta_1": "β₁", "beta_n": "βₙ"}
_MOST_IONS = 60
_TOP = 5
_PANEL = 3.4  # inches


@dataclass(frozen=True)
class Shown:
    """A figure, its file's name and what it says."""

    name: str
    title: str
    text: str
    figure: Figure


def figures(found: Validation) -> Iterator[Shown]:
    """Draw every figure for which there are data."""
    for draw in (_constants, _maps, _relevance, _selection, _parity, _stepwise, _calibration):
        shown = draw(found)
        if shown is not None:
            yield shown


def _panels(count: int, height: float = _PANEL) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(_PANEL * count + 0.4, height), layout="constrained")
    panels = [figure.add_subplot(1, count, i + 1) for i in range(count)]
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def _constants(found: Validation) -> Shown:
    data = found.observations
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
    return Shown("constants", "Constants per metal ion", "The data of this validation.", figure)


def _maps(found: Validation) -> Shown:
    maps = found.split.maps
    figure, panels = _panels(len(maps))
    for axes, (name, each) in zip(panels, maps.items(), strict=True):
        axes.scatter(*each.xy.T, s=5, color=GREY, linewidths=0)
        axes.scatter(*each.xy[each.picked].T, s=70, color=ORANGE, marker="*")
        axes.set_title(f"{STAGE_NAMES[name]}: {len(each.rows)} complexes", fontsize=10)
        axes.set_xticks([])
        axes.set_yticks([])
    text = (
        "UMAP of the standardised features, one point a complex. Stars: the complexes farthest "
        "from the centre (Mahalanobis), each of another ligand; no pair of these ligands trains."
    )
    return Shown("maps", "The domain and its edge", text, figure)


def _relevance(found: Validation) -> Shown:
    figure, panels = _panels(len(found.relevances), 2.6)
    for axes, (name, shares) in zip(panels, found.relevances.items(), strict=True):
        top = dict(list(shares.items())[:_TOP])
        axes.barh([label.partition(".")[2] for label in top], list(top.values()), color=BLUE)
        axes.invert_yaxis()
        axes.set_xlabel("relevance")
        axes.set_title(f"{STAGE_NAMES[name]}: {sum(top.values()):.2f} of the whole", fontsize=10)
    return Shown(
        "relevance",
        "The most relevant features",
        "Kullback–Leibler relevance of the features kept, averaged over the training pairs; all "
        "of them together make 1.",
        figure,
    )


def _selection(found: Validation) -> Shown | None:
    if not found.selections:
        return None
    figure, panels = _panels(len(found.selections))
    for axes, (name, each) in zip(panels, found.selections.items(), strict=True):
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
    return Shown("features", "How many features", text, figure)


def _parity(found: Validation) -> Shown:
    sets = {"train": found.split.train, **found.split.sets}
    figure, panels = _panels(len(sets))
    data = found.observations
    ends = [data[["log_beta", "mean"]].min().min() - 1, data[["log_beta", "mean"]].max().max() + 1]
    for axes, (name, rows) in zip(panels, sets.items(), strict=True):
        axes.plot(ends, ends, color=GREY, linewidth=1)
        for above, colour in ((False, BLUE), (True, ORANGE)):
            part = data.iloc[rows]
            part = part[(part["n_ligands"] > 1) == above]
            bars = {"fmt": "o", "markersize": 2.5, "elinewidth": 0.5, "alpha": 0.6}
            label = "β₂ and higher" if above else "β₁"
            axes.errorbar(
                part["log_beta"], part["mean"], part["sd"], color=colour, label=label, **bars
            )
        axes.set_xlim(ends)
        axes.set_ylim(ends)
        axes.set_xlabel("measured log β")
        axes.set_title(f"{name.replace('_', ' ')}, {len(rows)} pairs", fontsize=10)
    panels[0].set_ylabel("predicted log β")
    panels[0].legend(frameon=False)
    return Shown("parity", "Predicted against measured", "Bars: one predictive sd.", figure)


def _stepwise(found: Validation) -> Shown | None:
    """Predicted β1 against measured β2 … β6 of the same metal and ligand."""
    data = found.observations
    more = np.flatnonzero(data["n_ligands"].to_numpy() > 1)
    source = getattr(found.model, "source", None)
    if source is None or not len(more):
        return None
    predicted = source.inputs(found.features.take(more))[:, 0]
    n = data["n_ligands"].to_numpy()[more]
    figure, axes = chart(5.0, 4.0)
    for number in np.unique(n):
        at = n == number
        measured = data["log_beta"].to_numpy()[more[at]]
        axes.scatter(predicted[at], measured, s=8, alpha=0.7, label=f"β{'₀₁₂₃₄₅₆'[number]}")
    axes.set_xlabel("predicted log β₁")
    axes.set_ylabel("measured log βₙ")
    axes.legend(frameon=False)
    text = "What the βₙ model is told: β₁ predicted by a model that has not seen the ligand."
    return Shown("beta_1_input", "Predicted β₁ and measured β₂ to β₆", text, figure)


def _calibration(found: Validation) -> Shown:
    levels = np.linspace(0.02, 0.98, 49)
    figure, axes = chart(4.2, 4.0)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    data = found.observations
    for name, rows in {"train": found.split.train, **found.split.sets}.items():
        part = data.iloc[rows]
        y, mean, sd = (part[column].to_numpy() for column in ("log_beta", "mean", "sd"))
        axes.plot(levels, coverage(y, mean, sd, levels), label=name.replace("_", " "))
    axes.set_xlabel("nominal probability of the interval")
    axes.set_ylabel("share of pairs within")
    axes.legend(frameon=False)
    text = "Below the diagonal, the intervals are too narrow; above it, too wide."
    return Shown("calibration", "Calibration", text, figure)
