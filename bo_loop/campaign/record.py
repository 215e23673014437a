"""A campaign's folder, opened: its record read, its views written."""

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.base import files, received
from bo_loop.base.config import build_as
from bo_loop.base.errors import CampaignError
from bo_loop.base.folders import safe_name
from bo_loop.base.memory import collector_paused
from bo_loop.base.types import SOURCES
from bo_loop.campaign import sealed
from bo_loop.campaign.finding import Pairs
from bo_loop.campaign.growing_pool import GrowingPool
from bo_loop.campaign.ledger.events import Event, NewEvent
from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.ledger.ledger import Appended, Ledger
from bo_loop.campaign.ledger.state import CampaignState, Round
from bo_loop.campaign.pool_rows import Table, pool_pairs, with_acids
from bo_loop.campaign.provenance import Recorded
from bo_loop.campaign.settings import called, check_targets, with_overrides
from bo_loop.campaign.views import folder, views
from bo_loop.campaign.views.history import COLUMNS, history
from bo_loop.campaign.views.status import Status, status_of
from bo_loop.campaign.views.worth import worth_of
from bo_loop.chemistry.ions import PROTON
from bo_loop.data.large_pools import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.campaign.pool_in_parts import PoolInParts
    from bo_loop.features.schema import FeatureSchema
    from bo_loop.library.memory import Memory

LEDGER = "ledger.jsonl"


