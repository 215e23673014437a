"""`ChemistryRecipe`: features that a coordination chemist would name.

Blocks
------
properties, bonding   of the metal ion, standardised over the distinct ions of the fit
proton                1 for protons, and how many there are beyond the first
charge, donors, site, basicity
                      of the ligand, on stated scales
cavity                of macrocycles, if asked for, on stated scales; the centre for other ligands
atoms                 counts of atom environments, for a kernel of counts; as they are
measured              of ligands, from a table: see `bo_loop.features.blocks.measured`
pair                  number of ligands as it is, T and I on the stated scales of every schema, and
                      what I does to log β by theory (`bo_loop.chemistry.medium`), in log β

A proton has no properties of a metal ion: its row of them is the centre, and ``proton`` marks it.
Nothing about the structure of ligands is fitted, and nothing is filtered: no descriptor is
undefined for any ligand.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import MEDIUM, Floats
from bo_loop.data.observations import STATED_SCALES
from bo_loop.features.assembly import CAVITY, PAIR, raw_features
from bo_loop.features.blocks.measured import (
    Measurements,
    read_measurements,
    require_options,
)
from bo_loop.features.schema import (
    UNSCALED,
    FeatureBlock,
    FeatureSchema,
    schema_version,
)

_OF_METALS = ("properties", "bonding")
_BLOCKS = (*_OF_METALS, "proton", "charge", "donors", "site", "basicity", "atoms")
_SCALES: dict[str, float | tuple[float, ...]] = {
    "proton": 1.0, "charge": 2.0, "donors": 0.5, "site": 0.33, "basicity": (3.0, 8.0, 3.0, 3.0),
    "atoms": 1.0,
}  # fmt: skip
_CAVITY_CENTRE, _CAVITY_SCALE = (2.5, 0.25, 0.25), (0.5, 0.15, 0.2)  # Å: those of macrocycles


@dataclass(frozen=True)
class ChemistryRecipe:
    """Metal properties; donors, binding site, basicity, atom environments; protons.

    Parameters
    ----------
    measured : str, optional
        A table of what was measured of ligands; see `bo_loop.features.blocks.measured`.
    latent : str, optional
        ``pca`` or ``nmf``: components in place of the columns of a table of curves.
    components : int
    cavity : bool
        Describe the cavities of macrocycles; see `bo_loop.chemistry.cavity`.

    Raises
    ------
    ConfigError
        If an option has a value that it cannot take.
    """

    measured: str | None = None
    latent: str | None = None
    components: int = 5
    cavity: bool = False
    of_distinct: ClassVar[bool] = True

    def __post_init__(self):
        if not isinstance(self.cavity, bool):
            raise ConfigError(f"features.cavity is {self.cavity!r}: give true or false.")
        require_options(self.measured, self.latent, self.components)

    def measurements(self) -> Measurements:
        """Read the table of what was measured.

        Raises
        ------
        DataError
            As `read_measurements`.
        """
        return read_measurements(Path(str(self.measured)), self.latent, self.components)

    def fit(self, pairs: pd.DataFrame) -> FeatureSchema:
        """Scale the properties of metals.

        Parameters
        ----------
        pairs : DataFrame
            Observations and pool pairs, one row each, with the pair columns and standardised
            SMILES.

        Returns
        -------
        FeatureSchema

        Raises
        ------
        DataError
            If there is no pair, or a metal ion, ligand or condition cannot be described.
        """
        if pairs.empty:
            raise DataError("Features cannot be chosen without pairs: the table is empty.")
        raw = raw_features(pairs, (*_BLOCKS, CAVITY) if self.cavity else _BLOCKS)
        blocks = {b: _over_ions(raw.names[b], raw.metal[b]) for b in _OF_METALS}
        blocks |= {b: _stated(raw.names[b], _SCALES[b]) for b in _BLOCKS if b in _SCALES}
        if self.cavity:
            blocks[CAVITY] = FeatureBlock(raw.names[CAVITY], _CAVITY_CENTRE, _CAVITY_SCALE)
        kept = [name for name in raw.names[PAIR] if name in (UNSCALED, MEDIUM, *STATED_SCALES)]
        scales = [STATED_SCALES.get(name, 1.0) for name in kept]
        blocks[PAIR] = FeatureBlock(tuple(kept), (0.0,) * len(kept), tuple(scales))
        schema = FeatureSchema(self, schema_version(blocks), blocks, {})
        if self.measured is None:
            return schema
        return schema.with_measured(set(raw.ligand_group.tolist()))

    def usable(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Return all of `pairs`: protonation constants (metal ``H``) are described too."""
        return pairs


def _over_ions(names: tuple[str, ...], table: Floats) -> FeatureBlock:
    """Standardise over the metal ions of a table; what does not vary keeps its unit."""
    of_metals = table[np.isfinite(table).all(axis=1)]
    if not len(of_metals):
        return _stated(names, 1.0)
    sd = of_metals.std(axis=0)
    scale = np.where(sd > 0.0, sd, 1.0)
    return FeatureBlock(names, tuple(of_metals.mean(axis=0).tolist()), tuple(scale.tolist()))


def _stated(names: tuple[str, ...], scale: float | tuple[float, ...]) -> FeatureBlock:
    """Divide by one scale, or by one a column."""
    scales = scale if isinstance(scale, tuple) else (scale,) * len(names)
    return FeatureBlock(names, (0.0,) * len(names), scales)
