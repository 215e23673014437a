"""Which pair of a pool is meant, as chemists say it: ``EGTA``, ``Cu+2 + 2 glycine``, a pair_id."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.campaign.pool_rows import Table
from bo_loop.chemistry.ions import ion_of_cells, metal_symbol, parse_ion
from bo_loop.data import ligand_names
from bo_loop.data.property import plain
from bo_loop.data.property_rows import PROPERTY, column_of, pair_of

_FIRST_WORD = re.compile(r"(?P<metal>\S+)\s+(?:\+\s*)?(?P<rest>\S.*)", re.DOTALL)
_COUNTED = re.compile(r"(?P<n>[1-6])\s*[×x]?\s+(?P<rest>\S.*)", re.DOTALL)
_STATED = re.compile(r"(?P<rest>.*\S)[\s,;]+n\s*=\s*(?P<n>[1-6])", re.DOTALL)
_MOST_LISTED = 12
_MARKS = frozenset("()[]=#@/\\")


class UnknownPairError(CampaignError):
    """No pair of the pool is meant, or more than one; the message says which might be."""


@dataclass(frozen=True)
class _Meant:
    """A metal ion, its formula alone where no charge was written; a ligand; n, 0 if not said."""

    metal: str
    ligand: str
    n: int


class Pairs:
    """The pairs of a pool, to be found by what they are called.

    Parameters
    ----------
    pool : DataFrame or mapping of str to list
        ``pair_id`` and the pair columns; of several properties, ``property`` too.
    """

    def __init__(self, pool: Table):
        self._ids = list(pool["pair_id"])
        self._pool = pool
        self._of = list(pool[PROPERTY]) if PROPERTY in pool else []

    def find(self, text: str) -> str:
        """Return the ``pair_id`` of the pair that a text names.

        Parameters
        ----------
        text : str
            A pair_id; or a ligand, by any of its names or a structure, with the metal ion before
            it where the pool has several, and the number of ligands where it is not 1: ``EGTA``,
            ``Cu2+ edta``, ``Cu+2 + 2 glycine``, ``NCC(=O)O n=2``; of several properties, with
            the one that is meant behind it: ``EGTA: log D``.

        Raises
        ------
        UnknownPairError
            If the pool has no such pair, or more than one.
        """
        found = self.find_values(text)
        if len(found) == 1:
            return found[0]
        raise UnknownPairError(
            f"{text.strip()!r} may be any of {self._listed([self._at[one] for one in found])}: say "
            "which property is meant."
        )

    def find_values(self, text: str) -> list[str]:
        """Return the ``pair_id`` of each property of the pair that a text names; one, if it is one.

        Raises
        ------
        UnknownPairError
            As `find`; but for a property that is not said.
        """
        text = text.strip()
        if text in self._at:
            return [text]
        pair, of = self._split(text)
        meant = self._parsed(pair)
        return self._values(text, self._of_ligand(meant.ligand), meant.metal, meant.n, of)

    def _split(self, text: str) -> tuple[str, str]:
        """Split off the property behind a pair; "" if none is said."""
        pair, _, said = text.rpartition(":")
        of = self._properties.get(plain(said), "") if pair and self._of else ""
        return (pair, of) if of else (text, "")

    @cached_property
    def _properties(self) -> dict[str, str]:
        """Words of the properties, by what they may be called."""
        own = dict(zip(self._of, self._ids, strict=False))
        called = {plain(column_of(pair_id)): words for words, pair_id in own.items()}
        return called | {plain(words): words for words in own}

    def find_all(self, given: str | Sequence[str]) -> list[str]:
        """Return the pairs of a list, or of a text that separates them by commas or semicolons.

        A name may hold commas itself: ``edta, 1,10-phenanthroline``.

        Raises
        ------
        UnknownPairError
            As `find`; or if nothing is given.
        """
        if not isinstance(given, str):
            whole = [str(each) for each in given]
            if whole and all(self._is_known(each) for each in whole):
                return [one for each in whole for one in self.find_values(each)]
            given = ",".join(whole)  # a name with commas, cut where it was typed
        found: list[str] = []
        for part in given.strip().removeprefix("[").removesuffix("]").split(";"):
            words = [word for word in part.split(",") if word.strip()]
            while words:
                lengths = range(len(words), 0, -1)
                n = next((n for n in lengths if self._is_known(",".join(words[:n]))), 0)
                if n == 0:
                    return self.find_values(part if len(words) == 1 else words[0])  # says why not
                found += self.find_values(",".join(words[:n]))
                del words[:n]
        if not found:
            raise UnknownPairError("No pair is named: give one or more, as in [edta, nta].")
        return found

    def _is_known(self, text: str) -> bool:
        try:
            self.find_values(text)
        except UnknownPairError:
            return False
        return True

    def of_cells(
        self,
        ligand: str,
        smiles: str = "",
        metal: str = "",
        charge: str = "",
        n: int = 0,
        of: str = "",
    ) -> str:
        """Return the ``pair_id`` that the cells of a table's row name.

        Parameters
        ----------
        ligand, smiles : str
            A name and a structure; either will do, and the structure decides.
        metal, charge : str
            May be empty where the pool has one metal ion.
        n : int
            Number of ligands; 0 where the table does not say.
        of : str
            The words of the property, where there are several.

        Raises
        ------
        UnknownPairError
            As `find`; or if the metal ion cannot be read.
        """
        rows = self._of_structure(smiles) if smiles else self._of_ligand(ligand)
        if metal:
            try:
                metal = str(ion_of_cells(metal, charge or None))
            except DataError as error:
                if charge or not (symbol := metal_symbol(metal)):
                    raise UnknownPairError(str(error)) from error
                metal = symbol
        said = f"{metal} + {ligand or smiles}" if metal else ligand or smiles
        return self._values(said, rows, metal, n, of)[0]

    def named(self, pair_id: str) -> str:
        """Return a pair as a chemist says it: ``Ni+2 + 2 glycine``."""
        row = self._at[pair_id]
        number = f"{self._n[row]} " if self._n[row] > 1 else ""
        of = f": {self._of[row]}" if self._of else ""
        return f"{self._metals[row]} + {number}{self._names[row] or self._smiles[row]}{of}"

    @cached_property
    def _at(self) -> dict[str, int]:
        return {pair_id: row for row, pair_id in enumerate(self._ids)}

    @cached_property
    def _metals(self) -> list[str]:
        columns = zip(self._pool["metal"], self._pool["charge"], strict=True)
        return [f"{metal}{int(charge):+d}" for metal, charge in columns]

    @cached_property
    def _n(self) -> list[int]:
        return [int(n) for n in self._pool["n_ligands"]]

    @cached_property
    def _names(self) -> list[str]:
        return list(self._pool["ligand"])

    @cached_property
    def _smiles(self) -> list[str]:
        return list(self._pool["smiles"])

    @cached_property
    def _exact(self) -> dict[str, list[int]]:
        """Rows by the keys of what the pool, or the package, calls their ligands."""
        known = ligand_names.by_smiles()
        return self._indexed(
            [
                ligand_names.keys(name) | known.get(smiles, frozenset())
                for name, smiles in zip(self._names, self._smiles, strict=True)
            ]
        )

    @cached_property
    def _loose(self) -> dict[str, list[int]]:
        return self._indexed([ligand_names.loose_keys(name) for name in self._names])

    @cached_property
    def _drawn(self) -> dict[str, list[int]]:
        return self._indexed([{smiles} for smiles in self._smiles])

    @cached_property
    def _groups(self) -> dict[str, list[int]]:
        return self._indexed([{group} for group in self._pool["ligand_group"]])

    def _indexed(self, keys: Sequence[Collection[str]]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row, own in enumerate(keys):
            for key in own:
                found.setdefault(key, []).append(row)
        return found

    def _parsed(self, text: str) -> _Meant:
        """Split a text into metal ion, number and ligand, unless all of it is a ligand."""
        if self._rows_named(text):
            return _Meant("", text, 0)
        metal, rest, n = "", text, 0
        split = _FIRST_WORD.fullmatch(rest)
        if split and (ion := _ion(split["metal"])):
            metal, rest = ion, split["rest"]
        if stated := _STATED.fullmatch(rest):
            rest, n = stated["rest"], int(stated["n"])
        elif counted := _COUNTED.fullmatch(rest):
            rest, n = counted["rest"], int(counted["n"])
        return _Meant(metal, rest, n)

    def _rows_named(self, ligand: str) -> list[int]:
        key = ligand_names.key(ligand)
        return self._drawn.get(ligand) or self._exact.get(key) or self._loose.get(key, [])

    def _of_ligand(self, ligand: str) -> list[int]:
        """Return the rows of a ligand, by its name in the pool or elsewhere, or its structure."""
        if rows := self._rows_named(ligand):
            return rows
        structures = ligand_names.by_name().get(ligand_names.key(ligand), ())
        found = [row for smiles in structures for row in self._of_structure(smiles)]
        return found or self._of_structure(ligand)

    def _of_structure(self, smiles: str) -> list[int]:
        """Return the rows of a structure; none if it is none that can be read."""
        if smiles in self._drawn:
            return self._drawn[smiles]
        from bo_loop.chemistry.ligands import ligand_group, same_ligand  # RDKit: only for drawings

        try:
            group = ligand_group(smiles)
        except DataError:
            return []
        alike = self._groups.get(group, [])
        return [row for row in alike if same_ligand(smiles, self._smiles[row])]

    def _values(
        self, text: str, rows: Sequence[int], metal: str, n: int, of: str = ""
    ) -> list[str]:
        """Return the one pair among the rows of a ligand, with a metal ion and a number.

        Of several properties, each of it, or the one said.
        """
        if not rows:
            raise UnknownPairError(self._unknown(text))
        of_metal = [row for row in rows if not metal or self._is_of(row, metal)]
        if not of_metal:
            ions = ", ".join(dict.fromkeys(self._metals[row] for row in rows))
            raise UnknownPairError(
                f"{text!r} is not a pair of this campaign's pool, which has that ligand with "
                f"{ions} only."
            )
        counts = sorted({self._n[row] for row in of_metal})
        wanted = n or (counts[0] if len(counts) == 1 else 1)
        found = [row for row in of_metal if self._n[row] == wanted]
        found = [row for row in found if not of or self._of[row] == of]
        if len(found) == 1 or (self._of and len({pair_of(self._ids[r]) for r in found}) == 1):
            return [self._ids[row] for row in found]
        if not found:
            raise UnknownPairError(
                f"{text!r} is not a pair of this campaign's pool with n = {wanted}; it has "
                f"{self._listed(of_metal)}."
            )
        raise UnknownPairError(
            f"{text!r} may be any of {len(found)} pairs of this campaign's pool: "
            f"{self._listed(found)}. Say which, with the metal ion and the number of ligands, or "
            "by its pair_id."
        )

    def _is_of(self, row: int, metal: str) -> bool:
        return metal in (self._metals[row], self._metals[row].partition("+")[0])

    def _listed(self, rows: Sequence[int]) -> str:
        names = [self.named(self._ids[row]) for row in rows]
        told = [
            name if names.count(name) == 1 else f"{name} ({self._ids[row]})"
            for name, row in zip(names, rows, strict=True)
        ]
        more = len(told) - _MOST_LISTED
        return ", ".join(told[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")

    def _unknown(self, text: str) -> str:
        rest = self._parsed(text).ligand
        names = {key: self._names[rows[0]] for key, rows in self._exact.items()}
        alike = get_close_matches(ligand_names.key(rest), names, n=3, cutoff=0.6)
        ids = get_close_matches(text, self._ids, n=3, cutoff=0.5) if ":" in text else []
        near = ids or list(dict.fromkeys(names[name] for name in alike if names[name]))
        hint = f" Is it {' or '.join(near)}?" if near else ""
        structure = "; as a structure it cannot be read" if _MARKS & set(rest) else ""
        return (
            f"{text!r} is not a pair of this campaign's pool{structure}.{hint} Give a ligand by a "
            "name or a structure, with the metal ion before it (Cu+2 + EDTA), or a pair_id as in "
            "proposals.csv."
        )


def _ion(word: str) -> str:
    """Return the metal ion that a word is, or its formula if it says no charge; else ""."""
    try:
        return str(parse_ion(word))
    except DataError:
        return metal_symbol(word)
