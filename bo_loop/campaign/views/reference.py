"""What the proposals of a round have to beat, in words."""

from collections.abc import Mapping
from typing import Any

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.base.config import build_as
from bo_loop.campaign.ledger.state import Round


def to_beat(settings: Mapping[str, Any], made: Round) -> str:
    """Say what the proposals of a round have to beat, and where it is from; "" if that is unknown.

    Parameters
    ----------
    settings : mapping
        With which it was made; ``objective`` is read.
    made : Round
    """
    incumbent = made.incumbent
    if not incumbent:
        return ""
    objective = build_as(Objective, settings["objective"], "objective")
    if not objective.scalar:
        return f"To extend: the front of {len(incumbent['value'])} known compromises."
    value = objective.shown(incumbent["value"])
    return (
        f"To beat: {objective.quantity} {value:z.2f}, what the model makes of {incumbent['name']}."
    )
