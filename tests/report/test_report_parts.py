import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import fold
from bo_loop.report.chemical_space import distances, fingerprints, layout
from bo_loop.report.drawings import draw
from bo_loop.report.facts import proposed, standardised_errors
from bo_loop.report.figures import progress
from bo_loop.report.wording import in_words, ion, named_options, pair_name

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
    # mean of 6 and 7; its sd is sqrt(0.3² + 0.4²)/2 = 0.25. A bound is no value to compare with.
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


def test_names_for_print():
    assert ion("Ni", 2) == "Ni²⁺"
    assert ion("Ag", 1) == "Ag⁺"
    assert ion("Cl", -1) == "Cl⁻"
    assert [pair_name(row) for row in POOL.itertuples()][1:3] == ["Ni²⁺ + 2 en", "Ni²⁺ + CCO"]


def test_a_config_node_in_words():
    node = {"_target_": "bo_loop.acquisition.UCB", "beta": 4.0}
    assert named_options("acquisition", node) == "UCB"  # as its option has it
    words = in_words("acquisition", node | {"beta": 9.0})
    assert words.startswith("Upper confidence bound")
    assert words.endswith("(UCB, beta = 9.0)")
    model = {"_target_": "bo_loop.models.PairGP", "max_iter": 30, "terms": ["metal"]}
    assert named_options("model", model) == "PairGP, max iter = 30"


@pytest.mark.parametrize("best", [(), (6.0,), (5.0, 6.0)])
def test_progress_is_drawn_before_anything_can_be_judged(best):
    # Of a selectivity, the first result has no value until its competitor is measured.
    rows = pd.DataFrame(
        {"value": [5.0, 6.0], "mean": [5.5, np.nan], "sd": [1.0, np.nan], "censoring": "none",
         "place": [1, 2]}
    )  # fmt: skip
    assert ("best so far" in progress(rows, best, 2, "log β")) == bool(best)


def test_progress_shows_the_objective():
    rows = pd.DataFrame(
        {"value": [5.8], "mean": np.nan, "sd": np.nan, "censoring": "none", "place": [2]}
    )
    drawing = progress(rows, (5.8,), 2, "Δ log β (Zn+2 over Ca+2)")
    assert ">Δ log β (Zn+2 over Ca+2)</text>" in drawing
    assert "predicted ± sd" not in drawing


def test_a_drawing_is_an_svg_of_the_stated_size():
    drawing = draw("O=C(O)CN", 120, 80)
    assert drawing.startswith('<svg role="img" aria-label="O=C(O)CN" ')
    assert "viewBox='0 0 120 80'" in drawing
    assert "#FF0000" in drawing  # oxygen is red
    assert "class=" not in drawing
    with pytest.raises(DataError, match="not a SMILES"):
        draw("no such molecule")


def test_tanimoto_distances():
    # 0 and 1 share one bit of three: distance 2/3. 2 shares nothing with them. 3 is 0 again.
    bits = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0]], dtype=np.uint8)
    np.testing.assert_allclose(
        distances(bits), [[0, 2 / 3, 1, 0], [2 / 3, 0, 1, 2 / 3], [1, 1, 0, 1], [0, 2 / 3, 1, 0]]
    )


def test_the_map_is_the_same_twice_and_puts_like_by_like():
    acids = ["C" * n + "C(=O)O" for n in range(1, 13)]
    amines = ["c1ccncc1" + "C" * n + "N" for n in range(1, 13)]
    assert fingerprints(acids[:2]).shape == (2, 2048)
    places = layout([*acids, *amines])
    assert places.shape == (24, 2)
    np.testing.assert_array_equal(places, layout([*acids, *amines]))
    middles = places[:12].mean(0), places[12:].mean(0)
    spread = max(np.linalg.norm(p - m, axis=1).mean() for p, m in
                 zip((places[:12], places[12:]), middles, strict=True))  # fmt: skip
    assert np.linalg.norm(middles[0] - middles[1]) > spread
