from dataclasses import replace

import pytest
import small_memory
from known_constants import CHEMISTRY, FEATURES, MAXIMISE, MODEL, acquisition, observations

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.parallel import Serial
from bo_loop.base.progress import heard_by
from bo_loop.studies.simulate import runs
from bo_loop.studies.simulate.problem import Setting
from bo_loop.studies.simulate.replay import Strategy, replay
from bo_loop.studies.simulate.runs import Simulation, run

LIGHTGBM = {"_target_": "bo_loop.studies.LightGBM"}


def strategy(name):
    return Strategy(name, FEATURES, MODEL, MAXIMISE, acquisition(name), batch_size=2)


SIMULATION = Simulation(
    observations(),
    Setting(["Ni+2"], start="cold", initial=4, experiments=6),
    MAXIMISE,
    [strategy("LogEI"), strategy("Random")],
    seeds=2,
)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """What two processes wrote."""
    folder = tmp_path_factory.mktemp("simulation") / "nickel"
    run(SIMULATION, folder, processes=2)
    return folder


@pytest.fixture
def in_this_process(monkeypatch):
    """Starting a process takes seconds, and one test that does is enough."""
    monkeypatch.setattr(runs.parallel, "processes", lambda workers, n_tasks: Serial())


def files(folder):
    return {path.name: path for path in (folder / "replays").iterdir()}


def test_every_strategy_meets_every_seed(out):
    traces = run(SIMULATION, out)
    counts = traces.groupby(["strategy", "seed"]).size()
    assert counts.to_dict() == {
        ("LogEI", 0): 6,
        ("LogEI", 1): 6,
        ("Random", 0): 6,
        ("Random", 1): 6,
    }
    assert list(dict.fromkeys(traces["strategy"])) == ["LogEI", "Random"]


def test_every_process_writes_the_same_bytes(out, tmp_path):
    trace = replay(SIMULATION.observations, SIMULATION.setting, strategy("LogEI"), MAXIMISE, 1)
    trace.to_parquet(tmp_path / "here.parquet", index=False)
    there = next(
        path for name, path in files(out).items() if name.startswith("LogEI") and "_001" in name
    )
    assert (tmp_path / "here.parquet").read_bytes() == there.read_bytes()


def test_what_is_there_is_not_done_again(out, in_this_process):
    before = {name: path.stat().st_mtime_ns for name, path in files(out).items()}
    gone = next(name for name in before if name.startswith("Random"))
    files(out)[gone].unlink()
    heard = []
    with heard_by(lambda what, done, total, remark: heard.append((what, done, total))):
        run(SIMULATION, out, processes=1)
    assert [said for said in heard if said[0] == "replays"] == [
        ("replays", 3, 4),
        ("replays", 4, 4),
    ]
    after = {name: path.stat().st_mtime_ns for name, path in files(out).items()}
    assert {name for name in before if after[name] != before[name]} == {gone}


def test_a_folder_of_another_simulation_is_left_alone(out):
    other = replace(SIMULATION, setting=replace(SIMULATION.setting, experiments=7))
    with pytest.raises(ConfigError, match="another setting; give another out="):
        run(other, out)


def test_an_error_in_a_replay_keeps_those_that_finished(tmp_path, in_this_process):
    mixed = replace(
        SIMULATION,
        setting=Setting(["Ni+2"], start="protonation", experiments=4),
        strategies=[strategy("Random"), strategy("LogEI")],
        seeds=1,
    )
    with pytest.raises(DataError, match="without a constant to begin with"):
        run(mixed, tmp_path, processes=1)
    assert [name.split("_")[0] for name in files(tmp_path)] == ["Random"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"features": CHEMISTRY}, "'last' cannot be run: The features hold counts"),
        ({"model": LIGHTGBM}, r"'last' cannot be run: .*LightGBM' is refused.* another model="),
        ({"acquisition": acquisition("LogEI") | {"allow_replicates": True}}, "'last' allows repl"),
    ],
)
def test_no_replay_begins_if_a_strategy_cannot_be_run(tmp_path, monkeypatch, changes, reason):
    monkeypatch.setattr(runs.parallel, "processes", None)  # nothing is to be started
    last = replace(strategy("LogEI"), name="last", **changes)
    with pytest.raises(ConfigError, match=reason):
        run(replace(SIMULATION, strategies=[strategy("Random"), last]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_strategies_need_different_names():
    with pytest.raises(ConfigError, match="each once"):
        replace(SIMULATION, strategies=[strategy("LogEI"), strategy("LogEI")])


def test_a_memory_is_known_without_the_targets_and_only_where_it_is_asked_for():
    memory = small_memory.memory()
    with pytest.raises(ConfigError, match="start=memory"):
        replace(SIMULATION, memory=memory)
    setting = Setting(["Ni+2"], start="memory", experiments=6)
    with pytest.raises(ConfigError, match="start=memory"):
        replace(SIMULATION, setting=setting)
    known = replace(SIMULATION, setting=setting, memory=memory)
    assert "Ni" in set(memory.pairs["metal"])
    assert set(known.known.pairs["metal"]) == set(memory.pairs["metal"]) - {"Ni"}
    other = replace(known, memory=small_memory.memory(size=20))
    assert known.fingerprint()["memory"] != other.fingerprint()["memory"]
    assert "memory" not in SIMULATION.fingerprint()
