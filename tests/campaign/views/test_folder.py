import json

import pytest
from sample_events import A, B, grown, measured, proposed
from small_campaign import POOL

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.views.folder import held_by, round_folder, views_of, write_unless_there


def test_every_round_has_a_form_a_workbook_and_a_model(tmp_path):
    state = grown(proposed(1, A), proposed(2, B, seen=2))
    found = views_of(tmp_path, state, POOL)
    assert {path.relative_to(tmp_path).as_posix() for path in found} == {
        f"rounds/00{n}/{name}" for n in (1, 2)
        for name in ("proposals.csv", "proposals.xlsx", "model.json")
    }  # fmt: skip
    model = json.loads(found[round_folder(tmp_path, 2) / "model.json"]())
    assert model == {
        "round": 2, "hyperparameters": {"noise": 0.2}, "fit": {}, "incumbent": None, "versions": {},
    }  # fmt: skip
    assert b"ligand B" in found[round_folder(tmp_path, 2) / "proposals.csv"]()


def test_measurements_are_shown_once_there_are_any(tmp_path):
    state = grown(measured(A, 9.5, replicate=1))
    (path,) = views_of(tmp_path, state, POOL)
    assert path.name == "measurements.csv"
    assert b"9.5" in views_of(tmp_path, state, POOL)[path]()
    assert views_of(tmp_path, grown(), POOL) == {}


def test_what_is_there_is_not_overwritten(tmp_path):
    path = tmp_path / "rounds" / "001" / "proposals.csv"
    assert held_by(path) is None
    write_unless_there(path, lambda: b"ours")
    assert held_by(path) == b"ours"
    write_unless_there(path, lambda: pytest.fail("made again"))
    path.write_bytes(b"the lab's")
    write_unless_there(path, lambda: b"ours")
    assert held_by(path) == b"the lab's"


def test_a_view_that_cannot_be_made_is_one_error(tmp_path):
    def full():
        raise OSError(28, "No space left on device", "/tmp/x.xlsx")

    with pytest.raises(
        CampaignError, match=r"proposals\.xlsx could not be made \(/tmp/x\.xlsx: No"
    ):
        write_unless_there(tmp_path / "proposals.xlsx", full)
    assert list(tmp_path.iterdir()) == []
