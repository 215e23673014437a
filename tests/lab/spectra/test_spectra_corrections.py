import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.spectra.corrections import Correction, corrected

PEAKS = pd.DataFrame(
    [("a", 370.0, 5.0), ("a", 380.0, 9.0), ("a", 500.0, 1.0), ("b", 372.0, 2.0)],
    columns=["record", "position", "area"],
).assign(method="UV-vis", width=4.0, label="")


def rule(action, record="", position=0.0, to=0.0, label="", row=2):
    return Correction(row, action, record, "UV-vis", position, to, label)


def test_a_range_is_named_in_every_record_and_the_largest_peak_counts():
    found = corrected(PEAKS, [rule("name", position=390.0, to=360.0, label="pi")])
    named = found[found["label"] == "pi"]
    assert named[["record", "position"]].to_numpy().tolist() == [["a", 380.0], ["b", 372.0]]
    assert len(found) == 3  # the smaller of two in a is dropped
    assert PEAKS["label"].eq("").all()


def test_a_peak_is_labelled_or_dropped_by_its_place():
    found = corrected(PEAKS, [rule("label", "b", 371.0, label="x"), rule("drop", "a", 501.0)])
    assert found.loc[3, "label"] == "x"
    assert 2 not in found.index


def test_rules_are_applied_in_their_order():
    first = [
        rule("name", position=360.0, to=390.0, label="pi"),
        rule("label", "b", 372.0, label="x"),
    ]
    assert corrected(PEAKS, first).loc[3, "label"] == "x"
    assert corrected(PEAKS, first[::-1]).loc[3, "label"] == "pi"


def test_peaks_that_are_not_there_are_all_named():
    with pytest.raises(DataError) as refused:
        corrected(PEAKS, [rule("drop", "z", 1.0), rule("drop", "a", 440.0, row=3)])
    assert list(refused.value.problems) == [
        "row 2: record 'z' has no peak at 1", "row 3: record 'a' has no peak at 440",
    ]  # fmt: skip
