import numpy as np
import pandas as pd
import pytest
import small_memory
from known_constants import (
    CHEMISTRY,
    FEATURES,
    MAXIMISE,
    MINIMISE,
    MODEL,
    acquisition,
    observations,
)

from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.studies.simulate.problem import Setting, problem
from bo_loop.studies.simulate.replay import TRACE_COLUMNS, Strategy, replay

TABLE = observations()
WARM = Setting(["Ni+2"], share=1.0, experiments=6)
COLD = Setting(["Ni+2"], start="cold", initial=4, experiments=9)


def strategy(name, objective=MAXIMISE, **options):
    fields = {"features": FEATURES, "model": MODEL, "acquisition": acquisition(name)}
    return Strategy(name, objective=objective, **(fields | {"batch_size": 3} | options))


def run(setting, chosen, seed=0, table=TABLE, objective=MAXIMISE):
    return replay(table, setting, chosen, objective, seed)


def test_a_warm_replay_ranks_by_what_other_metals_told():
    trace = run(WARM, strategy("Greedy"))
    assert tuple(trace.columns) == TRACE_COLUMNS
    assert trace["round"].tolist() == [1, 1, 1, 2, 2, 2]
    assert trace["experiment"].tolist() == [1, 2, 3, 4, 5, 6]
    strongest = TABLE[(TABLE["metal"] == "Ni") & (TABLE["n_ligands"] == 1)]
    top = strongest.nlargest(3, "log_beta")["pair_id"]
    assert set(trace["pair_id"][:3]) == set(top)
    assert trace["best_so_far"].tolist() == trace["value"].cummax().tolist()
    assert (trace["sd"] > 0).all()


def test_a_cold_replay_counts_its_first_experiments():
    trace = run(COLD, strategy("LogEI"))
    assert trace["round"].tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2]
    assert trace["mean"].isna().tolist() == [True] * 4 + [False] * 5
    assert trace["pair_id"].is_unique


def test_strategies_of_a_seed_share_the_first_experiments():
    chosen = [run(COLD, strategy(name))["pair_id"].tolist() for name in ("LogEI", "Random")]
    assert chosen[0][:4] == chosen[1][:4]
    other = run(COLD, strategy("Random"), seed=1)["pair_id"].tolist()
    assert other[:4] != chosen[1][:4]


def test_the_same_seed_gives_the_same_trace():
    once, again = (run(COLD, strategy("LogEI")) for _ in range(2))
    pd.testing.assert_frame_equal(once, again, check_exact=True)


def test_values_that_were_not_measured_decide_nothing():
    trace = run(COLD, strategy("LogEI"))
    pool = problem(TABLE, COLD, 0).pool
    hidden = set(pool["pair_id"]) - set(trace["pair_id"])
    assert hidden
    moved = TABLE.assign(log_beta=TABLE["log_beta"].mask(TABLE["pair_id"].isin(hidden), 50.0))
    pd.testing.assert_frame_equal(run(COLD, strategy("LogEI"), table=moved), trace)


def test_a_cold_replay_knows_nothing_of_other_metals():
    trace = run(COLD, strategy("LogEI"))
    others = TABLE["metal"].ne("Ni") | TABLE["n_ligands"].ne(1)
    moved = TABLE.assign(log_beta=TABLE["log_beta"].mask(others, 0.0))
    pd.testing.assert_frame_equal(run(COLD, strategy("LogEI"), table=moved), trace)


def test_a_pool_that_is_used_up_ends_the_replay():
    setting = Setting(["Ni+2"], share=1.0, experiments=50)
    trace = run(setting, strategy("Greedy", batch_size=7))
    assert len(trace) == 14
    assert trace["pair_id"].is_unique


def test_random_choice_asks_no_model():
    trace = run(COLD, strategy("Random", model={"_target_": "bo_loop.no.such.Model"}))
    assert trace["round"].tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2]
    assert trace["mean"].isna().all()
    assert trace["pair_id"].is_unique


def test_to_minimise_is_to_find_the_lowest():
    weakest = run(WARM, strategy("Greedy", objective=MINIMISE), objective=MINIMISE)
    own = TABLE[(TABLE["metal"] == "Ni") & (TABLE["n_ligands"] == 1)]["log_beta"]
    assert weakest["log_beta"][:3].min() == own.min()
    assert weakest["best_so_far"].iloc[-1] == -own.min()


def test_features_that_describe_no_protons_leave_a_protonation_start_empty():
    with pytest.raises(DataError, match="without a constant to begin with: 14 were given"):
        run(Setting(["Ni+2"], start="protonation"), strategy("Greedy"))


def test_a_batch_of_none_is_refused():
    with pytest.raises(ConfigError, match="batch_size is 0"):
        strategy("Greedy", batch_size=0)


def test_traces_hold_what_the_lab_answered():
    trace = run(WARM, strategy("Greedy"))
    known = TABLE.set_index("pair_id")["log_beta"]
    assert np.array_equal(trace["log_beta"], known[trace["pair_id"]])


@pytest.mark.parametrize("features", [FEATURES, CHEMISTRY])
def test_one_pair_tells_which_blocks_a_recipe_makes(features):
    pool = problem(TABLE, WARM, 0).pool
    one, all_ = (build(features).fit(pairs).blocks for pairs in (pool.iloc[:1], pool))
    assert list(one) == list(all_)


def test_replicates_are_refused_for_the_table_knows_one_value():
    again = acquisition("LogEI") | {"allow_replicates": True}
    with pytest.raises(ConfigError, match="'LogEI' allows replicates, but the lab of a replay"):
        run(WARM, strategy("LogEI", acquisition=again))


def test_a_replay_may_know_a_memory_of_other_metals():
    known = small_memory.memory().without(["Ni+2"])
    setting = Setting(["Ni+2"], start="memory", share=1.0, experiments=6)
    features, model = dict(known.features["recipe"]), dict(known.model)
    chosen = strategy("Greedy", features=features, model=model)
    trace = replay(TABLE, setting, chosen, MAXIMISE, 0, known)
    assert trace["round"].tolist() == [1, 1, 1, 2, 2, 2]
    # Nothing of the table is known before it is measured.
    moved = TABLE.assign(log_beta=TABLE["log_beta"].mask(TABLE["metal"].ne("Ni"), 0.0))
    again = replay(moved, setting, chosen, MAXIMISE, 0, known)
    pd.testing.assert_frame_equal(again, trace, check_exact=True)
    first, table = trace.head(3), TABLE[TABLE["metal"].eq("Ni") & TABLE["n_ligands"].eq(1)]
    assert first["value"].mean() > table["log_beta"].median()
    with pytest.raises(ConfigError, match="the memory small speaks for another model"):
        replay(TABLE, setting, strategy("Greedy"), MAXIMISE, 0, known)
