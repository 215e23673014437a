import pytest

from bo_loop.campaign.results.rows import Row, shortened

PAIR = {
    "metal": "Ni", "charge": 2, "n_ligands": 1, "smiles": "NCC(=O)O", "temperature_C": 25.0,
    "ionic_strength_M": 0.1,
}  # fmt: skip
A, MIRROR = "Ni+2:L1:A", "Ni+2:L1:A'"


def read(defaults=(), unknown="", **cells):
    row = Row("row 2", {"pair_id": A, **cells}, {A: PAIR}, {MIRROR: A}, {}, unknown)
    return row.event(dict(defaults)), row


def test_a_value_is_a_result_at_the_conditions_wanted():
    (kind, data), row = read(log_beta="12,5 ± 0.2", defaults={"operator": "Ada"})
    assert kind == "measured"
    assert data == {
        "pair_id": A, "log_beta": 12.5, "log_beta_sd": 0.2, "censoring": "none",
        "temperature_C": 25.0, "ionic_strength_M": 0.1, "operator": "Ada",
    }  # fmt: skip
    assert row.understood == ["row 2, log_beta: '12,5 ± 0.2' was read as 12.5, sd 0.2"]


def test_what_the_row_states_goes_before_what_is_said_of_all():
    (_, data), _ = read(log_beta="9", temperature_C="37", operator="Kei", replicate="2",
                        defaults={"operator": "Ada"})  # fmt: skip
    assert (data["temperature_C"], data["operator"], data["replicate"]) == (37.0, "Kei", 2)


def test_an_empty_row_is_pending_and_a_status_stands_alone():
    assert read()[0] is None
    (kind, data), _ = read(status="Failed", note="turbid")
    assert (kind, data) == ("failed", {"pair_id": A, "note": "turbid"})


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"pair_id": "Ni+2:L1:X", "log_beta": "5"}, "pair_id: 'Ni+2:L1:X' — expected a pair"),
        ({"status": "done"}, "status: 'done' — expected measured, in_progress, failed, or nothing"),
        ({"status": "measured"}, "log_beta: empty — the status is measured"),
        ({"log_beta": "5", "status": "failed"}, "status: 'failed' — log_beta holds a value"),
        ({"log_beta": "5 ± 0.1", "log_beta_sd": "0.2"}, "log_beta_sd: '0.2' — log_beta says ± 0.1"),
        ({"log_beta": ">5", "censoring": "upper"}, "censoring: 'upper' — log_beta says lower"),
        ({"log_beta": "5", "pM": "6"}, "log_beta is given too"),
        ({"log_beta": "5", "replicate": "1.5"}, "replicate: '1.5' — expected 1, 2, 3"),
        ({"log_beta": "5", "confirm": "maybe"}, "confirm: 'maybe' — expected yes"),
        ({"log_beta": "5", "date": "2025-02-31"}, "date: '2025-02-31' —"),
    ],
)
def test_what_contradicts_itself_is_a_problem(cells, problem):
    event, row = read(**cells)
    assert event is None
    assert any(problem in text for text in row.problems), row.problems


def test_a_name_that_nothing_has_is_refused_in_its_own_words():
    event, row = read(ligand="edtta", unknown="no ligand is called so", pair_id="")
    assert event is None
    assert row.problems == ["row 2, ligand: 'edtta' — no ligand is called so"]


def test_a_mirror_image_is_recorded_as_ours_and_said():
    (_, data), row = read(pair_id=MIRROR, log_beta="5")
    assert data["pair_id"] == A
    assert "is the mirror image of Ni+2:L1:A" in row.understood[0]


def test_columns_that_speak_of_another_pair_are_told():
    assert read(metal="Ni2+", charge="2", n_ligands="1", smiles="OC(=O)CN")[1].differing() == []
    _, row = read(metal="Cu", n_ligands="2", smiles="NCCN")
    assert row.differing() == [
        "the column metal says 'Cu', but the pair is of Ni",
        "the column n_ligands says '2', but the pair is of 1",
        "the column smiles says 'NCCN', but the pair is of NCC(=O)O",
    ]


def test_long_texts_are_cut():
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "abc…"
