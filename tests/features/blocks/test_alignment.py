import numpy as np
import pandas as pd
import pytest

from bo_loop.features.blocks.alignment import align, align_all


def records(seed, centres, n=12, jitter=0.2, width=10.0, lost=0.0):
    """Peaks of n records about known centres; each, with a probability, is lost."""
    rng = np.random.default_rng(seed)
    rows = [
        (i, c + jitter * width * rng.normal(), width * rng.uniform(0.8, 1.2), k)
        for i in range(n)
        for k, c in enumerate(centres)
        if rng.uniform() >= lost
    ]
    return pd.DataFrame(rows, columns=["record", "position", "width", "true"])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("centres", [(100.0,), (100.0, 150.0, 300.0), (100.0, 125.0), (100, 900)])
def test_peaks_of_one_origin_are_in_one_column(seed, centres):
    peaks = records(seed, centres, lost=0.2)
    columns = align("IR", peaks["record"], peaks["position"].to_numpy(), peaks["width"].to_numpy())
    assert columns.centre == pytest.approx(list(centres), abs=3.0)
    given = columns.assign(peaks["record"], peaks["position"].to_numpy())
    assert (given == peaks["true"]).mean() > 0.98


def test_a_column_takes_one_peak_of_a_record():
    peaks = records(0, (100.0, 104.0), jitter=0.05)  # within a width: one cluster, two columns
    columns = align("IR", peaks["record"], peaks["position"].to_numpy(), peaks["width"].to_numpy())
    assert len(columns.centre) == 2
    given = columns.assign(peaks["record"], peaks["position"].to_numpy())
    assert not pd.DataFrame({"r": peaks["record"], "c": given}).duplicated().any()
    assert (given == peaks["true"]).all()


def test_what_a_record_gets_does_not_depend_on_others():
    peaks = records(1, (100.0, 150.0, 300.0))
    columns = align("IR", peaks["record"], peaks["position"].to_numpy(), peaks["width"].to_numpy())
    one = peaks["record"] == 3
    alone = columns.assign(peaks["record"][one], peaks["position"][one].to_numpy())
    among = columns.assign(peaks["record"], peaks["position"].to_numpy())[one]
    assert alone.tolist() == among.tolist()
    assert columns.assign([0], np.array([220.0])).tolist() == [-1]


def test_one_record_or_none_is_aligned_with_itself():
    assert align("UV", ["a", "a"], np.array([5.0, 9.0]), np.ones(2)).names == ("UV@5", "UV@9")
    assert align("UV", [], np.empty(0), np.empty(0)).names == ()


def test_labelled_peaks_are_left_to_their_labels():
    peaks = records(0, (100.0, 200.0)).assign(method="IR", label="")
    peaks.loc[peaks["true"] == 1, "label"] = "amide I"
    assert [len(c.centre) for c in align_all(peaks).values()] == [1]
