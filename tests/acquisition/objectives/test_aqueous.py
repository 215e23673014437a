"""Objectives at a pH: what hydroxide takes from a metal ion."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs, two_acids
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.aqueous import Conditional, PMetal, PMetalSelectivity
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.objectives.compound import Selectivity
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.objectives.side_reactions import log_alpha_metal
from bo_loop.acquisition.scores.functions import Greedy, LogEI
from bo_loop.acquisition.scores.gains import moments_of
from bo_loop.acquisition.scores.values import item_values
from bo_loop.base.config import build, packaged_conf
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.campaign.pool_rows import require_items
from bo_loop.data import Minteq
from bo_loop.data.observations import with_keys
from bo_loop.solution.conditional import log_conditional, p_metal
from bo_loop.solution.embedded import complexes, hydrolysis, protonation
from bo_loop.solution.mixed import pk_of_mhl
from bo_loop.solution.species import System


def test_a_selectivity_at_a_pH_is_of_conditional_constants():
    pairs = pool_pairs(6, metals=["Cu+2", "Zn+2", "Ni+2"] * 2, ligands=list("AAABBB"))
    plain = Selectivity(metal="Cu+2", competitors=["Zn+2", "Ni+2"])
    # At pH 3 no hydroxide holds any of the three: Δ log K′ is Δ log β.
    acid = replace(plain, pH=3.0)
    draws = np.array([[[9.0, 5.0, 6.0], [12.0, 11.0, 4.0]]])
    items = np.array([0, 3])
    assert acid.value(draws, items, pairs) == pytest.approx(np.array([[3.0, 1.0]]), abs=1e-3)
    # At pH 9, α_M = 1 + Σ *β_j [H]^−j at I = 0, by the constants of the embedded databases.
    alpha = {
        "Cu+2": 1 + 10**1.03 + 10**1.77 + 10**0.37 + 10**-3.73,
        "Zn+2": 1 + 10**0.003 + 10**0.206 + 10**-1.091 + 10**-4.488,
        "Ni+2": 1 + 10**-0.54 + 10**0.0,
    }
    cu, zn, ni = (np.log10(alpha[ion]) for ion in ("Cu+2", "Zn+2", "Ni+2"))
    basic = replace(plain, pH=9.0, ionic_strength_M=0.0)
    expected = [[min(4 - cu + zn, 3 - cu + ni), min(1 - cu + zn, 8 - cu + ni)]]
    assert basic.value(draws, items, pairs) == pytest.approx(np.array(expected), abs=1e-9)
    assert basic.quantity == "Δ log K′ at pH 9 (Cu+2 over Zn+2, Ni+2)"


def test_the_ligands_protons_cancel_in_a_selectivity():
    ions = {"Ni+2": 2, "Zn+2": 2}
    species = [*protonation("edta"), *(s for ion in ions for s in hydrolysis(ion))]
    species += [s for ion in ions for s in complexes(ion, "edta") if s.name in ("NiL", "ZnL")]
    system = System(ions | {"L": -4}, tuple(species))
    log_beta = dict(zip([s.name for s in species], system.log_beta(0.1), strict=True))
    objective = Selectivity(metal="Ni+2", competitors=["Zn+2"], pH=8.0)
    pairs = pool_pairs(2, metals=["Ni+2", "Zn+2"], ligands=list("AA"))
    draws = np.array([[[log_beta["NiL"], log_beta["ZnL"]]]])
    ni, zn = (
        log_conditional(system, ion, "L", 8.0, ionic_strength_M=0.1)[0] for ion in ("Ni+2", "Zn+2")
    )
    assert objective.value(draws, np.array([0]), pairs)[0, 0] == pytest.approx(ni - zn, abs=1e-9)


def test_a_pH_that_is_none_and_an_ion_without_hydrolysis_constants_are_refused():
    for bad in (-1.0, 15.0, "7", float("nan")):
        with pytest.raises(ConfigError, match=r"objective\.pH"):
            Selectivity(metal="Cu+2", competitors=["Zn+2"], pH=bad)
    scandium = Selectivity(metal="Sc+3", competitors=["Zn+2"], pH=3.0)
    with pytest.raises(ConfigError, match=r"no hydrolysis constant of Sc\+3"):
        _ = scandium.pieces
    strong = Selectivity(metal="Cu+2", competitors=["Zn+2"], pH=3.0, ionic_strength_M=1.0)
    with pytest.raises(DataError, match=r"from 0 to 0\.5"):
        _ = strong.pieces


def test_a_pH_changes_which_ligand_is_chosen():
    # A's rival is nickel, 3.1 below copper, B's zinc, 3.0 below; hydroxide takes more of zinc.
    means = np.array([12.0, 8.9, 4.0, 12.0, 4.0, 9.0])
    fake = FakePosterior(means, np.eye(6))
    pairs = pool_pairs(6, metals=["Cu+2", "Ni+2", "Zn+2"] * 2, ligands=list("AAABBB"))
    plain = Selectivity(metal="Cu+2", competitors=["Ni+2", "Zn+2"])
    basic = replace(plain, pH=9.5, ionic_strength_M=0.0)

    def first(objective):
        chosen = select(
            fake, objective, Greedy(), rows=np.arange(6), pairs=pairs, incumbent=0.0, q=1,
            rng=np.random.default_rng(0), noise=np.full(6, 0.01),
        )  # fmt: skip
        return pairs.ligands[chosen.rows[0]]

    assert log_alpha_metal("Zn+2", 9.5, 0.0) > log_alpha_metal("Ni+2", 9.5, 0.0) + 0.2
    assert first(plain) == "A"
    assert first(basic) == "B"


@pytest.mark.parametrize("name", ["iron_over_zinc", "neodymium_over_dysprosium"])
def test_the_example_campaigns_judge_what_is_embedded(name):
    with initialize_config_dir(str(packaged_conf()), version_base="1.3"):
        node = compose("start", overrides=[f"campaign={name}"])
    config = OmegaConf.to_container(node, resolve=True)
    objective = build(config["objective"])
    ions = config["pool"]["metals"]
    assert {objective.metal, *objective.competitors} == set(ions)
    known = with_keys(Minteq().read(), "the embedded databases")
    ion = known["metal"] + "+" + known["charge"].astype(str)
    first = known[ion.isin(ions) & known["n_ligands"].eq(1)]
    require_items(objective, known, first)
    assert "Δ log K′ at pH" in objective.quantity


def with_protons(means, sd=0.0, correlation=0.0):
    """Two nickel pairs of ligands A and B: A takes up two protons, B none."""
    covariance = sd**2 * (np.eye(4) + correlation * (1 - np.eye(4)))
    fake = FakePosterior(np.array(means, dtype=float), covariance + 1e-12 * np.eye(4))
    pairs = pool_pairs(4, metals=["Ni+2", "Ni+2", "H+1", "H+2"], ligands=list("ABAA"))
    return fake, replace(pairs, own=np.array([True, True, False, False]))


def test_an_item_is_a_pair_with_its_ligands_protons():
    _, pairs = with_protons([10, 8, 9, 14])
    parts = Conditional(pH=5.0).parts(pairs)
    assert parts[0].tolist() == [0, 2, 3, 0, 0, 0, 0, 0, 0]
    assert parts[1].tolist() == [1] * 9
    assert (parts[2:] == -1).all()
    alone = pool_pairs(2, metals=["Ni+2"] * 2, ligands=list("AB"))
    assert (Conditional(pH=5.0).parts(alone) == -1).all()


def test_a_conditional_constant_by_hand():
    fake, pairs = with_protons([10.0, 8.0, 9.0, 14.0])
    objective = Conditional(pH=5.0, ionic_strength_M=0.0, mhl=False)
    # α_L of A: 1 + 10⁴ + 10⁴; B takes up no protons; hydroxide holds 3e-5 of nickel.
    expected = np.array([10.0 - np.log10(1 + 2e4), 8.0]) - log_alpha_metal("Ni+2", 5.0, 0.0)
    values = item_values(fake, objective, pairs, np.array([0, 1]))
    assert values == pytest.approx(expected, abs=1e-4)
    assert objective.quantity == "log K′ at pH 5"


def test_it_is_that_of_the_mass_balance():
    species = (*protonation("edta"), *hydrolysis("Ni+2"))
    species += tuple(s for s in complexes("Ni+2", "edta") if s.name == "NiL")
    system = System({"Ni+2": 2, "L": -4}, species)
    constants = dict(zip([s.name for s in species], system.log_beta(0.1), strict=True))
    protons = np.full((1, 8), -np.inf)
    protons[0, :6] = [constants[f"H{k}L".replace("H1L", "HL")] for k in range(1, 7)]
    log_beta, one, nickel = np.array([[constants["NiL"]]]), np.array([1]), [["Ni+2"]]
    for pH in (3.0, 7.4, 10.0):
        expected = log_conditional(system, "Ni+2", "L", pH, ionic_strength_M=0.1)
        found = Conditional(pH=pH, mhl=False).of_constants(log_beta, protons, nickel, one)
        assert found == pytest.approx(expected, abs=1e-9)
        total = {"Ni+2": 1e-6, "L": 1e-5}
        free = PMetal(pH=pH, mhl=False).of_constants(log_beta, protons, nickel, one)
        expected = p_metal(system, "Ni+2", total, pH, ionic_strength_M=0.1)
        assert free == pytest.approx(expected, abs=1e-6)
        scarce = PMetal(pH=pH, total_metal_M=1e-5, total_ligand_M=1e-6, mhl=False)
        expected = p_metal(system, "Ni+2", {"Ni+2": 1e-5, "L": 1e-6}, pH, ionic_strength_M=0.1)
        found = scarce.of_constants(log_beta, protons, nickel, one)
        assert found == pytest.approx(expected, abs=1e-6)


def test_doubt_of_log_beta_and_pka_is_joint():
    # log K′ ≈ b − h1 + 4.0 where HL holds the ligand: what b and h1 share cancels.
    doubts = {}
    for correlation in (0.0, 0.9):
        fake, pairs = with_protons([10.0, 8.0, 9.0, 5.0], sd=0.5, correlation=correlation)
        objective = Conditional(pH=5.0, mhl=False)
        own = Items.of(fake, objective.parts(pairs)[[0]])
        _, variance = moments_of(objective, own, np.array([0]), pairs)
        doubts[correlation] = variance[0]
    # Quasi-random draws: a few per cent.
    assert doubts[0.0] == pytest.approx(0.5, rel=0.05)
    assert doubts[0.9] == pytest.approx(0.05, rel=0.05)


def test_the_pH_turns_the_ranking_round():
    fake, pairs = with_protons([10.0, 8.0, 9.0, 14.0], sd=0.1)

    def first(objective):
        chosen = select(
            fake, objective, LogEI(), rows=np.arange(2), pairs=pairs, incumbent=0.0, q=1,
            rng=np.random.default_rng(0), noise=np.full(4, 0.01),
        )  # fmt: skip
        return pairs.ligands[chosen.rows[0]]

    assert first(Maximise()) == "A"
    assert first(Conditional(pH=5.0)) == "B"
    assert first(PMetal(pH=5.0)) == "B"
    assert first(Conditional(pH=9.0)) == "A"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Conditional, {"pH": 15.0}),
        (Conditional, {"pH": "acid"}),
        (Conditional, {"pH": 5.0, "ionic_strength_M": -1.0}),
        (PMetal, {"pH": 5.0, "total_metal_M": 0.0}),
        (PMetal, {"pH": 5.0, "total_ligand_M": float("nan")}),
        (PMetalSelectivity, {"pH": 5.0, "metal": "Fe+3", "competitors": ["Fe+3"]}),
        (PMetalSelectivity, {"pH": 5.0, "metal": "Fe+3", "competitors": []}),
    ],
)
def test_what_such_an_objective_does_not_take(kind, options):
    with pytest.raises(ConfigError, match=r"objective\."):
        kind(**options)


def test_numbers_of_ligands_that_cannot_be_compared_are_refused():
    known = np.zeros((2, 1)), np.full((2, 8), -np.inf), [["Ni+2"]] * 2
    with pytest.raises(ConfigError, match="of different n cannot be compared"):
        Conditional(pH=5.0).of_constants(*known, np.array([1, 2]))
    with pytest.raises(ConfigError, match="1:1 complexes only"):
        PMetal(pH=5.0).of_constants(*known, np.array([2, 2]))


def test_literature_without_protonation_constants_is_refused_at_the_start():
    known = with_keys(Minteq().read(), "the embedded databases")
    with pytest.raises(ConfigError, match=r"give data\.protonation"):
        require_items(Conditional(pH=5.0), known, known[known["metal"] == "Ni"])


def test_protonated_complexes_count_with_their_doubt():
    fake, pairs = with_protons([10.0, 8.0, 9.0, 14.0])
    items, bare = np.array([0, 1]), Conditional(pH=5.0, ionic_strength_M=0.0, mhl=False)
    known, without = (
        item_values(fake, one, pairs, items) for one in (replace(bare, mhl=True), bare)
    )
    # A: pK_1 9, pK_2 5, z 2, log β 10.
    pk = 2.295 + 0.464 * 9 + 0.336 * 5 - 0.511 * 2 - 0.278 * 10
    sure = pk_of_mhl(np.array(10.0), np.array([9.0, 14.0, -np.inf]), 2)
    assert sure == pytest.approx(pk)
    grid = np.random.default_rng(0).normal(pk, 1.29, 200_000)
    assert known[0] - without[0] == pytest.approx(np.log10(1 + 10 ** (grid - 5)).mean(), abs=0.02)
    assert known[1] == pytest.approx(without[1], abs=1e-6)  # no second proton, no MHL
    own = Items.of(fake, bare.parts(pairs)[[0]])
    variance = moments_of(replace(bare, mhl=True), own, items[:1], pairs)[1]
    assert variance[0] == pytest.approx(np.log10(1 + 10 ** (grid - 5)).var(), rel=0.05)
    two = replace(pairs, n_ligands=np.array([2, 2, 1, 1]))
    mean = replace(bare, mhl=True).value(np.full((1, 1, 9), 9.0), items[:1], two)
    assert mean == pytest.approx(bare.value(np.full((1, 1, 9), 9.0), items[:1], two))
    with pytest.raises(ConfigError, match=r"objective\.mhl"):
        Conditional(pH=5.0, mhl="no")


def test_a_measured_protonated_complex_counts_without_doubt():
    fake, pairs = with_protons([10, 8, 9, 14])
    pairs = replace(pairs, mhl=np.array([4.5, np.nan, np.nan, np.nan]))
    items, constants = np.array([0, 1]), (5.0, 0.0)
    # α_L of A: 1 + 10⁴ + 10⁴; α_ML: 1 + 10^(4.5 − 5); B takes up no protons, and has no MHL.
    expected = np.array([10.0 + np.log10(1 + 10**-0.5) - np.log10(1 + 2e4), 8.0])
    expected -= log_alpha_metal("Ni+2", *constants)
    measured = Conditional(pH=5.0, ionic_strength_M=0.0)
    values = item_values(fake, measured, pairs, items)
    assert values == pytest.approx(expected, abs=1e-4)
    one = Items.of(fake, measured.parts(pairs)[:1])
    assert moments_of(measured, one, items[:1], pairs)[1] < 1e-4
    estimated = replace(pairs, mhl=np.full(4, np.nan))
    assert moments_of(measured, one, items[:1], estimated)[1] > 0.001
    # hydroxide and all else as before where MHL are left out
    without = Conditional(pH=5.0, ionic_strength_M=0.0, mhl=False)
    assert item_values(fake, without, pairs, items)[0] == pytest.approx(
        expected[0] - np.log10(1 + 10**-0.5), abs=1e-4
    )


def test_delta_pM_of_competitors_in_the_same_solution():
    fake, pairs = two_acids(sd=1e-6)
    among = PMetalSelectivity(metal="Fe+3", competitors=["Zn+2"], pH=7.4)
    assert among.parts(pairs)[0, :4].tolist() == [0, 1, 2, 3]
    assert (among.parts(pairs)[1:4] == -1).all()
    assert among.role(1, 0) == "competitor"
    # Ligand enough for both: each is as if it were alone; else they compete.
    alone = PMetal(pH=7.4, total_ligand_M=1e-2), replace(among, total_ligand_M=1e-2)
    pM = item_values(fake, alone[0], pairs, np.array([0, 1]))
    found = item_values(fake, alone[1], pairs, np.array([0]))
    assert found == pytest.approx(pM[:1] - pM[1:], abs=0.01)
    scarce = replace(among, total_ligand_M=1e-6)
    assert item_values(fake, scarce, pairs, np.array([0]))[0] != pytest.approx(found[0], abs=0.1)
    assert log_alpha_metal("Fe+3", 7.4, 0.1) > log_alpha_metal("Zn+2", 7.4, 0.1)
