"""What a replayed campaign knows at the start, what it may propose, and what the lab would find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.aqueous import Conditional, PMetal
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Floats
from bo_loop.campaign.results.at_pH import Acids, acids_of
from bo_loop.chemistry.ions import PROTON, parse_ion
from bo_loop.data.mirror_images import isomers
from bo_loop.data.observations import PAIR_COLUMNS
from bo_loop.features.schema import FeatureSchema

STARTS = ("warm", "cold", "protonation", "memory")
DESIGNS = ("random", "maximin")
WHOLE_TABLE = "all"

_KEYS = [*PAIR_COLUMNS, "pair_id", "ligand_group"]
_EXPERIMENT = ["metal", "charge", "n_ligands", "ligand_group", "isomer"]


@dataclass(frozen=True)
class Setting:
    """What all replays of a simulation share.

    Parameters
    ----------
    target : sequence of str or "all"
        Metal ions whose pairs are the pool; "all" for the whole table.
    n_ligands : sequence of int
        Numbers of ligands of the pool's pairs.
    start : {"warm", "cold", "protonation", "memory"}
        What is known: ``warm``, the constants of every other metal; ``protonation``, only
        protonation constants; ``memory``, only what a memory tells of other metals. Each seed draws
        its pool, a share of the targets' pairs. ``cold``: nothing is known; the pool is all of the
        targets' pairs, and the first experiments follow a design.
    share : float
        All but cold: the share of the pairs that each seed draws.
    initial : int
        Cold: experiments before the first round. They count as experiments.
    experiments : int
        Measurements in all.

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.
    """

    target: Sequence[str] | str
    n_ligands: Sequence[int] = (1,)
    start: str = "warm"
    share: float = 0.8
    initial: int = 10
    experiments: int = 50

    def __post_init__(self):
        if self.start not in STARTS:
            raise ConfigError(f"start is {self.start!r}; choose one of {', '.join(STARTS)}.")
        if (isinstance(self.target, str) and self.target != WHOLE_TABLE) or not self.target:
            raise ConfigError(
                f"target is {self.target!r}: give a list of metal ions, such as [Ni+2], or "
                f"{WHOLE_TABLE} for the whole table."
            )
        if self.start == "warm" and self.target == WHOLE_TABLE:
            raise ConfigError(
                "start=warm needs constants of metals that are not the target; with target=all "
                "there are none. Give start=cold or start=protonation."
            )
        if self.start == "memory" and self.target == WHOLE_TABLE:
            raise ConfigError(
                "start=memory hides the targets from the memory; with target=all nothing is left "
                "of it. Give a list of metal ions."
            )
        if not 0 < self.share <= 1:
            raise ConfigError(f"share is {self.share}; it must lie in (0, 1].")
        if self.start == "cold" and not 1 <= self.initial < self.experiments:
            raise ConfigError(
                f"initial is {self.initial}: a cold start needs at least 1 experiment before the "
                f"first round, and fewer than experiments={self.experiments}."
            )
        if self.experiments < 1:
            raise ConfigError(f"experiments is {self.experiments}; give at least 1.")


@dataclass(frozen=True)
class Problem:
    """What one replay is given, and the answers that it has yet to find.

    Parameters
    ----------
    literature : DataFrame
        Observations known at the start, with ``pair_id`` and ``ligand_group``; may be empty.
    pool : DataFrame
        Pairs that may be proposed, in order of their ids.
    truth : Series
        log β by ``pair_id``: the median of the observations of a pair and its mirror image.
    acids : Acids
        The table's protonation constants, known at the start or not.
    """

    literature: pd.DataFrame
    pool: pd.DataFrame
    truth: pd.Series
    acids: Acids


def problem(
    observations: pd.DataFrame,
    setting: Setting,
    seed: int,
    objective: Mapping[str, Any] | None = None,
) -> Problem:
    """Set up a replay.

    Parameters
    ----------
    observations : DataFrame
        The table of known constants, with ``pair_id`` and ``ligand_group``.
    setting : Setting
        What is known, and what is looked for.
    seed : int
        Draws the pool of a warm start.
    objective : mapping, optional
        By which replays are compared. Of one at a pH, the pool is of the ligands that have a
        protonation constant in the table: of the others nobody knows what they are worth.

    Returns
    -------
    Problem
        The same for every strategy.

    Raises
    ------
    DataError
        If the table has no constant of a target, a pool of fewer than two pairs, or censored
        values.
    """
    censored = observations["censoring"] != "none"
    if censored.any():
        raise DataError(
            f"{censored.sum()} of {len(observations)} observations are censored: the lab of a "
            "replay answers with values. Leave those rows out."
        )
    species = observations[["metal", "charge"]].apply(tuple, axis=1)
    own = species.isin(_targets(setting, species))
    wanted = observations[own & observations["n_ligands"].isin(setting.n_ligands)]
    acids = acids_of(observations)
    if objective is not None and build(objective).asks_protons:
        wanted = wanted[[acids(group) is not None for group in wanted["ligand_group"]]]
    wanted, pairs = _experiments(wanted)
    if setting.start != "cold":
        drawn = _drawn(wanted["pair_id"].unique(), setting.share, seed)
        wanted = wanted[wanted["pair_id"].isin(drawn)]
    known = {
        "warm": ~own,
        "cold": np.zeros(len(own), dtype=bool),
        "memory": np.zeros(len(own), dtype=bool),
        "protonation": observations["metal"].eq(PROTON),
    }
    literature = observations[known[setting.start]]
    pool = pairs[pairs["pair_id"].isin(wanted["pair_id"])].reset_index(drop=True)
    if len(pool) < 2:
        raise DataError(
            f"The table has {len(pool)} pairs of {setting.target} with n = "
            f"{list(setting.n_ligands)}: nothing to choose from."
        )
    truth = wanted.groupby("pair_id")["log_beta"].median()
    return Problem(literature.reset_index(drop=True), pool, truth[pool["pair_id"]], acids)


def _experiments(wanted: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make one pair of mirror images, which are one experiment.

    Returns
    -------
    observations : DataFrame
        Those wanted, each with the ``pair_id`` of its experiment.
    pairs : DataFrame
        A row for each experiment, in order of their ids: of mirror images, the first.
    """
    pairs = wanted[_KEYS].drop_duplicates("pair_id").sort_values("pair_id", ignore_index=True)
    experiment = pairs.assign(isomer=isomers(pairs)).groupby(_EXPERIMENT, sort=False)["pair_id"]
    first = dict(zip(pairs["pair_id"], experiment.transform("first"), strict=True))
    pairs = pairs[[first[pair_id] == pair_id for pair_id in pairs["pair_id"]]]
    return wanted.assign(pair_id=wanted["pair_id"].map(first)), pairs


