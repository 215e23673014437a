from pathlib import Path

import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.spectra.jcampdx import jcamp_curves

POINTS = (
    "##TITLE=edta\n##JCAMP-DX=4.24\n##DATA TYPE=INFRARED SPECTRUM\n##XUNITS=1/CM\n"
    "##YUNITS=TRANSMITTANCE\n##.OBSERVE FREQUENCY=400\n##$PH=7\n##NPOINTS=3\n##XFACTOR=1\n"
    "##YFACTOR=1\n##XYPOINTS=(XY..XY)\n400,0.9; 410,0.8; 420,0.7\n##END=\n"
)


def read(text):
    return jcamp_curves(text.encode(), Path("a.jdx"))


def test_a_block_says_all_that_is_known():
    (only,) = read(POINTS)
    assert only.x.tolist() == [400.0, 410.0, 420.0]
    assert only.y.tolist() == pytest.approx([0.9, 0.8, 0.7])
    assert (only.x_unit, only.y_unit) == ("1/CM", "TRANSMITTANCE")
    assert only.said["method"] == "INFRARED"
    assert (only.said["title"], only.said["observe frequency"], only.said["ph"]) == (
        "edta", "400", "7",
    )  # fmt: skip
    assert only.place == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nothing of the kind", "no line that begins with ##"),
        (POINTS.replace("NPOINTS=3", "NPOINTS=4"), "states 4 points, and there are 3"),
        (POINTS.replace("NPOINTS=3", "NPOINTS=99999999999"), "more than 10,000,000"),
        (POINTS.replace("XYPOINTS", "FOO"), "holds no spectrum"),
        (POINTS.replace("INFRARED SPECTRUM", "NMR FID"), "free induction decay"),
        (POINTS.replace("400,0.9", "400,what"), "holds no spectrum"),
    ],
)
def test_what_cannot_be_read_is_refused(text, words):
    with pytest.raises(DataError, match=words):
        read(text)
