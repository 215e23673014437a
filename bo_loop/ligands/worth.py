"""What a model thinks of ligands: the value of each under a campaign's objective."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.gains import moments_of
from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.data.pools import within_denticity
from bo_loop.ligands.filters import Funnel
from bo_loop.ligands.generators.base import Score
from bo_loop.ligands.generators.strings import flat
from bo_loop.protonation import proton_pairs, require_protonation
from bo_loop.surrogate import Surrogate

_AT_ONCE = 500


@dataclass(frozen=True)
class Judge:
    """A fitted model, and what is wanted of it.

    Parameters
    ----------
    surrogate : Surrogate
        The model.
    objective : Objective
        What is maximised. Of a pareto front, the first objective counts.
    species : DataFrame
        ``metal, charge, n_ligands, temperature_C, ionic_strength_M`` of the pairs that each ligand
        is judged by.
    max_denticity_sum : int or str, optional
        The campaign's rule on pairs, as `bo_loop.data.pools.within_denticity` takes it.
    """

    surrogate: Surrogate
    objective: Objective
    species: pd.DataFrame
    max_denticity_sum: int | str | None = None

    def __post_init__(self):
        if self.objective.needs_protons:
            require_protonation(self.surrogate)

    def values(self, smiles: Sequence[str]) -> tuple[Floats, Floats]:
        """Predict what ligands are worth.

        Parameters
        ----------
        smiles : sequence of str, length k
            Standardised, each one describable.

        Returns
        -------
        mean, sd : (k,) float64
            Of what is maximised, latent, for the ligand's best item; nan if it has none.
        """
        parts = [
            self._some(smiles[start : start + _AT_ONCE])
            for start in range(0, len(smiles), _AT_ONCE)
        ]
        mean, sd = np.concatenate([np.empty((2, 0)), *parts], axis=1)
        return mean, sd

    def describable(self, smiles: Sequence[str]) -> list[str]:
        """Return the ligands, in order, for which every feature of the model is defined."""
        if not len(smiles):
            return []
        one = self.species.iloc[:1]
        pairs = pd.DataFrame({"ligand": "", "smiles": list(smiles)}).merge(one, how="cross")
        try:
            lacking = set(self.surrogate.schema.undefined(pairs))
        except DataError:  # one of them cannot be computed at all: find out which
            if len(smiles) == 1:
                return []
            half = len(smiles) // 2
            return [*self.describable(smiles[:half]), *self.describable(smiles[half:])]
        return [text for text in smiles if text not in lacking]

    def _some(self, smiles: Sequence[str]) -> tuple[Floats, Floats]:
        pairs = pd.DataFrame({"ligand": "", "smiles": list(smiles)}).merge(
            self.species, how="cross"
        )
        pairs = within_denticity(pairs, self.max_denticity_sum)
        own = np.ones(len(pairs), dtype=bool)
        if self.objective.asks_protons:
            protons = proton_pairs(pairs.drop_duplicates("smiles"))
            own = np.r_[own, np.zeros(len(protons), dtype=bool)]
            pairs = pd.concat([pairs, protons[pairs.columns]], ignore_index=True)
        rows = replace(_pool_pairs(pairs), own=own)
        posterior = self.surrogate.model.bind(self.surrogate.features_of(pairs))
        parts = self.objective.parts(rows)
        items = np.flatnonzero(parts[:, 0] >= 0)
        joint = Items.of(posterior, parts[items])
        means, variances = (
            moment.reshape(len(items), -1)[:, 0]  # of several values, by the first
            for moment in moments_of(self.objective, joint, items, rows)
        )
        sds = np.sqrt(variances)
        found = pd.DataFrame(
            {"smiles": pairs["smiles"].to_numpy()[items], "mean": means, "sd": sds}
        )
        best = found.sort_values("mean", ascending=False, kind="stable").drop_duplicates("smiles")
        best = best.set_index("smiles").reindex(list(smiles))
        return best["mean"].to_numpy(np.float64), best["sd"].to_numpy(np.float64)

    def score(self, funnel: Funnel) -> Score:
        """Return the score that guides a generator: nan for what `funnel` would refuse.

        A structure is described and predicted once.
        """
        memory: dict[str, tuple[float, float]] = {}

        def score(structures: Sequence[str]) -> tuple[Floats, Floats]:
            ligands = [_ligand(text) for text in structures]
            new = [
                ligand
                for ligand in dict.fromkeys(ligands)
                if ligand and ligand not in memory and not funnel.verdict(ligand)
            ]
            described = self.describable(new)
            memory.update(zip(described, zip(*self.values(described), strict=True), strict=True))
            found = [memory.get(ligand, (np.nan, np.nan)) for ligand in ligands]
            mean, sd = np.array(found, dtype=np.float64).T
            return mean, sd

        return score


def _ligand(structure: str) -> str:
    try:
        return flat(structure)
    except DataError:
        return ""


def _pool_pairs(pairs: pd.DataFrame) -> PoolPairs:
    metals = pairs["metal"].str.cat(pairs["charge"].map("{:+d}".format))
    numbers: Any = pairs["n_ligands"].to_numpy(np.int64)
    ids = metals + ":" + pairs["n_ligands"].astype(str) + ":" + pairs["smiles"]
    return PoolPairs(
        pair_ids=tuple(ids),
        n_ligands=numbers,
        metals=tuple(metals),
        ligands=tuple(pairs["smiles"]),
        own=np.ones(len(pairs), dtype=bool),
    )