class Record:
    """What can be read of a campaign, and the views of it.

    Parameters
    ----------
    path : Path
        The campaign's folder.

    Raises
    ------
    CampaignError
        If there is no campaign, or its ledger is damaged.
    """

    def __init__(self, path: Path):
        self.path = path
        self.ledger = Ledger(path / LEDGER)
        self._folded = CampaignState()
        self._last_hash = ""
        try:
            there = (path / LEDGER).is_file()
        except OSError as error:  # a folder that may not be entered
            raise received.unreadable(path, error) from error
        if not there:
            raise CampaignError(
                f"There is no campaign in {path}. Start one with bo-loop start "
                f"campaign=nickel_chelators name={path.name}, or check name= and directory=."
            )
        files.refuse_links(path)
        self.sealed = sealed.Sealed(path, self.state().sealed)
        self._pool = GrowingPool(self.sealed, path / LEDGER)

    @classmethod
    def open(cls, name: str, directory: str | Path = "campaigns") -> "Record":
        """Open the record of the campaign `name` below `directory`."""
        return cls(Path(directory) / safe_name(name))

    @cached_property
    def config(self) -> dict[str, Any]:
        """What was sealed at `start`."""
        return self.sealed.config()["config"]

    @cached_property
    def choices(self) -> dict[str, str]:
        """The option chosen for each config group at `start`."""
        return self.sealed.config()["choices"]

    @cached_property
    def literature(self) -> "pd.DataFrame":
        """The sealed observations, with ``pair_id`` and ``ligand_group``."""
        return self.sealed.observations()

    @cached_property
    def memory(self) -> "Memory | None":
        """What was sealed beside the observations: a distilled model; None without one."""
        return self.sealed.memory()

    @cached_property
    def knows_acids(self) -> bool:
        """Whether there are protonation constants to learn from: own ones, or the memory's."""
        return bool(with_acids(self.literature, self.memory)["metal"].eq(PROTON).any())

    @property
    def pool(self) -> "pd.DataFrame":
        """The pairs that may be proposed: the pair columns, ``pair_id``, ``ligand_group``."""
        return self.pool_of(self.state())

    def state(self) -> CampaignState:
        """Fold the ledger as it is now."""
        return self.folded(self.ledger.read().events)

    def folded(self, events: tuple[Event, ...]) -> CampaignState:
        """Fold events of the ledger; what was folded before is not folded again."""
        known = self._folded.seq
        if known > len(events) or (known and events[known - 1].hash != self._last_hash):
            self._folded, known = CampaignState(), 0
        if known < len(events):
            self._folded = fold(events[known:], self._folded)
        self._last_hash = events[-1].hash if events else ""
        return self._folded

    def settings(self, state: CampaignState) -> dict[str, Any]:
        """Return the settings in force: those sealed, with what was changed for good since.

        Raises
        ------
        ConfigError
            If they would build anything but a model, an objective or an acquisition.
        """
        settings = called({**self.config, **state.overrides})
        check_targets(settings)
        return settings

    def hyperparameters(
        self, state: CampaignState, model: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Return the last round's, if it was fitted with a `model` like this one; else None."""
        if not state.rounds or state.hyperparameters is None:
            return None
        was = self.behind(state.rounds[-1])[1]["model"]
        return state.hyperparameters if was == model else None

    def behind(self, made: Round) -> tuple[CampaignState, dict[str, Any]]:
        """Return the state that a round had seen, and the settings that it was made with."""
        seen = fold(self.ledger.read().events[: made.seen])
        return seen, with_overrides(self.settings(seen), made.overrides)

    def schema(self, state: CampaignState) -> "FeatureSchema":
        """Return the features in force: those sealed, or what they were renewed to since.

        Raises
        ------
        DataError
            If the rules and packages at hand are not those that computed their values.
        """
        from bo_loop.features.schema import FeatureSchema, require_version

        stored = self.sealed.features()
        if not state.features:
            try:
                schema = FeatureSchema.from_json(stored)
                return self.sealed.taught(schema) if SOURCES in stored["blocks"] else schema
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise received.not_ours(
                    self.path / sealed.FEATURES, f"it is not a feature schema ({error!r})"
                ) from error
        renewed = self.renewed_schema
        require_version(state.features, renewed.version)
        return renewed

    @cached_property
    def renewed_schema(self) -> "FeatureSchema":
        """The features fitted again, by the installed rules, to what was sealed at `start`.

        Those of a memory keep its centres and scales, to which its hyperparameters belong.
        """
        import pandas as pd

        from bo_loop.features.about import about
        from bo_loop.features.schema import FeatureSchema

        if self.memory is not None:
            return self.memory.schema()
        pairs = pd.concat([self.literature, self._pool.sealed])
        stored = self.sealed.features()
        schema = FeatureSchema.renewed(stored, pairs)
        schema = about(schema, self.state().properties, self.literature)
        if SOURCES not in stored["blocks"]:
            return schema
        sources = self.sealed.taught(FeatureSchema.read(stored)).sources
        return schema.taught(sources, pairs)

    def pool_of(self, state: CampaignState) -> "pd.DataFrame":
        """Return the pool at `state`: the pairs sealed at start, then those added since."""
        return self._pool.of(state)

    def pool_in_parts(self, state: CampaignState) -> "PoolInParts | None":
        """Return the pool at `state` part by part, if it is sealed so; None if it is one file."""
        return self._pool.in_parts(state)

    def pool_about(self, alike: Collection[str] = ()) -> "pd.DataFrame":
        """Return the pool, or of one in parts what of it matters; see `GrowingPool.about`."""
        return self._pool.about(self.state(), alike)

    def form(self, number: int) -> Path:
        """Return where the form of a round lies."""
        return folder.round_folder(self.path, number) / folder.FORM

    def measurements(self) -> "pd.DataFrame":
        """Return the standing results with their predictions; see `views.measurements`."""
        state = self.state()
        return views.measurements(state, self._pool.about(state))

    def pool_columns(self, state: CampaignState) -> Table:
        """Return the values of `pool_of` by column; see `GrowingPool.columns`."""
        return self._pool.columns(state)

    def find(self, pair: str) -> str:
        """Return the ``pair_id`` of a pair of the pool; see `bo_loop.campaign.finding.Pairs.find`.

        Raises
        ------
        CampaignError
            If the pool has no such pair, or more than one.
        """
        return self._pairs(pair).find(pair)

    def find_values(self, pair: str) -> list[str]:
        """Return what `find` returns, for each of several properties that a pair has."""
        return self._pairs(pair).find_values(pair)

    def _pairs(self, pair: str) -> Pairs:
        """Return pairs of the pool, the one that is meant among them if there is one."""
        state = self.state()
        about = self._pool.columns_about(state)
        if not self.sealed.in_parts or rows_of(about["pair_id"], [pair.strip()]):
            return Pairs(about)
        return Pairs(self.pool_columns(state))

    def status(self) -> Status:
        """Return where the campaign stands."""
        state = self.state()
        objective = build_as(Objective, self.settings(state)["objective"], "objective")
        pool = self._pool.columns_about(state)
        worth = worth_of(
            objective, pool_pairs(pool), state, lambda: (self._pool.about(state), self.literature)
        )
        return status_of(state, worth, pool)

    @collector_paused()
    def history_rows(self, pair: str | None = None) -> list[dict[str, Any]]:
        """Return the rows of `history`; they are made without pandas."""
        events = self.ledger.read().events
        state = self.folded(events)
        pool = self._pool.columns_about(state)
        wanted = None if pair is None else self.find_values(pair)
        return history(events, pool, state, wanted)

    def history(self, pair: str | None = None) -> "pd.DataFrame":
        """Return who did what, with the prediction at the time.

        Parameters
        ----------
        pair : str, optional
            Only what concerns this pair, named as `bo_loop.campaign.finding.Pairs.find` reads it.

        Returns
        -------
        DataFrame
            As `bo_loop.campaign.views.history.history`.

        Raises
        ------
        CampaignError
            If the pair is not in the pool.
        """
        return _frame(self.history_rows(pair))

    def views(self, state: CampaignState) -> dict[Path, Callable[[], bytes]]:
        """Return how to rebuild each file that the ledger determines; see `folder.views_of`."""
        return folder.views_of(self.path, state, self._pool.about(state))

    def rebuild(self) -> None:
        """Rebuild the views from the ledger; a form is written only where it is missing.

        Another process may record something meanwhile and write its views first: then these are
        written again, so that the last ones on disk are never behind the ledger.
        """
        files.refuse_links(self.path)
        written = -1
        while written != (state := self.state()).seq:
            for path, content in self.views(state).items():
                if path.name in folder.WRITTEN_ONCE:
                    folder.write_unless_there(path, content)
                elif (new := content()) != (held := folder.held_by(path)):
                    if held is not None and not new.startswith(held):
                        self._keep_unexplained(path, held, state)
                    files.write_view(path, new)
            written = state.seq

    def unexplained(self, held: bytes | None, state: CampaignState) -> list[str]:
        """Return the numbers of results in a measurements.csv of which the ledger knows nothing.

        Another process may have recorded them since `state` was read, so the ledger is asked again.
        """
        if held is None or not views.unexplained(held, state):
            return []
        return views.unexplained(held, self.state())

    def _keep_unexplained(self, path: Path, held: bytes, state: CampaignState) -> None:
        """Set a view aside that shows results of which the ledger knows nothing."""
        if rows := self.unexplained(held, state):
            aside = files.write_aside(path, "set-aside", held, datetime.now(UTC))
            warnings.warn(
                f"{path.name} showed results that the ledger does not have (event "
                f"{', '.join(rows[:5])}); it was kept as {aside}. Were they lost, or written by "
                "hand? Compare with a backup of the ledger.",
                stacklevel=4,
            )

    @collector_paused()
    def append(self, decide: Callable[[CampaignState], Iterable[NewEvent]]) -> Appended:
        """Record what `decide` makes of the state under the lock, and bring the views up to it."""
        files.refuse_links(self.path)
        appended = self.ledger.transact(lambda events: decide(self.folded(events)))
        try:
            self.rebuild()
        except CampaignError as error:  # recorded all the same: to fail now would deny it
            warnings.warn(
                f"Recorded in the ledger, but a view of it could not be written: {error} The next "
                "command writes it.",
                stacklevel=3,
            )
        return appended

    def recorded(self, appended: Appended) -> Recorded:
        """Return the events that an `append` added, as `history` describes them."""
        new = appended.events
        events = self.ledger.read().events[: new[-1].seq if new else 0]
        state = self.folded(events)
        pool = self._pool.about(state)
        names = ("pair_id", *views.own_columns(pool))
        columns = {name: pool[name].to_numpy(object) for name in names}
        rows = history(events, columns, state, last=len(new))
        return Recorded(_frame(rows), str(appended.set_aside or ""))


def _frame(rows: list[dict[str, Any]]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(rows, columns=list(rows[0] if rows else COLUMNS))
