import io

import pandas as pd
import pytest
from sample_events import (
    MOVED_BY,
    SHOWN,
    STARTED,
    A,
    B,
    again,
    as_events,
    explained,
    grown,
    measured,
    proposed,
)
from small_campaign import POOL

from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.verify import _form_problem
from bo_loop.campaign.views.forms import form
from bo_loop.campaign.views.views import proposals


@pytest.fixture
def frame():
    return proposals(fold(explained()).rounds[0], POOL)


@pytest.fixture
def old_frame():
    """Of a round that was recorded before there were such details."""
    return proposals(fold(as_events(STARTED, proposed(1, A, B))).rounds[0], POOL)


def test_the_form_says_them_in_cells(frame, old_frame):
    cells = ["role", "outside_domain", "nearest", "moved_by"]
    read = pd.read_csv(io.BytesIO(form(frame, {})), dtype=str, keep_default_na=False)
    assert read[cells].to_numpy().tolist() == [
        ["target", "no", SHOWN, MOVED_BY],
        ["competitor", "yes", SHOWN.split("; ")[1], ""],
    ]
    read = pd.read_csv(io.BytesIO(form(old_frame, {})), dtype=str, keep_default_na=False)
    assert read[cells].to_numpy().tolist() == [["", "", "", ""]] * 2


def test_a_form_from_before_these_columns_is_as_proposed(frame, old_frame, tmp_path):
    path = tmp_path / "proposals.csv"
    written = pd.read_csv(io.BytesIO(form(old_frame, {})), dtype=str, keep_default_na=False)
    cells = ["role", "outside_domain", "nearest", "moved_by"]
    written.drop(columns=cells).to_csv(path, index=False)
    assert _form_problem(path, form(old_frame, {})) == ""
    problem = _form_problem(path, form(frame, {}))
    assert problem == "lacks our columns role, outside_domain, nearest, moved_by"


FIRST = (proposed(1, A, B), measured(A, 5.0, replicate=1))


AWAITED = (*FIRST, again(2, A))


def test_the_form_numbers_replicates():
    state = grown(*AWAITED)
    read = [
        pd.read_csv(io.BytesIO(form(proposals(made, POOL), {})), dtype=str, keep_default_na=False)
        for made in state.rounds
    ]
    assert [frame["replicate"].tolist() for frame in read] == [["", ""], ["2"]]
