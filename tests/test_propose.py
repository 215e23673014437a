from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs
from scipy.stats import norm

from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Cost, Selectivity, Target
from bo_loop.acquisition.objectives.several import Pareto
from bo_loop.acquisition.scores.functions import LogEI
from bo_loop.base.errors import CampaignError
from bo_loop.propose import Candidates, propose


def decide(
    posterior, objective, pairs, is_open, answered, pending=(), q=1, again=(), told=None, **options
):
    masks = [np.isin(np.arange(len(pairs)), rows) for rows in (is_open, pending, answered, again)]
    return propose(
        posterior, Candidates(pairs, *masks, **(told or {})), objective, LogEI(**options), q=q,
        rng=np.random.default_rng(0), noise=np.full(len(pairs), 0.25),
    )  # fmt: skip


FOUR = FakePosterior.independent([5.0, 6.0, 5.5, 9.0], [1.0, 0.04, 0.64, 0.0])


def test_the_incumbent_is_the_best_answered_mean():
    found = decide(FOUR, Maximise(), pool_pairs(4), is_open=[0, 2], answered=[1])
    assert (found.incumbent_row, found.incumbent) == (1, 6.0)
    none = decide(FOUR, Maximise(), pool_pairs(4), is_open=[0, 2], answered=[])
    assert (none.incumbent_row, none.incumbent, none.stop) == (2, 5.5, None)
    least = decide(FOUR, Minimise(), pool_pairs(4), is_open=[0, 2], answered=[1, 3])
    assert (least.incumbent_row, least.incumbent) == (1, -6.0)


def test_a_proposal_states_log_beta_with_and_without_noise():
    found = decide(FOUR, Minimise(), pool_pairs(4), is_open=[0], answered=[1]).proposals[0]
    assert (found.row, found.mean, found.sd_latent, found.rank, found.role) == (0, 5.0, 1.0, 1, "")
    assert found.sd == pytest.approx(1.25**0.5)
    assert found.reason.startswith("84 % chance to beat log β 6.00")


def test_stop_advice_is_the_chance_of_a_gain_above_the_tolerance():
    # Row 0 − row 1 ~ N(−1, 1.04), row 2 − row 1 ~ N(−0.5, 0.68).
    found = decide(FOUR, Maximise(tolerance=0.5), pool_pairs(4), is_open=[0], answered=[1]).stop
    # A share of 1,024 draws.
    assert found.probability == pytest.approx(norm.cdf(-1.5 / 1.04**0.5), abs=0.01)
    assert found.advice.startswith("7 % chance that anything open beats the best log β by more")
    assert "not worth it" not in found.advice
    done = decide(FOUR, Maximise(), pool_pairs(4), is_open=[0, 2], answered=[3]).stop
    assert done.probability < 0.005
    assert done.advice.endswith("going on is not worth it.")


def test_stop_advice_of_a_front_is_the_chance_of_more_hypervolume():
    # From the reference (0, −10), the answered pair of log β 6 and cost 5 has 6 · 5 = 30; the open
    # one of log β x > 6 and cost 4 has 6 x, and all of the first inside.
    fake = FakePosterior.independent([6.0, 7.0], np.array([1e-12, 0.25]))
    pairs = pool_pairs(2, cost=[5.0, 4.0])
    objective = Pareto(objectives=[Maximise(), Cost()], reference=[0.0, -10.0], tolerance=12.0)
    found = decide(fake, objective, pairs, is_open=[1], answered=[0]).stop
    assert found.probability == pytest.approx(0.5, abs=0.01)  # a share of 1,024 draws
    assert found.advice == (
        "50 % chance that anything open extends the front of log β against cost by more than 12 "
        "of hypervolume."
    )
    sure = replace(objective, tolerance=18.0)  # x = 8, two sd away
    found = decide(fake, sure, pairs, is_open=[1], answered=[0]).stop
    assert found.probability == pytest.approx(norm.cdf(-2.0), abs=0.01)  # a share of 1,024 draws
    assert found.advice.endswith("going on is not worth it.")


