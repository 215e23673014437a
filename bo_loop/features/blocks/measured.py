"""What was measured of ligands, as one more block: spectra, or numbers of any kind.

A table says it: the peaks that ``bo-loop spectra table=peaks`` writes; or one row a ligand, with
``smiles`` or ``ligand``, any numbers, and blanks where one was not measured. What is learned from
it (the columns of peaks, the latent components, centres and scales) is learned from the ligands of
a fit alone, and then answers for every ligand of the table. Missing values are nan, and stay so:
the kernel integrates over them (`bo_loop.models.kernels.missing_values`).

Symbols
-------
l    ligands of the table
d    features
"""

import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Floats
from bo_loop.data.cells import read_cells
from bo_loop.data.ligand_cells import LIGAND_COLUMNS, ligands_of, numbers_of
from bo_loop.features.blocks.alignment import align_all
from bo_loop.features.blocks.ligand import groups

FEWEST = 3
"""Ligands of a fit that must have a value, for a feature to be kept."""

LATENT = ("pca", "nmf")
_PEAKS = ("record", "method", "position", "width", "area")


@dataclass(frozen=True)
class Measurements:
    """The table, by ligand.

    Parameters
    ----------
    group : (l,) int64
        `ligand_group` numbers of the rows: of ligands, or of peaks.
    table : DataFrame, l rows
        Of peaks, the columns of `_PEAKS` and ``label``; else the numbers, nan where one is blank.
    peaks : bool
    latent : str, optional
        One of `LATENT`, for tables of one row a ligand: so many `components` in place of the
        columns. They need every column of a ligand; one with a blank has none.
    components : int
    """

    group: np.ndarray
    table: pd.DataFrame
    peaks: bool
    latent: str | None = None
    components: int = 5

    def encoded(self, fit: Collection[int]) -> "Encoded":
        """Learn features from the ligands of a fit; see `encode`."""
        return encode(self, fit)


@dataclass(frozen=True)
class Encoded:
    """Features of every ligand of a table.

    Parameters
    ----------
    names : tuple of str
    values : mapping of int to (d,) float64
        By `ligand_group`; nan where nothing was measured.
    centre, scale : (d,) float64
        Over the ligands of the fit.
    """

    names: tuple[str, ...]
    values: Mapping[int, Floats]
    centre: Floats
    scale: Floats

    def stored(self) -> dict[str, list[float | None]]:
        """Return the values as a record holds them: by group, None where one is missing."""
        return {
            str(group): [float(v) if np.isfinite(v) else None for v in row]
            for group, row in self.values.items()
            if np.isfinite(row).any()
        }


def read_measurements(path: Path, latent: str | None = None, components: int = 5) -> Measurements:
    """Read a table of measurements.

    Raises
    ------
    DataError
        If it is none, or a row cannot be used.
    """
    try:
        stamp = path.stat()
    except OSError as error:
        raise DataError(f"features.measured: there is no file {path}.") from error
    read = _read(path, stamp.st_mtime_ns, stamp.st_size)
    return replace(read, latent=latent, components=components)


@lru_cache(maxsize=4)
def _read(path: Path, *_stamp: int) -> Measurements:
    cells = read_cells(path)
    frame = cells.frame
    smiles, problems = ligands_of(cells, path)
    peaks = set(_PEAKS) <= set(frame.columns)
    named = [*_PEAKS[2:]] if peaks else [c for c in frame.columns if c not in LIGAND_COLUMNS]
    if not named:
        raise DataError(f"{path} has no column of numbers beside the ligand's.")
    table, wrong = numbers_of(cells, named, blanks=not peaks)
    if problems := [*cells.problems, *problems, *wrong]:
        raise DataError(f"{path} cannot be used.", problems)
    if peaks:
        table = table.assign(
            record=frame["record"],
            method=frame["method"],
            label=frame.get("label", ""),
        )
    distinct = list(dict.fromkeys(smiles))
    every = dict(zip(distinct, groups(distinct), strict=True))
    return Measurements(np.array([every[each] for each in smiles], dtype=np.int64), table, peaks)


