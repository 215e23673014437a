"""Sources in a validation, which must not know what a fold holds back.

Of the property that is judged, a source forgets the pairs of the data, as in a campaign; in each
fold all that it knows of a ligand, or of a metal ion, of which nothing trains. What it knows of
another property stays: a target is learned from what is known of its ligands otherwise.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bo_loop.base.types import Rows
from bo_loop.campaign.teachers import found
from bo_loop.chemistry.ions import PROTON
from bo_loop.data.property import LOG_BETA
from bo_loop.library.sources import Sources, without_known
from bo_loop.surrogate import Surrogate

CAMPAIGNS = Path("campaigns")


@dataclass(frozen=True)
class Taught:
    """The sources of a validation.

    Parameters
    ----------
    models : dict of str to Surrogate
        By label; those of the property judged without the pairs of the data.
    same : frozenset of str
        Labels of these.
    """

    models: dict[str, Surrogate]
    same: frozenset[str]

    @classmethod
    def of(cls, names: Sequence[str], observations: pd.DataFrame) -> "Taught | None":
        """Find the sources; None if none is named.

        Raises
        ------
        ConfigError, DataError, CampaignError
            As `bo_loop.campaign.teachers.teachers`.
        """
        if not names:
            return None
        every = found(names, CAMPAIGNS)
        same = frozenset(name for name, (_, about) in every.items() if about.speaks_of(LOG_BETA))
        return cls(
            {
                name: without_known(name, model, observations) if name in same else model
                for name, (model, _) in every.items()
            },
            same,
        )

    def whole(self) -> Sources:
        """Return the sources without the pairs of the data."""
        return Sources.of(self.models)

    def inside(self, observations: pd.DataFrame, train: Rows, judged: Rows) -> Sources:
        """Return the sources as they are where `judged` rows are held back from `train`.

        Raises
        ------
        DataError
            If a source has nothing left to teach.
        """
        rows = observations.iloc[train]
        trains, held = rows[rows["metal"] != PROTON], observations.iloc[judged]
        ligands = held[~held["ligand_group"].isin(trains["ligand_group"])]
        ions = ["metal", "charge"]
        known = pd.MultiIndex.from_frame(trains[ions])
        metals = held[~pd.MultiIndex.from_frame(held[ions]).isin(known)]
        models = dict(self.models)
        for name in self.same:
            for gone, by in ((ligands, ("ligand",)), (metals, ("metal",))):
                if len(gone):
                    models[name] = without_known(name, models[name], gone, by)
        return Sources.of(models)

    def fingerprint(self) -> list[list[str]]:
        """Name what the sources know; JSON-able."""
        return [
            [name, hashlib.sha256(model.y.tobytes() + model.features.X.tobytes()).hexdigest()]
            for name, model in self.models.items()
        ]
