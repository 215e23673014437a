"""A memory: pseudo-observations that give back what a large model knows, in a folder.

==============  ===================================================================================
pairs.parquet   metal ion, structure, n and conditions of each pair; ``log_beta`` and
                ``log_beta_sd``, which an exact GP takes as data; ``mean`` and ``sd``, what the
                large model says of the pair. No value is a measured one
model.json      the model, its hyperparameters, and the features with their centres and scales
card.json       what it is, what it learned from, how good it is, how to cite it; and the SHA-256 of
                the other two
==============  ===================================================================================

The card states the property, its unit and the scale on which it is modelled; the columns have the
same names whichever it is.

``log_beta`` is not what is believed of a pair (that is ``mean``): where its noise ``log_beta_sd``
is large, it may lie far off, so that all of them together have the right posterior.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base import received, received_tables
from bo_loop.base.config import build
from bo_loop.base.errors import BoLoopError, ConfigError, DataError
from bo_loop.base.files import write_once
from bo_loop.base.folders import require_new
from bo_loop.base.types import PAIR_COLUMNS, ModelRecipe
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.features.schema import FeatureSchema, schema_version
from bo_loop.models.gp.source_noise import MEMORY
from bo_loop.surrogate import Surrogate, described

CARD, MODEL, PAIRS = "card.json", "model.json", "pairs.parquet"
COLUMNS = (*PAIR_COLUMNS, "log_beta", "log_beta_sd", "mean", "sd")
_FORMAT = 1
_MOST_BYTES = 1 << 26
_TEXTS = ("metal", "ligand", "smiles")
_KINDS = {
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(("charge", "n_ligands"), "integer"),
    **dict.fromkeys(
        ("temperature_C", "ionic_strength_M", "log_beta", "log_beta_sd", "mean", "sd"), "number"
    ),
}
_SAID = dict.fromkeys(("name", "property", "unit", "domain", "version", "cite"), str)


@dataclass(frozen=True)
class Memory:
    """What a memory holds.

    Parameters
    ----------
    pairs : DataFrame
        `COLUMNS`.
    model : mapping
        Config node of the model.
    hyperparameters : mapping
        As the model's `build` takes them.
    features : mapping
        `FeatureSchema.to_json()`.
    card : mapping
        What ``card.json`` says.
    """

    pairs: pd.DataFrame
    model: Mapping[str, Any]
    hyperparameters: Mapping[str, Any]
    features: Mapping[str, Any]
    card: Mapping[str, Any]

    def about(self) -> Property:
        """Return the property that it knows.

        Raises
        ------
        ConfigError
            If its card says what none can be.
        """
        if self.card["property"] == LOG_BETA.column:
            return LOG_BETA
        said = {"name": self.card["property"], "unit": self.card["unit"]}
        return Property.of(said | {name: self.card.get(name) for name in ("transform", "bounds")})

    def schema(self) -> FeatureSchema:
        """Return the features, by the installed rules.

        The packages that describe molecules may be other versions than those at the time; the
        names of the features, which `Surrogate.build` compares, say whether they still fit.
        """
        version = schema_version(self.features["blocks"])
        return FeatureSchema.from_json({**self.features, "version": version})

    def observations(self) -> pd.DataFrame:
        """Return the pseudo-observations, of the source that says what they are."""
        rows = self.pairs.assign(censoring="none", source=MEMORY)
        return rows[list(OBSERVATION_COLUMNS)]

    def without(self, metals: Sequence[str]) -> "Memory":
        """Return the memory without the pairs of these metal ions, such as ``Ni+2``."""
        hidden = {parse_ion(text) for text in metals}
        ions = zip(self.pairs["metal"], self.pairs["charge"], strict=True)
        kept = [MetalIon(metal, int(charge)) not in hidden for metal, charge in ions]
        return replace(self, pairs=self.pairs[kept].reset_index(drop=True))

    def near(self, pairs: pd.DataFrame, most: int) -> "Memory":
        """Return the memory with those of its pairs that matter most for `pairs`, so many at most.

        By the prior correlation, in turn for each of `pairs` (`bo_loop.models.kernels.nearest`).
        """
        if len(self.pairs) <= most:
            return self
        schema, recipe = self.schema(), build(self.model)
        features = schema.transform(self.observations())
        asked = described(features, schema, pairs)
        rows = recipe.nearest(features, self.hyperparameters, asked, most)
        return replace(self, pairs=self.pairs.iloc[rows].reset_index(drop=True))

    def suits(self, model: ModelRecipe, features: Mapping[str, Any]) -> bool:
        """Whether its hyperparameters are those of a `model` over such `features` (a node)."""
        own, terms = build(self.model), getattr(model, "terms", None)
        same = type(own) is type(model) and list(getattr(own, "terms", ())) == list(terms or ())
        recipe = self.features["recipe"]
        return same and build(features) == build(dict(recipe))

    def surrogate(
        self, observations: pd.DataFrame | None = None, near: pd.DataFrame | None = None
    ) -> Surrogate:
        """Return the model that knows the memory and, beside it, `observations`.

        Of very much, those that matter for the pairs `near`.
        """
        rows = self.observations()
        if observations is not None:
            rows = pd.concat([rows, observations[list(rows.columns)]], ignore_index=True)
        recipe = build(self.model)
        return Surrogate.build(self.schema(), recipe, rows, self.hyperparameters, near)


def save(memory: Memory, folder: Path) -> None:
    """Write a memory into a new folder.

    Raises
    ------
    DataError
        If the folder holds anything, or cannot be written.
    """
    require_new(folder, "out")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in packed(memory).items():
        write_once(folder / name, content)


def packed(memory: Memory) -> dict[str, bytes]:
    """Return the content of each file of a memory; the card names the others by their hashes."""
    stream = io.BytesIO()
    memory.pairs[list(COLUMNS)].to_parquet(stream, index=False, compression="zstd")
    said = {"model": memory.model, "hyperparameters": memory.hyperparameters}
    contents = {PAIRS: stream.getvalue(), MODEL: _json({**said, "features": memory.features})}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    card = {"format": _FORMAT, **memory.card, "files": hashes}
    return contents | {CARD: _json(card, indent=1)}


def _json(value: Mapping[str, Any], indent: int | None = None) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return (text + "\n").encode("utf-8")


def load(folder: Path) -> Memory:
    """Read what `save` wrote, whoever it came from.

    Raises
    ------
    DataError
        If the folder holds no memory, or one of another format.
    CampaignError
        If a file is damaged, or is not the one that the card names.
    """
    card = load_card(folder)
    return unpacked(folder, card, {name: checked(folder, card, name) for name in (MODEL, PAIRS)})


def unpacked(folder: Path, card: Mapping[str, Any], contents: Mapping[str, bytes]) -> Memory:
    """Return the memory that the files of a `folder` hold, whose hashes were checked.

    Raises
    ------
    CampaignError
        If they hold something else.
    """
    said = received.read_json(folder / MODEL, contents[MODEL])
    received.require_keys(
        folder / MODEL, said, dict.fromkeys(("model", "hyperparameters", "features"), dict)
    )
    pairs = received_tables.require_columns(
        folder / PAIRS, received_tables.read_parquet(folder / PAIRS, contents[PAIRS]), _KINDS
    )
    if pairs.empty or not (pairs["log_beta_sd"] > 0).all():
        raise received.not_ours(folder / PAIRS, "a pair has no noise, or there is none")
    memory = Memory(
        pairs[list(COLUMNS)], said["model"], said["hyperparameters"], said["features"], card
    )
    try:
        memory.about()
    except ConfigError as error:
        raise received.not_ours(folder / CARD, str(error)) from error
    try:
        memory.schema()
        build(memory.model)
    except BoLoopError:
        raise
    except Exception as error:  # a model's parts fail in many ways on values that are not theirs
        raise received.not_ours(folder, f"no model follows from it ({error!r:.200})") from error
    return memory


def load_card(folder: Path) -> dict[str, Any]:
    """Read a memory's card.

    Raises
    ------
    DataError, CampaignError
        As `load`.
    """
    path = folder / CARD
    if not path.is_file():
        raise DataError(
            f"{folder} holds no memory ({CARD} is missing). Make one with bo-loop distil, or see "
            "bo-loop library for those at hand."
        )
    return read_card(path, received.read_bytes(path))


def read_card(path: Path, content: bytes) -> dict[str, Any]:
    """Return what the `content` of a card says; `path` is where it was read from.

    Raises
    ------
    DataError, CampaignError
        As `load`.
    """
    card = received.read_json(path, content)
    if card.get("format") != _FORMAT:
        raise DataError(f"{path} has format {card.get('format')!r}; this version reads {_FORMAT}.")
    received.require_keys(path, card, {**_SAID, "training": dict, "files": dict})
    return card


def checked(folder: Path, card: Mapping[str, Any], name: str) -> bytes:
    """Return the content of a memory's file, if it is the one that its card names.

    Raises
    ------
    CampaignError
        If it is not, or cannot be read.
    """
    try:
        content = received.read_bytes(folder / name, _MOST_BYTES)
    except FileNotFoundError as error:
        raise received.unreadable(folder / name, error) from error
    if hashlib.sha256(content).hexdigest() != card["files"].get(name):
        raise received.not_ours(folder / name, f"its SHA-256 is not the one that {CARD} names")
    return content
