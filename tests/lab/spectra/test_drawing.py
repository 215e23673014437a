import numpy as np
import pandas as pd

from bo_loop.lab.spectra.drawing import draw_study
from bo_loop.lab.spectra.latent import Study, fit_latent

x = np.linspace(0.0, 10.0, 20)
CURVES = np.array([np.sin(x) * h for h in (1.0, 2.0, 3.0, 4.0)]) + 5.0


def study():
    folds = pd.DataFrame(
        [(m, k, r, 0.9, 0.1) for m in ("nmf", "pca") for k in (1, 2) for r in (0, 1)],
        columns=["model", "components", "repeat", "r2", "mae"],
    )
    weights = np.array([2.0])
    return Study(folds, "pca", 1, fit_latent("pca", CURVES, 1), weights)


def test_a_figure_shows_the_curve_the_contributions_and_the_folds():
    figure = draw_study(study(), x, CURVES, "nm", "moisture")
    top, r2, mae = [axes for axes in figure.axes if axes.get_title()]
    assert top.get_title() == "PCA, 1 components"
    assert top.lines[0].get_ydata().tolist() == CURVES.mean(0).tolist()
    assert [axes.get_title() for axes in (r2, mae)] == ["R² of curves held back", "MAE"]
    assert [t.get_text() for t in r2.get_xticklabels()] == ["nmf 1", "nmf 2", "pca 1", "pca 2"]
    assert any(axes.get_ylabel() == "contribution to moisture" for axes in figure.axes)
