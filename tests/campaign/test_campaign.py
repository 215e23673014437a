"""A whole campaign through the Python API, on the embedded constants."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml
from embedded import zinc

from bo_loop import Campaign
from bo_loop.base.errors import CampaignError, ConfigError, DataError
from bo_loop.campaign.ledger import ledger
from bo_loop.data import Minteq
from bo_loop.data.observations import with_keys

CHEMISTRY = {"_target_": "bo_loop.features.ChemistryRecipe"}
PAIR_GP = {"_target_": "bo_loop.models.PairGP"}
BETA_GP = {"_target_": "bo_loop.models.BetaGP"}


@pytest.fixture(scope="module")
def truth():
    known = with_keys(Minteq().read(), "truth")
    return known.set_index("pair_id")["log_beta"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A campaign with one round proposed; tests that change it work on a copy."""
    campaign = Campaign.start(**zinc(tmp_path_factory.mktemp("campaigns")))
    return campaign, campaign.suggest()


@pytest.fixture
def campaign(begun, tmp_path):
    import shutil

    shutil.copytree(begun[0].path, tmp_path / "zinc")
    return Campaign(tmp_path / "zinc")


def filled(campaign: Campaign, number: int, values: dict[str, str], **more: str) -> Path:
    """Write values into a round's form, as a spreadsheet would."""
    form = campaign.form(number)
    frame = pd.read_csv(form, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame["log_beta"] = [values.get(pair, "") for pair in frame["pair_id"]]
    for column, value in more.items():
        frame[column] = value
    frame.to_csv(form, index=False, encoding="utf-8-sig")
    return form


def test_start_seals_what_the_campaign_rests_on(begun):
    campaign, _ = begun
    names = {path.name for path in campaign.path.iterdir()}
    assert {"campaign.yaml", "features.json", "observations.parquet", "pool.parquet"} <= names
    assert not (campaign.literature["metal"] == "Zn").any()
    assert set(campaign.pool["metal"]) == {"Zn"}
    started = ledger.read(campaign.path / "ledger.jsonl").events[0]
    assert set(started.data["sealed"]) == {
        "campaign.yaml",
        "features.json",
        "observations.parquet",
        "pool.parquet",
    }
    sealed = yaml.safe_load((campaign.path / "campaign.yaml").read_text(encoding="utf-8"))
    assert sealed["config"]["batch_size"] == 3


def test_suggest_records_what_it_proposes_and_writes_the_form(begun):
    campaign, proposals = begun
    assert list(proposals["rank"]) == [1, 2, 3]
    assert (proposals["sd"] > proposals["sd_latent"]).all()
    event = ledger.read(campaign.path / "ledger.jsonl").events[-1]
    assert event.event == "proposed"
    assert [p["pair_id"] for p in event.data["proposals"]] == list(proposals["pair_id"])
    assert event.data["seen"] == 1
    assert {"torch", "botorch", "bo-loop"} <= set(event.data["versions"])
    form = pd.read_csv(campaign.form(1), encoding="utf-8-sig")
    assert list(form["pair_id"]) == list(proposals["pair_id"])
    assert form["log_beta"].isna().all()
    # The form is printed with six significant digits.
    assert form["predicted_log_beta"].to_numpy() == pytest.approx(proposals["mean"], rel=1e-5)
    model = json.loads(campaign.form(1).with_name("model.json").read_text(encoding="utf-8"))
    assert model["hyperparameters"]["noise"] > 0


def test_the_same_seed_gives_the_same_form_to_the_byte(begun, tmp_path):
    again = Campaign.start(**zinc(tmp_path))
    again.suggest()
    assert again.form(1).read_bytes() == begun[0].form(1).read_bytes()


def test_the_loop_closes(campaign, begun, truth):
    first = list(begun[1]["pair_id"])
    logged = campaign.log(filled(campaign, 1, {pair: str(truth[pair]) for pair in first}))
    assert list(logged.recorded["pair_id"]) == first
    assert logged.recorded["log_beta"].to_numpy() == pytest.approx(truth[first])
    second = campaign.suggest()
    assert not set(second["pair_id"]) & set(first)
    assert campaign.status().rounds == 2
    assert campaign.status().best["log_beta"] == truth[first].max()
    measured = campaign.measurements()
    assert measured["mean"].to_numpy() == pytest.approx(begun[1]["mean"])
    assert (campaign.path / "measurements.csv").is_file()


def test_pending_pairs_are_not_proposed_again_but_change_what_is_known(campaign, begun):
    second = campaign.suggest(batch_size=30)
    pool = set(campaign.pool["pair_id"])
    assert set(second["pair_id"]) == pool - set(begun[1]["pair_id"])
    with pytest.raises(CampaignError, match="No pair is open"):
        campaign.suggest()


def test_logging_the_same_file_twice_adds_nothing(campaign, begun, truth):
    form = filled(campaign, 1, {pair: str(truth[pair]) for pair in begun[1]["pair_id"]})
    campaign.log(form)
    before = (campaign.path / "ledger.jsonl").read_bytes()
    again = campaign.log(form)
    assert (len(again.recorded), again.n_known) == (0, 3)
    assert (campaign.path / "ledger.jsonl").read_bytes() == before


def test_another_value_needs_replicate(campaign, begun):
    pair = begun[1]["pair_id"].iloc[0]
    campaign.log(filled(campaign, 1, {pair: "15.0"}))
    form = filled(campaign, 1, {pair: "15.4"})
    with pytest.raises(CampaignError, match=r"row \d.*is answered: log_beta 15 .*replicate=true"):
        campaign.log(form)
    campaign.log(form, replicate=True)
    assert list(campaign.measurements()["log_beta"]) == [15.0, 15.4]
    assert list(campaign.measurements()["replicate"]) == [1, 2]


def test_a_bad_row_keeps_the_good_ones_out_too(campaign, begun):
    first, second, _ = begun[1]["pair_id"]
    before = (campaign.path / "ledger.jsonl").read_bytes()
    with pytest.raises(DataError, match=r"log_beta: 'n\.d\.'"):
        campaign.log(filled(campaign, 1, {first: "5.0", second: "n.d."}))
    assert (campaign.path / "ledger.jsonl").read_bytes() == before


def test_a_pair_of_the_pool_that_was_not_proposed_may_be_logged(campaign, begun, tmp_path):
    other = next(p for p in campaign.pool["pair_id"] if p not in set(begun[1]["pair_id"]))
    path = tmp_path / "own.csv"
    path.write_text(f"pair_id,log_beta\n{other},4.2\n", encoding="utf-8")
    assert list(campaign.log(path).recorded["pair_id"]) == [other]
    assert other not in set(campaign.suggest(batch_size=30)["pair_id"])


def test_a_failed_pair_is_not_proposed_again(campaign, begun):
    campaign.log(filled(campaign, 1, {}, status="failed", note="no reagent"))
    assert campaign.status().counts == {"failed": 3}
    assert not set(campaign.suggest(batch_size=30)["pair_id"]) & set(begun[1]["pair_id"])


def test_literature_answers_are_left_out_unless_asked_for(tmp_path):
    pool = zinc(tmp_path)["pool"] | {"metals": ["Cu+2"]}
    campaign = Campaign.start(**zinc(tmp_path, pool=pool))
    with pytest.raises(CampaignError, match="No pair is open"):
        campaign.suggest()
    assert len(campaign.suggest(pool={"include_known": True})) == 3


def test_a_literature_value_without_stereochemistry_answers_the_pair(tmp_path):
    # The embedded table draws tartaric acid flat; a pool may name the L form.
    path = tmp_path / "ligands.csv"
    path.write_text(
        "ligand,smiles\nL-tartaric acid,O=C(O)[C@H](O)[C@@H](O)C(=O)O\n", encoding="utf-8"
    )
    pool = {
        "_target_": "bo_loop.data.TablePool",
        "path": str(path),
        "metals": ["Cu+2", "Zn+2"],
        "include_known": False,
    }
    proposals = Campaign.start(**zinc(tmp_path, pool=pool)).suggest()
    assert list(proposals["metal"]) == ["Zn"]


def test_overrides_hold_for_one_round(campaign):
    greedy = {"_target_": "bo_loop.acquisition.Greedy"}
    once = campaign.suggest(acquisition=greedy, batch_size=1)
    assert len(once) == 1
    assert once["acquisition"].iloc[0] == pytest.approx(once["mean"].iloc[0])
    assert len(campaign.suggest()) == 3
    events = ledger.read(campaign.path / "ledger.jsonl").events
    assert events[-2].data["overrides"] == {"acquisition": greedy, "batch_size": 1}
    assert events[-1].data["overrides"] == {}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"features": {}}, "features cannot be set for a round"),
        ({"pool": {"metals": ["Cu+2"]}}, r"pool\.metals cannot be set"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"acquisition": {"_target_": "os.system"}}, "_target_ 'os.system' is refused"),
    ],
)
def test_overrides_that_a_round_cannot_take(campaign, overrides, words):
    before = (campaign.path / "ledger.jsonl").read_bytes()
    with pytest.raises(ConfigError, match=words):
        campaign.suggest(**overrides)
    assert (campaign.path / "ledger.jsonl").read_bytes() == before


