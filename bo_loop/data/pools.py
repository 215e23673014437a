"""Pools: the metal-ligand pairs that a campaign may propose.

A pool is a frame of pairs (`bo_loop.data.observations.PAIR_COLUMNS`). A class here says which,
in plain values, so that a record can name it; `read` returns the frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Source
from bo_loop.chemistry.coordination import usual_coordination
from bo_loop.chemistry.donors import DONOR_NAMES, donor_features
from bo_loop.chemistry.ions import MetalIon
from bo_loop.data import large_pools
from bo_loop.data import observations as schema
from bo_loop.data.crossing import Crossing, read_counts, read_ions
from bo_loop.data.pool_table import read_ligands

_CHELATORS = "common_chelators.csv"
_DENTICITY = DONOR_NAMES.index("denticity")

USUAL = "usual"
"""Value of ``max_denticity_sum``: the usual coordination number of each metal ion."""


@dataclass(frozen=True, kw_only=True)
class CommonChelators:
    """Pairs of metal ions with about 190 ligands that can be bought.

    The ligands are those of ``common_chelators.csv`` in this package: aminopolycarboxylates,
    hydroxy and amino acids, polyamines, pyridines, catechols, thiols, phosphonates, … A racemate
    with one stereocentre is drawn without stereochemistry; one of fixed relative configuration
    (trans-CDTA) as one of its enantiomers. The geometry of oximes and azo dyes is not drawn.

    Parameters
    ----------
    metals : sequence of str
        Metal ions, as ``bo_loop.chemistry.ions.parse_ion`` reads them.
    n_ligands : sequence of int
        Numbers of ligands in the complex, each 1 to 6.
    temperature_C : float
        Temperature wanted, °C.
    ionic_strength_M : float
        Ionic strength wanted, mol/L.
    """

    metals: Sequence[str]
    n_ligands: Sequence[int] = (1,)
    temperature_C: float = 25.0
    ionic_strength_M: float = 0.1

    def read(self) -> pd.DataFrame:
        """Return one row per metal × ligand × n, metals outermost, n innermost.

        Raises
        ------
        ConfigError
            If `metals` or `n_ligands` is empty, repeats itself or holds what cannot be a number
            of ligands.
        DataError
            If a metal ion cannot be read, or a condition is not physical.
        """
        return self.crossing().pairs()

    def crossing(self) -> Crossing:
        """Return what the pool is a crossing of; errors as of `read`."""
        with resources.files("bo_loop.data").joinpath(_CHELATORS).open(encoding="utf-8") as file:
            ligands = pd.read_csv(file, dtype=str, keep_default_na=False)
        return Crossing.of(ligands.rename(columns={"name": "ligand"}), self, _CHELATORS)


@dataclass(frozen=True, kw_only=True)
class TablePool:
    """Pairs of metal ions with the ligands of a table.

    Parameters
    ----------
    path : str
        ``.csv``, ``.parquet`` or ``.xlsx``, or a folder of ``.parquet`` parts. Columns:
        ``smiles`` (or ``inchi``) and ``ligand`` (or ``name``, which means the same; a cell may be
        empty), and, if there is one, ``cost``:
        the ligand's price in any one unit. Others are named, and not read.
    metals, n_ligands, temperature_C, ionic_strength_M
        As `CommonChelators`.
    encoding : str, optional
        Of a ``.csv``, as `bo_loop.data.encodings.decoded` takes it.
    """

    path: str
    metals: Sequence[str]
    n_ligands: Sequence[int] = (1,)
    temperature_C: float = 25.0
    ionic_strength_M: float = 0.1
    encoding: str | None = None

    def read(self) -> pd.DataFrame:
        """Return one row per metal × ligand × n, SMILES standardised, in the order of the table.

        Raises
        ------
        ConfigError
            As `CommonChelators.read`.
        DataError
            As `CommonChelators.read`, or if there is no such table at `path`, or it holds a
            structure twice, one that cannot be read, or one without a donor atom. All such rows
            are listed.
        """
        return self.crossing().pairs()

    def crossing(self) -> Crossing:
        """Return what the pool is a crossing of; errors as of `read`."""
        ligands = read_ligands(Path(self.path), self.encoding)
        return Crossing.of(ligands, self, f"pool table {self.path}")


@dataclass(frozen=True, kw_only=True)
class KnownPairs:
    """Pairs that `data` has an observation of, for some metal ions.

    What a simulated campaign draws from: each pair has an answer.

    Parameters
    ----------
    data : Source
        Where the observations come from, such as `bo_loop.data.Minteq`.
    metals : sequence of str
        Metal ions, as ``bo_loop.chemistry.ions.parse_ion`` reads them.
    n_ligands : sequence of int
        Numbers of ligands in the complex, each 1 to 6.
    """

    data: Source
    metals: Sequence[str]
    n_ligands: Sequence[int] = (1,)

    def read(self) -> pd.DataFrame:
        """Return one row per pair, in the order of the data.

        The conditions are those of the pair's first observation.

        Raises
        ------
        ConfigError
            As `CommonChelators.read`.
        DataError
            If a metal ion cannot be read or the data have no pair of it.
        """
        data = self.data.read()
        ions, counts = read_ions(self.metals), read_counts(self.n_ligands)
        ion_of_row = pd.Series(
            [MetalIon(m, int(z)) for m, z in zip(data["metal"], data["charge"], strict=True)],
            index=data.index,
            dtype=object,
        )
        wanted = ion_of_row.isin(ions) & data["n_ligands"].isin(counts)
        absent = [str(ion) for ion in ions if not (ion_of_row[wanted] == ion).any()]
        if absent:
            numbers = ", ".join(map(str, counts))
            raise DataError(
                f"The data hold no pair of {', '.join(absent)} with n = {numbers}, so there is "
                "nothing to choose from. Name metal ions and numbers of ligands that the data "
                "have, or take pool=common_chelators."
            )
        pairs = data.loc[wanted, list(schema.PAIR_COLUMNS)]
        first = ~schema.with_pair_ids(pairs)["pair_id"].duplicated()
        return schema.validate_pairs(pairs[first].reset_index(drop=True), "pool known_pairs")


def within_denticity(pairs: pd.DataFrame, most: int | str | None) -> pd.DataFrame:
    """Leave out complexes ML_n whose ligands bring more donors than a metal ion has room for.

    Parameters
    ----------
    pairs : DataFrame
        With ``metal``, ``charge``, ``smiles`` and ``n_ligands``.
    most : int, "usual" or None
        Most donors of all n ligands together; ``"usual"``: what
        `bo_loop.chemistry.coordination.usual_coordination` says of the metal ion; None leaves out
        nothing.

    Returns
    -------
    DataFrame
        The rows that stay, in their order.

    Raises
    ------
    ConfigError
        If `most` is neither a whole number of at least 1 nor one of the two words.

    Notes
    -----
    A pair stays if n × d ≤ `most`, where d is the ``denticity`` of
    `bo_loop.chemistry.donors.donor_features`, at least 1 and at most `most`: a single ligand of
    more donors binds with some of them, so ML always stays.
    """
    if most is None:
        return pairs
    room = _room(pairs, most)
    several = pairs["n_ligands"] > 1
    denticity = {s: donor_features(s)[_DENTICITY] for s in pairs.loc[several, "smiles"].unique()}
    counted = pairs["smiles"].map(denticity).astype(float).fillna(1.0).clip(1, room)
    return pairs[pairs["n_ligands"] * counted <= room].reset_index(drop=True)


def room_told(most: int | str) -> str:
    """Say which complexes `within_denticity` leaves out, as the end of a sentence."""
    if most == USUAL:
        return "with more donors than the metal ion usually binds"
    return f"with more than {most} donors"


def _room(pairs: pd.DataFrame, most: int | str) -> pd.Series:
    """Most donors of all ligands of each pair."""
    if most == USUAL:
        which, ions = large_pools.distinct(pairs[["metal", "charge"]])
        room = [usual_coordination(MetalIon(m, int(z))) for m, z in ions.itertuples(index=False)]
        return pd.Series(np.array(room, dtype=np.int64)[which], index=pairs.index)
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise ConfigError(
            f"pool.max_denticity_sum is {most!r}: it must be {USUAL}, a whole number of at least "
            "1, such as 6, or null to leave out nothing."
        )
    return pd.Series(most, index=pairs.index, dtype="int64")
