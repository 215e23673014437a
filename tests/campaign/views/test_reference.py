"""What proposals have to beat, in words."""

from types import SimpleNamespace

import pytest

from bo_loop.campaign.views.reference import to_beat

MAXIMISE = {"_target_": "bo_loop.acquisition.Maximise"}
PARETO = {
    "_target_": "bo_loop.acquisition.Pareto",
    "objectives": [MAXIMISE, {"_target_": "bo_loop.acquisition.Cost"}],
}


@pytest.mark.parametrize(
    ("objective", "incumbent", "told"),
    [
        (
            MAXIMISE,
            {"value": 18.0213, "name": "trien (literature, NIST: 18.05)"},
            "To beat: log β 18.02, what the model makes of trien (literature, NIST: 18.05).",
        ),
        (PARETO, {"value": [[1, 2], [3, 4]]}, "To extend: the front of 2 known compromises."),
        (MAXIMISE, None, ""),
    ],
)
def test_what_is_to_beat_is_told_with_where_it_is_from(objective, incumbent, told):
    made = SimpleNamespace(incumbent=incumbent)
    assert to_beat({"objective": objective}, made) == told
