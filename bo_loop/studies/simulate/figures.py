"""Figures of a simulation, as PNG and SVG."""

import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito (2008): distinguishable for people who do not see all colours.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
_CURVES = {
    "best_so_far": "best value found",
    "regret": "simple regret",
    "top_share": "share of the top 5 % found",
    "enrichment": "enrichment over random choice",
}
_WAITS = {"to_best": "to the best", "to_95": "to 95 % of the way there"}


def draw(curves: pd.DataFrame, scores: pd.DataFrame, folder: Path) -> list[Path]:
    """Draw every figure.

    Parameters
    ----------
    curves, scores : DataFrame
        What `bo_loop.studies.simulate.summary` makes of the traces.
    folder : Path
        Where files go: ``best_so_far, regret, top_share, enrichment, experiments_to`` with
        ``.png`` and ``.svg``; redrawn each time.

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for column, label in _CURVES.items():
        written += _saved(_curve(curves, column, label), folder / column)
    return written + _saved(_waits(scores), folder / "experiments_to")


def _curve(curves: pd.DataFrame, column: str, label: str) -> Figure:
    """Median over seeds with the quartiles as a band."""
    figure, axes = _blank(label)
    for i, (strategy, of_one) in enumerate(curves.groupby("strategy", sort=False)):
        quartiles = of_one.groupby("experiment")[column].quantile([0.25, 0.5, 0.75]).unstack()
        colour = _COLOURS[i % len(_COLOURS)]
        axes.step(
            quartiles.index, quartiles[0.5], where="post", color=colour, label=_wrapped(strategy)
        )
        axes.fill_between(
            quartiles.index, quartiles[0.25], quartiles[0.75], step="post", color=colour, alpha=0.15
        )
    axes.set_xlabel("experiments")
    axes.set_xlim(1, curves["experiment"].max())
    axes.legend(frameon=False, title="median and quartiles")
    return figure


def _waits(scores: pd.DataFrame) -> Figure:
    """Experiments that each replay took to the best, and to near it; open marks: not reached."""
    strategies = list(dict.fromkeys(scores["strategy"]))
    most = scores["experiments"].max()
    figure, axes = _blank("", height=1.4 + 0.6 * len(strategies))
    for i, (column, label) in enumerate(_WAITS.items()):
        colour = _COLOURS[i]
        for j, strategy in enumerate(strategies):
            taken = scores.loc[scores["strategy"] == strategy, column].to_numpy()
            reached = np.isfinite(taken)
            # One above the other, so that equal counts do not hide each other.
            y = j + 0.4 * (i - 0.5) + np.linspace(-0.12, 0.12, len(taken))
            axes.scatter(taken[reached], y[reached], s=18, color=colour)
            beyond = np.full(np.count_nonzero(~reached), 1.04 * most)
            axes.scatter(beyond, y[~reached], s=18, facecolors="none", edgecolors=colour)
        axes.scatter([], [], s=18, color=colour, label=label)
    axes.scatter([], [], s=18, facecolors="none", edgecolors="black", label=f"not within {most}")
    axes.set_yticks(range(len(strategies)), [_wrapped(name) for name in strategies])
    axes.set_ylim(len(strategies) - 0.5, -0.5)
    axes.set_xlim(0, None)
    axes.set_xlabel("experiments needed")
    figure.legend(frameon=False, ncols=3, loc="outside upper center")
    return figure


def _wrapped(name: str) -> str:
    return textwrap.fill(name, 30)


def _blank(label: str, height: float = 4.2) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6.4, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_ylabel(label)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _saved(figure: Figure, stem: Path) -> list[Path]:
    paths = [stem.with_suffix(f".{kind}") for kind in ("png", "svg")]
    for path in paths:
        figure.savefig(path, dpi=150)
    return paths
