"""What pages show, as plain values."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
import small_campaign

from bo_loop.campaign.ledger.state import CampaignState, ProposedPair, Round
from bo_loop.campaign.record import Record
from bo_loop.campaign.rounds import decide
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.web import shown
from bo_loop.web.results_table import pasted, table_of


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        small_campaign.cheapen(patch)
        yield small_campaign.measured(tmp_path_factory.mktemp("shown"))


def test_a_round_shows_what_came_of_each_proposal(campaign):
    found = shown.round_of(campaign, None)
    assert (found.number, found.rounds, found.closed) == (1, 1, False)
    assert [card.name for card in found.cards] == ["Ni²⁺ + ligand A", "Ni²⁺ + ligand B"]
    assert [card.outcome for card in found.cards] == ["9.50", "waiting"]
    assert [card.state for card in found.cards] == ["measured", "pending"]
    assert shown.round_of(campaign, 99).number == 1
    assert shown.scale_of(found.cards) == (8.0, 12.0)


def test_what_waits_has_its_conditions_and_what_stands_its_prediction(campaign):
    found = shown.waiting(campaign)
    (row,) = found.rows
    assert row["predicted"] == "10.00 ± 1.00"
    assert row["temperature_C"] == "25"
    assert found.columns[:3] == ["log_beta", "log_beta_sd", "status"]
    (result,) = found.results
    assert (result["result"], result["predicted"]) == ("log β 9.5", "10.00 ± 1.00")
    assert not found.known


@pytest.mark.parametrize("acids", [True, False])
def test_a_constant_at_a_pH_can_be_typed_where_something_is_known_of_protons(
    tmp_path, monkeypatch, acids
):
    small_campaign.cheapen(monkeypatch)
    monkeypatch.setattr(Record, "knows_acids", acids)
    made = {"asked": {"pH": 7.4}}
    monkeypatch.setattr(decide, "decide", lambda *given: small_campaign.decide(*given) | made)
    campaign = small_campaign.start(tmp_path)
    campaign.suggest()
    found = shown.waiting(campaign)
    assert [name in found.columns for name in ("log_K_cond", "pH")] == [acids, True]
    assert found.rows[0]["pH"] == "7.4"


def test_the_history_is_last_first(campaign):
    rows = shown.history_rows(campaign)
    assert [row["event"] for row in rows] == ["measured", "proposed", "proposed", "started"]
    assert rows[0]["pair"] == "Ni²⁺ + ligand A"
    assert rows[-1]["predicted"] == ""


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("log_beta", "12,3", "read as 12.3"),
        ("log_beta", ">20", "read as above 20.0"),
        ("log_beta", "12.3 ± 0.2", "read as 12.3, sd 0.2"),
        ("log_beta", "twelve", "log_beta: expected a number"),
        ("log_beta", "99", "log_beta: "),
        ("temperature_C", "298 K", "read as 24.85"),
        ("note", "12", ""),
        ("log_beta", "  ", ""),
    ],
)
def test_a_cell_says_how_it_is_read(column, text, said):
    assert shown.read_as(column, text).startswith(said)
    assert bool(said) == bool(shown.read_as(column, text))


def test_pasted_cells_are_those_of_the_spreadsheet():
    assert pasted('9,5\t0.1\r\n"a\tb"\t\r\n') == [["9,5", "0.1"], ["a\tb", ""]]
    assert pasted("") == []


def test_typed_rows_are_a_table_that_no_spreadsheet_runs():
    name, content = table_of("../x", [{"pair_id": "p", "log_beta": 9.25}, {"note": "=1+1"}])
    assert name == "x.csv"
    lines = content.decode("utf-8-sig").splitlines()
    assert lines == ["pair_id,log_beta,note", "p,9.25,", ",,'=1+1"]


def test_metals_are_named_once():
    pool = {"metal": ["Ni", "Ni", "Fe"], "charge": [2, 2, 3]}
    assert shown.metals_of(pool) == ["Ni+2", "Fe+3"]


def test_cards_say_what_the_campaign_is_about():
    row = {
        "pair_id": "Ni+2:L1:A", "metal": "Ni", "charge": 2, "ligand": "a", "smiles": "C",
        "n_ligands": 1, "role": "", "rank": 1, "mean": 1.0, "sd": 0.1, "reason": "first",
        "nearest": [], "movers": [], "outside_domain": False,
    }  # fmt: skip
    (card,) = shown.cards_of_rows([row], (Property(name="log D"),))
    assert card.quantity == "log D"
    assert shown.cards_of_rows([row], (LOG_BETA,))[0].quantity == "log β"
    assert shown.cards_of_rows([], (LOG_BETA,)) == []


def test_typed_results_come_in_the_columns_that_the_campaign_reads():
    pair = pd.Series({
        "pair_id": "Ni+2:L1:recovery:A", "metal": "Ni", "charge": 2, "ligand": "a", "smiles": "C",
        "n_ligands": 1, "temperature_C": 25.0, "ionic_strength_M": 0.1, "property": "recovery",
    })  # fmt: skip
    both = (Property("log D"), Property("recovery"))
    proposal = ProposedPair(pair["pair_id"], 1, 1, 1.0, 0.5, 0.4, 0.0, "first")
    made = Round(1, 2, "", 0, 1, {}, {}, None, True, {}, {}, (proposal,))
    state = CampaignState(
        properties=both, rounds=(made,), proposals={pair["pair_id"]: proposal},
        states={pair["pair_id"]: "pending"},
    )  # fmt: skip
    campaign = SimpleNamespace(
        state=lambda: state, pool=pd.DataFrame([pair]), config={"pool": {}},
        record=SimpleNamespace(knows_acids=False),
    )  # fmt: skip
    found = shown.waiting(campaign)
    assert found.rows[0]["property"] == "recovery"
    assert (found.fields["log_beta"], found.fields["log_beta_sd"]) == ("value", "value_sd")
    state = replace(state, properties=both[1:])
    assert shown.waiting(campaign).fields["log_beta"] == "recovery"
