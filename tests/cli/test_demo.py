import itertools

import pytest

from bo_loop.cli.demo import _free_name, expected_random_experiments


@pytest.mark.parametrize("n", [1, 2, 5])
def test_random_choice_finds_the_best_after_half_of_the_pool(n):
    positions = [order.index(0) + 1 for order in itertools.permutations(range(n))]
    assert expected_random_experiments(n) == sum(positions) / len(positions)


def test_an_earlier_demo_stays(tmp_path):
    assert _free_name(tmp_path, "demo") == "demo"
    for name in ("demo", "demo-2"):
        (tmp_path / name).mkdir()
    assert _free_name(tmp_path, "demo") == "demo-3"
