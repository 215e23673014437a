"""A round over a pool in parts is the one over the whole pool, which it never has in memory."""

import contextvars
import shutil

import cloudpickle
import numpy as np
import pandas as pd
import pytest
import small_memory
from embedded import few
from test_campaign import filled

from bo_loop import Campaign
from bo_loop.acquisition import (
    EI,
    PI,
    UCB,
    Auto,
    Greedy,
    LogEI,
    Maximise,
    MaxVariance,
    PMetal,
    Thompson,
)
from bo_loop.acquisition.scores import values
from bo_loop.base.config import build
from bo_loop.base.errors import CampaignError, DataError
from bo_loop.base.parallel import using
from bo_loop.campaign import streamed_pool
from bo_loop.campaign.rounds import decide as rounds
from bo_loop.campaign.rounds import sifted
from bo_loop.campaign.rounds.fitted import fitted
from bo_loop.campaign.sealed import Sealed
from bo_loop.campaign.settings import as_nodes
from bo_loop.campaign.verify import verify
from bo_loop.chemistry.isomers import one_to_a_metal_ion
from bo_loop.chemistry.ligands import inchikey
from bo_loop.data import CommonChelators, TablePool, large_pools
from bo_loop.library.memory import save

PICKED = ("14.1", "13.2", "12.3")


def begin(directory, **changes):
    """594 pairs of three metal ions, one of them not known, in eleven parts."""
    return Campaign.start(
        **{
            "name": "large",
            "directory": directory,
            "batch_size": 3,
            "seed": 0,
            "data": few("Zn+2"),
            "features": "chemistry",
            "model": {"_target_": "bo_loop.models.PairGP", "max_iter": 5, "fit_rows": 100},
            "objective": "maximise",
            "acquisition": LogEI(),
            "pool": CommonChelators(metals=["Zn+2", "Ni+2", "Cu+2"]),
        }
        | changes
    )


@pytest.fixture(scope="module")
def small_limits():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_pools, "LARGE", 100)
        patch.setattr(streamed_pool, "PART", 60)
        patch.setattr(sifted, "LISTED", 4)
        yield patch


@pytest.fixture(scope="module")
def begun(tmp_path_factory, small_limits):
    """Three pairs measured, three more awaited."""
    campaign = begin(tmp_path_factory.mktemp("campaigns"))
    with nothing_whole():
        first = campaign.suggest(acquisition=UCB())
        campaign.log(filled(campaign, 1, dict(zip(first["pair_id"], PICKED, strict=True))))
        campaign.suggest()
    return campaign


@pytest.fixture
def campaign(begun, tmp_path):
    shutil.copytree(begun.path, tmp_path / "large")
    return Campaign(tmp_path / "large")


class nothing_whole(pytest.MonkeyPatch):
    """Within it, no pool can be read whole."""

    def __enter__(self):
        self.setattr(Sealed, "pool", lambda self: pytest.fail("the whole pool was read"))
        return self

    def __exit__(self, *_):
        self.undo()


def in_memory(campaign, **asked):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sifted, "can_sift", lambda config, state: False)
        return Campaign(campaign.path).consider(**asked)


@pytest.fixture(scope="module")
def known(begun):
    """What a round knows, with its model fitted."""
    record = begun.record
    state = record.state()
    about = record.literature, record.pool_in_parts(state), state
    recipe = build(record.settings(state)["model"])
    return fitted(record.schema(state), recipe, *about), *about, record.settings(state)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"acquisition": Auto()},
        {"acquisition": EI()},
        {"acquisition": Greedy(), "batch_size": 7},
        {"acquisition": MaxVariance(), "batch_size": 5},
        {"acquisition": UCB(beta=9.0, max_per_metal=1)},
        {"acquisition": UCB(max_per_ligand=1), "batch_size": 8},
        {"acquisition": LogEI(allow_replicates=True), "batch_size": 6},
        {"objective": "minimise"},
    ],
    ids=str,
)
def test_it_is_the_round_over_the_whole_pool(begun, known, asked):
    model, literature, pool, state, config = known
    config = {**config, **as_nodes(asked)}
    with nothing_whole():
        found = sifted.choose(model, literature, pool, state, config)
    expected = rounds.choose(model, literature, begun.pool, state, config)
    picks, others = (pd.DataFrame(one.pop("proposals")) for one in (found, expected))
    pd.testing.assert_frame_equal(picks, others, rtol=1e-9, atol=1e-12)
    assert found["stop"] == pytest.approx(expected["stop"])
    assert found["incumbent"] == expected["incumbent"]


