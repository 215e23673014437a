"""Many replays: in parallel processes, each on one thread, kept as they finish and never redone."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop import __version__
from bo_loop.base import parallel, received, received_tables
from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.base.folders import readable, require_new
from bo_loop.base.progress import report
from bo_loop.library.memory import CARD, Memory, packed
from bo_loop.studies.simulate.problem import Setting, problem
from bo_loop.studies.simulate.replay import Strategy, check, replay

_SETTING, _TRACES = "simulation.json", "replays"


@dataclass(frozen=True)
class Simulation:
    """What is to be replayed.

    Parameters
    ----------
    observations : DataFrame
        The table of known constants, with ``pair_id`` and ``ligand_group``.
    setting : Setting
        What all replays share.
    objective : mapping
        Config node of the objective by which they are judged.
    strategies : sequence of Strategy
        With different names.
    seeds : int
        Replays of each strategy, with seeds 0 … seeds − 1.
    memory : Memory, optional
        What is known with ``start="memory"``, the targets' pairs among it or not: they are hidden.

    Raises
    ------
    ConfigError
        If there is no strategy or no seed, two strategies share a name, or there is a memory where
        none is asked for, or none where one is.
    """

    observations: pd.DataFrame
    setting: Setting
    objective: Mapping[str, Any]
    strategies: Sequence[Strategy]
    seeds: int
    memory: Memory | None = None

    def __post_init__(self):
        names = [strategy.name for strategy in self.strategies]
        if not names or len(set(names)) < len(names):
            raise ConfigError(f"strategies is {names}: give one or more, each once.")
        if self.seeds < 1:
            raise ConfigError(f"seeds is {self.seeds}; give at least 1.")
        if (self.memory is None) is (self.setting.start == "memory"):
            raise ConfigError("start=memory knows what data.memory names, and no other start does.")

    @cached_property
    def known(self) -> Memory | None:
        """The memory without the targets."""
        return None if self.memory is None else self.memory.without(self.setting.target)

    def fingerprint(self) -> dict[str, str]:
        """State what replays are made from, but for strategies and seeds."""
        table = self.observations.to_csv(index=False).encode("utf-8")
        card = None if self.memory is None else packed(self.memory)[CARD]
        memory = {} if card is None else {"memory": hashlib.sha256(card).hexdigest()}
        return memory | {
            "version": __version__,
            "observations": hashlib.sha256(table).hexdigest(),
            "setting": _canonical(asdict(self.setting)),
            "objective": _canonical(self.objective),
        }


def run(
    simulation: Simulation,
    out: Path,
    *,
    processes: int | None = None,
) -> pd.DataFrame:
    """Replay every strategy with every seed; what `out` holds already is not redone.

    Parameters
    ----------
    simulation : Simulation
        What to replay.
    out : Path
        Folder that keeps the replays, new or of this same simulation. Strategies and seeds may be
        added to it later.
    processes : int, optional
        Replays at once; one a core if not given.

    Returns
    -------
    DataFrame
        The traces of all replays (`bo_loop.studies.simulate.replay.TRACE_COLUMNS`), strategies in
        their order, seeds ascending.

    Raises
    ------
    ConfigError
        If `out` holds replays of something else, or a strategy cannot be run; nothing is replayed
        then.
    BoLoopError
        Of the first replay that failed; those that had finished are kept.
    """
    pool = problem(simulation.observations, simulation.setting, 0, simulation.objective).pool
    for strategy in simulation.strategies:
        check(strategy, pool, simulation.known)
    _claim(out, simulation)
    files = {
        (strategy.name, seed): out / _TRACES / f"{_stem(strategy)}_{seed:03d}.parquet"
        for strategy in simulation.strategies
        for seed in range(simulation.seeds)
    }
    missing = [
        (strategy, seed)
        for seed in range(simulation.seeds)
        for strategy in simulation.strategies
        if not files[strategy.name, seed].exists()
    ]
    runner = parallel.processes(processes, len(missing))
    done = len(files) - len(missing)
    report("replays", done, len(files))
    tasks = [_Replay(simulation, strategy, seed) for strategy, seed in missing]
    for position, trace in runner.run(_replayed, tasks):
        strategy, seed = missing[position]
        _write(trace, files[strategy.name, seed])
        done += 1
        report("replays", done, len(files))
    return pd.concat(
        [received_tables.read_parquet(file, received.read_bytes(file)) for file in files.values()],
        ignore_index=True,
    )


@dataclass(frozen=True)
class _Replay:
    simulation: Simulation
    strategy: Strategy
    seed: int


def _replayed(task: _Replay) -> pd.DataFrame:
    simulation = task.simulation
    return replay(
        simulation.observations,
        simulation.setting,
        task.strategy,
        simulation.objective,
        task.seed,
        simulation.known,
    )


def _claim(out: Path, simulation: Simulation) -> None:
    """Write down what the folder's replays are of, or check that it is this."""
    path = out / _SETTING
    wanted = simulation.fingerprint()
    if not path.exists():
        require_new(out, "out")
        (out / _TRACES).mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8", newline="\n")
        return
    try:
        found = received.load_json(path)
    except CampaignError as error:
        raise ConfigError(f"{path} cannot be read ({error}); give another out=.") from error
    other = [name for name in wanted if found.get(name) != wanted[name]]
    if other:
        raise ConfigError(
            f"{out} holds replays with another {' and '.join(other)}; give another out=."
        )


def _write(trace: pd.DataFrame, path: Path) -> None:
    """Write a trace so that the file is there whole or not at all."""
    partial = path.with_suffix(f".{os.getpid()}.tmp")
    trace.to_parquet(partial, index=False)
    partial.replace(path)


def _stem(strategy: Strategy) -> str:
    """Name a strategy's files: readable, and another if any of its options is."""
    digest = hashlib.sha256(_canonical(asdict(strategy)).encode()).hexdigest()[:8]
    return f"{readable(strategy.name, 60)}_{digest}"


def _canonical(node: Any) -> str:
    return json.dumps(node, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
