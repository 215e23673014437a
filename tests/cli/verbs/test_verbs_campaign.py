from small_campaign import cheapen, start

from bo_loop.cli.verbs.campaign import _reference


def test_suggest_names_what_is_to_beat(tmp_path, monkeypatch):
    cheapen(monkeypatch)
    campaign = start(tmp_path)
    campaign.suggest()
    told = _reference(campaign, 1, {"value": 18.0213, "name": "trien (literature, NIST: 18.05)"})
    assert told == (
        "To beat: log β 18.02, what the model makes of trien (literature, NIST: 18.05)."
    )
