import pytest

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.record import Record


@pytest.fixture
def record(small):
    return small.record


def test_what_was_folded_is_not_folded_again(record):
    state = record.state()
    assert record.state() is state
    record.append(lambda _: [("closed", {})])
    assert record.state().closed_seq == 4
    assert record.folded(record.ledger.read().events[:2]).seq == 2  # an earlier state, anew


def test_settings_in_force_are_those_sealed_with_what_changed_since(record):
    assert record.settings(record.state())["batch_size"] == 2
    record.append(lambda _: [("config_changed", {"overrides": {"batch_size": 7}})])
    assert record.settings(record.state())["batch_size"] == 7
    assert record.config["batch_size"] == 2


def test_hyperparameters_are_those_of_a_model_like_the_last_rounds(record):
    state = record.state()
    assert record.hyperparameters(state, record.config["model"]) == {"noise": 0.25}
    assert record.hyperparameters(state, {"_target_": "bo_loop.models.PairGP"}) is None
    seen, settings = record.behind(state.rounds[0])
    assert (seen.seq, settings["batch_size"]) == (1, 2)
    assert record.hyperparameters(seen, record.config["model"]) is None


def test_tables_of_it(record):
    assert record.measurements()["log_beta"].tolist() == [9.5]
    assert record.form(1) == record.path / "rounds" / "001" / "proposals.csv"
    assert record.find("ligand B") == "Ni+2:L1:B"
    assert record.history("Ni+2:L1:A")["event"].tolist() == ["proposed", "measured"]
    assert len(record.history_rows()) == 4
    assert record.pool["pair_id"].tolist() == record.pool_columns(record.state())["pair_id"]


def test_an_append_returns_what_it_added_and_brings_the_views_up_to_date(record):
    form = record.form(1)
    form.unlink()
    appended = record.append(lambda state: [("withdrawn", {"pair_id": "Ni+2:L1:B"})])
    assert record.recorded(appended).recorded["event"].tolist() == ["withdrawn"]
    assert form.is_file()
    assert record.recorded(record.append(lambda state: [])).recorded.empty


def test_results_that_only_a_view_knows_are_named_and_kept(record):
    path = record.path / "measurements.csv"
    path.write_bytes(path.read_bytes().replace(b"9.5", b"19.5"))
    assert record.unexplained(path.read_bytes(), record.state()) == ["3"]
    assert record.unexplained(None, record.state()) == []
    with pytest.warns(UserWarning, match=r"does not have \(event 3\); it was kept as"):
        record.rebuild()
    assert [p.read_bytes().count(b"19.5") for p in record.path.glob("measurements.set-aside*")] == [
        1
    ]


def test_a_folder_without_a_ledger_is_no_campaign(tmp_path):
    with pytest.raises(CampaignError, match=r"There is no campaign in .*bo-loop start"):
        Record.open("small", tmp_path)