def encode(found: Measurements, fit: Collection[int]) -> Encoded:
    """Learn features from the ligands of a fit, and compute them for every ligand.

    Parameters
    ----------
    found : Measurements
    fit : collection of int
        `ligand_group` numbers of the ligands that the fit may know of.

    Raises
    ------
    DataError
        If fewer than `FEWEST` ligands of the fit are in the table, or no feature varies.
    """
    inside = np.isin(found.group, np.fromiter(fit, dtype=np.int64))
    n = len(np.unique(found.group[inside]))
    if n < FEWEST:
        raise DataError(
            f"features.measured: only {n} of the ligands of the fit are in the table, and at "
            f"least {FEWEST} are needed. Do its smiles mean the ligands of the literature and pool?"
        )
    if found.peaks and found.latent is not None:
        raise ConfigError("features.latent is for a table of curves, not for one of peaks.")
    if found.peaks:
        names, values = _areas(found, inside)
    else:
        wide = found.table.groupby(found.group).mean()
        names, values = tuple(wide.columns), dict(zip(wide.index, wide.to_numpy(), strict=True))
    known = np.array([values[g] for g in sorted(values) if g in set(found.group[inside])])
    if found.latent is not None:
        names, values, known = _components(values, known, found.latent, found.components)
    some = np.isfinite(known).sum(0) >= FEWEST
    if some.any():
        some[some] = np.nanstd(known[:, some], axis=0) > 0.0
    if not some.any():
        raise DataError("features.measured: no feature varies among the ligands of the fit.")
    return Encoded(
        tuple(name for name, kept in zip(names, some, strict=True) if kept),
        {int(group): row[some] for group, row in values.items()},
        np.nanmean(known[:, some], axis=0),
        np.nanstd(known[:, some], axis=0),
    )


_Table = tuple[tuple[str, ...], dict[int, Floats]]


def _areas(found: Measurements, inside: np.ndarray) -> _Table:
    """Areas of peaks in the columns found in the ligands of the fit; the mean over records."""
    peaks = found.table.assign(group=found.group)
    columns = align_all(peaks[inside])
    fitted = peaks[inside & peaks["label"].ne("").to_numpy()]
    labels = sorted(
        {f"{m}@{label}" for m, label in zip(fitted["method"], fitted["label"], strict=True)}
    )
    names = (*labels, *(name for each in columns.values() for name in each.names))
    place = {name: i for i, name in enumerate(names)}
    rows: dict[int, list[Floats]] = {}
    for (group, _), own in peaks.groupby(["group", "record"], sort=True):
        row, method = np.full(len(names), np.nan), str(own["method"].iloc[0])
        # A record was taken: where it has no peak, the area is 0, not missing.
        row[[i for name, i in place.items() if name.startswith(f"{method}@")]] = 0.0
        for label, area in zip(own["label"], own["area"], strict=True):
            if f"{method}@{label}" in place:
                row[place[f"{method}@{label}"]] += area
        if method in columns:
            free = own[own["label"] == ""]
            given = columns[method].assign(free["record"].to_numpy(), free["position"].to_numpy())
            for at, area in zip(given, free["area"], strict=True):
                if at >= 0:
                    row[place[columns[method].names[at]]] += area
        rows.setdefault(int(group), []).append(row)
    values = {}
    for group, several in rows.items():
        stacked = np.array(several)
        count = np.isfinite(stacked).sum(0)
        total = np.nansum(stacked, axis=0)
        values[group] = np.where(count, total / np.maximum(count, 1), np.nan)
    return names, values


def _components(
    values: Mapping[int, Floats], known: Floats, latent: str, components: int
) -> tuple[tuple[str, ...], dict[int, Floats], Floats]:
    """Replace columns by latent components, fitted to the rows of `known` that have no blank."""
    from sklearn.decomposition import NMF, PCA
    from sklearn.exceptions import ConvergenceWarning

    whole = known[np.isfinite(known).all(1)]
    if len(whole) <= components:
        raise DataError(
            f"features.components={components} needs more ligands without a blank than that: "
            f"there are {len(whole)} in the fit."
        )
    if latent == "nmf":
        model, least = NMF(components, init="nndsvda", max_iter=1000, random_state=0), 0.0
    else:
        model, least = PCA(components, svd_solver="full"), -np.inf
    with warnings.catch_warnings():  # factors that still creep are factors
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(np.maximum(whole, least))

    def encoded(row: Floats) -> Floats:
        if not np.isfinite(row).all():
            return np.full(components, np.nan)
        return model.transform(np.maximum(row[None], least))[0].astype(np.float64)

    names = tuple(f"{latent}_{i + 1}" for i in range(components))
    return (
        names,
        {group: encoded(row) for group, row in values.items()},
        np.array([encoded(row) for row in known]),
    )


def require_options(measured: Any, latent: Any, components: Any) -> None:
    """Refuse options of `ChemistryRecipe` that cannot be.

    Raises
    ------
    ConfigError
    """
    if latent is not None and latent not in LATENT:
        raise ConfigError(
            f"features.latent is {latent!r}; give null or one of {', '.join(LATENT)}."
        )
    if components < 1:
        raise ConfigError(f"features.components is {components}; give at least 1.")
    if latent is not None and measured is None:
        raise ConfigError("features.latent needs features.measured=, the table of curves.")
