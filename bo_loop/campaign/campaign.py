"""A campaign: start, suggest, log, status. What the command line does, it does through here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.base.folders import safe_name
from bo_loop.base.memory import collector_paused
from bo_loop.base.types import FeatureRecipe, ModelRecipe, Source
from bo_loop.campaign import amendments, choosing, corrections
from bo_loop.campaign.ledger import rules
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.provenance import versions, who
from bo_loop.campaign.record import Record
from bo_loop.campaign.results import doubts, refined
from bo_loop.campaign.results import reading as results
from bo_loop.campaign.results.at_pH import require_acids
from bo_loop.campaign.settings import started_with
from bo_loop.campaign.starting import start
from bo_loop.campaign.verify import Verification, verify
from bo_loop.campaign.views import views

if TYPE_CHECKING:
    from bo_loop.lab.titration.refine import Refinement

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Logged:
    """What a `log` did.

    Parameters
    ----------
    recorded : DataFrame
        A row for each event recorded: ``seq, event, pair_id``, the pair's own columns,
        ``log_beta, log_beta_sd, censoring`` and the prediction ``mean, sd``.
    n_known : int
        Rows that were in the ledger already, and added nothing.
    understood : tuple of str
        Numbers that were not written plainly, and how they were read.
    notice : str
        What the user has to know of the ledger; may be empty.
    """

    recorded: pd.DataFrame
    n_known: int
    understood: tuple[str, ...]
    notice: str


@dataclass(frozen=True)
class Checked:
    """What a `log` would do.

    Parameters
    ----------
    rows : DataFrame
        A row for each event that would be recorded: ``row`` (of the table, as a spreadsheet
        numbers them), ``event, pair_id``, the pair's own columns, ``result`` (in words) and
        ``doubts`` (a list of texts, empty where there is none).
    n_known, understood
        As of `Logged`.
    """

    rows: pd.DataFrame
    n_known: int
    understood: tuple[str, ...]


def _of_record(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of a record as a method of the campaign that holds it."""

    @wraps(function)
    def method(self: "Campaign", *arguments: Any, **options: Any) -> Any:
        return function(self.record, *arguments, **options)

    return method


