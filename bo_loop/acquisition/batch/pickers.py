"""How the next item of a batch is found: by its own score, by joint draws, in random order.

Symbols
-------
k      items
S      draws
left   positions of items not yet taken
"""

import numpy as np

from bo_loop.acquisition.batch.scored import Lazy, Picker, Streamed, no_front
from bo_loop.acquisition.objectives.base import LogBeta, Objective
from bo_loop.acquisition.objectives.front import Incumbent
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.functions import Random
from bo_loop.acquisition.scores.joint import Joint, joint_values
from bo_loop.acquisition.scores.screen import ranked
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, Mask, PoolPosterior, Rows


class Drawn:
    """Joint draws over a short list, made once; the batch so far is part of each score.

    Parameters
    ----------
    shortlist : Lazy or Streamed
        Lists the items to draw.
    acquisition : Joint
    known : (a,) int64
        Rows of answered items to draw as well.
    q : int
        Pairs wanted.
    rng : numpy.random.Generator
    """

    def __init__(
        self,
        shortlist: Lazy | Streamed,
        acquisition: Joint,
        *,
        known: Rows,
        q: int,
        rng: np.random.Generator,
    ):
        self._shortlist, self._acquisition = shortlist, acquisition
        self._known, self._q, self._rng = known, q, rng
        self._picked: list[int] = []
        self._incumbent = -np.inf

    def pick(self, left: Rows, incumbent: float) -> tuple[int, float]:
        """Return the position of the best item left of the short list, and its score.

        Raises
        ------
        ConfigError
            If a limit of the batch holds back all that is left of the list.
        """
        if not self._picked:
            self._draw(left, incumbent)
        free = np.flatnonzero(np.isin(self._listed, left))
        if not len(free):
            raise ConfigError(
                f"All {len(self._listed):,} items of the short list are in the batch or held back "
                "by max_per_ligand, max_per_metal or pool.max_generated_share. Ask for fewer, or "
                "raise the limit."
            )
        known = range(len(self._listed), self._values.shape[1])
        scores = self._acquisition.score(self._values, self._picked, known, self._incumbent)
        best = free[ranked(scores[free], 1)[0]]
        self._picked.append(int(best))
        return int(self._listed[best]), float(scores[best])

    def _draw(self, left: Rows, incumbent: float) -> None:
        listed = self._shortlist
        positions, _ = listed.best(left, incumbent, max(self._acquisition.size, self._q))
        self._listed, self._incumbent = np.sort(positions), incumbent
        self._values = joint_values(
            listed.posterior,
            listed.objective,
            listed.pairs,
            np.concatenate([listed.items[self._listed], self._known]),
            lambda n: self._acquisition.normals(n, self._q, self._rng),
        )

    def believe(self, rows: Rows) -> None:
        """Condition on the means of `rows`, unless they belong to the batch: it is joint."""
        if not self._picked:
            self._shortlist.believe(rows)

    def raised(self, incumbent: Incumbent, at: int) -> Incumbent:
        """Return the incumbent once an item counts as found."""
        return self._shortlist.raised(incumbent, at)

    def non_finite(self) -> Rows:
        """Return the rows of items that cannot be ranked."""
        return self._shortlist.non_finite()


class Shuffled:
    """Items in random order."""

    def __init__(self, k: int, rng: np.random.Generator):
        self._scores = rng.permutation(k).astype(np.float64)

    def pick(self, left: Rows, incumbent: Incumbent) -> tuple[int, float]:
        """Return the first item left in that order."""
        positions, scores = self.best(left, incumbent, 1)
        return int(positions[0]), float(scores[0])

    def best(self, left: Rows, incumbent: Incumbent, q: int) -> tuple[Rows, Floats]:
        """Return the q first of the items left in that order, and their places from the end."""
        positions = left[np.argsort(-self._scores[left])[:q]]
        return positions, self._scores[positions]

    def believe(self, rows: Rows) -> None:
        """Nothing to do."""

    def raised(self, incumbent: Incumbent, at: int) -> Incumbent:
        """Return the incumbent as it is: it plays no part."""
        return incumbent

    def non_finite(self) -> Rows:
        """Return no rows: none is ranked by what is predicted of it."""
        return np.empty(0, dtype=np.int64)


def picker(
    posterior: PoolPosterior,
    objective: Objective,
    acquisition: Acquisition,
    pairs: PoolPairs,
    items: Rows,
    *,
    noise: Floats,
    known: Rows,
    q: int,
    rng: np.random.Generator,
    measured: Mask | None = None,
) -> Picker:
    """Return what finds the batch's items; `measured` as `_Scored` takes it.

    Raises
    ------
    ConfigError
        If the acquisition has no meaning under the objective.
    """
    if isinstance(acquisition, Random):
        return Shuffled(len(items), rng)
    joint = isinstance(acquisition, Joint)
    if joint and objective.weighs:
        raise ConfigError(
            f"acquisition {type(acquisition).__name__} draws whole batches, and knows neither "
            "constraints nor costs nor feasibility. Choose auto, log_ei, ei or pi."
        )
    if joint and not objective.scalar:
        raise no_front(acquisition)
    if objective.feasibility and not joint:
        # refused from the first round on, not only once something has failed
        acquisition.weighted(np.empty(0), np.empty(0))
    marginal = acquisition.shortlist if joint else acquisition
    scored = scorer_of(objective)(posterior, objective, marginal, pairs, items, noise, measured)
    return Drawn(scored, acquisition, known=known, q=q, rng=rng) if joint else scored


def scorer_of(objective: Objective) -> type[Lazy | Streamed]:
    """Return what scores the items of an objective: by bounds only a row's own log β."""
    return Lazy if isinstance(objective, LogBeta) and not objective.limits else Streamed
