"""Public names: what config and records call a thing, wherever its file lies.

A record of a campaign holds ``bo_loop.models.PairGP``, never the module that defines it, so that
files can move. Each package exports its public names lazily (`lazy_exports`), so that naming a
model does not load torch. What older records call the same things is in `ALIASES`.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any

from bo_loop.base.errors import ConfigError

PACKAGES = ("acquisition", "base", "data", "features", "ligands", "models", "studies")
"""The packages whose exports can be named in a config."""

ALIASES = {
    f"bo_loop.{old}": f"bo_loop.{new}"
    for old, new in {
        **{f"models.{m}": f"models.{m.partition('.')[2]}" for m in (
            "pair_gp.PairGP", "matern_gp.MaternGP", "beta_gp.BetaGP", "selection.ForwardSelection",
        )},
        **{f"acquisition.{m}": f"acquisition.{m.partition('.')[2]}" for m in (
            "functions.EI", "functions.Greedy", "functions.LogEI", "functions.MaxVariance",
            "functions.PI", "functions.Random", "functions.UCB", "joint.QLogEI", "joint.QLogNEI",
            "joint.QUCB", "joint.Thompson", "objectives.Maximise", "objectives.Minimise",
            "compound.Cost", "compound.Range", "compound.Selectivity", "compound.Target",
            "several.Pareto", "several.WeightedSum",
        )},
        "features.chemistry.ChemistryRecipe": "features.ChemistryRecipe",
        "features.published.PublishedRecipe": "features.PublishedRecipe",
        "data.minteq.load": "data.Minteq",
        "data.tables.load": "data.Csv",
        "data.pools.common_chelators": "data.CommonChelators",
        "data.pools.known_pairs": "data.KnownPairs",
        "data.pools.table": "data.TablePool",
        **{f"generate.{m}": f"ligands.{m.partition('.')[2]}" for m in (
            "crossover.Crossover", "filters.Filters", "mutate.Mutate", "smc.SMC",
            "substituents.Substituents",
        )},
        **{f"validate.{m}": f"studies.{m.partition('.')[2]}" for m in (
            "boosted.LightGBM", "folds.ByCluster", "folds.ByLigand", "folds.ByMetal",
            "folds.Random", "splits.EdgeOfDomain",
        )},
    }.items()
}  # fmt: skip
"""Addresses in records that bo-loop 0.1.0 wrote, and the public names of what they meant."""


def lazy_exports(package: str, exports: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a package's ``__getattr__``, which imports an export when it is first asked for.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    exports : mapping of str to str
        Public name -> module below the package that defines it.
    """
    sys.modules[package].__all__ = sorted(exports)

    def __getattr__(name: str) -> Any:
        if name not in exports:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{package}.{exports[name]}"), name)
        setattr(sys.modules[package], name, found)
        return found

    return __getattr__


def current(name: str) -> str:
    """Return the public name of what a record calls `name`: the name itself, but for old ones."""
    return ALIASES.get(name, name)


def find(name: Any) -> Any:
    """Return what a public name, or an old address, stands for.

    Raises
    ------
    ConfigError
        If it stands for nothing that a config may name.
    """
    package, _, attribute = current(str(name)).rpartition(".")
    root, _, room = package.rpartition(".")
    if root == "bo_loop" and room in PACKAGES:
        module = importlib.import_module(package)
        if attribute in module.__all__:
            return getattr(module, attribute)
        raise ConfigError(
            f"_target_ {name!r} does not exist; {package} has {', '.join(module.__all__)}."
        )
    raise ConfigError(
        f"_target_ {name!r} is refused: a config names what is public in "
        f"{', '.join(f'bo_loop.{each}' for each in PACKAGES)}, such as bo_loop.models.PairGP."
    )


def node_of(thing: Any) -> dict[str, Any]:
    """Return the config node that builds an object like `thing` again.

    Parameters
    ----------
    thing : dataclass instance
        Of a public class; fields that are such objects, or lists of them, become nodes too.

    Raises
    ------
    ConfigError
        If its class has no public name.
    """
    kind = type(thing)
    parts = kind.__module__.split(".")
    name = f"bo_loop.{parts[1]}.{kind.__name__}" if parts[0] == "bo_loop" and parts[1:] else ""
    if not is_dataclass(thing) or isinstance(thing, type) or not name or find(name) is not kind:
        raise ConfigError(f"{thing!r} cannot be recorded: its class has no public name in bo_loop.")
    values = {field.name: getattr(thing, field.name) for field in fields(thing) if field.init}
    return {"_target_": name, **{key: plain(value) for key, value in values.items()}}


def plain(value: Any) -> Any:
    """Return a value as records hold it: mappings, lists, text, numbers, true, false, null.

    Raises
    ------
    ConfigError
        If it cannot be written so.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return node_of(value)