def test_selectivity_names_roles_and_counts_pairs():
    fake = FakePosterior.independent([9.0, 5.0, 8.0, 5.0, 7.0, 6.5], np.full(6, 0.5))
    pairs = pool_pairs(6, metals=["Cu+2", "Zn+2"] * 3, ligands=list("AABBCC"))
    objective = Selectivity(metal="Cu+2", competitors=["Zn+2"])
    found = decide(fake, objective, pairs, is_open=[0, 1, 2], answered=[3, 4, 5], q=2)
    assert found.incumbent == pytest.approx(0.5, abs=0.02)  # a mean of draws
    assert found.incumbent_row == 4
    assert [(p.row, p.role) for p in found.proposals] == [(0, "target"), (1, "competitor")]
    assert found.proposals[0].reason.startswith("Δ log β (Cu+2 over Zn+2) predicted 4.0")
    third = decide(fake, objective, pairs, is_open=[0, 1, 2], answered=[3, 4, 5], q=3)
    assert [(p.row, p.role) for p in third.proposals][2] == (2, "target")


def test_pareto_keeps_a_front():
    fake = FakePosterior.independent([5.0, 6.0, 7.0, 4.0], np.full(4, 0.5))
    pairs = pool_pairs(4, cost=[1.0, 5.0, 2.0, 9.0])
    objective = Pareto(objectives=[Maximise(), Cost()])
    found = decide(fake, objective, pairs, is_open=[2, 3], answered=[0, 1])
    # A mean of draws.
    assert found.incumbent.points == pytest.approx(np.array([[5.0, -1.0], [6.0, -5.0]]), abs=1e-3)
    assert found.incumbent_row == 1
    assert found.proposals[0].row == 2
    assert "chance to extend the front of log β against cost" in found.proposals[0].reason


def test_nothing_open_is_said():
    with pytest.raises(CampaignError, match=r"No pair is open.* bo-loop extend"):
        decide(FOUR, Maximise(), pool_pairs(4), is_open=[], answered=[1])


def test_a_measured_pair_is_proposed_again_where_that_is_worth_more():
    # Row 1 is the best and measured; noise 0.25. Row 0 is new and hopeless.
    fake = FakePosterior.independent([0.0, 6.0, 5.5], [0.25, 0.25, 0.0])
    told = {"is_open": [0], "answered": [1, 2], "again": [1, 2]}
    only_new = decide(fake, Maximise(), pool_pairs(3), **told)
    assert [(p.row, p.again) for p in only_new.proposals] == [(0, False)]
    assert "anything open beats" in only_new.stop.advice
    found = decide(fake, Maximise(), pool_pairs(3), **told, q=2, allow_replicates=True)
    assert [(p.row, p.again) for p in found.proposals] == [(1, True), (0, False)]
    # r = 0.25² / 0.5, so sd 0.35 of the mean to come; its expected gain is 0.3989 · 0.3536.
    # Stated to four decimals.
    assert found.proposals[0].acquisition == pytest.approx(np.log(0.3989 * 0.35355), abs=1e-3)
    assert found.proposals[0].reason.startswith("measure again: its sd falls from 0.50 to 0.35; ")
    assert "expected gain 0.14" in found.proposals[0].reason
    assert "anything open, or measured before, beats" in found.stop.advice


def test_replicates_remain_where_nothing_is_open():
    fake = FakePosterior.independent([6.0, 5.5], [0.25, 0.25])
    told = {"is_open": [], "answered": [0, 1], "again": [0, 1]}
    found = decide(fake, Maximise(), pool_pairs(2), **told, allow_replicates=True)
    assert [p.row for p in found.proposals] == [0]
    with pytest.raises(CampaignError, match="No pair is open"):
        decide(fake, Maximise(), pool_pairs(2), **told)


def test_the_chance_of_success_is_told_and_weighs():
    fake = FakePosterior.independent([5.0, 4.9, 4.0], [1.0, 1.0, 0.01])
    pairs = replace(pool_pairs(3), log_success=np.log([0.25, 0.9, 1.0]))
    found = decide(fake, Maximise(feasibility=True), pairs, is_open=[0, 1], answered=[2])
    assert found.proposals[0].row == 1
    assert found.proposals[0].reason.endswith("; 90 % chance that the experiment succeeds")
    none_failed = decide(
        fake, Maximise(feasibility=True), pool_pairs(3), is_open=[0, 1], answered=[2]
    )
    assert none_failed == decide(fake, Maximise(), pool_pairs(3), is_open=[0, 1], answered=[2])


