"""Figures of latent features: which points contribute, and how well each model predicts."""

import numpy as np
from matplotlib.figure import Figure

from bo_loop.base.types import Floats
from bo_loop.lab.spectra.latent import Study

_BLUE, _RED, _GREY = "#2b6cb0", "#c53030", "#a0aec0"


def draw_study(study: Study, x: Floats, X: Floats, unit: str, property_name: str = "") -> Figure:
    """Draw contributions along x (p,) over the mean curve, and R² and MAE of the folds as boxes."""
    figure = Figure(figsize=(8.0, 6.0), layout="constrained")
    top, boxes = figure.subfigures(2, 1, height_ratios=(1.1, 1.0))
    axes = top.subplots()
    axes.plot(x, X.mean(0), color=_GREY, label="mean curve")
    axes.set_xlabel(unit)
    axes.set_ylabel("signal")
    own, found = axes.twinx(), study.contributions(X)
    for sign, colour in ((1.0, _BLUE), (-1.0, _RED)):
        own.fill_between(x, 0.0, np.where(sign * found > 0, found, 0.0), color=colour, alpha=0.5)
    own.axhline(0.0, color="black", linewidth=0.5)
    own.set_ylabel(f"contribution to {property_name or 'the latent features'}")
    axes.set_title(f"{study.kind.upper()}, {study.components} components")
    for axes, name in zip(boxes.subplots(1, 2), ("r2", "mae"), strict=True):
        per_repeat = study.folds.groupby(["model", "components", "repeat"])[name].mean()
        groups = per_repeat.groupby(["model", "components"], sort=True)
        labels = [f"{model} {k}" for model, k in groups.groups]
        axes.boxplot([values.to_numpy() for _, values in groups], tick_labels=labels)
        axes.tick_params(axis="x", rotation=90)
        axes.set_title({"r2": "R² of curves held back", "mae": "MAE"}[name])
    return figure
