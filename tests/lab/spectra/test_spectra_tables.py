from pathlib import Path

import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.spectra.tables import table_curves


def read(text, name="a.csv"):
    return table_curves(text.encode(), Path(name))


def test_each_column_is_a_curve_with_its_unit():
    one, two = read("Wavelength (nm),edta (AU),nta (AU)\n200,1,2\n210,3,4\n")
    assert (one.place, two.place, one.x_unit, one.y_unit) == ("edta (AU)", "nta (AU)", "nm", "AU")
    assert (one.x.tolist(), two.y.tolist()) == ([200.0, 210.0], [2.0, 4.0])


def test_a_single_signal_needs_no_name():
    (only,) = read("nm,Absorbance\n200,0.1\n210,0.2\n")
    assert (only.place, only.x_unit, only.y_unit) == ("", "nm", "Absorbance")


def test_lines_above_the_header_say_what_it_is_of():
    (only,) = read("ligand,EDTA\n# temperature: 25\nnm,A\n200,0.1\n210,0.2\n")
    assert only.said == {"ligand": "EDTA", "temperature": "25"}


def test_decimal_commas_and_semicolons():
    (only,) = read("nm;A\n200,5;0,1\n210,5;0,2\n")
    assert (only.x.tolist(), only.y.tolist()) == ([200.5, 210.5], [0.1, 0.2])


def test_a_blank_cell_is_no_point_of_its_curve():
    one, two = read("nm,a (AU),b (AU)\n200,1,\n210,3,4\n")
    assert (one.x.tolist(), two.x.tolist()) == ([200.0, 210.0], [210.0])


def test_no_header_at_all():
    (only,) = read("200,0.1\n210,0.2\n")
    assert np.array_equal(only.x, [200.0, 210.0])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nm,A\n200,0.1\n210,high\n", "row 3, column 2: 'high'"),
        ("nm,A\n200,0.1\n,0.2\n", "row 3: x is blank"),
        ("only words\nhere\n", "holds no row of two numbers"),
        ("nm,a,a\n200,1,2\n210,1,2\n", "columns have one name: a"),
    ],
)
def test_what_is_no_table_of_curves_is_refused(text, words):
    with pytest.raises(DataError, match=words):
        read(text)
