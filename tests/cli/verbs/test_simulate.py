"""`bo-loop simulate`, as a user types it."""

import pandas as pd
import pytest
from command_line import run
from known_constants import observations


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("lab")
    table = observations()
    table[table["metal"] != "H"].to_csv(path / "lit.csv", index=False)
    return path


def simulate(folder, *arguments, code=0):
    start = ["simulate", "data=csv", "data.path=lit.csv", "target=[Ni+2]", "experiments=5"]
    return run(folder, *start, *arguments, code=code)


def test_strategies_in_the_words_of_the_command_line(folder):
    words = "strategies=[random,ucb acquisition.beta=1 model.max_iter=5]"
    printed = simulate(folder, words, "seeds=1", "processes=1", "out=s", "acquisition=greedy")
    assert "Ni+2, warm start: 11 pairs, 5 experiments, 1 seeds" in printed
    found = pd.read_csv(folder / "s" / "summary.csv", encoding="utf-8-sig")
    strategies = ["random", "ucb acquisition.beta=1 model.max_iter=5", "random, expected"]
    assert found["strategy"].tolist() == strategies
    traces = pd.read_parquet(folder / "s" / "traces.parquet")
    assert traces.groupby("strategy").size().tolist() == [5, 5]
    assert (folder / "s" / "figures" / "top_share.svg").exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("strategies=[ucb2]", "Could not find 'acquisition/ucb2'"),
        ("strategies=[ucb acquisition.gamma=1]", "gamma"),
        ("strategies=[random,ucb model=matern_gp]", "'ucb model=matern_gp' cannot be run"),
        ("strategies=[ucb experiments=9]", "may set features, model, objective"),
    ],
)
def test_strategies_that_do_not_exist_are_refused(folder, words, reason):
    assert reason in simulate(folder, words, "out=none", code=2)
    assert not (folder / "none").exists()


def test_a_folder_of_something_else_is_left_alone(folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "summary.csv").write_text("precious")
    said = simulate(folder, "strategies=[random]", "out=mine", code=2)
    assert "is not an empty folder" in said
    assert (folder / "mine" / "summary.csv").read_text() == "precious"


def test_a_number_that_is_none_is_refused(folder):
    said = simulate(folder, "strategies=[random]", "out=none", "share=x", "experiments=y", code=2)
    assert "share: 'x' — expected a number" in said
    assert "experiments: 'y' — expected a whole number" in said


def test_a_start_from_a_memory_needs_one_of_log_beta(folder):
    words = ["strategies=[random]", "out=none", "start=memory"]
    assert "give data.memory=log_beta" in simulate(folder, *words, code=2)
    said = simulate(folder, *words, "data.memory=enthalpy", code=2)
    assert "data.memory=enthalpy knows ΔH (kJ/mol), and replays are about log β" in said
    said = simulate(folder, *words, "data.memory=log_beta", "target=all", code=2)
    assert "hides the targets from the memory" in said
