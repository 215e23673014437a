"""Random changes of single SELFIES symbols."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError
from bo_loop.ligands.generators.base import Candidate, Known, Score
from bo_loop.ligands.generators.strings import (
    Symbols,
    parents,
    read,
    robust_alphabet,
    symbol_counts,
    writable,
    written,
)


@dataclass(frozen=True, kw_only=True)
class Mutate:
    """Substitute, insert and delete symbols of the best ligands, as STONED does.

    Parameters
    ----------
    best : int, optional
        Only the best so many ligands have children, each as likely as the others; all if left out.
    edits : int
        Most symbols changed in one child; 1 to `edits` are equally likely.
    symbols : {"known", "robust"}
        Draw new symbols as often as the known ligands use them, or evenly from all that SELFIES
        can place anywhere.

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.

    Notes
    -----
    Each child starts from another random writing of its parent. Nigam, Pollice, Krenn, dos Passos
    Gomes and Aspuru-Guzik, *Chem. Sci.* 2021, **12**, 7079.
    """

    best: int | None = 100
    edits: int = 3
    symbols: Literal["known", "robust"] = "known"

    def __post_init__(self):
        if self.best is not None:
            require_count("generator.best", self.best)
        require_count("generator.edits", self.edits)
        if self.symbols not in ("known", "robust"):
            raise ConfigError(
                f"generator.symbols is {self.symbols!r}: it must be 'known' or 'robust'."
            )

    def propose(self, known: Known, score: Score, rng: np.random.Generator) -> Iterator[Candidate]:
        """Yield children without end."""
        able = parents(known, self.best)
        counts = symbol_counts(writable(known.smiles))
        if self.symbols == "known":
            alphabet, weights = zip(*sorted(counts.items()), strict=True)
        else:
            alphabet = robust_alphabet()
            weights = [1] * len(alphabet)
        chances = np.array(weights) / sum(weights)
        while True:
            parent = able[rng.integers(len(able))]
            text = written(parent, rng)
            for new in rng.choice(alphabet, size=rng.integers(1, self.edits + 1), p=chances):
                text = _edited(text, str(new), rng)
            yield Candidate(read(text), (parent,), "mutate")


def _edited(text: Symbols, new: str, rng: np.random.Generator) -> Symbols:
    """Substitute a symbol by `new`, insert `new`, or delete a symbol, unless it is the last."""
    edit = rng.integers(3)
    at = int(rng.integers(len(text) + (edit == 1)))
    if edit == 0:
        return (*text[:at], new, *text[at + 1 :])
    if edit == 1:
        return (*text[:at], new, *text[at:])
    return text if len(text) == 1 else (*text[:at], *text[at + 1 :])
