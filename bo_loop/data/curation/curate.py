"""Curation of literature observations: what is kept, what is dropped, what is set apart, and why.

Each step is a pure function of a frame that returns a new frame and a `Step`, the line of the
report that counts it. Curation is for the literature only; the lab's own results never pass here.
The steps follow Kanahashi et al., Sci. Rep. 12, 11159 (2022); what the paper leaves open is said
at each option of `curate`.

Symbols
-------
pair     metal, charge, smiles, n_ligands; "the same pair" has the same four
β_n      overall constant of ML_n
MAD      median absolute deviation (see `bo_loop.data.curation.suspicions`)
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.config import require_types
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data.curation.exclusions import (
    CONDITIONS,
    SHOW,
    one_name_each,
    standard_structures,
    within_range,
    within_window,
    without_bounds,
    without_elements,
    without_metals,
)
from bo_loop.data.curation.steps import Step, drop, examples
from bo_loop.data.curation.suspicions import PAIR, suspicions
from bo_loop.data.property import LOG_BETA, Property

TRANSURANICS = ("Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr")
FAILING_ELEMENTS = ("Te", "Se", "As", "Mn", "Co", "Fe", "W", "Mo", "Cr", "Re")
DUPLICATES = ("larger", "mean", "median", "keep")
EXCLUDE_OR_KEEP = ("exclude", "keep")
WHICH_CONDITIONS = ("all", "nearest")
NAMES = ("elements", "opsin")

# How far log β moves, roughly: 0.01 a degree (ΔH of 20 kJ/mol), and Debye–Hückel's √I / (1 + √I).
_PER_DEGREE, _PER_DEBYE_HUECKEL = 0.01, 2.0


@dataclass(frozen=True)
class Curated:
    """What curation made of a frame of observations.

    Parameters
    ----------
    observations : DataFrame
        What is to be learned from, numbered from 0; the columns are those that came in.
    quarantine : DataFrame
        Suspicious rows, with a column ``reason``. They are not among the observations unless
        `curate` is asked to keep them.
    steps : tuple of Step
        What was done, in order.
    """

    observations: pd.DataFrame
    quarantine: pd.DataFrame
    steps: tuple[Step, ...]


def curate(
    observations: pd.DataFrame,
    *,
    temperature_C: float = 25.0,
    ionic_strength_M: float = 0.1,
    temperature_window_C: float = 50.0,
    ionic_strength_window_M: float = 10.0,
    conditions: str = "all",
    excluded_metals: Sequence[str] = (),
    excluded_elements: Sequence[str] = FAILING_ELEMENTS,
    log_beta_range: Sequence[float] = (-10.0, 60.0),
    bounds: str = "exclude",
    duplicates: str = "larger",
    above_beta1: bool = True,
    outlier_mads: float = 8.0,
    names: str = "elements",
    quarantine: str = "exclude",
    quarantine_only: bool = False,
    of: Property = LOG_BETA,
) -> Curated:
    """Curate literature observations.

    Parameters
    ----------
    observations : DataFrame
        Observations; a column ``structure_doubt`` (from `bo_loop.data.sources.srd46.read`) is
        heeded. Sources are never merged.
    temperature_C, ionic_strength_M : float
        Conditions preferred.
    temperature_window_C, ionic_strength_window_M : float
        The furthest that conditions may lie from those preferred. These take all of NIST SRD 46.
    conditions : str
        Keep ``all`` conditions of a pair, or the ``nearest`` to those preferred of each source, as
        the paper did. Every value keeps the conditions that it was measured at.
    excluded_metals : sequence of str
        Metal elements left out; the paper leaves out `TRANSURANICS`.
    excluded_elements : sequence of str
        Elements that no ligand may hold: molecular descriptors fail for them.
    log_beta_range : two floats
        Smallest and largest log β believed.
    bounds : str
        ``exclude`` constants of which only a bound is known (``censoring``), as the paper's models
        take values only; or ``keep`` them.
    duplicates : str
        What stands for several values of one pair, source and conditions: the ``larger`` β, their
        ``mean`` or ``median``, or ``keep`` them all. Their spread is the ``log_beta_sd`` of what
        ``keep`` leaves, and divided by √k of a mean or median of k. But for ``keep``, a bound
        gives way to a value; of bounds alone, the tightest from below and from above stay.
    above_beta1 : bool
        Quarantine a β_n (n > 1) that is not above β_1 of its metal and ligand, if log β_1 is
        above 3: K_n of weak complexes may be below 1.
    outlier_mads : float
        Quarantine a value this many MADs from what its ligand and metal usually give; 0: never.
    names : str
        What tells a structure drawn for another ligand from the ligand's name: the ``elements``
        that the name promises, or ``opsin``, which reads systematic names
        (`bo_loop.data.curation.opsin`). Where OPSIN confirms a structure, a formula that disagrees
        is taken for a slip in the formula.
    quarantine : str
        ``exclude`` suspicious values, or ``keep`` them among the observations; listed either way.
    quarantine_only : bool
        Look for suspicious values, and leave everything else as it is.
    of : Property
        What the observations are of. Of another property than log β only structures are suspected,
        `log_beta_range` is that of its values, and the median stands for several where the larger
        β would: neither ln nor sign, nor β_1, nor what a ligand's other metals give, is known of
        it.

    Returns
    -------
    Curated

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.
    DataError
        If nothing is left.
    """
    _check(bounds, duplicates, quarantine, names, conditions, log_beta_range, outlier_mads)
    rows, steps = observations.reset_index(drop=True), []
    how = "median" if duplicates == "larger" and not of.is_log_beta else duplicates
    before = (
        standard_structures,
        lambda rows: without_metals(rows, excluded_metals),
        lambda rows: without_elements(rows, excluded_elements),
        lambda rows: within_range(rows, log_beta_range),
        lambda rows: without_bounds(rows, bounds),
        lambda rows: within_window(
            rows, (temperature_C, temperature_window_C), (ionic_strength_M, ionic_strength_window_M)
        ),
    )

    def nearest(rows: pd.DataFrame) -> tuple[pd.DataFrame, Step]:
        return nearest_conditions(rows, temperature_C, ionic_strength_M)

    # A structure drawn for another ligand is told by its name: so names come after suspicions.
    after = (
        one_name_each,
        *([nearest] if conditions == "nearest" else []),
        lambda rows: one_value_each(rows, how),
    )
    for step in () if quarantine_only else before:
        rows, line = step(rows)
        steps.append(line)
    # Before values are chosen: the larger of a log10 and an ln would be the ln.
    rules = {"above_beta1": above_beta1, "outlier_mads": outlier_mads, "names": names}
    reasons = suspicions(rows, of=of, **rules)
    rows, held, line = _set_apart(rows, reasons, quarantine)
    steps.append(line)
    for step in () if quarantine_only else after:
        rows, line = step(rows)
        steps.append(line)
    if rows.empty:
        raise DataError(
            "Curation leaves no observation. Step by step:",
            [f"{s.name}: {s.concerned} of {s.before} rows, {s.detail}" for s in steps],
        )
    return Curated(rows.reset_index(drop=True), held.reset_index(drop=True), tuple(steps))


def curate_as(
    observations: pd.DataFrame, options: Mapping[str, Any] | None, of: Property = LOG_BETA
) -> Curated:
    """Curate with options from a config.

    Parameters
    ----------
    observations : DataFrame
        As for `curate`.
    options : mapping, optional
        Any of the options of `curate`, by name; None: do not curate.
    of : Property
        What the observations are of.

    Returns
    -------
    Curated

    Raises
    ------
    ConfigError, DataError
        As `curate`; or if it has no such option.
    """
    if options is None:
        return Curated(observations, observations.head(0).assign(reason=""), ())
    if not isinstance(options, Mapping):
        raise ConfigError(f"curation is {options!r}: give null, {{}} or options of curation.")
    known = set(inspect.signature(curate).parameters) - {"observations", "of"}
    unknown = sorted(set(options) - known)
    if unknown:
        raise ConfigError(
            f"curation has no option {', '.join(unknown)}: its options are "
            f"{', '.join(sorted(known))}."
        )
    require_types("curation", curate, options)
    for name in ("excluded_metals", "excluded_elements", "log_beta_range"):
        if name in options and not isinstance(options[name], list | tuple):
            raise ConfigError(f"curation.{name} is {options[name]!r}: give a list, in brackets.")
    return curate(observations, of=of, **options)


def _check(
    bounds: str,
    duplicates: str,
    quarantine: str,
    names: str,
    conditions: str,
    log_beta_range: Sequence[float],
    mads: float,
) -> None:
    for name, value, allowed in (
        ("bounds", bounds, EXCLUDE_OR_KEEP),
        ("duplicates", duplicates, DUPLICATES),
        ("quarantine", quarantine, EXCLUDE_OR_KEEP),
        ("names", names, NAMES),
        ("conditions", conditions, WHICH_CONDITIONS),
    ):
        if value not in allowed:
            raise ConfigError(f"curation.{name} is {value!r}: choose one of {', '.join(allowed)}.")
    numbers = all(isinstance(limit, int | float) for limit in log_beta_range)
    if len(log_beta_range) != 2 or not numbers or not log_beta_range[0] < log_beta_range[1]:
        raise ConfigError(
            f"curation.log_beta_range is {list(log_beta_range)}: give two numbers, the smaller one "
            "first, such as [-10, 60]."
        )
    if not mads >= 0:
        raise ConfigError(f"curation.outlier_mads is {mads}: give 0 (off) or a positive number.")


def nearest_conditions(
    rows: pd.DataFrame, temperature_C: float, ionic_strength_M: float
) -> tuple[pd.DataFrame, Step]:
    """Keep, for each pair of each source, the conditions nearest to those preferred.

    Near is measured by how far log β moves, roughly: 0.01 a degree, and 2 √I / (1 + √I).
    """
    root, wanted = np.sqrt(rows["ionic_strength_M"]), np.sqrt(ionic_strength_M)
    distance = _PER_DEGREE * (rows["temperature_C"] - temperature_C).abs()
    distance += _PER_DEBYE_HUECKEL * (root / (1 + root) - wanted / (1 + wanted)).abs()
    ranked = rows.assign(_distance=distance.round(9)).sort_values(
        ["_distance", *CONDITIONS], kind="stable"
    )
    best = ranked.groupby(["source", *PAIR])[CONDITIONS].transform("first")
    kept = ranked[CONDITIONS].eq(best).all(axis=1).reindex(rows.index)
    detail = f"nearest to {temperature_C:g} °C and {ionic_strength_M:g} mol/L kept"
    return drop(rows, ~kept, "nearest conditions", detail, (*SHOW, *CONDITIONS))


def one_value_each(rows: pd.DataFrame, how: str) -> tuple[pd.DataFrame, Step]:
    """Let one value stand for the several of a pair, source and conditions.

    Parameters
    ----------
    rows : DataFrame
        Observations.
    how : str
        One of `DUPLICATES`, as in `curate`.

    Returns
    -------
    rows : DataFrame
    step : Step
    """
    key = ["source", *PAIR, *CONDITIONS]
    exact = rows["censoring"].eq("none")
    values = rows[exact]
    groups = values.groupby(key)["log_beta"]
    size, spread = groups.transform("size"), groups.transform("std")
    spread = spread.where(spread > 0)
    if how == "keep":
        values = values.assign(log_beta_sd=spread.fillna(values["log_beta_sd"]))
        kept = pd.concat([values, rows[~exact]])
    elif how == "larger":
        ranked = values.sort_values("log_beta", ascending=False, kind="stable")
        values = values[(~ranked.duplicated(key)).reindex(values.index)]
        kept = pd.concat([values, _tightest(rows, key)])
    else:
        sd = (spread / np.sqrt(size)).fillna(values["log_beta_sd"])
        values = values.assign(log_beta=groups.transform(how), log_beta_sd=sd)
        kept = pd.concat([values[~values.duplicated(key)], _tightest(rows, key)])
    kept = kept.sort_index()
    repeated = rows.duplicated(key, keep=False)
    shown = examples(rows[repeated].sort_values(key), (*SHOW, "source"), 6)
    detail = f"{how} of the values of one pair, source and conditions"
    concerned = int(repeated.sum()) if how == "keep" else len(rows) - len(kept)
    return kept, Step("duplicates", detail, len(rows), len(kept), concerned, shown)


def _tightest(rows: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Of bounds without a value beside them, the highest lower and the lowest upper one."""
    exact = rows["censoring"].eq("none")
    bounds = rows[~exact & ~exact.groupby([rows[k] for k in key]).transform("any")]
    tight = bounds["log_beta"].where(bounds["censoring"].ne("upper"), -bounds["log_beta"])
    ranked = bounds.assign(_rank=tight).sort_values("_rank", ascending=False, kind="stable")
    return bounds[(~ranked.duplicated([*key, "censoring"])).reindex(bounds.index)]


def _set_apart(
    rows: pd.DataFrame, reasons: pd.Series, quarantine: str
) -> tuple[pd.DataFrame, pd.DataFrame, Step]:
    held = rows.assign(reason=reasons)[reasons.ne("")]
    kept = rows if quarantine == "keep" else rows[reasons.eq("")]
    fate = "listed, and kept" if quarantine == "keep" else "listed, and left out"
    step = Step(
        "quarantine",
        f"suspicious values: {fate}",
        len(rows),
        len(kept),
        len(held),
        examples(held, (*SHOW, "reason"), 5),
    )
    return kept, held, step