def test_at_a_pH_the_pairs_of_the_highest_log_beta_are_looked_at(
    small_limits, tmp_path, monkeypatch
):
    monkeypatch.setattr(values, "LOOKED_AT", 40)
    monkeypatch.setattr(values, "HOPEFUL", 20)
    monkeypatch.setattr(sifted, "LOOKED_AT", 40)
    save(small_memory.memory(), tmp_path / "memory")
    data = few("Zn+2") | {"memory": str(tmp_path / "memory")}  # which knows pKa
    campaign = begin(tmp_path, data=data, objective=PMetal(pH=8.0), batch_size=4)
    with nothing_whole():
        found = campaign.consider()
        joint = campaign.consider(acquisition=Thompson())
    pd.testing.assert_frame_equal(found, in_memory(campaign), check_dtype=False, rtol=1e-9)
    expected = in_memory(campaign, acquisition=Thompson())
    assert joint["pair_id"].tolist() == expected["pair_id"].tolist()


def test_costs_count(small_limits, tmp_path):
    ligands = CommonChelators(metals=["Zn+2"]).read()[["ligand", "smiles"]]
    costs = np.random.default_rng(0).lognormal(3.0, 1.0, len(ligands)).round(2)
    ligands.assign(cost=costs).to_csv(tmp_path / "shelf.csv", index=False)
    pool = TablePool(path=str(tmp_path / "shelf.csv"), metals=["Zn+2", "Ni+2"])
    campaign = begin(tmp_path, pool=pool, objective=Maximise(per_cost=True), acquisition=Auto())
    with nothing_whole():
        found = campaign.consider(batch_size=5)
    expected = in_memory(campaign, batch_size=5)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-9)


def test_suggest_is_that_round(campaign):
    with nothing_whole():
        found = campaign.consider()
    expected = in_memory(campaign)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-9, atol=1e-12)


def test_where_nothing_is_known_the_best_open_pair_is_the_incumbent(small_limits, tmp_path):
    campaign = begin(tmp_path, pool=CommonChelators(metals=["Zn+2", "Hg+2"], n_ligands=[1]))
    with nothing_whole():
        found = campaign.suggest()
    made = campaign.state().rounds[0]
    shutil.rmtree(campaign.path)
    again = begin(tmp_path, pool=CommonChelators(metals=["Zn+2", "Hg+2"], n_ligands=[1]))
    expected = in_memory(again)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert made.stop is None
    assert made.incumbent["value"] > 0


class Elsewhere:
    """Another process but for the process, the last task first."""

    def __init__(self):
        self.tasks = 0

    def run(self, function, tasks, *, lost=None):
        if not tasks:
            return
        function = cloudpickle.loads(cloudpickle.dumps(function))
        assert len(function.surrogate.y) == 0  # the training pairs stay at home
        for at in reversed(range(len(tasks))):
            self.tasks += 1
            task = cloudpickle.loads(cloudpickle.dumps(tasks[at]))
            found = contextvars.Context().run(function, task)
            yield at, cloudpickle.loads(cloudpickle.dumps(found))


def test_on_a_cluster_it_is_the_same_to_the_last_bit(campaign):
    expected = campaign.consider()
    elsewhere = Elsewhere()
    with using(elsewhere), nothing_whole():
        found = campaign.consider()
    assert elsewhere.tasks % len(campaign.record.sealed.pool_parts()) == 0 < elsewhere.tasks
    pd.testing.assert_frame_equal(found, expected, rtol=0, atol=0, check_exact=True)