def first_experiments(
    problem: Problem, schema: FeatureSchema, setting: Setting, design: str, seed: int
) -> list[str]:
    """Pairs that a cold start measures before the first round; none for a warm one.

    Parameters
    ----------
    problem, setting
        The replay.
    schema : FeatureSchema
        Features in which ``maximin`` measures distance.
    design : {"random", "maximin"}
        ``random``: any pairs; the same for all strategies of a seed. ``maximin``: one pair at
        random, then each time the pair farthest from those chosen.
    seed : int
        Draws them.

    Returns
    -------
    list of str
        ``pair_id`` in order.

    Raises
    ------
    ConfigError
        If there is no such design.
    """
    if design not in DESIGNS:
        raise ConfigError(f"design is {design!r}; choose one of {', '.join(DESIGNS)}.")
    if setting.start != "cold":
        return []
    order = np.random.default_rng([seed, 0]).permutation(len(problem.pool))
    size = min(setting.initial, len(order))
    if design == "maximin":
        order = maximin(schema.transform(problem.pool).dense(), size, int(order[0]))
    return list(problem.pool["pair_id"].iloc[order[:size]])


def maximin(points: Floats, size: int, first: int) -> list[int]:
    """Greedy maximin design: each next point is the one farthest from those chosen.

    Parameters
    ----------
    points : (n, d) float64
        Columns are brought to the same spread first.
    size : int
        Points wanted, at most n.
    first : int
        The first of them.

    Returns
    -------
    list of int
        Rows; of equal distances the smaller row wins.
    """
    spread = points.std(axis=0)
    scaled = points[:, spread > 0] / spread[spread > 0]
    chosen = [first]
    distance = np.full(len(points), np.inf)
    for _ in range(size - 1):
        distance = np.minimum(distance, ((scaled - scaled[chosen[-1]]) ** 2).sum(axis=1))
        distance[chosen[-1]] = -1.0  # chosen points never return, even among equal ones
        chosen.append(int(distance.argmax()))
    return chosen


def judged(given: Problem, objective: Mapping[str, Any]) -> pd.Series:
    """Value of each pair under the objective by which replays are compared; by ``pair_id``.

    Of a conditional constant or pM, by the measured protonation constants.

    Raises
    ------
    ConfigError
        If the objective is none of maximise, minimise, conditional and pM, or mixes n without a
        concentration of free ligand.
    """
    built, truth, pool = build(objective), given.truth, given.pool
    if isinstance(built, Conditional | PMetal):
        protons = [given.acids(group) for group in pool["ligand_group"]]
        ions = [[f"{m}+{z}"] for m, z in zip(pool["metal"], pool["charge"], strict=True)]
        numbers = pool["n_ligands"].to_numpy(np.int64)
        values = built.of_constants(truth.to_numpy()[:, None], np.array(protons), ions, numbers)
        return pd.Series(values, index=truth.index)
    if not isinstance(built, Maximise | Minimise):
        raise ConfigError("simulate compares by objective=maximise, minimise, conditional or pM.")
    sign = 1.0 if isinstance(built, Maximise) else -1.0
    n_ligands = pool.set_index("pair_id")["n_ligands"][truth.index]
    if built.free_ligand_M is None:
        if n_ligands.nunique() > 1:
            raise ConfigError(
                "The pool mixes numbers of ligands, whose constants cannot be compared: give "
                "objective.free_ligand_M, or one n in n_ligands."
            )
        return sign * truth
    return sign * (truth + n_ligands * np.log10(built.free_ligand_M))


def _targets(setting: Setting, species: pd.Series) -> set[tuple[str, int]]:
    if setting.target == WHOLE_TABLE:
        return {ion for ion in species if ion[0] != PROTON}
    ions = [parse_ion(text) for text in setting.target]
    absent = [str(ion) for ion in ions if (ion.metal, ion.charge) not in set(species)]
    if absent:
        raise DataError(f"The table has no constant of {', '.join(absent)}.")
    return {(ion.metal, ion.charge) for ion in ions}


def _drawn(pair_ids: Sequence[str], share: float, seed: int) -> list[str]:
    """Draw a share of the pairs; the order of rows plays no part."""
    ordered = np.sort(np.asarray(pair_ids, dtype=object))
    size = round(share * len(ordered))
    return list(np.random.default_rng([seed, 1]).permutation(ordered)[:size])
