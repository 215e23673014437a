"""What `start` seals: the config, the curated literature, the pool, the feature schema.

A campaign that learns from other models also holds these, numbered, in ``sources``, and what they
predict for its pairs.

Written once, before the `started` event that holds their SHA-256. Later verbs read the literature
only from here, so its source may move.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bo_loop.base import files, received, received_tables
from bo_loop.base.types import SOURCES
from bo_loop.campaign import sealed_pool
from bo_loop.campaign.sealed_pool import parquet
from bo_loop.campaign.streamed_pool import StreamedPool
from bo_loop.data import large_pools
from bo_loop.data.quantities import CENSORING, MHL_PK

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.features.schema import FeatureSchema
    from bo_loop.library.memory import Memory
    from bo_loop.surrogate import Surrogate

PREDICTIONS = "predictions.parquet"
CONFIG, OBSERVATIONS, POOL, FEATURES = (
    "campaign.yaml",
    "observations.parquet",
    "pool.parquet",
    "features.json",
)

MEMORY = "memory."
"""Before the name of each file of a memory (`bo_loop.library.memory`), if there is one."""

_CONFIG_KINDS = {
    **dict.fromkeys(("batch_size", "seed"), int),
    **dict.fromkeys(("data", "features", "model", "objective", "acquisition", "pool"), dict),
}
_BUILT = ("model", "objective", "acquisition")
_PAIR_KINDS = {
    **dict.fromkeys(("metal", "ligand", "smiles", "pair_id", "ligand_group"), "text"),
    **dict.fromkeys(("charge", "n_ligands"), "integer"),
    **dict.fromkeys(("temperature_C", "ionic_strength_M"), "number"),
}


def write(
    folder: Path,
    *,
    config: Mapping[str, Any],
    choices: Mapping[str, str],
    observations: "pd.DataFrame",
    pool: "pd.DataFrame | StreamedPool",
    features: Mapping[str, Any],
    memory: "Memory | None" = None,
) -> tuple[dict[str, str], int]:
    """Write the sealed files of a campaign.

    Parameters
    ----------
    folder : Path
        The campaign's folder; it exists and holds none of the files.
    config : mapping
        The composed config, plain values only.
    choices : mapping of str to str
        The option chosen for each config group.
    observations : DataFrame
        With ``pair_id``.
    pool : DataFrame or StreamedPool
        With ``pair_id``.
    features : mapping
        `FeatureSchema.to_json()`.
    memory : Memory, optional
        What is known beside the observations.

    Returns
    -------
    hashes : dict of str to str
        SHA-256 of each file.
    n_pool : int
        Rows of the pool.
    """
    text = yaml.safe_dump(
        {"choices": dict(choices), "config": dict(config)}, allow_unicode=True, sort_keys=False
    )
    in_parts = isinstance(pool, StreamedPool) or len(pool) > large_pools.LARGE
    if in_parts:
        parts = pool.parts() if isinstance(pool, StreamedPool) else sealed_pool.cut(pool)
        n_pool = sealed_pool.write(folder, parts)
    else:
        n_pool = len(pool)
    contents = {
        CONFIG: text.encode("utf-8"),
        OBSERVATIONS: parquet(observations),
        **({} if in_parts else {POOL: parquet(pool)}),
        FEATURES: json.dumps(features, ensure_ascii=False, indent=1, allow_nan=False).encode(),
    }
    if memory is not None:
        from bo_loop.library.memory import packed

        contents |= {MEMORY + name: content for name, content in packed(memory).items()}
    for name, content in contents.items():
        files.write_once(folder / name, content)
    names = [*contents, sealed_pool.MANIFEST] if in_parts else contents
    return {name: files.sha256(folder / name) for name in names}, n_pool


@dataclass(frozen=True)
class Sealed:
    """The sealed files of a campaign, each checked against the hash that `start` recorded.

    Parameters
    ----------
    folder : Path
        The campaign's folder.
    hashes : mapping of str to str
        From the `started` event.
    """

    folder: Path
    hashes: Mapping[str, str]

    def config(self) -> dict[str, Any]:
        """Return ``choices`` and ``config`` of campaign.yaml."""
        path, content = self._checked(CONFIG)
        contents = received.read_yaml(path, content)
        received.require_keys(path, contents, {"choices": dict, "config": dict})
        config = contents["config"]
        received.require_keys(path, config, _CONFIG_KINDS)
        for name in _BUILT:
            received.require_keys(path, config[name], {"_target_": str})
        received.require_keys(path, config["pool"], {"include_known": bool})
        # Version 0.1.0 wrote null where a group has no choice.
        chosen = {key: name for key, name in contents["choices"].items() if name is not None}
        received.require_keys(path, chosen, dict.fromkeys(chosen, str))
        return contents

    def observations(self) -> "pd.DataFrame":
        """Return the curated literature, with ``pair_id``."""
        path, content = self._checked(OBSERVATIONS)
        frame = received_tables.read_parquet(path, content)
        checked_pairs(path, frame)
        received_tables.require_columns(path, frame, {"log_beta": "number", "censoring": "text"})
        if MHL_PK in frame:
            known = frame[[MHL_PK]].dropna()
            received_tables.require_columns(path, known, {MHL_PK: "number"})
        if not frame["censoring"].isin(CENSORING).all():
            raise received.not_ours(path, "censoring is none, lower or upper")
        return frame

    def memory(self) -> "Memory | None":
        """Return what was known beside the observations; None in a campaign without a memory."""
        from bo_loop.library import memory as kept

        if MEMORY + kept.CARD not in self.hashes:
            return None
        names = (kept.CARD, kept.MODEL, kept.PAIRS)
        contents = {name: self._checked(MEMORY + name)[1] for name in names}
        card = kept.read_card(self.folder / (MEMORY + kept.CARD), contents[kept.CARD])
        return kept.unpacked(self.folder, card, contents)

    @property
    def in_parts(self) -> bool:
        """Whether the pool is a folder of parts."""
        return sealed_pool.MANIFEST in self.hashes

    def pool_parts(self) -> dict[str, str]:
        """Return the SHA-256 of each part of a pool that is a folder, by name."""
        return sealed_pool.parts_of(*self._checked(sealed_pool.MANIFEST))

    def parts(self) -> sealed_pool.Parts:
        """Return the parts of a pool that is a folder, to be read one by one."""
        return sealed_pool.Parts(self.folder, self.pool_parts())

    def pool(self) -> "pd.DataFrame":
        """Return the pairs that may be proposed, with ``pair_id``."""
        if self.in_parts:
            path = self.folder / sealed_pool.FOLDER
            frame = checked_pairs(path, self.parts().whole())
        else:
            path, content = self._checked(POOL)
            frame = checked_pairs(path, received_tables.read_parquet(path, content))
        return different_pairs(path, frame)

    def pool_columns(self) -> dict[str, list[Any]]:
        """Return the values of `pool` by column; they are read without pandas."""
        path, content = self._checked(POOL)
        columns = received_tables.read_columns(path, content)
        checked_columns(path, columns)
        if len(set(columns["pair_id"])) < len(columns["pair_id"]):
            raise received.not_ours(path, "a pair is in it twice")
        return columns

    def features(self) -> dict[str, Any]:
        """Return the JSON of the feature schema."""
        path, content = self._checked(FEATURES)
        return received.read_json(path, content)

    def taught(self, schema: "FeatureSchema") -> "FeatureSchema":
        """Return `schema` with the campaign's sources; models are read where they are needed."""
        from bo_loop.library.model_folder import load, with_sources

        def read(number: int) -> "Surrogate":
            folder = f"{SOURCES}/{number}"
            for name in self.hashes:
                if name.startswith(f"{folder}/"):
                    self._checked(name)
            return load(self.folder / folder)

        schema = with_sources(schema, read)
        path, content = self._checked(PREDICTIONS)
        known = received_tables.read_parquet(path, content)
        kinds = dict.fromkeys(("metal", "smiles"), "text")
        kinds |= dict.fromkeys(("charge", "n_ligands"), "integer")
        numbers = ("temperature_C", "ionic_strength_M", *schema.sources.columns)
        received_tables.require_columns(path, known, kinds | dict.fromkeys(numbers, "number"))
        return replace(schema, sources=replace(schema.sources, known=known))

    def _checked(self, name: str) -> tuple[Path, bytes]:
        path = self.folder / name
        return path, received.read_sealed(path, self.hashes.get(name))


def checked_pairs(path: Path, frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return `frame` if its rows are pairs with their keys.

    Raises
    ------
    CampaignError
        If they are not; `path` is where they were read from.
    """
    return received_tables.require_columns(path, frame, _PAIR_KINDS)


def different_pairs(path: Path, frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return `frame` if no pair is in it twice; errors as of `checked_pairs`."""
    if frame["pair_id"].duplicated().any():
        raise received.not_ours(path, "a pair is in it twice")
    return frame


def checked_columns(path: Path, columns: Mapping[str, list[Any]]) -> None:
    """Check the values of pairs by column as `checked_pairs` checks a table of them."""
    received_tables.require_values(path, columns, _PAIR_KINDS)
