"""The start of a campaign: literature, pool and features are made, sealed, and recorded."""

import hashlib
import os
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from bo_loop.base import config as configs
from bo_loop.base import files
from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.base.types import FeatureRecipe, Source
from bo_loop.campaign import options, sealed
from bo_loop.campaign.ledger.events import canonical
from bo_loop.campaign.ledger.ledger import Ledger
from bo_loop.campaign.pool_rows import require_items, with_acids
from bo_loop.campaign.provenance import versions, who
from bo_loop.campaign.record import LEDGER
from bo_loop.campaign.settings import POOL_RULES, require_learner
from bo_loop.campaign.streamed_pool import Crossed, StreamedPool
from bo_loop.data import large_pools
from bo_loop.data.property import Property
from bo_loop.data.property_rows import PROPERTY, of_each, properties_of, values_of, words_of

if TYPE_CHECKING:
    from bo_loop.library.memory import Memory
    from bo_loop.library.sources import Sources

NO_MEMORY = (None, "none", "null")
"""Values of ``data.memory`` for a campaign that knows nothing beside its observations."""


def start(path: Path, settings: Mapping[str, Any]) -> None:
    """Make the folder of a campaign, whole or not at all.

    Parameters
    ----------
    path : Path
        The folder.
    settings : mapping
        `bo_loop.campaign.settings.checked_settings`.

    Raises
    ------
    CampaignError
        If the folder is there.
    ConfigError, DataError
        If literature or pool cannot be used.
    """
    if path.exists():
        raise CampaignError(
            f"{path} exists already. Go on with bo-loop suggest name={path.name}, or start "
            "under another name=."
        )
    _require_data(settings)
    memory = remembered(settings)
    made = prepare(settings, path.parent, memory)
    staging = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    try:
        files.make_folder(staging)
        hashes, n_pool = sealed.write(
            staging,
            config=settings,
            choices=options.choices(settings),
            observations=made.observations,
            pool=made.pool,
            features=made.features,
            memory=memory,
        )
        if made.sources is not None:
            from bo_loop.campaign import teachers  # torch: only where a model is needed

            pairs = pd.concat([made.observations, made.pool])
            hashes |= teachers.write(staging, made.sources, pairs)
        started = {
            "name": path.name,
            "config": hashlib.sha256(canonical(settings)).hexdigest(),
            "sealed": hashes,
            "versions": versions(),
            "n_observations": len(made.observations),
            "n_pool": n_pool,
            "n_left_out": made.n_every - n_pool // len(properties_of(settings.get("property"))),
            "operator": who(None),
            **({"property": settings["property"]} if "property" in settings else {}),
        }
        Ledger(staging / LEDGER).append([("started", started)])
        files.publish_folder(staging, path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _require_data(settings: Mapping[str, Any]) -> None:
    """Refuse literature that cannot hold the property, before what comes with it is looked at."""
    from bo_loop.data.sources.property_tables import require_table

    for of in properties_of(settings.get("property")):
        if not of.is_log_beta:
            require_table(configs.build(settings["data"]), of)


def remembered(settings: Mapping[str, Any]) -> "Memory | None":
    """Return the memory that ``data.memory`` names, less the metal ions that the data hide.

    A memory speaks for one model and its features: with others it is left aside, with a warning.

    Raises
    ------
    ConfigError
        If the campaign is about another property.
    DataError, CampaignError
        If there is no such memory, or it is damaged.
    """
    name = settings["data"].get("memory")
    if name in NO_MEMORY:
        return None
    from bo_loop.library import shelf

    properties, memory = properties_of(settings.get("property")), shelf.load(str(name))
    if len(properties) > 1 or not memory.about().speaks_of(properties[0]):
        raise ConfigError(
            f"data.memory={name} knows {memory.about().words}, and this campaign is about "
            f"{words_of(properties)}. Start it with data.memory=none; model=transfer "
            "sources=[library:…] learns from a memory of another property."
        )
    if not memory.suits(configs.build(settings["model"]), settings["features"]):
        own = {"model": memory.model, "features": memory.features["recipe"]}
        asked = " and ".join(f"{k}={options.name_of(k, node)}" for k, node in own.items())
        warnings.warn(
            f"data.memory={name} is left aside, since it speaks for {asked} alone. "
            "data.memory=none does without it from the outset.",
            stacklevel=4,
        )
        return None
    return memory.without(settings["data"].get("without_metals") or ())


def literature_of(node: Mapping[str, Any], properties: Sequence[Property]) -> pd.DataFrame:
    """Read the literature of one property, or of several.

    Raises
    ------
    ConfigError, DataError
        As the source does.
    """
    from bo_loop.data.sources.property_tables import read_properties, read_property

    if len(properties) > 1:
        return read_properties(configs.build(node), properties)
    if properties[0].is_log_beta:
        return configs.read(node, "data")
    return read_property(configs.build(node), properties[0])


def _with_mhl(observations: pd.DataFrame, node: Mapping[str, Any]) -> pd.DataFrame:
    """Put the measured pK of MHL beside log β of ML, if the data have constants of MHL."""
    from bo_loop.data.quantities import MHL_PK
    from bo_loop.data.sources.csv import Csv
    from bo_loop.solution.observed import pk_of_observed

    source = configs.build(node)
    mixed = source.protonated() if isinstance(source, Csv) else ()
    if not len(mixed):
        return observations
    return observations.assign(**{MHL_PK: pk_of_observed(observations, mixed)})


class Prepared(NamedTuple):
    """What a campaign starts with.

    Parameters
    ----------
    observations : DataFrame
        With keys.
    pool : DataFrame or StreamedPool
        With keys.
    features : dict
        The schema, as JSON.
    n_every : int
        Pairs of the pool, and those of more donors than `pool.max_denticity_sum`.
    sources : Sources or None
        Models to learn from.
    """

    observations: pd.DataFrame
    pool: pd.DataFrame | StreamedPool
    features: dict[str, Any]
    n_every: int
    sources: "Sources | None"


def prepare(
    settings: Mapping[str, Any], directory: Path, memory: "Memory | None" = None
) -> Prepared:
    """Read literature and pool, and describe them.

    Other campaigns to learn from lie in `directory`; a `memory` brings its own features.
    """
    from bo_loop.data.mirror_images import one_of_mirror_images
    from bo_loop.data.observations import with_keys
    from bo_loop.data.pools import within_denticity
    from bo_loop.features.about import about

    pool_node = {key: value for key, value in settings["pool"].items() if key not in POOL_RULES}
    recipe = configs.build_as(FeatureRecipe, settings["features"], "features")
    properties = properties_of(settings.get("property"))
    literature = literature_of(settings["data"], properties)
    observations = with_keys(recipe.usable(literature), "the literature")
    observations = _with_mhl(observations, settings["data"])
    if len(properties) > 1:
        own = [values_of(observations[observations[PROPERTY].eq(p.words)], p) for p in properties]
        observations = pd.concat(own, ignore_index=True)
    most, names = settings["pool"].get("max_denticity_sum"), settings.get("sources", [])
    source = configs.build_as(Source, pool_node, "pool")
    crossing = source.crossing() if isinstance(source, Crossed) else None
    # What learns from how often an ion or a ligand is there has to have all pairs at once.
    by_pairs = len(properties) > 1 or names or (memory is None and not recipe.of_distinct)
    if crossing is not None and len(crossing) > large_pools.LARGE and not by_pairs:
        pool = StreamedPool.of(crossing, most)
        n_every, some = len(pool.crossing), pool.some()
        first = next((part for part in pool.parts() if len(part)), some[:0])
    else:
        read = source.read() if crossing is None else crossing.pairs()
        every = one_of_mirror_images(with_keys(read, "the pool"))
        pool = first = some = of_each(within_denticity(every, most), properties)
        n_every = len(every)
    if first.empty:
        raise ConfigError(
            f"pool.max_denticity_sum={most} leaves none of the {n_every} pairs of the pool. "
            "Raise it, or ask for smaller pool.n_ligands."
        )
    require_items(configs.build(settings["objective"]), with_acids(observations, memory), first)
    pairs = pd.concat([observations, some])
    schema, sources = recipe.fit(pairs) if memory is None else memory.schema(), None
    if memory is None:
        schema = about(schema, properties, observations)
    if names:
        require_learner(settings["model"])
        from bo_loop.campaign import teachers  # torch: only where a model is needed

        sources = teachers.teachers(names, directory, observations, properties)
        schema = schema.taught(sources, pairs)
    configs.build(settings["model"]).require_blocks(schema.blocks)
    return Prepared(observations, pool, schema.to_json(), n_every, sources)
