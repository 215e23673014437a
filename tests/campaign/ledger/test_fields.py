from bo_loop.campaign.ledger.events import EVENT_TYPES
from bo_loop.campaign.ledger.fields import REQUIRED
from bo_loop.campaign.ledger.fold import _APPLY


def test_every_event_type_has_a_fold_and_a_rule():
    assert set(_APPLY) == set(REQUIRED) == EVENT_TYPES
