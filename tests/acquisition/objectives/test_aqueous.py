"""Objectives at a pH: what hydroxide takes from a metal ion."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.aqueous import log_alpha_metal
from bo_loop.acquisition.objectives.compound import Selectivity
from bo_loop.acquisition.scores.functions import Greedy
from bo_loop.base.config import build, packaged_conf
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.campaign.pool_rows import require_items
from bo_loop.data import Minteq
from bo_loop.data.observations import with_keys
from bo_loop.solution.conditional import log_conditional
from bo_loop.solution.embedded import complexes, hydrolysis, protonation
from bo_loop.solution.species import System


def test_hydroxide_takes_from_a_metal_ion_what_its_constants_say():
    # Ni(OH) -9.54, Ni(OH)2 -18.0: 1 + 10^-0.54 + 10^0 at pH 9 and I = 0
    assert log_alpha_metal("Ni+2", 9.0, 0.0) == pytest.approx(np.log10(2 + 10**-0.54), abs=1e-9)
    assert log_alpha_metal("Fe+3", 7.4, 0.1) > 9
    assert log_alpha_metal("Ca+2", 7.4, 0.1) < 1e-5


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