def test_a_replicate_of_a_distance_tells_what_it_would_teach():
    # log β 9 ± 1 where 9 is wanted, noise variance 0.25: the mean to come is 9 ± √0.8, and 0.2 of
    # the variance is left, so that the distance to come is that of a folded normal.
    fake = FakePosterior.independent([9.0, 3.0], [1.0, 1e-4])
    told = {"is_open": [], "answered": [0, 1], "again": [0], "allow_replicates": True}
    found = decide(fake, Target(log_beta=9.0), pool_pairs(2), **told)
    reason = found.proposals[0].reason
    away = norm.ppf((np.arange(10_000) + 0.5) / 10_000) * 0.8**0.5
    ratio = away / 0.2**0.5
    distance = 2 * 0.2**0.5 * norm.pdf(ratio) + away * (1 - 2 * norm.cdf(-ratio))
    assert reason.startswith("measure again: its sd falls from 1.00 to 0.45; distance from")
    gain = float(reason.partition("expected gain ")[2].split(" ")[0])
    # Printed with two decimals.
    assert gain == pytest.approx(norm.pdf(0) * distance.std(), abs=0.01)
    assert gain < norm.pdf(0) * np.sqrt(1 - 2 / np.pi) - 0.01  # that of the latent distance


def test_the_incumbent_is_likely_to_meet_the_constraints():
    # The zinc partner of A is far above 6, that of B below; C is open.
    fake = FakePosterior.independent([9.0, 8.0, 6.0, 5.0, 7.0, 5.5], np.full(6, 0.25))
    pairs = pool_pairs(6, metals=["Cu+2", "Zn+2"] * 3, ligands=list("AABBCC"))
    pairs = replace(pairs, own=np.array([True, False] * 3))
    objective = Maximise(constraints=["log_beta(Zn+2, n=1) < 6"])
    found = decide(fake, objective, pairs, is_open=[4], answered=[0, 2])
    assert (found.incumbent_row, found.incumbent) == (2, 6.0)
    # Cu C − Cu B ~ N(1, 0.5): more than 0.1 better.
    # A share of 1,024 draws.
    assert found.stop.probability == pytest.approx(norm.cdf(0.9 / 0.5**0.5), abs=0.01)
    # Nothing known keeps the limit: the best open one is the measure, and nothing is said of the
    # best answered one.
    none = decide(fake, objective, pairs, is_open=[4], answered=[0])
    assert (none.incumbent_row, none.stop) == (4, None)
    lost = decide(fake, objective, pairs, is_open=[0], answered=[2]).stop
    assert lost.advice == "Nothing open is likely to meet the constraints."


def test_the_reference_is_named_with_its_source():
    told = {"name": lambda rows: f"trien of rows {rows.tolist()} (literature, NIST: 5.90)"}
    found = decide(FOUR, Maximise(), pool_pairs(4), is_open=[0], answered=[1], told=told)
    assert found.reference == "trien of rows [1] (literature, NIST: 5.90)"
    assert " chance to beat log β 6.00 of trien of rows [1] (liter" in found.proposals[0].reason


def test_a_lower_rank_with_a_higher_chance_is_explained():
    # Against 6: N(5, 4) has a chance of 31 % and a gain of 0.40; N(6, 0.01) has 50 % and 0.04.
    fake = FakePosterior.independent([5.0, 6.0, 6.0], [4.0, 0.01, 0.0])
    found = decide(fake, Maximise(), pool_pairs(3), is_open=[0, 1], answered=[2], q=2)
    first, second = (p.reason for p in found.proposals)
    assert first.startswith("31 % chance to beat log β 6.00")
    assert "not ranked" not in first
    assert second.startswith("50 % chance to beat log β 6.00")
    assert second.endswith(
        "; not ranked by that chance but by expected gain, given the picks above it"
    )


@pytest.mark.parametrize(("outside", "held_back"), [([0, 2], True), ([0], False), ([], False)])
def test_no_advice_to_stop_where_most_lies_outside_the_domain(outside, held_back):
    told = {"outside": lambda rows: np.isin(rows, outside)}
    done = decide(FOUR, Maximise(), pool_pairs(4), is_open=[0, 2], answered=[3], told=told).stop
    assert ("not worth it" in done.advice) is not held_back
    reason = "cannot be judged: 2 of the 2 most hopeful lie outside the applicability domain"
    assert (reason in done.advice) is held_back


def test_a_proposal_says_whether_its_ligand_may_keep_the_constraints():
    fake = FakePosterior.independent([9.0, 5.0, 8.9, 7.0], np.full(4, 0.25))
    pairs = pool_pairs(4, metals=["Cu+2", "Ca+2"] * 2, ligands=list("AABB"))
    pairs = replace(pairs, own=np.array([True, False] * 2))
    objective = Maximise(constraints=["log_beta(Ca+2, n=1) < 6"])
    found = decide(fake, objective, pairs, is_open=[0, 2], answered=[], q=2)
    assert [(p.row, p.allowed) for p in found.proposals] == [(0, True), (2, False)]
