import numpy as np
import pytest
from embedded import few

from bo_loop import Campaign
from bo_loop.campaign.rounds.bound import training
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.models.gp.pair_model import PairModel

LAB = "campaign zinc"


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    folder = tmp_path_factory.mktemp("campaigns")
    campaign = Campaign.start(
        "zinc",
        directory=folder,
        data=few("Zn+2"),
        features="published",
        model={"_target_": "bo_loop.models.MaternGP", "max_iter": 3},
        batch_size=2,
        pool={
            "_target_": "bo_loop.data.KnownPairs",
            "data": {"_target_": "bo_loop.data.Minteq"},
            "metals": ["Zn+2"],
        },
    )
    results = folder / "results.csv"
    results.write_text(f"pair_id,log_beta\n{campaign.pool['pair_id'].iloc[0]},5.25\n")
    campaign.log(results)
    return campaign


def test_training_is_the_literature_followed_by_the_lab_s_own_results(campaign):
    record, state = campaign.record, campaign.state()
    found = training(record.schema(state), record.literature, campaign.pool, state)
    assert found["own"].tolist() == [False] * len(record.literature) + [True]
    last = found.iloc[-1]
    assert (last["log_beta"], last["source"], last["metal"]) == (5.25, LAB, "Zn")
    assert np.isnan(last["log_beta_sd"])


def test_a_round_selects_its_data_and_binds_the_whole_pool_once(campaign, monkeypatch):
    asked, bound = [], []
    usable, bind = PublishedRecipe.usable, PairModel.bind

    def counted_usable(recipe, pairs):
        asked.append(len(pairs))
        return usable(recipe, pairs)

    def counted_bind(model, features):
        bound.append(len(features))
        return bind(model, features)

    monkeypatch.setattr(PublishedRecipe, "usable", counted_usable)
    monkeypatch.setattr(PairModel, "bind", counted_bind)
    campaign.suggest()
    assert asked == [len(campaign.literature) + 1]
    assert bound.count(len(campaign.pool)) == 1
