"""A campaign of two objectives, strength against cost, on embedded data."""

import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from bo_loop import Campaign, write_report
from bo_loop.base.config import build, packaged_conf
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.views.worth import worth_of

SHELF = pd.DataFrame(
    [
        ("histidine", "NC(Cc1cnc[nH]1)C(=O)O", 1.0),
        ("dien", "NCCNCCN", 3.0),
        ("cysteine", "NC(CS)C(=O)O", 2.0),
        ("phen", "c1cnc2c(c1)ccc1cccnc12", 8.0),
    ],
    columns=["ligand", "smiles", "cost"],
)
# dien is the strongest; cysteine costs more than histidine and binds less.
ANSWERS = {"histidine": 8.7, "dien": 10.7, "cysteine": 7.5, "phen": 8.6}

MAXIMISE = {"_target_": "bo_loop.acquisition.Maximise"}
COST = {"_target_": "bo_loop.acquisition.Cost"}
AGAIN = {"_target_": "bo_loop.acquisition.LogEI", "allow_replicates": True}


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """One round of all pairs, answered."""
    folder = tmp_path_factory.mktemp("campaigns")
    shelf = folder / "shelf.csv"
    SHELF.to_csv(shelf, index=False)
    options = ["data=minteq", "pool=table", f"pool.path={shelf}", "pool.metals=[Ni+2]"]
    with initialize_config_dir(str(packaged_conf()), version_base="1.3"):
        node = compose(
            "start",
            overrides=[*options, "objective=pareto", "name=compromise", "model.max_iter=10"],
        )
    config = OmegaConf.to_container(node, resolve=True) | {"directory": str(folder)}
    del config["compute"]
    campaign = Campaign.start(**config)
    assert campaign.status().front == ()
    assert "No result yet." in write_report(campaign).read_text(encoding="utf-8")
    with pytest.warns(UserWarning, match="before it converged"):
        campaign.suggest(batch_size=4)
    form = campaign.form(1)
    frame = pd.read_csv(form, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame["log_beta"] = frame["ligand"].map(ANSWERS)
    frame.to_csv(form, index=False, encoding="utf-8-sig")
    campaign.log(form, confirm=True)
    return campaign


def test_status_shows_the_front(campaign):
    status = campaign.status()
    assert (status.best, status.best_so_far) == (None, ())
    assert [(pair["ligand"], pair["values"]) for pair in status.front] == [
        ("dien", {"log β": 10.7, "cost": 3.0}),
        ("histidine", {"log β": 8.7, "cost": 1.0}),
    ]


def test_every_result_has_its_values(campaign):
    objective = build({"_target_": "bo_loop.acquisition.Pareto", "objectives": [MAXIMISE, COST]})
    frames = campaign.pool, campaign.literature
    worth = worth_of(objective, pool_pairs(campaign.pool), campaign.state(), lambda: frames).least
    own = campaign.measurements()["ligand"].map(SHELF.set_index("ligand")["cost"])
    assert worth[:, 1].tolist() == (-own).tolist()


def test_the_report_shows_the_front(campaign):
    page = write_report(campaign).read_text(encoding="utf-8")
    assert "best compromises of log β and cost?" in page
    assert "None of these is beaten by another in everything." in page
    assert page.index("log β 10.70, cost 3.00") < page.index("log β 8.70, cost 1.00")
    assert "cost 8.00" not in page
    assert "best so far</text>" not in page


def test_the_chance_to_extend_the_front_is_told(campaign):
    with pytest.warns(UserWarning, match="before it converged"):
        replicate = campaign.suggest(batch_size=1, acquisition=AGAIN)
    assert len(replicate) == 1
    stop = campaign.state().rounds[-1].stop
    assert 0.0 <= stop["probability"] <= 1.0
    assert (
        "extends the front of log β against cost by more than 0.1 of hypervolume" in stop["advice"]
    )
