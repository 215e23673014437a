"""Known constants in the place of a laboratory: campaigns that are replayed to learn from."""

from typing import TYPE_CHECKING

from bo_loop.base.config import read
from bo_loop.data.observations import with_pair_ids

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.campaign.campaign import Campaign


def known_answers(campaign: "Campaign") -> "pd.Series":
    """Return log β of each pair of a campaign's pool by ``pair_id``.

    Its pool must be `bo_loop.data.KnownPairs`.
    """
    known = read(campaign.config["pool"]["data"], "pool.data")
    values = with_pair_ids(known).set_index("pair_id")["log_beta"]
    return values.loc[list(campaign.pool["pair_id"])]
