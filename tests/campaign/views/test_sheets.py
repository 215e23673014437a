import io

import openpyxl
import pandas as pd
import pytest
from sample_events import MOVED_BY, SHOWN, explained
from small_campaign import POOL

from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.views.sheets import form, ranking, ranking_table
from bo_loop.campaign.views.views import proposals


def rows(content, sheet):
    header, *below = openpyxl.load_workbook(io.BytesIO(content))[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in below]


@pytest.fixture
def asked():
    return proposals(fold(explained()).rounds[0], POOL)


def test_a_form_holds_what_was_proposed_and_room_for_results(asked):
    first, second = rows(form(asked, {}), "results")
    assert first["log_beta"] is None
    assert (first["temperature (°C)"], first["ionic strength (mol/L)"]) == (25, 0.1)
    assert (first["metal"], first["charge"], first["ligand"]) == ("Ni", 2, "ligand A")
    assert (first["predicted_log_beta"], first["predicted_sd"]) == (5.5, 1.5)
    assert (first["nearest"], first["moved_by"]) == (SHOWN, MOVED_BY)
    assert (first["role"], first["outside_domain"]) == ("target", "no")
    assert (second["role"], second["outside_domain"]) == ("competitor", "yes")
    assert "replicate" not in first
    assert "pH" not in first


def test_a_form_at_a_ph_asks_for_what_belongs_to_it(asked):
    (first, _) = rows(form(asked, {"pH": 7.4}), "results")
    assert (first["pH"], first["log_K_cond"]) == (7.4, None)
    totals = {"pH": 7.4, "total_metal_M": 1e-6, "total_ligand_M": 1e-5}
    (first, _) = rows(form(asked, totals), "results")
    assert first["pM"] is None
    assert "log_K_cond" not in first
    assert (first["total_metal_M"], first["total_ligand_M"]) == (1e-6, 1e-5)


def test_the_same_form_is_the_same_file(asked):
    assert form(asked, {}) == form(asked, {})


@pytest.fixture
def ranked():
    frame = POOL.head(2).assign(
        rank=[1, 2], role="", mean=[9.0, 8.0], sd=0.5, value=[9.0, 8.0], chance=[0.6, 0.2],
        outside_domain=[False, True], allowed=True, cost=float("nan"), nearest=[[], []],
    )  # fmt: skip
    frame.attrs = {"quantity": "log β", "reference": "EDTA", "total": 2}
    return frame


def test_the_ranked_pool_as_a_workbook(ranked):
    first, second = rows(ranking(ranked), "ranking")
    assert (first["rank"], first["log β expected"], first["chance to beat the best"]) == (1, 9, 0.6)
    assert second["outside_domain"] == "yes"
    assert "cost" not in first
    (first, _) = rows(ranking(ranked.assign(cost=[3.0, 4.0])), "ranking")
    assert first["cost"] == 3


def test_columns_that_say_nothing_are_left_out_of_the_table(ranked):
    found = ranking_table(ranked)
    assert {"cost", "role"}.isdisjoint(found.columns)
    assert found["nearest"].tolist() == ["", ""]
    assert isinstance(found, pd.DataFrame)
    assert "cost" in ranking_table(ranked.assign(cost=[3.0, 4.0]))