def test_more_is_listed_where_the_rest_may_hide_a_pick(begun, known, monkeypatch):
    asked, inner = [], sifted._listed
    monkeypatch.setattr(sifted, "_listed", lambda *a: asked.append(a[-2]) or inner(*a))
    *about, config = known
    config = {**config, "batch_size": 12, **as_nodes({"acquisition": Greedy()})}
    found = sifted.choose(*about, config)
    assert asked[:2] == [4, 32]
    about[2] = begun.pool
    expected = rounds.choose(*about, config)
    ids = [[one["pair_id"] for one in each["proposals"]] for each in (found, expected)]
    assert ids[0] == ids[1]


def test_what_cannot_be_bounded_is_chosen_with_the_pool_in_memory(campaign):
    for asked in ({"acquisition": Thompson()}, {"acquisition": PI()}):
        assert campaign.consider(**asked)["pair_id"].notna().all()
        with nothing_whole(), pytest.raises(pytest.fail.Exception, match="whole pool"):
            Campaign(campaign.path).consider(**asked)


def test_all_that_a_campaign_goes_through_is_done_without_the_whole_pool(campaign):
    with nothing_whole():
        waiting = campaign.status().pending
        campaign.log(filled(campaign, 2, dict.fromkeys(waiting, "9.5")), confirm=True)
        campaign.correct(pair=waiting[0], log_beta=9.6, confirm=True)
        other = campaign.consider(batch_size=1)["pair_id"].item()
        campaign.withdraw(other, reason="sold out")
        campaign.restore(other, reason="found")
        assert set(campaign.history()["pair_id"]) >= set(waiting)
        assert campaign.measurements()["smiles"].notna().all()
        assert campaign.status().best["ligand"]
        campaign.suggest()
        found = verify(campaign.record, {})
    assert not found.failures
    assert sum(check.what.startswith("round ") for check in found.checks) == 3


def test_a_mirror_image_and_a_name_are_found(campaign, tmp_path):
    ours, theirs = next(
        (row.pair_id, f"{row.pair_id.rpartition(':')[0]}:{inchikey(drawn)}")
        for row in campaign.pool.itertuples()
        for drawn in one_to_a_metal_ion(row.smiles)
        if inchikey(drawn) != row.pair_id.rpartition(":")[2]
    )
    table = tmp_path / "results.csv"
    table.write_text(f"pair_id,log_beta\n{theirs},8.0\n")
    with nothing_whole():
        assert Campaign(campaign.path).check(table).rows["pair_id"].tolist() == [ours]
    table.write_text("pair_id,log_beta\nNi+2:L1:AAAAAAAAAAAAAA-UHFFFAOYSA-N,8.0\n")
    with nothing_whole(), pytest.raises(DataError, match="pool"):
        campaign.check(table)
    table.write_text("metal,ligand,log_beta\nZn+2,phenylalanine,8.0\n")
    assert campaign.check(table).rows["pair_id"].str.startswith("Zn+2").all()


def test_pairs_that_were_added_may_be_proposed(campaign, tmp_path):
    table = tmp_path / "more.csv"
    table.write_text("ligand,smiles\nnew,OC(=O)CN(CCN(CC(O)=O)CC(O)=O)CCCN(CC(O)=O)CC(O)=O\n")
    campaign.extend(ligands=table)
    with nothing_whole():
        found = campaign.consider(batch_size=12)
    pd.testing.assert_frame_equal(
        found, in_memory(campaign, batch_size=12), check_dtype=False, rtol=1e-9
    )


def test_a_damaged_part_is_named(campaign):
    path = campaign.path / "pool" / "0002.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(CampaignError, match=r"0002\.parquet .*its SHA-256 differs"):
        campaign.consider()


def test_kept_rows_are_the_highest_by_any_order():
    ceilings = np.array([[5.0, 0.0], [4.0, 9.0], [3.0, 1.0], [4.0, 2.0], [1.0, 3.0]])
    kept, rests = sifted._kept(ceilings, 2)
    assert kept.tolist() == [True, True, False, True, True]  # of equal ones all
    assert rests.tolist() == [3.0, 1.0]
    kept, rests = sifted._kept(ceilings, 5)
    assert kept.all()
    assert np.isneginf(rests).all()
