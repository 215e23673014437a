"""The example campaign of a selectivity, on embedded data."""

import json

import numpy as np
import pytest
from embedded import without
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from bo_loop import Campaign
from bo_loop.base.config import packaged_conf
from bo_loop.data.observations import with_pair_ids


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    with initialize_config_dir(str(packaged_conf()), version_base="1.3"):
        node = compose("start", overrides=["campaign=copper_over_zinc", "batch_size=5"])
    config = OmegaConf.to_container(node, resolve=True)
    del config["compute"]
    config["directory"] = str(tmp_path_factory.mktemp("campaigns"))
    config["data"] |= {"without_metals": without()}
    config["model"] |= {"max_iter": 15}
    campaign = Campaign.start(**config)
    with pytest.warns(UserWarning, match="before it converged"):
        campaign.suggest()
    return campaign


def event(campaign):
    lines = (campaign.path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    return json.loads(lines[-1])["data"]


def test_a_ligand_is_proposed_with_its_competitors_unless_they_are_known(campaign):
    proposals = event(campaign)["proposals"]
    known = set(with_pair_ids(campaign.literature)["pair_id"])
    ids = [p["pair_id"] for p in proposals]
    ligands = list(dict.fromkeys(pair.split(":", 1)[1] for pair in ids))
    wanted = [
        f"{metal}:{ligand}"
        for ligand in ligands
        for metal in ("Cu+2", "Zn+2", "Ni+2")
        if metal == "Cu+2" or f"{metal}:{ligand}" not in known
    ]
    assert len(ids) == 5  # q counts pairs: the last ligand may be cut short
    assert ids == wanted[:5]
    roles = {"Cu+2": "target", "Zn+2": "competitor", "Ni+2": "competitor"}
    assert [p["role"] for p in proposals] == [roles[pair.split(":")[0]] for pair in ids]


def test_the_event_tells_when_to_stop_and_what_is_near(campaign):
    made = event(campaign)
    assert 0.0 <= made["stop"]["probability"] <= 1.0
    assert made["stop"]["tolerance"] == 0.1
    assert made["incumbent"]["pair_id"].startswith("Cu+2:L1:")
    for proposal in made["proposals"]:
        similar = [near["similarity"] for near in proposal["nearest"]]
        assert len(similar) == 3
        assert similar == sorted(similar, reverse=True)
        assert (similar[0] < 0.5) <= proposal["outside_domain"]
        relevances = [mover["relevance"] for mover in proposal["movers"]]
        assert len(relevances) == 3
        assert relevances == sorted(relevances, reverse=True)
        # Of the ligand or the pair: nobody can choose a ligand by an atomic number.
        blocks = {mover["feature"].partition(".")[0] for mover in proposal["movers"]}
        assert not blocks & {"properties", "bonding"}


def test_the_reference_is_named_with_its_source(campaign):
    made = event(campaign)
    name = made["incumbent"]["name"]
    assert "(literature, MINTEQ" in name
    assert f"{made['incumbent']['value']:.2f} of {name}" in made["proposals"][0]["reason"]


def test_the_shared_error_of_a_ligand_cancels(campaign):
    """Of a ligand that is known for none of the metals: what is known has no error to share."""
    known = set(with_pair_ids(campaign.literature)["pair_id"].str.split(":").str[2])
    unknown = next(
        p for p in event(campaign)["proposals"] if p["pair_id"].split(":")[2] not in known
    )
    gap_sd = float(unknown["reason"].split(" ± ")[1].split(";")[0])
    assert gap_sd < 0.6 * np.sqrt(2) * unknown["sd_latent"]
