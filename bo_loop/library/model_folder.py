"""A surrogate in a folder: ``model.json`` and ``training.npz``, from which it is built again.

The models whose predictions are features of its pairs lie below ``sources``, numbered from 1.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd

from bo_loop.base import received
from bo_loop.base.config import build
from bo_loop.base.errors import BoLoopError, DataError
from bo_loop.base.folders import require_new
from bo_loop.base.names import node_of
from bo_loop.base.types import MEASURED, SOURCES, PairFeatures
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.features.schema import FeatureSchema
from bo_loop.library.sources import Sources, labels_of
from bo_loop.surrogate import Surrogate, described

_JSON, _ARRAYS = "model.json", "training.npz"
_FORMAT = 2
_KINDS = dict.fromkeys(("model", "hyperparameters", "features", "names"), dict)
_TEXTS = ("ligand_group", "source")
_MOST_UNPACKED = 1 << 32


def save(surrogate: Surrogate, folder: Path, of: Property = LOG_BETA) -> None:
    """Write ``model.json`` and ``training.npz`` into `folder`, which must not hold a model.

    Parameters
    ----------
    surrogate : Surrogate
    folder : Path
    of : Property
        What it predicts, for `property_of`.

    Raises
    ------
    DataError
        If the folder already holds a model, or is a file.
    """
    require_new(folder, "model_dir")
    folder.mkdir(parents=True, exist_ok=True)
    tables = {f"metal.{k}": v for k, v in surrogate.features.metal.items()}
    tables |= {f"ligand.{k}": v for k, v in surrogate.features.ligand.items()}
    said = {name: getattr(surrogate.features, name) for name in ("source", "own")}
    tables |= {name: each for name, each in said.items() if each is not None}
    with (folder / _ARRAYS).open("wb") as file:
        np.savez_compressed(
            file,
            y=surrogate.y,
            noise_var=surrogate.noise_var,
            censored=surrogate.censored,
            ligand_group=surrogate.features.ligand_group,
            metal_row=surrogate.features.metal_row,
            ligand_row=surrogate.features.ligand_row,
            pair=surrogate.features.pair,
            **tables,
        )
    contents = {
        "format": _FORMAT,
        "model": node_of(surrogate.recipe),
        "hyperparameters": surrogate.model.hyperparameters(),
        "features": surrogate.schema.to_json(),
        "names": {block: list(names) for block, names in surrogate.features.names.items()},
        **({} if of.is_log_beta else {"property": asdict(of)}),
    }
    text = json.dumps(contents, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / _JSON).write_text(text + "\n", encoding="utf-8", newline="\n")
    if surrogate.schema.sources is not None:
        for i, source in enumerate(surrogate.schema.sources.models, start=1):
            save(source, folder / SOURCES / str(i))


def load(folder: Path, near: pd.DataFrame | None = None) -> Surrogate:
    """Read what `save` wrote; of very many training pairs, those that matter for the pairs `near`.

    Raises
    ------
    DataError
        If the folder holds no model of a format that this version reads.
    CampaignError
        If it holds something else under the names of a model's files.
    """
    with _in(folder):
        contents = received.load_json(folder / _JSON)
        arrays = _arrays(folder / _ARRAYS)
    if contents.get("format") != _FORMAT:
        raise DataError(
            f"{folder / _JSON} has format {contents.get('format')!r}; this version reads "
            f"{_FORMAT}. Fit the model again."
        )
    received.require_keys(folder / _JSON, contents, _KINDS)
    try:
        return _surrogate(contents, arrays, near, folder / SOURCES)
    except BoLoopError:
        raise
    except Exception as error:  # a model's parts fail in many ways on values that are not theirs
        raise received.not_ours(folder, f"no model follows from it ({error!r:.200})") from error


def property_of(folder: Path) -> Property:
    """Return what the model in a folder predicts.

    Raises
    ------
    DataError, ConfigError, CampaignError
        If the folder holds no model, or says something else.
    """
    with _in(folder):
        return Property.of(received.load_json(folder / _JSON).get("property"))


@contextmanager
def _in(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(
            f"{folder} holds no model ({error.filename} is missing). Make one with bo-loop fit, in "
            "a new model_dir."
        ) from error


def with_sources(schema: FeatureSchema, read: Callable[[int], Surrogate]) -> FeatureSchema:
    """Return `schema` with its sources, if it has any; `read` returns that of a number from 1."""
    labels = labels_of(schema)
    if not labels:
        return schema
    makers = [partial(read, i) for i in range(1, len(labels) + 1)]
    return replace(schema, sources=Sources(labels, makers))


def _surrogate(
    contents: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    near: pd.DataFrame | None,
    sources: Path,
) -> Surrogate:
    features = PairFeatures(
        metal={k[6:]: v for k, v in arrays.items() if k.startswith("metal.")},
        ligand={k[7:]: v for k, v in arrays.items() if k.startswith("ligand.")},
        ligand_group=arrays["ligand_group"],
        metal_row=arrays["metal_row"],
        ligand_row=arrays["ligand_row"],
        pair=arrays["pair"],
        names={block: tuple(names) for block, names in contents["names"].items()},
        source=arrays.get("source"),
        own=arrays.get("own"),
    )
    y, noise_var = arrays["y"], arrays["noise_var"]
    censored = arrays.get("censored", np.zeros(len(y), dtype=bool))
    _require_rows(features, y, noise_var, censored)
    recipe, schema = build(contents["model"]), FeatureSchema.from_json(contents["features"])
    schema = with_sources(schema, lambda i: load(sources / str(i)))
    features = replace(features, stages=schema.stages, spread=schema.spread)
    asked = None if near is None else partial(described, features, schema, near)
    model = recipe.build(features, y, noise_var, contents["hyperparameters"], asked)
    return Surrogate(schema, recipe, features, y, noise_var, model, censored)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a ``.npz`` file, which may have come from anyone."""
    content = received.read_bytes(path)
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _MOST_UNPACKED:
            raise ValueError(f"it unpacks to {unpacked >> 20:,} MiB")
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            arrays = {name: np.asarray(found[name]) for name in found.files}
    except Exception as error:  # ZIP and NumPy fail in many ways on bytes that are not theirs
        raise received.not_ours(path, f"it holds no arrays ({error!r:.200})") from error
    strange = [
        k for k, v in arrays.items() if v.dtype.kind not in ("biufU" if k in _TEXTS else "biuf")
    ]
    if strange:
        raise received.not_ours(path, f"{', '.join(strange)[:60]} holds no numbers")
    gaps = f"ligand.{MEASURED}"  # nan marks what was not measured
    bad = [
        k
        for k, v in arrays.items()
        if v.dtype.kind == "f" and (np.isinf(v) if k == gaps else ~np.isfinite(v)).any()
    ]
    if bad:
        raise received.not_ours(path, f"{', '.join(bad)[:60]} holds what is not a number")
    return arrays


def _require_rows(
    features: PairFeatures, y: np.ndarray, noise_var: np.ndarray, censored: np.ndarray
) -> None:
    """Refuse tables whose rows do not belong together."""
    n = len(y)
    columns = [y, noise_var, censored, features.metal_row, features.ligand_row]
    if any(column.shape != (n,) for column in columns) or len(features.pair) != n:
        raise ValueError("its columns differ in length")
    tables = {"metal": features.metal_row, "ligand": features.ligand_row}
    for kind, rows in tables.items():
        lengths = {len(table) for table in getattr(features, kind).values()}
        if len(lengths) != 1 or not n or rows.min() < 0 or rows.max() >= min(lengths):
            raise ValueError(f"its {kind} rows point outside their tables")
    blocks = {**features.metal, **features.ligand, "pair": features.pair}
    if any(block.shape[1:] != (len(features.names[name]),) for name, block in blocks.items()):
        raise ValueError("its tables have other columns than names")
    if (noise_var < 0).any():
        raise ValueError("a variance of noise is negative")
