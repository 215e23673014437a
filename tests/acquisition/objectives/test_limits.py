from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, choose, pool_pairs, two_acids
from scipy.stats import norm
from tolerances import SOLVED

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.aqueous import Conditional, PMetal
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.objectives.compound import Selectivity
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.objectives.limits import parse_limit
from bo_loop.acquisition.scores.functions import EI, UCB, LogEI
from bo_loop.acquisition.scores.joint import QLogEI, Thompson
from bo_loop.acquisition.scores.values import likely_allowed
from bo_loop.base.errors import ConfigError


def test_constraints_multiply_with_the_probability_of_feasibility():
    # Ca binds ligand A with N(4, 1), B with N(7, 1): P(< 5) = 0.841, 0.023.
    fake = FakePosterior.independent([9.0, 9.5, 4.0, 7.0], [1.0, 1.0, 1.0, 1.0])
    pairs = pool_pairs(
        4, metals=["Cu+2", "Cu+2", "Ca+2", "Ca+2"], ligands=list("ABAB"), own=[1, 1, 0, 0]
    )
    bounded = Maximise(constraints=["log_beta(Ca+2, n=1) < 5"])
    rows = np.array([0, 1])
    free = choose(fake, Maximise(), EI(), pairs, rows=rows, incumbent=9.0)
    kept = choose(fake, bounded, EI(), pairs, rows=rows, incumbent=9.0)
    assert (free.rows.tolist(), kept.rows.tolist()) == ([1], [0])
    ei = EI().value(np.array([9.0]), np.array([1.0]), 9.0)[0]
    assert kept.scores[0] == pytest.approx(ei * norm.cdf(1.0), rel=SOLVED)
    log = choose(fake, bounded, LogEI(), pairs, rows=rows, incumbent=9.0).scores[0]
    assert log == pytest.approx(np.log(ei * norm.cdf(1.0)), rel=SOLVED)
    for other in (UCB(), QLogEI(), Thompson()):
        with pytest.raises(ConfigError, match="Choose auto, log_ei, ei or pi"):
            choose(fake, bounded, other, pairs, rows=rows)
    missing = Maximise(constraints=["log_beta(Mg+2, n=1) < 5"])
    with pytest.raises(ConfigError, match=r"Mg\+2 with n = 1, and 2 ligands"):
        choose(fake, missing, EI(), pairs, rows=rows)


def alone(means, variances):
    """Items of one pair each."""
    rows = np.arange(len(means))[:, None]
    items = Items(rows, np.array(means)[:, None], np.array(variances)[:, None, None])
    return items, pool_pairs(len(means))


def test_limits_are_read():
    limit = parse_limit(" log_beta( Ca2+ , n = 2 )>-1.5")
    assert (limit.ions, limit.n_ligands, limit.bound, limit.sign) == (("Ca+2",), 2, -1.5, -1.0)
    chance = np.exp(limit.log_chance(*alone([-1.5, 0.5], [4.0, 4.0])))
    assert chance == pytest.approx([0.5, norm.cdf(1.0)])
    sure = np.exp(limit.log_chance(*alone([0.0, -3.0], [0.0, 0.0])))
    assert sure.tolist() == [1.0, 0.0]
    for wrong in ("log_beta(Ca+2) < 5", "log_beta(Ca+2, n=1) <= 5", "Ca < 5", 5):
        with pytest.raises(ConfigError, match=r"write each constraint as 'log_beta"):
            parse_limit(wrong)


@pytest.mark.parametrize(
    ("text", "objective"),
    [
        ("log_K_cond(Zn+2, n=1, pH=5) < 8", Conditional(pH=5.0)),
        ("pM(Zn+2, pH=6.5) < 10", PMetal(pH=6.5)),
        ("pM(Zn+2, pH=4, total_metal_M=1e-5, total_ligand_M=2e-6) > 5.07",
         PMetal(pH=4.0, total_metal_M=1e-5, total_ligand_M=2e-6)),
        ("selectivity(Fe+3, Zn+2, n=1, pH=7.4) > -0.7",
         Selectivity(metal="Fe+3", competitors=["Zn+2"], pH=7.4)),
        ("selectivity(Fe+3, Zn+2, n=1) > 8.2", Selectivity(metal="Fe+3", competitors=["Zn+2"])),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mhl", [np.nan, 4.0])
def test_the_chance_of_a_constraint_is_that_of_draws(text, objective, mhl):
    fake, pairs = two_acids(sd=0.7)
    pairs = replace(pairs, mhl=np.full(8, mhl))  # measured, or else estimated
    limit = parse_limit(text)
    parts = limit.parts(pairs)[[0, 4]]
    found = np.exp(limit.log_chance(Items.of(fake, parts), pairs))
    rows = [0, 4] if isinstance(objective, Selectivity) else [1, 5]
    draws = np.random.default_rng(0).multivariate_normal(fake.means, fake.covariances, 20_000)
    values = objective.value(draws[:, objective.parts(pairs)[rows]], np.array(rows), pairs)
    drawn = (limit.sign * (limit.bound - values) >= 0).mean(axis=0)
    assert found == pytest.approx(drawn, abs=0.02)
    assert (found > 0.01).any()
    assert (found < 0.99).any()


def test_a_constraint_keeps_what_its_means_keep():
    fake, pairs = two_acids()
    # α_L of A at pH 5 (I = 0.1): 10^(9 − 4.89) + 10^(14 − 9.78), 4.47 in all; of B 0.36.
    limit = "log_K_cond(Zn+2, n=1, pH=5) < 8.5"
    objective = Maximise(constraints=[limit])
    items = np.array([0, 4])
    assert objective.needs_protons
    assert likely_allowed(fake, objective, pairs, items).tolist() == [True, False]

    def first(objective):
        chosen = select(
            fake, objective, EI(), rows=items, pairs=pairs, incumbent=16.0, q=1,
            rng=np.random.default_rng(0), noise=np.full(8, 0.01),
        )  # fmt: skip
        return pairs.ligands[chosen.rows[0]]

    assert first(objective) == "A"
    assert first(replace(objective, constraints=[limit.replace("<", ">")])) == "B"


@pytest.mark.parametrize(
    "text",
    [
        "log_K_cond(Zn+2, n=1) < 6", "log_K_cond(Zn+2, pH=5) < 6", "pM(Zn+2) < 6",
        "pM(Zn+2, n=2, pH=7) < 6", "pM(Zn+2, pH=7, pH=8) < 6", "pH(Zn+2, n=1) < 6",
        "log_beta(Zn+2, n=1, pH=5) < 6", "selectivity(Fe+3, n=1) > 6",
        "selectivity(Fe+3, Fe+3, n=1) > 6", "log_K_cond(Zn+2, n=1, pH=15) < 6",
        "pM(Zn+2, pH=7, total_metal_M=0) < 6",
    ],
)  # fmt: skip
def test_what_is_no_constraint_is_refused(text):
    with pytest.raises(ConfigError, match=r"objective\.constraints"):
        Maximise(constraints=[text])
