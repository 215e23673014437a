import numpy as np
import pandas as pd
import pytest
from synthetic_spectra import curve

from bo_loop.lab.spectra.cleaning import Cleaning
from bo_loop.lab.spectra.peaks import PeakSearch
from bo_loop.lab.spectra.record_rows import aligned_rows, fitted_rows
from bo_loop.lab.spectra.records import Record

X = np.linspace(300.0, 600.0, 200)
HOW = (Cleaning("none"), PeakSearch(shape="gaussian"))


def record(ligand, y, key="a" * 64):
    return Record(X, y, "UV-vis", "CCO", ligand, "", key, "", {"solvent": "water"})


def test_a_record_becomes_a_row_and_its_peaks_rows_and_what_fails_is_named():
    y = curve(X, [(400.0, 20.0, 2.0)])[0]
    noise = np.random.default_rng(0).normal(0.0, 0.02, len(X))
    good, short = record("ethanol", y + noise), record("short", y)
    smoothed = Cleaning("none", smooth_points=301)
    ((row, peaks),), problems = fitted_rows([(good, *HOW), (short, smoothed, HOW[1])])
    assert (row["ligand"], row["x_unit"], row["shape"]) == ("ethanol", "nm", "gaussian")
    assert row["metadata"] == '{"solvent": "water"}'
    assert [peak[:2] for peak in peaks] == [[good.key, 1]]
    assert peaks[0][2] == pytest.approx(400.0, abs=0.5)
    assert [name for name, _ in problems] == ["short, UV-vis"]


def test_a_peak_is_in_one_column_and_a_record_without_it_has_area_0():
    records = pd.DataFrame({"record": ["a", "b", "c"], "method": ["IR", "IR", "IR"]})
    peaks = pd.DataFrame(
        [
            ("a", "IR", 1000.0, 10.0, 5.0, ""),
            ("b", "IR", 1001.0, 10.0, 6.0, ""),
            ("c", "IR", 1001.0, 10.0, 7.0, ""),
            ("a", "IR", 1700.0, 10.0, 2.0, "C=O"),
        ],
        columns=["record", "method", "position", "width", "area", "label"],
    )
    table = pd.DataFrame(aligned_rows(peaks, records), columns=["record", "feature", "at", "area"])
    wide = table.pivot(index="record", columns="feature", values="area")
    assert wide["IR@C=O"].to_dict() == {"a": 2.0, "b": 0.0, "c": 0.0}
    (other,) = set(wide) - {"IR@C=O"}
    assert wide[other].to_dict() == {"a": 5.0, "b": 6.0, "c": 7.0}
