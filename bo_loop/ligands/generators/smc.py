"""Inverse design: sequential Monte Carlo towards ligands that are probably good enough.

Symbols
-------
S      a structure
U      the wanted region: values above a quantile of the known ligands' values
P      particles
β_t    inverse temperature of step t; rises from 1/T to 1 in T steps, and stays there
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy.special import log_ndtr

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Floats, Rows
from bo_loop.ligands.generators.base import Candidate, Known, Score
from bo_loop.ligands.generators.language import NGram
from bo_loop.ligands.generators.strings import (
    Symbols,
    flat,
    parents,
    read,
    rewritten,
    writable,
    written,
)

_PATIENCE = 50


@dataclass(frozen=True)
class _Particle:
    text: Symbols
    ancestor: str


@dataclass(frozen=True, kw_only=True)
class SMC:
    """Draw structures from p(S | value in U) ∝ p(value in U | S) p(S), annealed.

    p(S) is an n-gram model of the known ligands' SELFIES, p(value in U | S) comes from the score,
    a Gaussian process of the campaign. In each step every particle loses the end of its text and
    is rewritten from there by the n-gram model; then particles are drawn again with weights
    p(value in U | S)^β_t. What survives a step is proposed.

    Parameters
    ----------
    particles : int
        P.
    steps : int
        T.
    order : int
        n of the n-gram model.
    least : int
        Contexts seen less often are backed off from.
    writings : int
        Random writings of each known ligand to learn from.
    cut : int
        Most symbols taken off the end; 1 to `cut` are equally likely.
    rewrite : float
        Probability that a particle is first rewritten from a random atom, so that any part of
        it can become the end.
    quantile : float
        U begins at this quantile of the known ligands' predicted values.
    best : int
        The first particles are drawn from the best so many ligands.

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.

    Notes
    -----
    iQSPR: Ikebata, Hongo, Isomura, Maezono and Yoshida, *J. Comput.-Aided Mol. Des.* 2017, **31**,
    379, algorithm 1, with SELFIES in place of SMILES; a ligand that several particles have reached
    counts once, or all would soon be alike.
    """

    particles: int = 200
    steps: int = 10
    order: int = 6
    least: int = 2
    writings: int = 5
    cut: int = 15
    rewrite: float = 0.9
    quantile: float = 0.95
    best: int = 100

    def __post_init__(self):
        for name in ("particles", "steps", "order", "least", "writings", "cut", "best"):
            require_count(f"generator.{name}", getattr(self, name))
        for name in ("rewrite", "quantile"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 <= value <= 1:
                raise ConfigError(f"generator.{name} is {value!r}: it must lie between 0 and 1.")

    def propose(self, known: Known, score: Score, rng: np.random.Generator) -> Iterator[Candidate]:
        """Yield the survivors of each step, each structure of a step once.

        It ends only when no particle was a ligand for 50 steps in a row.
        """
        able = parents(known, self.best)
        readable = writable(known.smiles)
        texts = [written(smiles, rng) for smiles in readable for _ in range(self.writings)]
        language = NGram.trained(texts, self.order, self.least)
        longest = max(len(text) for text in texts)
        floor = float(np.quantile(known.values, self.quantile))
        drawn = [able[i] for i in rng.integers(len(able), size=self.particles)]
        particles = [_Particle(written(smiles, rng), smiles) for smiles in drawn]
        barren = 0
        for step in count(1):
            moved = [self._moved(particle, language, longest, rng) for particle in particles]
            structures = [read(particle.text) for particle in moved]
            mean, sd = score(structures)
            heat = min(1.0, step / self.steps)
            log_weights = heat * _log_chance(mean, sd, floor)
            log_weights[_repeats(structures)] = -np.inf
            rows = _resampled(log_weights, rng)
            barren = 0 if len(rows) else barren + 1
            if barren == _PATIENCE:
                return
            if barren:  # no particle is a ligand: all set out again from where they were
                continue
            particles = [moved[row] for row in rows]
            for row in np.unique(rows):
                yield Candidate(structures[row], (moved[row].ancestor,), "smc")

    def _moved(
        self, particle: _Particle, language: NGram, longest: int, rng: np.random.Generator
    ) -> _Particle:
        text = particle.text
        if rng.random() < self.rewrite:
            text = rewritten(text, rng)
        kept = text[: max(0, len(text) - int(rng.integers(1, self.cut + 1)))]
        return _Particle(language.completed(kept, longest, rng), particle.ancestor)


def _log_chance(mean: Floats, sd: Floats, floor: float) -> Floats:
    """Log of the probability that values exceed `floor`; −∞ where there is no mean; (P,)."""
    return np.nan_to_num(log_ndtr((mean - floor) / sd), nan=-np.inf)


def _repeats(structures: Sequence[str]) -> list[int]:
    """Positions of ligands that stand earlier in the list already, perhaps written otherwise."""
    first: dict[str, int] = {}
    return [i for i, text in enumerate(map(_key, structures)) if first.setdefault(text, i) != i]


def _key(structure: str) -> str:
    try:
        return flat(structure)
    except DataError:
        return structure


def _resampled(log_weights: Floats, rng: np.random.Generator) -> Rows:
    """Draw P positions by systematic resampling; none if no weight is above 0."""
    top = log_weights.max()
    if top == -np.inf:
        return np.empty(0, dtype=np.int64)
    weights = np.exp(log_weights - top)
    positions = (np.arange(len(weights)) + rng.random()) / len(weights)
    edges = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(edges, positions), len(weights) - 1)
