from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from simulated_titrations import BARE, TRUE, VOLUME, curve_files, linear, objective

from bo_loop.lab.titration.curve import SPECTRA
from bo_loop.lab.titration.page import constants_rows, page, tried_rows
from bo_loop.lab.titration.refine import refine


@pytest.fixture(scope="module")
def done():
    return refine(*curve_files())


def test_the_page_holds_all_and_loads_nothing(done):
    text = page(done).decode("utf-8")
    assert page(done) == page(done)
    for part in ("Constants of Cu+2 with L = glycine", "CuL2", "Correlation", "As understood"):
        assert part in text
    assert text.count("<svg ") == 3
    assert "http-equiv" in text
    assert "src=" not in text
    assert done.record()["curves"][0]["sha256"] in text
    assert constants_rows(done)[0][0] == "CuL"
    unknown = replace(done.fit, sd=done.fit.sd * 1e9)
    assert constants_rows(replace(done, chosen=replace(done.chosen, fit=unknown)))[0][2] == "∞"
    assert tried_rows(done) == [("CuL, CuL2", "+0.0", f"{done.fit.sigma:.3g}",
                                 f"{done.chosen.runs_p:.2g}", "")]  # fmt: skip


def test_of_many_wavelengths_those_that_change_are_drawn():
    pH = objective(BARE).pH(0, TRUE)
    bands = np.zeros((6, 30))
    bands[4:, 7] = 900.0  # CuL and CuL2 absorb at 470 nm alone
    one = linear(SPECTRA, bands, sd=0.001)
    rows = [",".join(f"{x:.5f}" for x in row) for row in np.column_stack([VOLUME, pH, one.signals])]
    head = "V (mL),pH," + ",".join(f"{label} nm" for label in one.labels)
    text = "\n".join([head, *rows]).encode()
    _, cells = curve_files()
    done = refine([(Path("spectra.csv"), text)], cells)
    drawn = page(done).decode("utf-8")
    assert ">470<" in drawn
    assert drawn.count("nm<") == 0
