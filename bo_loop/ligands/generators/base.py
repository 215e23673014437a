"""What generators are given and what they return."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats

Score = Callable[[Sequence[str]], tuple[Floats, Floats]]
"""From k SMILES to mean and standard deviation, (k,) each, of what the campaign maximises.

Both are nan where a SMILES is not a ligand that may be proposed."""


@dataclass(frozen=True)
class Known:
    """The ligands from which new ones are made, best first.

    Parameters
    ----------
    smiles : tuple of str, length k
        Standardised SMILES without stereochemistry.
    values : (k,) float64
        What is predicted of each, in units of the campaign's objective; descending.

    Raises
    ------
    ConfigError
        If there are fewer than two.
    """

    smiles: tuple[str, ...]
    values: Floats

    def __post_init__(self):
        if len(self.smiles) < 2:
            raise ConfigError(
                f"New ligands are made from at least two known ones; there are {len(self.smiles)}."
            )

    @classmethod
    def ranked(cls, smiles: Sequence[str], values: Floats) -> "Known":
        """Put ligands in order, the best first; ties go by SMILES."""
        order = sorted(range(len(smiles)), key=lambda i: (-values[i], smiles[i]))
        return cls(tuple(smiles[i] for i in order), np.array([values[i] for i in order]))

    def best(self, n: int | None) -> tuple[str, ...]:
        """Return the n best, or all of them."""
        return self.smiles[:n]


@dataclass(frozen=True)
class Candidate:
    """A structure that a generator proposes; nothing has been checked.

    Parameters
    ----------
    smiles : str
        As it came out; may be no molecule at all.
    parents : tuple of str
        SMILES of the known ligands it was made from.
    generator : str
        Which generator made it.
    """

    smiles: str
    parents: tuple[str, ...]
    generator: str


@runtime_checkable
class Generator(Protocol):
    """Makes new structures from known ligands."""

    def propose(self, known: Known, score: Score, rng: np.random.Generator) -> Iterator[Candidate]:
        """Yield structures, as many as are taken; all random draws come from `rng`."""
