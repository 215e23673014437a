"""The models that a campaign learns from, found by name when it starts, and sealed with it.

``model:DIR``     a model that bo-loop fit saved in a folder
``library:NAME``  a model that comes with bo-loop, or was added to its library
``campaign:NAME`` what another campaign knows: its literature and results, by its last model
``campaign:*``    every campaign in the folder of campaigns that has results
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bo_loop.base import files
from bo_loop.base.config import build_as
from bo_loop.base.errors import BoLoopError, ConfigError, DataError
from bo_loop.base.types import SOURCES, ModelRecipe
from bo_loop.campaign import sealed
from bo_loop.campaign.record import LEDGER, Record
from bo_loop.campaign.rounds.fitted import fitted
from bo_loop.campaign.sealed_pool import parquet
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import PROPERTY, words_of
from bo_loop.library import shelf
from bo_loop.library.model_folder import load, property_of, save
from bo_loop.library.sources import Sources, without_known
from bo_loop.surrogate import Surrogate

_KINDS = "model:DIR, library:NAME, campaign:NAME or campaign:*"


def teachers(
    names: Sequence[str],
    directory: Path,
    known: pd.DataFrame,
    properties: Sequence[Property] = (LOG_BETA,),
) -> Sources:
    """Return the sources of these names; those of the same property without the `known` pairs.

    Parameters
    ----------
    names : sequence of str
    directory : Path
        The folder of campaigns.
    known : DataFrame
        The literature of the campaign to be.
    properties : sequence of Property
        What it is about.

    Raises
    ------
    ConfigError
        If a name is none of a source, or is there twice.
    DataError, CampaignError
        If there is no such source, it cannot be read, or it has nothing to teach.
    """
    models = {}
    for name, (model, about) in found(names, directory).items():
        same = next((of for of in properties if about.speaks_of(of)), None)
        models[name] = model if same is None else without_known(name, model, _of(known, same))
    return Sources.of(models)


def found(names: Sequence[str], directory: Path) -> dict[str, tuple[Surrogate, Property]]:
    """Return the model of each source, and what it predicts.

    Parameters
    ----------
    names, directory
        As for `teachers`.

    Raises
    ------
    ConfigError, DataError, CampaignError
        As `teachers`.
    """
    every = [each for name in names for each in _expanded(name, directory)]
    if twice := sorted({name for name in every if every.count(name) > 1}):
        raise ConfigError(f"sources names {', '.join(twice)} twice.")
    models = {}
    for name in every:
        try:
            models[name] = _found(name, directory)
        except BoLoopError as error:
            if name in str(error):
                raise
            raise DataError(f"The source {name} cannot be used. {error}") from error
    return models


def _of(known: pd.DataFrame, of: Property) -> pd.DataFrame:
    """Return the observations of a property, which are all of them if there is one property."""
    return known[known[PROPERTY].eq(of.words)] if PROPERTY in known else known


def _expanded(name: str, directory: Path) -> list[str]:
    """Return the name, or the names that ``campaign:*`` stands for."""
    kind, _, what = str(name).partition(":")
    if kind not in ("model", "library", "campaign") or not what:
        raise ConfigError(f"{name!r} is not a source: write {_KINDS}.")
    if name != "campaign:*":
        return [str(name)]
    folders = sorted(directory.iterdir()) if directory.is_dir() else []
    opened = [Record(each) for each in folders if (each / LEDGER).is_file()]
    states = {record.path.name: record.state() for record in opened}
    names = [
        f"campaign:{name}" for name, s in states.items() if s.results and len(s.properties) == 1
    ]
    if not names:
        raise DataError(f"campaign:* finds no campaign with results in {directory}.")
    return names


def _found(name: str, directory: Path) -> tuple[Surrogate, Property]:
    """Return a source's model, and what it predicts."""
    kind, _, what = name.partition(":")
    if kind == "campaign":
        record = Record.open(what, directory)
        properties = record.state().properties
        if len(properties) > 1:
            raise ConfigError(
                f"It is about {len(properties)} properties ({words_of(properties)}); one can teach "
                "that is about one."
            )
        return model_of(record), properties[0]
    if kind == "model":
        return load(Path(what)), property_of(Path(what))
    memory = shelf.load(what)
    return memory.surrogate(), memory.about()


def model_of(record: Record) -> Surrogate:
    """Return what a campaign knows: the model of its last round, with all results so far."""
    state = record.state()
    settings = record.settings(state)
    found = record.hyperparameters(state, settings["model"])
    recipe = build_as(ModelRecipe, settings["model"], "model")
    schema, pool = record.schema(state), record.pool_of(state)
    known = schema, recipe, record.literature, pool, state, record.memory
    return fitted(*known, hyperparameters=found).surrogate


def write(folder: Path, sources: Sources, pairs: pd.DataFrame) -> dict[str, str]:
    """Write the models of `sources`, and what they predict for `pairs`, into a campaign's folder.

    Returns
    -------
    dict of str to str
        SHA-256 of each file.
    """
    for i, model in enumerate(sources.models, start=1):
        save(model, folder / SOURCES / str(i))
    content = parquet(sources.table(pairs))
    files.write_once(folder / sealed.PREDICTIONS, content)
    names = [p.relative_to(folder).as_posix() for p in sorted((folder / SOURCES).rglob("*.*"))]
    return {name: files.sha256(folder / name) for name in (*names, sealed.PREDICTIONS)}
