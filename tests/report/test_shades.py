import numpy as np

from bo_loop.report.shades import bar, shades


def test_the_ends_of_the_scale_have_the_ends_of_the_palette():
    assert shades(np.array([3.0, -1.0, np.nan])) == ["#fde725", "#440154", "#d5dce4"]
    found = bar(np.array([3.0, -1.0, np.nan]))
    assert (found["low"], found["high"]) == ("-1.00", "3.00")
    stops = found["colours"].split(", ")
    assert (stops[0], stops[-1], len(stops)) == ("#440154", "#fde725", 9)


def test_one_value_lies_in_the_middle_and_none_is_grey():
    assert shades(np.array([2.0, 2.0])) == ["#21918c"] * 2
    assert shades(np.array([np.nan])) == ["#d5dce4"]
    assert bar(np.array([np.nan]))["low"] == "nan"
