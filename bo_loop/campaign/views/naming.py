"""What a person calls an item, and where what is known of it is from."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bo_loop.base.types import Rows
from bo_loop.campaign.ledger.state import CampaignState, Result
from bo_loop.campaign.views.views import shown_logged, shown_number
from bo_loop.chemistry.ions import PROTON
from bo_loop.data.property_rows import species

if TYPE_CHECKING:
    import pandas as pd

_MOST_VALUES = 3
_LONGEST_SOURCE = 40


def namer(
    pairs: "pd.DataFrame", literature: "pd.DataFrame", state: CampaignState
) -> Callable[[Rows], str]:
    """Return what names an item by the rows (m,) of `pairs` that it depends on.

    ``trien (measured here: > 19.00)``, ``trien (literature, minteq.v4: 18.05)``,
    ``trien (predicted, no value is known)``; of several pairs, the origins alone.
    """

    def name(rows: Rows) -> str:
        own = pairs.iloc[np.unique(rows)]
        own = own[own["metal"] != PROTON]
        known = [_known(row, literature, state) for row in own.itertuples()]
        first = pairs.iloc[int(rows[0])]
        origins = " and ".join(dict.fromkeys(origin for origin, _ in known))
        values = f": {known[0][1]}" if len(known) == 1 and known[0][1] else ""
        return f"{first['ligand'] or first['smiles']} ({origins}{values})"

    return name


def known_values(
    pair: object, literature: "pd.DataFrame", state: CampaignState
) -> tuple["pd.DataFrame", bool]:
    """Return what is known of a pair, and whether it was measured here.

    The lab's own results come before the literature's values; of these, the same structure before
    others of its `ligand_group`.

    Returns
    -------
    DataFrame
        ``log_beta, censoring, source, shown``, a row for each value; log β is missing where a
        result was logged at a pH.
    own : bool
    """
    import pandas as pd

    columns = ["log_beta", "censoring", "source", "shown"]
    results = [
        (r.log_beta, r.censoring, "", _without_sd(r)) for r in state.results_of(pair.pair_id)
    ]
    if results:
        return pd.DataFrame(results, columns=columns), True
    found = literature[literature["ligand_group"] == pair.ligand_group]
    for column in species(literature):
        found = found[found[column] == getattr(pair, column)]
    same = found[found["smiles"] == pair.smiles]
    found = same if len(same) else found
    each = zip(found["log_beta"], found["censoring"], strict=True)
    return found.assign(shown=[shown_number(*one) for one in each])[columns], False


def _without_sd(result: Result) -> str:
    return shown_logged(replace(result, log_beta_sd=None).said)


def _known(pair: object, literature: "pd.DataFrame", state: CampaignState) -> tuple[str, str]:
    """Return where the values of a pair are from, and the values."""
    found, own = known_values(pair, literature, state)
    if found.empty:
        return "predicted, no value is known", ""
    shown = found["shown"].tolist()
    values = ", ".join(shown[:_MOST_VALUES]) + (", …" if len(shown) > _MOST_VALUES else "")
    if own:
        return "measured here", values
    sources = ", ".join(dict.fromkeys(source for source in found["source"] if source))
    if len(sources) > _LONGEST_SOURCE:
        sources = sources[: _LONGEST_SOURCE - 1] + "…"
    return f"literature, {sources}" if sources else "literature", values