class Campaign:
    """A campaign directory, opened.

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
        self.record = Record(path)

    path = property(attrgetter("record.path"), doc="The campaign's folder.")
    config = property(attrgetter("record.config"), doc="What was sealed at `start`.")
    choices = property(attrgetter("record.choices"), doc=Record.choices.__doc__)
    literature = property(attrgetter("record.literature"), doc=Record.literature.__doc__)
    pool = property(attrgetter("record.pool"), doc=Record.pool.__doc__)

    state = _of_record(Record.state)
    settings = _of_record(Record.settings)
    status = _of_record(Record.status)
    history = _of_record(Record.history)
    measurements = _of_record(Record.measurements)
    form = _of_record(Record.form)

    suggest = _of_record(choosing.suggest)
    consider = _of_record(choosing.consider)
    pick = _of_record(choosing.pick)
    rank = _of_record(choosing.rank)
    predict = _of_record(choosing.predict)

    correct = _of_record(corrections.correct)
    void = _of_record(corrections.void)
    withdraw = _of_record(amendments.withdraw)
    restore = _of_record(amendments.restore)
    close = _of_record(amendments.close)
    reopen = _of_record(amendments.reopen)
    configure = _of_record(amendments.configure)
    renew_features = _of_record(amendments.renew_features)
    extend = _of_record(amendments.extend)
    grow = _of_record(amendments.grow)

    @classmethod
    def open(cls, name: str, directory: str | Path = "campaigns") -> "Campaign":
        """Open the campaign `name` below `directory`."""
        return cls(Path(directory) / safe_name(name))

    @classmethod
    def start(
        cls,
        name: str,
        *,
        pool: str | Node | Source,
        data: str | Node | Source = "minteq",
        features: str | Node | FeatureRecipe = "chemistry",
        model: str | Node | ModelRecipe = "pair_gp",
        objective: str | Node | Objective = "maximise",
        acquisition: str | Node | Acquisition = "auto",
        batch_size: int = 5,
        seed: int = 0,
        sources: Sequence[str] = (),
        property: Node | Sequence[Node] | None = None,
        directory: str | Path = "campaigns",
        **pool_rules: Any,
    ) -> "Campaign":
        """Seal literature, pool and features, and record that the campaign started.

        Parameters
        ----------
        name : str
            The campaign's folder below `directory`.
        pool, data, features, model, objective, acquisition : str, object or mapping
            The name of an option (of ``conf/model/`` and so on), an object such as
            ``bo_loop.models.PairGP()``, or a config node.
        batch_size : int
            Pairs proposed in a round.
        seed : int
        sources : sequence of str
            Models to learn from, with ``model="transfer"``: ``model:DIR``, ``library:NAME``,
            ``campaign:NAME``, ``campaign:*``. They are sealed with the campaign.
        property : mapping, optional
            What is measured, if not log β: ``{"name": "log D", "unit": "", "transform": "none",
            "bounds": [-5, 5]}``; see `bo_loop.data.property.Property`. Or a list of several, which
            need not all be measured on every pair.
        directory : str or Path
        **pool_rules
            ``include_known``, ``generated``, ``max_generated_share``, ``max_denticity_sum``: the
            campaign's own rules on its pool; by default, the rules of the pool's option.

        Returns
        -------
        Campaign

        Raises
        ------
        CampaignError
            If the name is taken or cannot be a folder's.
        ConfigError, DataError
            If a setting, literature or pool cannot be used. Nothing is left behind.
        """
        given = {"data": data, "features": features, "model": model, "objective": objective}
        given |= {"acquisition": acquisition, "pool": pool, "sources": sources}
        given |= {"property": property}
        settings = started_with({"batch_size": batch_size, "seed": seed} | given, pool_rules)
        path = Path(directory) / safe_name(str(name))
        start(path, settings)
        return cls(path)

    @collector_paused()
    def log(
        self,
        path: str | Path,
        *,
        content: bytes | None = None,
        encoding: str | None = None,
        replicate: bool = False,
        confirm: doubts.Confirm = False,
        operator: str | None = None,
        method: str = "",
        date: str = "",
        note: str = "",
    ) -> Logged:
        """Take a table of results into the ledger: all of it, or none.

        Parameters
        ----------
        path : str or Path
            The filled-in form of a round, or any table with ``pair_id`` and ``log_beta``.
        content : bytes, optional
            The table, where it did not come from a file; `path` only names it then.
        encoding : str, optional
            Of a ``.csv``, as `bo_loop.data.encodings.decoded` takes it.
        replicate : bool
            Record another value for an answered pair as a replicate. One that a round proposed
            is recorded as such without it.
        confirm : bool, or sequence of int or str
            Record results although they look doubtful: all of them, or those in the rows or of
            the pairs named, as in the message; see `bo_loop.campaign.results.doubts`.
        operator, method, date, note : str, optional
            What holds for rows that state none; the operator is by default the login name.

        Returns
        -------
        Logged

        Raises
        ------
        DataError, CampaignError
            With every row that cannot be taken, or is doubtful. Nothing is recorded then.
        """
        said = {"operator": who(operator), "method": method, "date": date, "note": note}
        source = {"content": content, "encoding": encoding}
        pool = self._pool_for(Path(path), source)
        table = results.read_results(
            Path(path), pool, defaults=said, of=self.state().properties, **source
        )
        came_from = {"source": Path(path).name}
        table = replace(table, events=[(kind, data | came_from) for kind, data in table.events])
        return self._take(table, pool, replicate, confirm)

    def log_refined(
        self,
        done: "Refinement",
        *,
        replicate: bool = False,
        confirm: bool = False,
        operator: str | None = None,
        date: str = "",
        note: str = "",
    ) -> Logged:
        """Take constants that were refined from curves into the ledger, and the curves beside it.

        Parameters
        ----------
        done : Refinement
            Its ML_n that are pairs of the pool are recorded, with what is needed to refine again.
        replicate, operator, date, note
            As of `log`.
        confirm : bool
            Record them although the fit, or a value, looks doubtful.

        Returns
        -------
        Logged

        Raises
        ------
        DataError, CampaignError
            If no species is a pair of the pool, or something is doubtful. Nothing is recorded then.
        """
        said = {"operator": who(operator), "date": date, "note": note}
        pool = self.pool
        table, left_out = refined.rows_of(done, pool, said)
        logged = self._take(
            table, pool, replicate, confirm, lambda: refined.keep_raw(self.path, done)
        )
        return replace(logged, understood=(*left_out, *logged.understood))

    def _pool_for(self, path: Path, source: Mapping[str, Any]) -> pd.DataFrame:
        """Return the pool, or of one in parts what a table of results is about."""
        if self.record.sealed.in_parts and len(self.state().properties) == 1:
            ids = results.named_pairs(path, **source)
            if ids is not None:
                return self.record.pool_about(ids)
        return self.pool

    def _take(
        self,
        table: results.ResultsTable,
        pool: pd.DataFrame,
        replicate: bool,
        confirm: doubts.Confirm,
        keep: Callable[[], None] = lambda: None,
    ) -> Logged:
        """Record the rows of a table of results that the ledger does not hold yet.

        `keep` stores what they rest on, once nothing speaks against them.
        """
        n_known = 0

        def decide(state: CampaignState) -> list[NewEvent]:
            nonlocal n_known
            new, n_known = rules.new_events(
                state, table.events, replicate=replicate, labels=table.labels
            )
            require_acids(new, lambda: self.record.knows_acids)
            checked = doubts.confirmed(new, table, state, pool, self.literature, confirm=confirm)
            if checked:
                keep()
            return checked

        appended = self.record.append(decide)
        recorded = views.logged(appended.events, self.state(), pool)
        return Logged(recorded, n_known, tuple(table.understood), str(appended.set_aside or ""))

    def check(
        self,
        path: str | Path,
        *,
        content: bytes | None = None,
        encoding: str | None = None,
        replicate: bool = False,
    ) -> Checked:
        """Say what `log` would record of a table, and what about it is doubtful; records nothing.

        Parameters
        ----------
        path, content, encoding, replicate
            As for `log`.

        Returns
        -------
        Checked

        Raises
        ------
        DataError, CampaignError
            With every row that cannot be taken.
        """
        source, state = {"content": content, "encoding": encoding}, self.state()
        pool = self._pool_for(Path(path), source)
        table = results.read_results(Path(path), pool, of=state.properties, **source)
        new, n_known = rules.new_events(
            state, table.events, replicate=replicate, labels=table.labels
        )
        require_acids(new, lambda: self.record.knows_acids)
        found = doubts.found(new, table, state, pool, self.literature)
        return Checked(views.checked(new, found, pool), n_known, tuple(table.understood))

    def verify(self, *, refit: bool = False) -> Verification:
        """Check that the record is whole and that all else follows from it; changes nothing.

        Parameters
        ----------
        refit : bool
            Also fit each round's model again, and report how it differs.

        Returns
        -------
        Verification
        """
        return verify(self.record, versions(), refit=refit)
