"""A campaign: start, suggest, log, status. What the command line does, it does through here."""

import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop import config as configs
from bo_loop.campaign import files, forms, results, rules, sealed, views
from bo_loop.campaign.events import Event, NewEvent, canonical
from bo_loop.campaign.fold import fold
from bo_loop.campaign.ledger import Ledger
from bo_loop.campaign.state import CampaignState, Round
from bo_loop.campaign.status import Status, status_of
from bo_loop.errors import CampaignError, ConfigError

LEDGER, MEASUREMENTS = "ledger.jsonl", "measurements.csv"
SETTINGS = ("batch_size", "seed", "data", "features", "model", "objective", "acquisition", "pool")
FOR_A_ROUND = ("batch_size", "seed", "model", "objective", "acquisition", "pool")
"""What `suggest` may be told for one round; of the pool, only ``include_known``."""

_PACKAGES = ("bo-loop", "torch", "gpytorch", "botorch", "numpy", "scipy", "rdkit")
_MOST_RACES = 5


@dataclass(frozen=True)
class Logged:
    """What a `log` did.

    Parameters
    ----------
    recorded : DataFrame
        A row for each event recorded: ``seq, event, pair_id``, the pair's own columns,
        ``log_beta, log_beta_sd`` and the prediction ``mean, sd``.
    n_known : int
        Rows that were in the ledger already, and added nothing.
    notice : str
        What the user must be told of the ledger; empty if nothing.
    """

    recorded: pd.DataFrame
    n_known: int
    notice: str


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
        self.path = path
        self.ledger = Ledger(path / LEDGER)
        if not (path / LEDGER).is_file():
            raise CampaignError(
                f"There is no campaign in {path}. Start one with bo-loop start "
                f"campaign=nickel_chelators name={path.name}, or check name= and directory=."
            )
        self.sealed = sealed.Sealed(path, self.state().sealed)

    @classmethod
    def open(cls, name: str, directory: str | Path = "campaigns") -> "Campaign":
        """Open the campaign `name` below `directory`."""
        return cls(Path(directory) / files.safe_name(name))

    @classmethod
    def start(
        cls, config: Mapping[str, Any], choices: Mapping[str, str] | None = None
    ) -> "Campaign":
        """Seal literature, pool and features, and record that the campaign started.

        Parameters
        ----------
        config : mapping
            ``name``, ``directory`` and `SETTINGS`: what ``conf/start.yaml`` composes.
        choices : mapping of str to str, optional
            The option chosen for each config group.

        Returns
        -------
        Campaign

        Raises
        ------
        CampaignError
            If the name is taken or cannot be a folder's.
        ConfigError, DataError
            If config, literature or pool cannot be used. Nothing is left behind.
        """
        path = Path(config["directory"]) / files.safe_name(str(config["name"]))
        if path.exists():
            raise CampaignError(
                f"{path} exists already. Go on with bo-loop suggest name={path.name}, or start "
                "under another name=."
            )
        settings = _settings(config)
        observations, pool, schema = _prepare(settings)
        staging = path.with_name(f".tmp-{os.getpid()}-{path.name}")
        try:
            files.make_folder(staging)
            hashes = sealed.write(
                staging,
                config=settings,
                choices=choices or {},
                observations=observations,
                pool=pool,
                features=schema,
            )
            started = {
                "name": path.name,
                "config": hashlib.sha256(canonical(settings)).hexdigest(),
                "sealed": hashes,
                "versions": _versions(),
                "n_observations": len(observations),
                "n_pool": len(pool),
            }
            Ledger(staging / LEDGER).append([("started", started)])
            files.publish_folder(staging, path)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return cls(path)

    @cached_property
    def config(self) -> dict[str, Any]:
        """What was sealed at `start`."""
        return self.sealed.config()["config"]

    @cached_property
    def choices(self) -> dict[str, str]:
        """The option chosen for each config group at `start`."""
        return self.sealed.config()["choices"]

    @cached_property
    def pool(self) -> pd.DataFrame:
        """The pairs that may be proposed: the pair columns, ``pair_id``, ``ligand_group``."""
        return self.sealed.pool()

    @cached_property
    def literature(self) -> pd.DataFrame:
        """The sealed observations, with ``pair_id`` and ``ligand_group``."""
        return self.sealed.observations()

    def state(self) -> CampaignState:
        """Fold the ledger as it is now."""
        return fold(self.ledger.read().events)

    def form(self, number: int) -> Path:
        """Return where the form of a round lies."""
        return self._round_folder(number) / "proposals.csv"

    def suggest(self, **overrides: Any) -> pd.DataFrame:
        """Propose the next pairs, record them, and write the round's form.

        Parameters
        ----------
        **overrides
            Any of `FOR_A_ROUND`, for this round only: ``batch_size=6``,
            ``acquisition={"_target_": "bo_loop.acquisition.functions.UCB", "beta": 4.0}``.

        Returns
        -------
        DataFrame
            A row for each proposal, best first: ``pair_id``, the pair's own columns, ``round,
            rank, mean, sd, sd_latent, acquisition, reason``.

        Raises
        ------
        CampaignError
            If no pair is open, or the campaign is closed.
        ConfigError, DataError, FitError
            If an override, the data or the fit will not do. Nothing is recorded then.
        """
        from bo_loop.campaign.rounds import decide  # torch: only where a model is needed
        from bo_loop.features.schema import FeatureSchema

        _check_overrides(overrides)
        schema = FeatureSchema.from_json(self.sealed.features())
        for _ in range(_MOST_RACES):
            state = self.state()
            rules.check_open(state)
            self._complete_rounds(state)
            config = {**self.config, **state.overrides, **overrides}
            event = decide(schema, self.literature, self.pool, state, config)
            event |= {"seen": state.seq, "overrides": overrides, "versions": _versions()}
            if self._record_round(event):
                state = self.state()
                self._complete_rounds(state)
                made = next(r for r in state.rounds if r.number == event["round"])
                return views.proposals(made, self.pool)
        raise CampaignError(
            f"{self.path.name}: {_MOST_RACES} times running, another suggest or log took a pair "
            "first. Nothing was recorded. Repeat the command when the campaign is quieter."
        )

    def log(self, path: str | Path, *, replicate: bool = False) -> Logged:
        """Take a table of results into the ledger: all of it, or none.

        Parameters
        ----------
        path : str or Path
            The filled-in form of a round, or any CSV with ``pair_id`` and ``log_beta``.
        replicate : bool
            Record another value for an answered pair as a replicate.

        Returns
        -------
        Logged

        Raises
        ------
        DataError, CampaignError
            With every row that cannot be taken. Nothing is recorded then.
        """
        candidates, labels = results.read_results(Path(path), self.pool)
        n_known = 0

        def decide(events: tuple[Event, ...]) -> list[NewEvent]:
            nonlocal n_known
            new, n_known = rules.new_events(
                fold(events), candidates, replicate=replicate, labels=labels
            )
            return new

        appended = self.ledger.transact(decide)
        state = self.state()
        self._complete_rounds(state)
        files.write_view(
            self.path / MEASUREMENTS, forms.table(views.measurements(state, self.pool))
        )
        recorded = views.logged(appended.events, state, self.pool)
        return Logged(recorded, n_known, str(appended.set_aside or ""))

    def measurements(self) -> pd.DataFrame:
        """Return the standing results with their predictions; see `views.measurements`."""
        return views.measurements(self.state(), self.pool)

    def status(self) -> Status:
        """Return where the campaign stands."""
        state = self.state()
        return status_of(state, self.config, views.measurements(state, self.pool))

    def _record_round(self, event: Mapping[str, Any]) -> bool:
        """Append a `proposed` event, unless its round or a pair of it was taken meanwhile."""
        picks = [proposal["pair_id"] for proposal in event["proposals"]]

        def unless_taken(events: tuple[Event, ...]) -> list[NewEvent]:
            state = fold(events)
            free = all(state.state_of(pair_id) == "open" for pair_id in picks)
            if not free or len(state.rounds) >= event["round"]:
                return []
            rules.check(state, "proposed", event)
            return [("proposed", event)]

        appended = self.ledger.transact(unless_taken)
        if appended.set_aside:
            warnings.warn(str(appended.set_aside), stacklevel=3)
        return bool(appended.events)

    def _complete_rounds(self, state: CampaignState) -> None:
        """Write what a round's folder lacks: a suggest may have been cut off after its event."""
        for made in state.rounds:
            contents = {
                "proposals.csv": lambda r=made: forms.form(views.proposals(r, self.pool)),
                "model.json": lambda r=made: _model_json(r),
            }
            folder = self._round_folder(made.number)
            for name, content in contents.items():
                if not (folder / name).exists():
                    _write_unless_there(folder / name, content())

    def _round_folder(self, number: int) -> Path:
        return self.path / "rounds" / f"{number:03d}"


