import pandas as pd
import pytest

from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import fold
from bo_loop.report.facts import proposed, standardised_errors

POOL = pd.DataFrame(
    {
        "pair_id": ["a", "b", "c", "d"],
        "metal": "Ni",
        "charge": 2,
        "ligand": ["glycine", "en", "", "edta"],
        "smiles": ["NCC(=O)O", "NCCN", "CCO", "O"],
        "n_ligands": [1, 2, 1, 1],
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
)


def event(seq, kind, **data):
    return Event(seq=seq, event=kind, time="2026-01-01T00:00:00Z", data=data)


def proposal(seq, number, *pairs):
    rows = [
        {"pair_id": p, "rank": i, "mean": 5.0, "sd": 1.0, "sd_latent": 0.9, "acquisition": 0.0,
         "reason": "why"}
        for i, p in enumerate(pairs, start=1)
    ]  # fmt: skip
    return event(
        seq, "proposed", round=number, seed=0, seen=seq - 1, hyperparameters={}, proposals=rows
    )


def measured(seq, pair, value, sd=None, censoring="none", replicate=1):
    return event(
        seq, "measured", pair_id=pair, log_beta=value, log_beta_sd=sd, censoring=censoring,
        temperature_C=25.0, ionic_strength_M=0.1, replicate=replicate,
    )  # fmt: skip


STARTED = event(
    1, "started", name="x", config="", sealed={}, versions={}, n_observations=1, n_pool=4
)


def test_each_proposal_stands_beside_what_came_of_it():
    state = fold(
        [
            STARTED,
            proposal(2, 1, "a", "b", "c"),
            measured(3, "a", 6.0, 0.3),
            measured(4, "a", 7.0, 0.4, replicate=2),
            measured(5, "b", 9.0, censoring="lower"),
            event(6, "failed", pair_id="c", note="precipitate"),
            proposal(7, 2, "c", "d"),
        ]
    )
    table = proposed(state, POOL)
    assert table["outcome"].tolist() == [
        "6.00 ± 0.30; 7.00 ± 0.40",
        "> 9.00",
        "proposed again in round 2",
        "waiting",
        "waiting",
    ]
    # mean of 6 and 7; its sd is sqrt(0.3² + 0.4²)/2 = 0.25. A bound is not a value to compare with.
    assert table["log_beta"].tolist()[0] == 6.5
    assert table["log_beta_sd"].tolist()[0] == pytest.approx(0.25)
    assert table["log_beta"].isna().tolist() == [False, True, True, True, True]


def test_a_failure_is_told_with_its_note():
    failed = event(3, "failed", pair_id="a", note="precipitate")
    state = fold([STARTED, proposal(2, 1, "a"), failed])
    assert proposed(state, POOL)["outcome"].tolist() == ["failed: precipitate"]


def test_no_round_no_proposals():
    assert proposed(fold([STARTED]), POOL).empty


def test_standardised_errors_count_the_reported_sd():
    rows = pd.DataFrame(
        {"mean": [5.0, 5.0], "sd": [3.0, 2.0], "log_beta": [10.0, 4.0], "log_beta_sd": [4.0, None]}
    )
    assert standardised_errors(rows).tolist() == [1.0, -0.5]  # 5/5, −1/2
