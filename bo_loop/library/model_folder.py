"""A surrogate in a folder: ``model.json`` and ``training.npz``, from which it is built again."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from bo_loop.base.config import build
from bo_loop.base.errors import DataError
from bo_loop.base.folders import require_new
from bo_loop.base.names import node_of
from bo_loop.base.types import PairFeatures
from bo_loop.features.schema import FeatureSchema
from bo_loop.surrogate import Surrogate, described

_JSON, _ARRAYS = "model.json", "training.npz"
_FORMAT = 2


def save(surrogate: Surrogate, folder: Path) -> None:
    """Write ``model.json`` and ``training.npz`` into `folder`, which must not hold a model.

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
    }
    text = json.dumps(contents, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / _JSON).write_text(text + "\n", encoding="utf-8", newline="\n")


def load(folder: Path, near: pd.DataFrame | None = None) -> Surrogate:
    """Read what `save` wrote; of very many training pairs, those that matter for the pairs `near`.

    Raises
    ------
    DataError
        If the folder holds no whole model of a format that this version reads.
    """
    try:
        contents = json.loads((folder / _JSON).read_text(encoding="utf-8"))
        # Opened here: NumPy leaves a file open that is not a zip archive.
        with (folder / _ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
    except (OSError, ValueError, BadZipFile) as error:
        raise DataError(
            f"{folder} holds no model that can be read ({error}). Make one with bo-loop fit, in a "
            "new model_dir."
        ) from error
    if not isinstance(contents, dict):
        raise DataError(f"{folder / _JSON} is damaged. Make a model with bo-loop fit.")
    if contents.get("format") != _FORMAT:
        raise DataError(
            f"{folder / _JSON} has format {contents.get('format')!r}; this version reads "
            f"{_FORMAT}. Fit the model again."
        )
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
    recipe, schema = build(contents["model"]), FeatureSchema.from_json(contents["features"])
    features = replace(features, stages=schema.stages)
    y, noise_var = arrays["y"], arrays["noise_var"]
    censored = arrays.get("censored", np.zeros(len(y), dtype=bool))
    asked = None if near is None else partial(described, features, schema, near)
    model = recipe.build(features, y, noise_var, contents["hyperparameters"], asked)
    return Surrogate(schema, recipe, features, y, noise_var, model, censored)
