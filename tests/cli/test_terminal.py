import pytest

from bo_loop.cli.terminal import course, sparkline


@pytest.mark.parametrize(
    ("values", "bars"),
    [([0.0, 3.5, 7.0], "▁▅█"), ([2.0], "▅"), ([4.0, 4.0], "▅▅"), ([-1.0, 6.0, -1.0], "▁█▁")],
)
def test_sparkline_goes_from_the_lowest_to_the_highest(values, bars):
    assert sparkline(values) == bars


def test_many_values_are_thinned_and_the_last_is_kept():
    bars = sparkline([0.0] * 99 + [1.0], most=40)
    assert len(bars) == 40
    assert bars == "▁" * 39 + "█"


def test_course_names_both_ends():
    assert course([5.2, 5.2, 20.1]) == "5.20 ▁▁█ 20.10"
