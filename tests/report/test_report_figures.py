import numpy as np
import pandas as pd
import pytest

from bo_loop.report.figures import progress


@pytest.mark.parametrize("best", [(), (6.0,), (5.0, 6.0)])
def test_progress_is_drawn_before_anything_can_be_judged(best):
    # Of a selectivity, the first result has no value until its competitor is measured.
    rows = pd.DataFrame(
        {"value": [5.0, 6.0], "mean": [5.5, np.nan], "sd": [1.0, np.nan], "censoring": "none",
         "place": [1, 2]}
    )  # fmt: skip
    assert ("best so far" in progress(rows, best, 2, "log β")) == bool(best)


def test_progress_shows_the_objective():
    rows = pd.DataFrame(
        {"value": [5.8], "mean": np.nan, "sd": np.nan, "censoring": "none", "place": [2]}
    )
    drawing = progress(rows, (5.8,), 2, "Δ log β (Zn+2 over Ca+2)")
    assert ">Δ log β (Zn+2 over Ca+2)</text>" in drawing
    assert "predicted ± sd" not in drawing
