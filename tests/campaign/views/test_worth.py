"""What results are worth under every objective, bounds and constraints included."""

import pandas as pd
import pytest
from sample_events import by_pair
from small_campaign import pairs

from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Cost, Range, Selectivity, Target
from bo_loop.acquisition.objectives.several import Pareto, WeightedSum
from bo_loop.campaign.ledger.state import CampaignState, Result
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.views.views import shown_values
from bo_loop.campaign.views.worth import worth_of

POOL = pd.concat([pairs("ABCD"), pairs("ABCD", metal="Zn"), pairs("ABCD", metal="Ca")])
POOL = POOL.reset_index(drop=True).assign(cost=3.0)
SIGNS = {">": "lower", "<": "upper"}
OVER_ZN = Selectivity(metal="Ni+2", competitors=["Zn+2"])
OVER_BOTH = Selectivity(metal="Ni+2", competitors=["Zn+2", "Ca+2"])
NO_LITERATURE = POOL.iloc[:0].assign(log_beta=0.0, censoring="none", source="")


def judged(objective, results, literature=NO_LITERATURE, pool=POOL, state=None):
    """Judge results, such as ``("Ni A", ">19")``."""
    rows = []
    for seq, (pair, text) in enumerate(results):
        metal, letter = pair.split()
        rows.append(
            Result(
                seq=seq, time="", pair_id=f"{metal}+2:L1:{letter}",
                log_beta=float(text.lstrip("<>")), log_beta_sd=None,
                censoring=SIGNS.get(text[0], "none"), temperature_C=25.0,
                ionic_strength_M=0.1, replicate=1, round=None, method="", date="", operator="",
                note="",
            )
        )  # fmt: skip
    state = CampaignState(results_by_pair=by_pair(rows))
    return worth_of(objective, pool_pairs(pool), state, lambda: (pool, literature))


def best(objective, results, **options):
    """Return the best in words."""
    worth = judged(objective, results, **options)
    found = worth.best()
    if not len(found):
        return None
    told = {"values": worth.values(found[0]), "value_censoring": worth.censoring(found[0])}
    return shown_values(told)


@pytest.mark.parametrize(
    ("objective", "results", "expected"),
    [
        (Maximise(), {"Ni A": "16.9", "Ni B": ">19"}, "log β > 19.00"),
        (Maximise(), {"Ni A": "16.9", "Ni B": ">16.9"}, "log β > 16.90"),
        (Maximise(), {"Ni A": "16.9", "Ni B": ">12"}, "log β 16.90"),
        (Maximise(), {"Ni A": "<30"}, None),
        (Maximise(), {"Ni A": "<30", "Ni B": "2"}, "log β 2.00"),
        (Minimise(), {"Ni A": "6", "Ni B": "<5"}, "log β < 5.00"),
        (Minimise(), {"Ni A": "6", "Ni B": ">2"}, "log β 6.00"),
        (Maximise(free_ligand_M=0.1), {"Ni A": "9", "Ni B": ">19"}, "log(β·[L]ⁿ) > 18.00"),
        (Target(log_beta=10), {"Ni A": "7", "Ni B": ">10", "Ni C": "<9"},
         "distance from log β 10 3.00"),
        (Range(low=5, high=8), {"Ni A": "9", "Ni B": ">5"},
         "distance from log β 5 to 8 1.00"),
        (OVER_ZN, {"Ni A": ">19", "Zn A": "10"}, "Δ log β (Ni+2 over Zn+2) > 9.00"),
        (OVER_ZN, {"Ni A": "19", "Zn A": "<10"}, "Δ log β (Ni+2 over Zn+2) > 9.00"),
        (OVER_ZN, {"Ni A": "19", "Zn A": ">10"}, None),
        (OVER_ZN, {"Ni A": "<19", "Zn A": "10"}, None),
        (OVER_ZN, {"Ni A": "19"}, None),
        (OVER_BOTH, {"Ni A": "19", "Zn A": "10", "Ca A": "<6"},
         "Δ log β (Ni+2 over Zn+2, Ca+2) > 9.00"),
        (WeightedSum(objectives=[Maximise(), Cost()], weights=[1.0, 2.0]), {"Ni A": ">19"},
         "weighted sum > 13.00"),
        # x + (z − x): the bound on x cancels.
        (WeightedSum(objectives=[Minimise(), OVER_ZN], weights=[1.0, 1.0]),
         {"Ni A": ">19", "Zn A": "4"}, "weighted sum -4.00"),
        (Pareto(objectives=[Maximise(), Cost()]), {"Ni A": "16", "Ni B": ">19"},
         "log β > 19.00, cost 3.00"),
        (Pareto(objectives=[Minimise(), OVER_ZN]), {"Ni A": "<5", "Zn A": "<4"}, None),
    ],
)  # fmt: skip
def test_the_best_of_values_and_bounds(objective, results, expected):
    assert best(objective, results.items()) == expected


def test_a_selectivity_is_known_once_the_last_of_its_results_is_in():
    results = [("Ni A", "19"), ("Ni B", "15"), ("Zn B", "10"), ("Zn A", "12")]
    worth = judged(OVER_ZN, results)
    assert worth.leaders() == [1, 0]  # after the third result, and after the fourth


CAPPED = Maximise(constraints=["log_beta(Ca+2, n=1) < 5"])


@pytest.mark.parametrize(
    ("calcium", "expected"),
    [("7", "16.00"), ("4", "19.00"), (">6", "16.00"), (">5", "16.00"), (">4", "19.00"),
     ("<5", "19.00"), ("<9", "19.00")],
)  # fmt: skip
def test_the_best_is_among_those_allowed(calcium, expected):
    results = [("Ni A", "19"), ("Ni B", "16"), ("Ca A", calcium)]
    worth = judged(CAPPED, results)
    own = [i for i in worth.best() if i < 2]
    assert f"{worth.values(own[0])['log β']:.2f}" == expected
    floor = Maximise(constraints=["log_beta(Ca+2, n=1) > 5"])
    below = judged(floor, [("Ni A", "19"), ("Ca A", "<5")])
    assert below.allowed.tolist() == [False, False]


def test_what_the_literature_says_of_a_constraint_counts():
    calcium = pairs("A", metal="Ca").assign(log_beta=8.0, censoring="none", source="x")
    without = POOL[POOL["metal"] == "Ni"].reset_index(drop=True)  # calcium is not in the pool
    results = [("Ni A", "19"), ("Ni B", "16")]
    assert best(CAPPED, results, pool=without) == "log β 19.00"
    assert best(CAPPED, results, literature=calcium, pool=without) == "log β 16.00"