def test_a_form_lost_in_a_crash_is_written_anew_and_a_form_is_never_overwritten(campaign):
    form = campaign.form(1)
    original = form.read_bytes()
    form.unlink()
    campaign.suggest()
    assert form.read_bytes() == original
    form.write_text("the lab's own notes", encoding="utf-8")
    campaign.suggest()
    assert form.read_text(encoding="utf-8") == "the lab's own notes"


def test_a_sealed_file_that_was_changed_is_noticed(campaign):
    path = campaign.path / "observations.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(CampaignError, match=r"observations\.parquet is not the file"):
        campaign.suggest()


def test_start_refuses_a_taken_name_and_leaves_nothing_behind_on_failure(tmp_path, begun):
    taken = begun[0].path
    with pytest.raises(CampaignError, match="exists already"):
        Campaign.start(**zinc(taken.parent))
    bad = zinc(tmp_path, pool=zinc(tmp_path)["pool"] | {"metals": ["Unobtainium"]})
    with pytest.raises(DataError, match="Unobtainium"):
        Campaign.start(**bad)
    with pytest.raises(ConfigError, match="no use for \\['acquisitoin'\\]"):
        Campaign.start(**zinc(tmp_path), acquisitoin=1)
    assert list(tmp_path.iterdir()) == []


def test_open_says_how_to_start_when_there_is_nothing(tmp_path):
    with pytest.raises(CampaignError, match="There is no campaign in"):
        Campaign.open("zinc", tmp_path)
    with pytest.raises(CampaignError, match="is refused"):
        Campaign.open("../zinc", tmp_path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"features": CHEMISTRY}, "hold counts .atoms., which this model cannot compare"),
        ({"features": CHEMISTRY, "model": BETA_GP}, "hold counts .atoms."),
        ({"model": PAIR_GP}, "terms name the blocks atoms, which these features do not have"),
    ],
)
def test_a_model_that_cannot_compare_the_features_is_refused_at_the_start(tmp_path, changes, words):
    with pytest.raises(ConfigError, match=words):
        Campaign.start(**zinc(tmp_path, **changes))
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_cannot_compare_the_sealed_features_is_refused(campaign):
    before = campaign.state().seq
    with pytest.raises(ConfigError, match="name the blocks atoms"):
        campaign.configure(model=PAIR_GP)
    assert campaign.state().seq == before
    campaign.configure(model=BETA_GP)
    assert campaign.state().seq == before + 1
