"""Replicates and failures with a fitted model, from the ledger to the picks and back."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from embedded import few

from bo_loop import Campaign, write_report
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.rounds.chances import outcomes
from bo_loop.campaign.views.worth import worth_of
from bo_loop.report.facts import facts_of
from bo_loop.report.facts import rounds as shown_rounds

LOG_EI = {"_target_": "bo_loop.acquisition.LogEI"}
MAXIMISE = {"_target_": "bo_loop.acquisition.Maximise", "free_ligand_M": 1e-3}
COMPOUND = "bo_loop.acquisition"
FEASIBLE = MAXIMISE | {"feasibility": True}


def begun(directory, name, model, n_ligands=(1, 2), objective=MAXIMISE, metals=("Zn+2",)):
    """A campaign of the embedded zinc constants, which knows some of the others."""
    return Campaign.start(
        **{
            "name": name,
            "directory": str(directory),
            "batch_size": 3,
            "seed": 0,
            "data": few(*metals),
            "features": {"_target_": "bo_loop.features.PublishedRecipe"},
            "model": {"_target_": f"bo_loop.models.{model}", "max_iter": 10},
            "objective": objective,
            "acquisition": LOG_EI,
            "pool": {
                "_target_": "bo_loop.data.KnownPairs",
                "data": {"_target_": "bo_loop.data.Minteq"},
                "metals": list(metals),
                "n_ligands": list(n_ligands),
                "include_known": False,
            },
        }
    )


def fill(campaign, number, **columns):
    path = campaign.form(number)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame.assign(**columns).to_csv(path, index=False, encoding="utf-8-sig")
    campaign.log(path, confirm=True)


@pytest.fixture(scope="module", params=["matern_gp.MaternGP", "beta_gp.BetaGP"])
def campaign(tmp_path_factory, request):
    """Round 1: two results and a failure. Round 2 asks for everything, replicates too."""
    campaign = begun(tmp_path_factory.mktemp("campaigns"), "zinc", request.param)
    campaign.suggest()
    fill(campaign, 1, log_beta=["15.2", "11.0", ""], status=["", "", "failed"])
    campaign.suggest(acquisition=LOG_EI | {"allow_replicates": True}, batch_size=500)
    return campaign


def test_measured_pairs_are_among_the_proposals(campaign):
    state = campaign.state()
    made = state.rounds[1].proposals
    again = [p for p in made if p.replicate is not None]
    assert {p.pair_id for p in again} == {r.pair_id for r in state.results}
    assert all(p.replicate == 2 and p.reason.startswith("measure again") for p in again)
    assert len(made) == len(campaign.pool) - 1  # all but the failed one
    scores = {p.pair_id: p.acquisition for p in made}
    assert all(np.isfinite(scores[p.pair_id]) for p in again)
    assert campaign.status().counts["awaiting_replicate"] == 2


def test_the_record_verifies_and_the_report_waits_for_replicates(campaign):
    assert campaign.verify().failures == ()
    told = facts_of(campaign).proposed
    second = told[(told["round"] == 2) & told["replicate"].notna()]
    assert second["outcome"].tolist() == ["waiting", "waiting"]


def test_a_stage_without_a_pick_is_passed_over(tmp_path):
    campaign = begun(tmp_path, "first", "beta_gp.BetaGP", n_ligands=[1])
    assert (campaign.literature["n_ligands"] > 1).any()
    assert campaign.suggest()["movers"].map(len).tolist() == [3, 3, 3]


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """Round 1 of two campaigns, with and without feasibility; in both, the second pair failed."""
    made = {}
    for name, objective in (("weighed", FEASIBLE), ("plain", MAXIMISE)):
        folder = tmp_path_factory.mktemp("campaigns")
        campaign = begun(folder, name, "matern_gp.MaternGP", objective=objective)
        campaign.suggest(batch_size=2)  # the other n of the second ligand is asked for later
        fill(campaign, 1, log_beta=["15.2", ""], status=["", "failed"])
        campaign.suggest(batch_size=200)
        made[name] = campaign
    return made


def test_without_failures_feasibility_changes_nothing(failed):
    weighed, plain = (failed[name].state().rounds[0] for name in ("weighed", "plain"))
    assert weighed.proposals == plain.proposals


def test_pairs_like_the_failed_one_are_worth_less(failed):
    state = failed["weighed"].state()
    first = state.rounds[0].proposals
    assert outcomes(state) == {first[0].pair_id: 1.0, first[1].pair_id: -1.0}
    weighed, plain = (failed[name].state().rounds[1].proposals for name in ("weighed", "plain"))
    assert all("chance that the experiment succeeds" in p.reason for p in weighed)
    assert not any("experiment succeeds" in p.reason for p in plain)
    assert {p.pair_id for p in weighed} == {p.pair_id for p in plain}
    assert weighed[0].acquisition < plain[0].acquisition  # the first pick knows of no others
    chance = {p.pair_id: _chance(p.reason) for p in weighed}
    group = failed["weighed"].pool.set_index("pair_id")["ligand_group"]
    kin = [chance[pair] for pair in chance if group[pair] == group[first[1].pair_id]]
    assert kin
    assert max(kin) <= np.median(list(chance.values()))
    assert failed["weighed"].verify().failures == ()


def _chance(reason):
    return float(reason.rpartition("; ")[2].partition(" %")[0].strip("<> "))


def test_a_round_records_which_acquisition_the_objective_took(tmp_path):
    campaign = begun(tmp_path, "zinc", "MaternGP")
    campaign.suggest()
    campaign.suggest(acquisition="auto")
    campaign.suggest(acquisition="auto", objective=FEASIBLE)
    sealed, bound, weighed = campaign.state().rounds
    assert sealed.chosen_by is None  # the settings say it
    assert (bound.chosen_by["_target_"], bound.chosen_by["beta"]) == (f"{COMPOUND}.UCB", 1.0)
    assert weighed.chosen_by["_target_"] == f"{COMPOUND}.LogEI"
    assert "with 1 sd in its favour" in bound.proposals[0].reason
    assert "expected gain" in weighed.proposals[0].reason
    models = [json.loads(campaign.form(n).with_name("model.json").read_text()) for n in (1, 2)]
    assert [each.get("acquisition") for each in models] == [None, bound.chosen_by]
    shown = [each["how"] for each in shown_rounds(campaign, facts_of(campaign))]
    assert shown == ["LogEI", "UCB, beta = 1.0", "LogEI"]
    assert campaign.verify().failures == ()


@pytest.mark.parametrize(
    ("objective", "why"),
    [
        (MAXIMISE | {"free_ligand_M": None}, "mixes numbers of ligands"),
        (MAXIMISE | {"per_cost": True}, "no column `cost`"),
        ({"_target_": f"{COMPOUND}.Cost"}, "no column `cost`"),
        (
            {"_target_": f"{COMPOUND}.Selectivity", "metal": "Zn+2", "competitors": ["Cu+2"]},
            "Name them all in pool.metals",
        ),
    ],
)
def test_an_objective_that_cannot_judge_the_pool_is_refused(tmp_path, objective, why):
    with pytest.raises(ConfigError, match=why):
        begun(tmp_path, "never", "matern_gp.MaternGP", objective=objective)
    assert list(tmp_path.iterdir()) == []
    campaign = begun(tmp_path, "plain", "matern_gp.MaternGP")
    with pytest.raises(ConfigError, match=why):
        campaign.configure(objective=objective)
    assert campaign.state().seq == 1


def test_a_selectivity_is_judged_once_both_results_are_there(tmp_path):
    """Before that, status and report say nothing of the best."""
    objective = {"_target_": f"{COMPOUND}.Selectivity", "metal": "Zn+2", "competitors": ["Ca+2"]}
    metals = ["Zn+2", "Ca+2"]
    campaign = begun(tmp_path, "both", "matern_gp.MaternGP", [1], objective, metals)
    pool = campaign.pool.set_index(["metal", "ligand"])["pair_id"]
    zinc, calcium = (pool[metal, "ethylenediaminetetraacetic acid"] for metal in ("Zn", "Ca"))
    frames = campaign.pool, campaign.literature
    for pair, value in ((zinc, "18.0"), (calcium, "12.4"), (zinc, "18.2")):
        results = tmp_path / "result.csv"
        pd.DataFrame({"pair_id": [pair], "log_beta": [value]}).to_csv(results, index=False)
        campaign.log(results, replicate=True, confirm=True)
        told = worth_of(
            build(objective), pool_pairs(campaign.pool), campaign.state(), lambda: frames
        ).least[:, 0]
        status = campaign.status()
        if value == "18.0":
            assert write_report(campaign).exists()
            assert np.isnan(told).all()
            assert status.best is None
    # A replicate stands for its own pair, the first result for the other.
    assert told[[0, 2]] == pytest.approx([18.0 - 12.4, 18.2 - 12.4])
    assert np.isnan(told[1])
    assert status.best["log_beta"] == 18.2
    page = write_report(campaign).read_text(encoding="utf-8")
    assert "<b>1. Δ log β (Zn+2 over Ca+2) 5.80</b>" in page  # not log β
    assert "<b>5.80</b> best Δ log β (Zn+2 over Ca+2)" in page
    assert "Metal by metal" in page


def test_a_bound_is_the_best_result_where_it_guarantees_most(tmp_path):
    plain = {"_target_": "bo_loop.acquisition.Maximise"}
    campaign = begun(tmp_path, "bound", "matern_gp.MaternGP", [1], plain)
    ids = campaign.pool["pair_id"]
    told = ((ids[2], "<30", None), (ids[1], "12", "12.00"), (ids[0], ">20", "&gt; 20.00"))
    for pair, value, best in told:
        results = tmp_path / "result.csv"
        pd.DataFrame({"pair_id": [pair], "log_beta": [value]}).to_csv(results, index=False)
        campaign.log(results, confirm=True)
        page = write_report(campaign).read_text(encoding="utf-8")
        assert ("No result can be judged yet" in page) == (best is None)
        assert best is None or f"<b>{best}</b> best log β" in page
    assert campaign.status().best["censoring"] == "lower"


@pytest.mark.parametrize(
    "changes",
    [
        {"acquisition": MAXIMISE},
        {"objective": LOG_EI},
        {"model": MAXIMISE},
    ],
)
def test_a_setting_of_another_kind_is_refused(tmp_path, changes):
    campaign = begun(tmp_path, "kinds", "matern_gp.MaternGP")
    for change in (campaign.configure, campaign.suggest):
        with pytest.raises(ConfigError, match=f"not a valid {next(iter(changes))}"):
            change(**changes)
        with pytest.raises(ConfigError, match=r"objective is None: give the name of an option"):
            change(objective=None)
    with pytest.raises(ConfigError, match="include_known is 'no': it must be true or false"):
        campaign.suggest(pool={"include_known": "no"})
    assert campaign.state().seq == 1


def test_a_round_is_decided_without_the_packages_that_only_other_verbs_need():
    heavy = "{'scipy.stats', 'sklearn', 'umap', 'matplotlib', 'mendeleev', 'sqlalchemy', 'jinja2'}"
    code = (
        "import sys, bo_loop.campaign.rounds.decide, bo_loop.features.recipes.chemistry, "
        "bo_loop.models.pair_gp, bo_loop.acquisition.scores.functions; "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
