"""The frozen feature schema: which features, in what order, with which centre and scale.

A recipe is fitted once, on observations and pool together. The schema it gives is saved as JSON
and used ever after, so that adding a ligand never changes another ligand's features.

Symbols
-------
n            pairs
d            features of a block that were kept
centre       (d,) mean over the pairs of the fit
scale        (d,) standard deviation over those pairs (denominator n), or a stated scale
             (the number of ligands is left as it is: centre 0, scale 1)
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bo_loop.base.config import build
from bo_loop.base.errors import DataError
from bo_loop.base.names import node_of
from bo_loop.base.types import (
    KERNEL_PARTS,
    LOG_BETA,
    LOG_BETA_SPREAD,
    MEAN_BY,
    MEASURED,
    MEDIUM,
    SD_BY,
    SOURCES,
    FeatureRecipe,
    Floats,
    PairFeatures,
    PairSources,
    Rows,
)
from bo_loop.chemistry import site_binding
from bo_loop.data.property_rows import PROPERTY
from bo_loop.features.assembly import CAVITY, PAIR, ligands_of, raw_features, restricted
from bo_loop.features.blocks import groups, metal_values
from bo_loop.features.blocks import mordred as descriptors

# Left as it is: a model that treats n = 1 and n > 1 apart reads n from the feature.
UNSCALED = "n_ligands"


@dataclass(frozen=True)
class FeatureBlock:
    """The kept features of one block: names, centres and scales, each (d,)."""

    names: tuple[str, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]

    def scaled(self, values: Floats) -> Floats:
        """(rows, d): `values` less the centre, over the scale; float64, but uint8 if unscaled."""
        if not any(self.centre) and set(self.scale) == {1.0}:
            return values
        return (values - np.array(self.centre)) / np.array(self.scale)


@dataclass(frozen=True)
class FeatureSchema:
    """Features as they were fixed at the start.

    Parameters
    ----------
    recipe : FeatureRecipe
        What it was fitted with.
    version : str
        The rules and packages that computed the values, as `schema_version` names them.
    blocks : mapping of str to FeatureBlock
        Of the metal, of the ligand, and ``pair``.
    dropped : mapping of str to tuple of str
        Names of the features that each step of the recipe dropped.
    stages : mapping of str to tuple of str
        As in `PairFeatures`.
    measured : mapping of str to list, optional
        Values of the block ``measured`` by `ligand_group`, None where one is missing; ligands that
        are not named have none.
    sources : PairSources, optional
        Models whose predictions are features of the pairs, scaled by the block ``sources``.
    spread : float
        As in `PairFeatures`.
    spreads : mapping of str to float
        As in `PairFeatures`: by outcome, if there are several, of which the column ``property``
        of a table of pairs names one in each row.
    kernels : mapping of str to mapping
        As in `PairFeatures`.
    """

    recipe: FeatureRecipe
    version: str
    blocks: Mapping[str, FeatureBlock]
    dropped: Mapping[str, tuple[str, ...]]
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    measured: Mapping[str, list[float | None]] = field(default_factory=dict)
    sources: PairSources | None = None
    spread: float = LOG_BETA_SPREAD
    spreads: Mapping[str, float] = field(default_factory=dict)
    kernels: Mapping[str, Any] = field(default_factory=dict)

    def of_outcomes(self, values: Mapping[str, Floats]) -> "FeatureSchema":
        """Return the schema for several outcomes, of which `values` are known, (n,) each."""
        spreads = {
            name: LOG_BETA_SPREAD if name == LOG_BETA else _spread(known)
            for name, known in values.items()
        }
        return replace(self, spreads=spreads)

    def of_another_outcome(self, values: Floats) -> "FeatureSchema":
        """Return the schema for an outcome that is not log β, of which `values` (n,) are known.

        What the medium does to log β is not a feature of it.
        """
        pair = self.blocks[PAIR]
        kept = [i for i, name in enumerate(pair.names) if name != MEDIUM]
        fewer = {
            key: tuple(getattr(pair, key)[i] for i in kept) for key in ("names", "centre", "scale")
        }
        blocks = {**self.blocks, PAIR: FeatureBlock(**fewer)}
        return replace(self, blocks=blocks, spread=_spread(values))

    def with_measured(self, groups: Collection[int]) -> "FeatureSchema":
        """Return the schema with what was measured learned from some ligands alone.

        Parameters
        ----------
        groups : collection of int
            `ligand_group` numbers of those that train.

        Raises
        ------
        DataError
            If too few of them were measured.
        """
        found = self.recipe.measurements().encoded(groups)
        centre, scale = (tuple(each.tolist()) for each in (found.centre, found.scale))
        block = FeatureBlock(found.names, centre, scale)
        blocks = {**self.blocks, MEASURED: block}
        return replace(self, blocks=blocks, measured=found.stored())

    def taught(self, sources: PairSources, pairs: pd.DataFrame) -> "FeatureSchema":
        """Return the schema with what `sources` predict, scaled over `pairs`, and their kernels.

        Raises
        ------
        DataError
            If a source cannot describe the pairs.
        """
        mean = sources.predict(pairs)[0]
        spread = mean.std(axis=0)
        spread = np.where(spread > 0.0, spread, 1.0)
        zero = np.zeros_like(spread)
        block = FeatureBlock(
            names=tuple(by + label for label in sources.labels for by in (MEAN_BY, SD_BY)),
            centre=tuple(np.column_stack([mean.mean(axis=0), zero]).ravel().tolist()),
            scale=tuple(np.column_stack([spread, spread]).ravel().tolist()),
        )
        scales = {
            name: dict(zip(own.names, own.scale, strict=True)) for name, own in self.blocks.items()
        }
        blocks, kernels = {**self.blocks, SOURCES: block}, sources.kernels(scales)
        return replace(self, blocks=blocks, sources=sources, kernels=kernels)

    def transform(self, pairs: pd.DataFrame) -> PairFeatures:
        """Scaled features of pairs.

        Parameters
        ----------
        pairs : DataFrame
            n pairs with the pair columns and standardised SMILES; of observations the
            ``source`` goes with them, and whether they are the lab's ``own``.

        Returns
        -------
        PairFeatures
            Metals and ligands in order of first appearance.

        Raises
        ------
        DataError
            Listing the ligands for which a feature of the schema is undefined, or what else
            cannot be described.
        """
        table = self._raw(pairs)
        gaps = _gaps(pairs, table)
        if gaps:
            raise DataError(
                "Features fixed at the start are undefined for these ligands; leave them out.",
                [f"{smiles}: {', '.join(names)}" for smiles, names in gaps.items()],
            )
        pair, names = self.blocks[PAIR].scaled(table.pair), table.names
        if SOURCES in self.blocks:
            block = self.blocks[SOURCES]
            pair = np.hstack([pair, block.scaled(self._said(pairs))])
            names = {**names, PAIR: (*names[PAIR], *block.names)}
        ligand = {b: self.blocks[b].scaled(values) for b, values in table.ligand.items()}
        if CAVITY in ligand:  # what has no macrocycle lies at the centre
            ligand[CAVITY] = np.nan_to_num(ligand[CAVITY])
        if MEASURED in self.blocks:
            names = {**names, MEASURED: self.blocks[MEASURED].names}
            ligand[MEASURED] = self.blocks[MEASURED].scaled(self._measured(table.ligand_group))
        return replace(
            table,
            # What protons do not have lies at the centre.
            metal={
                b: np.nan_to_num(self.blocks[b].scaled(values)) for b, values in table.metal.items()
            },
            ligand=ligand,
            pair=pair,
            names=names,
            source=pairs["source"].to_numpy(dtype=str) if "source" in pairs else None,
            own=pairs["own"].eq(True).to_numpy() if "own" in pairs else None,
            stages=self.stages,
            spread=self.spread,
            outcome=self._outcome(pairs),
            spreads=self.spreads,
            kernels=self.kernels,
        )

    def undefined(self, pairs: pd.DataFrame) -> list[str]:
        """SMILES, in order of first appearance, for which a feature of the schema is undefined."""
        return list(_gaps(pairs, self._raw(pairs)))

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads; floats come back exactly."""
        return {
            "recipe": node_of(self.recipe),
            "version": self.version,
            "blocks": {
                name: {key: list(values) for key, values in asdict(block).items()}
                for name, block in self.blocks.items()
            },
            "dropped": {step: list(names) for step, names in self.dropped.items()},
            "stages": {stage: list(names) for stage, names in self.stages.items()},
            **({} if self.spread == LOG_BETA_SPREAD else {"spread": self.spread}),
            **({"spreads": dict(self.spreads)} if self.spreads else {}),
            **({"kernels": dict(self.kernels)} if self.kernels else {}),
            **({"measured": dict(self.measured)} if MEASURED in self.blocks else {}),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "FeatureSchema":
        """Read a schema.

        Raises
        ------
        DataError
            If the rules and packages at hand are not those that computed the schema's values.
        """
        require_version(stored["version"], schema_version(stored["blocks"]))
        return cls.read(stored)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "FeatureSchema":
        """Read a schema, whatever rules and packages computed its values."""
        return cls(
            recipe=build(_recipe_node(stored["recipe"])),
            version=stored["version"],
            blocks={
                name: FeatureBlock(**{key: tuple(values) for key, values in block.items()})
                for name, block in stored["blocks"].items()
            },
            dropped={step: tuple(names) for step, names in stored["dropped"].items()},
            stages={stage: tuple(names) for stage, names in stored.get("stages", {}).items()},
            spread=float(stored.get("spread", LOG_BETA_SPREAD)),
            spreads={name: float(each) for name, each in stored.get("spreads", {}).items()},
            kernels={
                label: {
                    part: {name: float(value) for name, value in kernel[part].items()}
                    for part in KERNEL_PARTS
                }
                for label, kernel in stored.get("kernels", {}).items()
            },
            measured=stored.get("measured", {}),
        )

    @classmethod
    def renewed(cls, stored: Mapping[str, Any], pairs: pd.DataFrame) -> "FeatureSchema":
        """Fit the recipe of a stored schema again, by the rules and packages at hand.

        Parameters
        ----------
        stored : mapping
            What `to_json` returned, by whatever rules.
        pairs : DataFrame
            The pairs on which the stored schema was fitted.
        """
        return build(_recipe_node(stored["recipe"])).fit(pairs)

    def _measured(self, groups: Rows) -> Floats:
        """Values of ligands as they were measured, nan where they were not; (n_ligands, d)."""
        absent = [None] * len(self.blocks[MEASURED].names)
        rows = [self.measured.get(str(group), absent) for group in groups.tolist()]
        return np.array(rows, dtype=np.float64).reshape(len(groups), len(absent))

    def _said(self, pairs: pd.DataFrame) -> Floats:
        """Mean and sd of every pair by each source, side by side; (n, 2 s)."""
        if self.sources is None:
            raise DataError(
                "These features hold what other models predict, and the models are not there."
            )
        mean, sd = self.sources.predict(pairs)
        return np.stack([mean, sd], axis=2).reshape(len(pairs), -1)

    def _outcome(self, pairs: pd.DataFrame) -> NDArray[np.str_] | None:
        """Which outcome each row is a value of; None if there is one."""
        if not self.spreads:
            return None
        if PROPERTY not in pairs or not pairs[PROPERTY].isin(list(self.spreads)).all():
            raise DataError(
                "These pairs do not say, in the column property, which of "
                f"{', '.join(self.spreads)} each of them is a value of."
            )
        return pairs[PROPERTY].to_numpy(dtype=str)

    def _raw(self, pairs: pd.DataFrame) -> PairFeatures:
        """Return the schema's own features, unscaled."""
        mordred = self.blocks["mordred"].names if "mordred" in self.blocks else None
        table = raw_features(pairs, list(self.blocks), mordred)
        kept = {
            block: np.isin(names, self.blocks[block].names) for block, names in table.names.items()
        }
        return restricted(table, kept)[0]


def _spread(values: Floats) -> float:
    """Return the standard deviation of an outcome's known values (n,); 1 where they have none."""
    return float(np.std(values)) if len(values) > 1 and np.ptp(values) > 0.0 else 1.0


def _recipe_node(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the config node of a recipe, of which bo-loop 0.1.0 stored the kind or nothing."""
    options = dict(stored)
    kind = options.pop("kind", "published")
    return {"_target_": f"bo_loop.features.{kind.capitalize()}Recipe", **options}


def require_version(made_by: str, installed: str) -> None:
    """Refuse features of other rules or packages than those installed.

    Raises
    ------
    DataError
        Naming both, and the way on.
    """
    if made_by != installed:
        raise DataError(
            "These features were made by other rules of bo-loop or by other packages "
            f"({made_by}) than those installed ({installed}), whose values may "
            "differ. A campaign goes on with the installed ones after bo-loop config name=… "
            "renew_features=true, or with the bo-loop that began it (the first event of its "
            "ledger names it); a model in a folder has to be fitted again."
        )


def schema_version(blocks: Collection[str]) -> str:
    """Name what computes the features of `blocks`: descriptor set, rules, and packages."""
    sets = [descriptors.set_version()] if "mordred" in blocks else []
    rules = (groups.rules_version(), metal_values.VERSION, f"mendeleev={version('mendeleev')}")
    estimates = [site_binding.VERSION] if "basicity" in blocks else []
    return " ".join([*sets, *rules, *estimates])


def _gaps(pairs: pd.DataFrame, table: PairFeatures) -> dict[str, list[str]]:
    """Undefined descriptors of each ligand that has any."""
    if "mordred" not in table.ligand:
        return {}
    names = np.array(table.names["mordred"])
    gaps = ~np.isfinite(table.ligand["mordred"])
    listed = zip(ligands_of(pairs)[1], gaps, strict=True)
    return {smiles: names[row].tolist() for smiles, row in listed if row.any()}
