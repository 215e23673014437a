from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_campaign import pairs

from bo_loop.acquisition.objectives.aqueous import Conditional
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.objectives.compound import Selectivity
from bo_loop.base.errors import ConfigError
from bo_loop.campaign.pool_rows import (
    known_pairs,
    pool_pairs,
    protonated,
    require_items,
    with_acids,
)
from bo_loop.data.observations import with_keys


def real(*smiles, metal="Ni", n=1):
    frame = pd.DataFrame({"metal": metal, "charge": 2, "ligand": "", "smiles": smiles})
    frame = frame.assign(n_ligands=n, temperature_C=25.0, ionic_strength_M=0.1)
    return with_keys(frame, "test")


def test_what_objectives_ask_of_pairs():
    found = pool_pairs(pairs("AB", n_ligands=2).assign(cost=[1.0, 2.0]))
    assert found.pair_ids == ("Ni+2:L2:A", "Ni+2:L2:B")
    assert found.n_ligands.tolist() == [2, 2]
    assert found.metals == ("Ni+2", "Ni+2")
    assert found.ligands == ("A", "B")
    assert found.cost.tolist() == [1.0, 2.0]
    assert found.own.tolist() == [True, True]
    columns = {name: values.tolist() for name, values in pairs("AB").items()}
    own = np.array([True, False])
    assert pool_pairs(columns, own).own is own
    assert pool_pairs(columns).cost is None


def test_known_pairs_are_those_of_the_pools_metals_and_n():
    pool = pairs("AB")
    literature = pd.concat(
        [pairs("BC"), pairs("A", metal="Cu"), pairs("A", n_ligands=2)], ignore_index=True
    ).assign(temperature_C=20.0, log_beta=5.0)
    known, extra = known_pairs(literature, pool)
    assert known["pair_id"].tolist() == ["Ni+2:L1:B", "Ni+2:L1:C"]
    assert known["temperature_C"].tolist() == [25.0, 25.0]  # the one condition that the pool wants
    assert extra["pair_id"].tolist() == ["Ni+2:L1:C"]
    assert list(extra.columns) == list(pool.columns)


def test_each_ligand_has_its_protonation_constants_once():
    pool = pd.concat([real("NCC(=O)O"), real("NCC(=O)O", metal="Cu"), real("CC(=O)O")])
    found = protonated(pool.reset_index(drop=True))
    glycine = "DHMQDGOQFOQNFH-UHFFFAOYSA-N"
    assert found["pair_id"].tolist()[:2] == [f"H+1:L1:{glycine}", f"H+2:L1:{glycine}"]
    assert found["charge"].tolist() == [1, 2, 1]
    assert set(found["metal"]) == {"H"}
    assert set(found["n_ligands"]) == {1}


def test_an_objective_must_be_able_to_judge_some_pair():
    pool = real("NCC(=O)O", "CC(=O)O")
    literature = pool.assign(log_beta=5.0, censoring="none")
    require_items(Maximise(), literature, pool)
    with pytest.raises(ConfigError, match="no protonation constants to learn them from"):
        require_items(Conditional(pH=5.0), literature, pool)
    with pytest.raises(ConfigError, match=r"Ni\+2, Cu\+2 at one n"):
        require_items(Selectivity(metal="Ni+2", competitors=["Cu+2"]), literature, pool)
    with pytest.raises(ConfigError, match="no column `cost`"):
        require_items(Maximise(per_cost=True), literature, pool)
    protons = literature.iloc[:1].assign(metal="H", charge=1)
    require_items(Conditional(pH=5.0), pd.concat([literature, protons]), pool)


def test_a_memory_brings_its_protonation_constants_and_nothing_else():
    literature = real("NCC(=O)O").assign(log_beta=5.0)
    pairs = pd.concat([real("CC(=O)O"), real("CC(=O)O", metal="H")])
    memory = SimpleNamespace(pairs=pairs)
    assert with_acids(literature, None) is literature
    assert with_acids(literature, memory)["metal"].tolist() == ["Ni", "H"]
