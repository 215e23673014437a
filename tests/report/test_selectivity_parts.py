"""What a report says of a selectivity: the objective first, and a table of metals per ligand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.compound import Selectivity
from bo_loop.campaign.ledger.state import CampaignState, Result
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.views.worth import worth_of
from bo_loop.report.facts import best_first, by_metal, course

POOL = pd.DataFrame(
    {
        "pair_id": ["Cu A", "Zn A", "Cu B", "Zn B", "Cu C", "Zn C"],
        "metal": ["Cu", "Zn"] * 3,
        "charge": 2,
        "ligand": np.repeat(["glycine", "en", "trien"], 2),
        "smiles": np.repeat(["NCC(=O)O", "NCCN", "NCCNCCNCCN"], 2),
        "ligand_group": np.repeat(["A", "B", "C"], 2),
        "n_ligands": 1,
    }
)
LITERATURE = POOL.iloc[[3]].assign(log_beta=5.7, censoring="none", source="NIST")
RESULTS = [("Cu A", 8.2, "none"), ("Zn A", 5.0, "upper"), ("Cu B", 10.5, "none")]


def facts():
    results = tuple(
        Result(pair, value, None, censoring, 25.0, 0.1, 1, "", "", "", "", None, seq, "")
        for seq, (pair, value, censoring) in enumerate(RESULTS)
    )
    state = CampaignState(results_by_pair={r.pair_id: (r,) for r in results})
    measured = pd.DataFrame(RESULTS, columns=["pair_id", "log_beta", "censoring"]).assign(
        log_beta_sd=np.nan, mean=np.nan, sd=np.nan, round=np.nan
    )
    objective = Selectivity(metal="Cu+2", competitors=["Zn+2"])
    worth = worth_of(objective, pool_pairs(POOL), state, lambda: (POOL, LITERATURE))
    return SimpleNamespace(
        pool=POOL, literature=LITERATURE, measured=measured, state=state, worth=worth
    )


def test_metals_stand_side_by_side():
    head, rows = by_metal(facts(), 9)
    assert head == ["ligand", "Cu²⁺", "Zn²⁺", "Δ log β (Cu+2 over Zn+2)"]
    assert rows == [
        ["glycine", "8.20", "< 5.00", "> 3.20"],
        ["en", "10.50", "5.70 (literature)", ""],
    ]


def test_the_best_is_headed_by_the_objective():
    best = best_first(facts(), 9)
    assert best["achieved"].tolist() == ["Δ log β (Cu+2 over Zn+2) > 3.20"]
    assert best["outcome"].tolist() == ["8.20"]


def test_the_curve_is_of_the_objective():
    told = course(facts())
    assert told[["value", "place"]].to_numpy().tolist() == [[8.2 - 5.0, 2]]
    assert told["censoring"].tolist() == ["lower"]
