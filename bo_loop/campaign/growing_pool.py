"""A campaign's pool: what was sealed at `start`, and what was added since."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bo_loop.base import received
from bo_loop.base.errors import CampaignError
from bo_loop.campaign import sealed, sealed_pool
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_in_parts import PoolInParts, named
from bo_loop.campaign.pool_rows import Table
from bo_loop.data.large_pools import rows_of

if TYPE_CHECKING:
    import pandas as pd


class GrowingPool:
    """The pool of a campaign at any state of its ledger.

    Parameters
    ----------
    files : Sealed
        What was sealed at `start`.
    ledger : Path
        Named in messages.
    """

    def __init__(self, files: sealed.Sealed, ledger: Path):
        self._files = files
        self._ledger = ledger
        self._at: tuple[list[Mapping[str, Any]], pd.DataFrame] | None = None
        self._parts: tuple[list[Mapping[str, Any]], PoolInParts] | None = None
        self._about: tuple[PoolInParts, set[str], pd.DataFrame] | None = None
        self._holds = -1  # the last event of which the pool was seen to hold all pairs

    @cached_property
    def sealed(self) -> "pd.DataFrame":
        """The pairs of the start."""
        return self._files.pool()

    def of(self, state: CampaignState) -> "pd.DataFrame":
        """Return the pool at `state`: the pairs sealed at start, then those added since."""
        if not state.added_pairs:
            return self._with_pairs_of(state, self.sealed)
        if self._at is None or self._at[0] != state.added_pairs:
            import pandas as pd

            added = self._added(state, self.sealed)
            pool = pd.concat([self.sealed, added], ignore_index=True)
            self._at = [*state.added_pairs], pool  # the list of a growing state grows
        return self._with_pairs_of(state, self._at[1])

    def _added(self, state: CampaignState, pool: "pd.DataFrame") -> "pd.DataFrame":
        """Return the pairs added since `start`, with the columns of the sealed pool or a part."""
        import pandas as pd

        path = self._ledger
        try:
            columns = {
                name: pd.Series([pair.get(name) for pair in state.added_pairs], dtype=dtype)
                for name, dtype in pool.dtypes.items()
            }
        except (ValueError, TypeError, OverflowError) as error:
            raise received.not_ours(path, f"it adds what is not a pair ({error})") from error
        added = sealed.checked_pairs(path, pd.DataFrame(columns))
        if added["pair_id"].isin(pool["pair_id"]).any() or added["pair_id"].duplicated().any():
            raise self._there_already()
        return added

    def _there_already(self) -> CampaignError:
        return received.not_ours(self._ledger, "it adds a pair that is there already")

    def _with_pairs_of(self, state: CampaignState, pool: "pd.DataFrame") -> "pd.DataFrame":
        """Return `pool`, unless events name pairs that it lacks."""
        if state.seq != self._holds:
            self._require_pairs(state, pool["pair_id"])
            self._holds = state.seq
        return pool

    def _require_pairs(self, state: CampaignState, pair_ids: "Sequence[str] | pd.Series") -> None:
        """Refuse a ledger whose events name pairs that the pool lacks."""
        known = named(state)
        if lacking := known.difference(rows_of(pair_ids, known)):
            raise received.not_ours(
                self._ledger,
                f"it speaks of {min(lacking)[:60]!r}, which is not in the pool",
            )

    def in_parts(self, state: CampaignState) -> PoolInParts | None:
        """Return the pool at `state` part by part, if it is sealed so; None if it is one file."""
        if not self._files.in_parts:
            return None
        if self._parts is None or self._parts[0] != state.added_pairs:
            parts = self._files.parts()
            first = sealed_pool.framed([parts.table(0)])
            added = self._added(state, first) if state.added_pairs else first[:0]
            self._parts = [*state.added_pairs], PoolInParts(parts, added)
        return self._parts[1]

    def about(self, state: CampaignState, alike: Collection[str] = ()) -> "pd.DataFrame":
        """Return the pool, or of one in parts the pairs of the ligands that matter.

        Those of which the ledger, or `alike`, names a pair (`PoolInParts.about`), and all that were
        added.
        """
        pool = self.in_parts(state)
        if pool is None:
            return self.of(state)
        ids = named(state) | {*pool.added["pair_id"]}
        known = self._about
        if known is None or known[0] is not pool or not {*ids, *alike} <= known[1]:
            found = pool.about(ids, alike=alike)
            if found["pair_id"].duplicated().any():
                raise self._there_already()
            self._about = pool, {*ids, *alike}, found
        return self._with_pairs_of(state, self._about[2])

    def columns_about(self, state: CampaignState) -> Table:
        """Return the values of `about` by column; of a pool in one file, read without pandas."""
        return self.about(state) if self._files.in_parts else self.columns(state)

    def columns(self, state: CampaignState) -> Table:
        """Return the values of `of` by column; but for a large pool, read without pandas."""
        if self._files.in_parts:
            return self.of(state)
        known, path = self._files.pool_columns(), self._ledger
        columns = {
            name: [*known[name], *(p.get(name) for p in state.added_pairs)] for name in known
        }
        sealed.checked_columns(path, columns)
        if len(set(columns["pair_id"])) < len(columns["pair_id"]):
            raise self._there_already()
        self._require_pairs(state, columns["pair_id"])
        return columns
