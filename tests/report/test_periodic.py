import pandas as pd
import pytest

from bo_loop.report.periodic import cells, element_of, place


@pytest.mark.parametrize(
    ("number", "where"),
    [
        (1, (1, 1)), (2, (1, 18)), (3, (2, 1)), (5, (2, 13)), (13, (3, 13)), (21, (4, 3)),
        (26, (4, 8)), (30, (4, 12)), (31, (4, 13)), (56, (6, 2)), (57, (9, 3)), (71, (9, 17)),
        (72, (6, 4)), (80, (6, 12)), (92, (10, 6)),
    ],
)  # fmt: skip
def test_elements_stand_where_the_periodic_table_has_them(number, where):
    assert place(number) == where


def test_ions_of_an_element_share_its_cell():
    ions = pd.DataFrame(
        {"metal": ["UO2", "Fe", "Fe"], "charge": [2, 3, 2], "mean": [8.0, 9.0, 5.0]}
    )
    iron, uranium = cells(ions)
    assert (iron["symbol"], iron["value"], [one.charge for one in iron["ions"]]) == (
        "Fe",
        9.0,
        [2, 3],
    )
    assert (uranium["symbol"], uranium["row"], uranium["column"]) == ("U", 10, 6)
    assert element_of("VO") == "V"
