"""Charts of a report, each as SVG."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter
from scipy.stats import binom, norm

from bo_loop.base.html import BLUE, GREEN, GREY, ORANGE, RED, chart, svg
from bo_loop.base.types import Floats
from bo_loop.campaign.views.labels import feature

_WIDE, _NARROW = (6.2, 3.2), (4.6, 4.0)
STATES = {
    "literature": ("literature only", GREY, "o", 14),
    "open": ("in the pool", "#90cdf4", "o", 20),
    "withdrawn": ("withdrawn", RED, "1", 40),
    "failed": ("failed", RED, "x", 30),
    "waiting": ("waiting for a result", GREEN, "D", 30),
    "measured": ("measured", ORANGE, "o", 46),
}
"""What a ligand is in the map: label, colour, marker, size; the last ones lie on top."""


def progress(
    course: pd.DataFrame, best_so_far: Sequence[float], n_results: int, label: str
) -> Markup:
    """Draw results in the order of logging, their predictions, and the best so far.

    Parameters
    ----------
    course : DataFrame
        As `facts.course` returns it.
    best_so_far : sequence of float, length `n_results` at most
        Of the last results.
    n_results : int
    label : str
        What the values are called.
    """
    figure, axes = chart(*_WIDE)
    place = course["place"].to_numpy(float)
    if len(best_so_far):
        since = np.arange(n_results - len(best_so_far), n_results) + 1
        style = {"color": ORANGE, "lw": 1.8, "label": "best so far", "zorder": 1}
        axes.step(since, best_so_far, where="post", **style)
    if course["mean"].notna().any():
        axes.errorbar(
            place,
            course["mean"].to_numpy(float),
            course["sd"].to_numpy(float),
            fmt="o",
            ms=5,
            mfc="white",
            color=BLUE,
            elinewidth=1,
            label="predicted ± sd",
            zorder=2,
        )
    for censoring, marker in {"none": "o", "lower": "^", "upper": "v"}.items():
        own = (course["censoring"] == censoring).to_numpy()
        axes.scatter(
            place[own],
            course["value"].to_numpy(float)[own],
            s=28,
            c=ORANGE,
            marker=marker,
            label="measured" if censoring == "none" else None,
            zorder=3,
        )
    axes.set(xlabel="experiment", ylabel=label, xlim=(0.4, n_results + 0.6))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    _legend_above(axes)
    return svg(figure, "Results in the order of logging, with their predictions")


def prospective(compared: pd.DataFrame, words: str) -> Markup:
    """Draw results against what was predicted when their pairs were proposed."""
    figure, axes = chart(*_NARROW)
    axes.errorbar(
        compared["mean"],
        compared["log_beta"],
        xerr=compared["sd"],
        yerr=np.nan_to_num(compared["log_beta_sd"].to_numpy(float)),
        fmt="o",
        ms=5,
        color=BLUE,
        elinewidth=1,
        ecolor="#90b4d8",
    )
    low = np.minimum(compared["mean"] - compared["sd"], compared["log_beta"])
    high = np.maximum(compared["mean"] + compared["sd"], compared["log_beta"])
    _diagonal(axes, float(low.min()), float(high.max()))
    axes.set(xlabel=f"{words} predicted at the proposal, ± sd", ylabel=f"{words} measured")
    return svg(figure, f"Measured against predicted {words}")


def coverage(errors: Floats) -> Markup:
    """Draw how many results lie within each central interval, against how many should.

    Parameters
    ----------
    errors : (k,) float64
        Standardised: (result − prediction) / sd.
    """
    figure, axes = chart(*_NARROW)
    nominal = np.linspace(0.0, 1.0, 101)
    within = (np.abs(errors)[:, None] <= norm.ppf(0.5 + nominal / 2)).mean(0)
    low, high = (binom.ppf(p, len(errors), nominal) / len(errors) for p in (0.025, 0.975))
    axes.fill_between(
        nominal, low, high, color=GREY, alpha=0.25, lw=0, label="95 % of right models"
    )
    axes.plot([0, 1], [0, 1], color=GREY, lw=1)
    axes.step(nominal, within, where="post", color=BLUE, lw=1.8, label="this campaign")
    axes.set(
        xlabel="stated probability of an interval",
        ylabel="results within it",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(frameon=False, loc="lower right")
    return svg(figure, "Share of results within intervals of stated probability")


def parity(observed: Floats, predicted: Floats, own: Sequence[bool], words: str) -> Markup:
    """Draw training values against what the model says without them; (k,) each.

    Parameters
    ----------
    own : sequence of bool
        Which pairs are of the campaign's own metal ions.
    words : str
        What the values are called.
    """
    figure, axes = chart(*_NARROW)
    mine = np.asarray(own, dtype=bool)
    for rows, colour, label in (
        (~mine, GREY, "other metal ions"),
        (mine, ORANGE, "the campaign's metal ions"),
    ):
        if rows.any():
            axes.scatter(
                predicted[rows], observed[rows], s=12, color=colour, alpha=0.75, lw=0, label=label
            )
    both = np.r_[observed, predicted]
    _diagonal(axes, float(both.min()), float(both.max()))
    axes.set(xlabel=f"{words} predicted without this value", ylabel=words)
    axes.legend(frameon=False, loc="upper left")
    return svg(figure, "Training values against leave-one-out predictions")


def relevances(shares: Mapping[str, float], groups: Mapping[str, str], most: int = 15) -> Markup:
    """Draw the largest relevances as bars.

    Parameters
    ----------
    shares : mapping of str to float
        By ``block.feature``, the largest first.
    groups : mapping of str to str
        ``metal ion``, ``ligand`` or ``pair`` by block.
    """
    names = list(shares)[:most]
    figure, axes = chart(_NARROW[0], 0.7 + 0.24 * len(names))
    colours = {"metal ion": BLUE, "ligand": ORANGE, "pair": GREEN}
    group = [groups.get(name.partition(".")[0], "pair") for name in names]
    for kind, colour in colours.items():
        places = [i for i, g in enumerate(group) if g == kind]
        if places:
            # rounded, as in `_diagonal`: an SVG's ids hash where the bars end
            widths = [round(shares[names[i]], 4) for i in places]
            axes.barh(places, widths, color=colour, label=kind)
    axes.set_yticks(range(len(names)), [feature(name) for name in names], fontsize=9)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel("share of all relevance")
    axes.tick_params(axis="y", length=0)
    axes.legend(frameon=False, loc="lower right")
    return svg(figure, f"Relevance of the {len(names)} most relevant features")


def space(places: Floats, states: Sequence[str], numbers: Mapping[int, int]) -> Markup:
    """Draw the map of chemical space.

    Parameters
    ----------
    places : (n, 2) float64
    states : sequence of str, length n
        Keys of `STATES`.
    numbers : mapping of int to int
        By row: the number that a ligand has in the report.
    """
    figure, axes = chart(_WIDE[0], 4.4)
    state = np.array(states)
    for key, (label, colour, marker, size) in STATES.items():
        here = places[state == key]
        if len(here):
            axes.scatter(
                *here.T,
                s=size,
                c=colour,
                marker=marker,
                alpha=0.9,
                linewidths=1.5 if marker in "x1" else 0,
                label=f"{label} ({len(here)})",
            )
    for row, number in numbers.items():
        axes.annotate(
            str(number), places[row], xytext=(5, 4), textcoords="offset points", fontweight="bold"
        )
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color("#dfe5ec")
    axes.spines[:].set_visible(True)
    _legend_above(axes, columns=3)
    return svg(figure, "Map of chemical space")


def learning(rounds: Sequence[int], errors: Floats, words: str) -> Markup:
    """Draw the mean error of each round's predictions.

    Parameters
    ----------
    rounds : sequence of int, length k
    errors : (k,) float64
    words : str
        What the values are called.
    """
    figure, axes = chart(_WIDE[0], 3.0)
    axes.plot(rounds, errors, "o-", color=BLUE)
    axes.set(xlabel="round", ylabel=f"mean error, {words}", ylim=(0.0, None))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return svg(figure, "Mean error of the predictions of each round")


def _diagonal(axes: Axes, low: float, high: float) -> None:
    margin = 0.04 * (high - low or 1.0)
    # hundredths: an SVG's ids hash the limits, and a model's last digits differ from run to run
    limits = (round(low - margin, 2), round(high + margin, 2))
    axes.plot(limits, limits, color=GREY, lw=1, zorder=0)
    axes.set(xlim=limits, ylim=limits, aspect="equal")


def _legend_above(axes: Axes, columns: int = 3) -> None:
    axes.legend(
        frameon=False,
        ncols=columns,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.2,
        handletextpad=0.4,
    )