def _write_unless_there(path: Path, content: bytes) -> None:
    try:
        files.make_folder(path.parent)
        files.write_once(path, content)
    except CampaignError:
        if not path.exists():  # else another process had the same thought, and the same content
            raise


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sealed of a config, checked."""
    unknown = set(config) - {*SETTINGS, "name", "directory"}
    missing = {*SETTINGS} - set(config)
    if unknown or missing:
        raise ConfigError(
            f"A campaign's config lacks {sorted(missing) or 'nothing'} and has no use for "
            f"{sorted(unknown) or 'nothing'}. Its keys are {', '.join(SETTINGS)}."
        )
    settings = {key: config[key] for key in SETTINGS}
    _check_numbers(settings)
    for group in ("model", "objective", "acquisition"):
        configs.build(settings[group])  # a wrong option shows now, not at the first suggest
    return settings


def _check_overrides(overrides: Mapping[str, Any]) -> None:
    fixed = set(overrides) - set(FOR_A_ROUND)
    fixed |= {f"pool.{key}" for key in overrides.get("pool", {}) if key != "include_known"}
    if fixed:
        raise ConfigError(
            f"{', '.join(sorted(fixed))} cannot be set for a round: it was sealed at start, or is "
            f"no setting at all. A round takes {', '.join(FOR_A_ROUND)}; of the pool, only "
            "include_known."
        )
    _check_numbers(overrides)


def _check_numbers(settings: Mapping[str, Any]) -> None:
    for key, least in (("batch_size", 1), ("seed", 0)):
        value = settings.get(key, least)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ConfigError(f"{key} is {value!r}; it must be a whole number from {least}.")


def _prepare(settings: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Return the literature and the pool with their keys, and the feature schema as JSON."""
    from bo_loop.data.schema import with_keys

    pool_node = {key: value for key, value in settings["pool"].items() if key != "include_known"}
    observations = with_keys(configs.build(settings["data"]), "the literature")
    pool = with_keys(configs.build(pool_node), "the pool")
    recipe = configs.build(settings["features"])
    return observations, pool, recipe.fit(pd.concat([observations, pool])).to_json()


def _versions() -> dict[str, str]:
    return {package: version(package) for package in _PACKAGES}


def _model_json(made: Round) -> bytes:
    contents = {
        "round": made.number,
        "hyperparameters": made.hyperparameters,
        "fit": made.fit,
        "incumbent": made.incumbent,
        "versions": made.versions,
    }
    return (json.dumps(contents, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
