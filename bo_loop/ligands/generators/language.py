"""An n-gram model of the language in which ligands are written, with back-off.

Ikebata, Hongo, Isomura, Maezono and Yoshida, *J. Comput.-Aided Mol. Des.* 2017, **31**, 379; here
over SELFIES symbols, so that brackets and ring closures need no bookkeeping.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

_BEGIN, END = "<", ">"


@dataclass(frozen=True)
class NGram:
    """Which symbol follows which.

    Parameters
    ----------
    order : int
        n: a symbol depends on at most the n − 1 before it.
    following : mapping of tuple to (symbols, cumulative counts)
        By context, what was seen behind it.
    """

    order: int
    following: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[int, ...]]]

    @classmethod
    def trained(cls, texts: Iterable[Sequence[str]], order: int, least: int) -> "NGram":
        """Count what follows each context of up to `order` − 1 symbols.

        Parameters
        ----------
        texts : iterable of sequences of str
            At least one that is not empty.
        order : int
            n.
        least : int
            A context seen less often is not trusted: the next shorter one is asked (back-off).
        """
        counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for text in texts:
            whole = (_BEGIN, *text, END)
            for at in range(1, len(whole)):
                for length in range(min(order, at + 1)):
                    counts[whole[at - length : at]][whole[at]] += 1
        return cls(
            order,
            {
                context: (tuple(sorted(seen)), tuple(accumulate(seen[s] for s in sorted(seen))))
                for context, seen in counts.items()
                if not context or seen.total() >= least
            },
        )

    def next(self, text: Sequence[str], rng: np.random.Generator) -> str:
        """Draw the symbol behind `text`; `END` if it ends here."""
        context = (_BEGIN, *text)[-(self.order - 1) :] if self.order > 1 else ()
        while context not in self.following:
            context = context[1:]
        symbols, cumulative = self.following[context]
        return symbols[bisect_right(cumulative, rng.integers(cumulative[-1]))]

    def completed(
        self, text: Sequence[str], longest: int, rng: np.random.Generator
    ) -> tuple[str, ...]:
        """Write `text` on until it ends or has `longest` symbols."""
        whole = list(text)
        while len(whole) < longest and (symbol := self.next(whole, rng)) != END:
            whole.append(symbol)
        return tuple(whole)
