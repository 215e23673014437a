"""One replay: a campaign in memory, whose lab is a table of known constants.

Every round comes from `bo_loop.campaign.rounds.decide.decide`, which `bo-loop suggest` runs;
results are folded in as a ledger's events are. What is simulated is what runs in the lab.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.scores.functions import Random
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.rounds.decide import decide
from bo_loop.campaign.settings import check_values
from bo_loop.library.memory import Memory
from bo_loop.studies.simulate.problem import Problem, Setting, first_experiments, judged, problem

TRACE_COLUMNS = (
    "strategy",
    "seed",
    "experiment",
    "round",
    "pair_id",
    "log_beta",
    "value",
    "best_so_far",
    "mean",
    "sd",
)
"""``round`` 0 are the first experiments of a cold start; ``value`` and ``best_so_far`` are under
the objective; ``mean`` and ``sd`` were predicted for log β, NaN where no model was asked."""


@dataclass(frozen=True)
class Strategy:
    """A way to choose.

    Parameters
    ----------
    name : str
        What it is called in tables and figures.
    features, model, objective, acquisition : mapping
        Config nodes. Replays with `Random` fit no model.
    batch_size : int
        Pairs proposed in a round.
    design : str
        How a cold start chooses its first experiments.
    """

    name: str
    features: Mapping[str, Any]
    model: Mapping[str, Any]
    objective: Mapping[str, Any]
    acquisition: Mapping[str, Any]
    batch_size: int = 5
    design: str = "random"

    def __post_init__(self):
        if self.batch_size < 1:
            raise ConfigError(f"batch_size is {self.batch_size}; give at least 1.")


def check(strategy: Strategy, pairs: pd.DataFrame, memory: Memory | None = None) -> None:
    """Refuse a strategy that no replay could run, before any is.

    Parameters
    ----------
    strategy : Strategy
        What would choose.
    pairs : DataFrame
        One or more pairs that its features are to describe.
    memory : Memory, optional
        What its replays know.

    Raises
    ------
    ConfigError
        If it allows replicates, its model, objective or acquisition is none that a campaign could
        have, the model cannot compare its features, or the memory speaks for another model.
    """
    acquisition = build(strategy.acquisition)
    if acquisition.allow_replicates:
        raise ConfigError(
            f"Strategy {strategy.name!r} allows replicates, but the lab of a replay knows one "
            "value of each pair. Leave out acquisition.allow_replicates."
        )
    if isinstance(acquisition, Random):
        return
    # One pair will do: which blocks a recipe makes does not depend on the pairs.
    blocks = build(strategy.features).fit(pairs.iloc[:1]).blocks
    try:
        check_values({key: getattr(strategy, key) for key in ("model", "objective", "acquisition")})
        build(strategy.model).require_blocks(blocks)
    except ConfigError as error:
        raise ConfigError(f"Strategy {strategy.name!r} cannot be run: {error}") from error
    if memory is not None and not memory.suits(build(strategy.model), strategy.features):
        raise ConfigError(
            f"Strategy {strategy.name!r} cannot be run: the memory {memory.card['name']} speaks "
            "for another model, or other features."
        )


def replay(
    observations: pd.DataFrame,
    setting: Setting,
    strategy: Strategy,
    objective: Mapping[str, Any],
    seed: int,
    memory: Memory | None = None,
) -> pd.DataFrame:
    """Replay one campaign.

    Parameters
    ----------
    observations : DataFrame
        The table of known constants, with ``pair_id`` and ``ligand_group``.
    setting : Setting
        What is known, and what is looked for.
    strategy : Strategy
        What chooses.
    objective : mapping
        By which values are judged; a strategy's own may differ.
    seed : int
        Draws the problem and everything in it.
    memory : Memory, optional
        What is known beside the table's constants.

    Returns
    -------
    DataFrame
        `TRACE_COLUMNS`, one row an experiment; fewer than asked for if the pool is used up.

    Raises
    ------
    ConfigError, DataError, FitError
        As `check`, `problem`, `judged` and `decide`.
    """
    given = problem(observations, setting, seed, objective)
    check(strategy, given.pool, memory)
    values = judged(given, objective)
    if isinstance(build(strategy.acquisition), Random):
        picks = _random_picks(given, setting, strategy, seed)
    else:
        with warnings.catch_warnings():
            # Alike in every round of every replay: how a fit ended, what features leave out.
            warnings.simplefilter("ignore", UserWarning)
            picks = _picks(given, setting, strategy, seed, memory)
    frame = pd.DataFrame(picks, columns=["round", "pair_id", "mean", "sd"])
    found = values[frame["pair_id"]].to_numpy()
    return frame.assign(
        strategy=strategy.name,
        seed=seed,
        experiment=np.arange(1, len(frame) + 1),
        log_beta=given.truth[frame["pair_id"]].to_numpy(),
        value=found,
        best_so_far=np.maximum.accumulate(found),
    )[list(TRACE_COLUMNS)]


_Pick = tuple[int, str, float, float]


def _random_picks(given: Problem, setting: Setting, strategy: Strategy, seed: int) -> list[_Pick]:
    """Any pairs: the first ones as a cold start's random design draws them."""
    order = np.random.default_rng([seed, 0]).permutation(len(given.pool))
    first = setting.initial if setting.start == "cold" else 0
    ids = given.pool["pair_id"].iloc[order[: setting.experiments]]
    rounds = [0 if i < first else (i - first) // strategy.batch_size + 1 for i in range(len(ids))]
    return [(r, pair, np.nan, np.nan) for r, pair in zip(rounds, ids, strict=True)]


def _picks(
    given: Problem, setting: Setting, strategy: Strategy, seed: int, memory: Memory | None
) -> list[_Pick]:
    recipe = build(strategy.features)
    literature = recipe.usable(given.literature)
    if literature.empty and setting.start != "cold" and memory is None:
        raise DataError(
            f"start={setting.start} leaves {strategy.name!r} without a constant to begin with: "
            f"{len(given.literature)} were given, and its features can describe none. Take other "
            "features or data (data.protonation=<file> reads protonation constants)."
        )
    described = pd.concat([literature[given.pool.columns], given.pool], ignore_index=True)
    schema = recipe.fit(described) if memory is None else memory.schema()
    first = first_experiments(given, schema, setting, strategy.design, seed)
    state = _measured(CampaignState(name="replay"), given, first)
    picks = [(0, pair, np.nan, np.nan) for pair in first]
    most = min(setting.experiments, len(given.pool))
    while len(picks) < most:
        config = {
            "batch_size": min(strategy.batch_size, most - len(picks)),
            "seed": seed,
            "model": strategy.model,
            "objective": strategy.objective,
            "acquisition": strategy.acquisition,
            "pool": {"include_known": False},
        }
        decided = decide(schema, literature, given.pool, state, config, memory=memory)
        state = _after(state, "proposed", decided | {"seen": state.seq})
        chosen = decided["proposals"]
        picks += [(decided["round"], p["pair_id"], p["mean"], p["sd"]) for p in chosen]
        state = _measured(state, given, [p["pair_id"] for p in chosen])
    return picks


def _measured(state: CampaignState, given: Problem, pair_ids: list[str]) -> CampaignState:
    """Let the lab answer."""
    pairs = given.pool.set_index("pair_id").loc[pair_ids]
    for pair in pairs.itertuples():
        result = {
            "pair_id": pair.Index,
            "log_beta": float(given.truth[pair.Index]),
            "log_beta_sd": None,
            "censoring": "none",
            "temperature_C": pair.temperature_C,
            "ionic_strength_M": pair.ionic_strength_M,
            "replicate": 1,
        }
        state = _after(state, "measured", result)
    return state


def _after(state: CampaignState, event: str, data: Mapping[str, Any]) -> CampaignState:
    # A replay has no clock: the same seed gives the same trace at any time.
    return fold(
        [Event(seq=state.seq + 1, event=event, time="1970-01-01T00:00:00Z", data=data)], state
    )
