"""Replicates and failures with a fitted model, from the ledger to the picks and back."""

import numpy as np
import pandas as pd
import pytest

from bo_loop import Campaign
from bo_loop.campaign.chances import outcomes
from bo_loop.report.facts import facts_of

LOG_EI = {"_target_": "bo_loop.acquisition.functions.LogEI"}
MAXIMISE = {"_target_": "bo_loop.acquisition.objectives.Maximise"}
FEASIBLE = MAXIMISE | {"feasibility": True}

pytestmark = pytest.mark.filterwarnings("ignore:The fit stopped after")


def begun(directory, name, model, n_ligands=(1, 2)):
    """A campaign of the embedded zinc constants."""
    return Campaign.start(
        {
            "name": name,
            "directory": str(directory),
            "batch_size": 3,
            "seed": 0,
            "data": {"_target_": "bo_loop.data.minteq.load", "without_metals": ["Zn+2"]},
            "features": {"_target_": "bo_loop.features.published.PublishedRecipe"},
            "model": {"_target_": f"bo_loop.models.{model}", "max_iter": 10},
            "objective": MAXIMISE,
            "acquisition": LOG_EI,
            "pool": {
                "_target_": "bo_loop.data.pools.known_pairs",
                "data": {"_target_": "bo_loop.data.minteq.load"},
                "metals": ["Zn+2"],
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
    objective = MAXIMISE | {"free_ligand_M": 1e-3}
    campaign.configure(objective=objective)
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
        campaign = begun(tmp_path_factory.mktemp("campaigns"), name, "matern_gp.MaternGP")
        objective = objective | {"free_ligand_M": 1e-3}
        campaign.configure(objective=objective)
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
