from dataclasses import replace

import pytest
from simulated_titrations import curve_files

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
