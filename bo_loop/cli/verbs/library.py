"""Distil a model into a memory, and look after the library of memories."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.files import sha256
from bo_loop.base.folders import require_new
from bo_loop.chemistry.ions import PROTON, parse_ion
from bo_loop.cli.terminal import fields
from bo_loop.data import CommonChelators, Minteq, TablePool
from bo_loop.data.property import Property
from bo_loop.library import shelf
from bo_loop.library.distil import candidates, distil, training_of
from bo_loop.library.memory import save
from bo_loop.library.model_folder import load, property_of

_SAID = ("name", "version", "domain", "cite", "licence", "scores")


def run_distil(config: Mapping[str, Any], console: Console) -> None:
    """Distil a model's folder.

    Raises
    ------
    ConfigError, DataError, CampaignError
        If an option, or the model, cannot be used, or the memory cannot be written.
    """
    folder, out = Path(config["model_dir"]), Path(config["out"])
    require_new(out, "out")  # before the work
    for option, least in {"size": 1, "candidates": 1, "made": 0}.items():
        require_count(option, config[option], least)
    of = property_of(folder)
    asked = asked_pairs({**config, "protons": config["protons"] and of.is_log_beta})
    surrogate = load(folder, near=asked)
    card = {name: config[name] for name in _SAID if config[name] is not None}
    card |= {"name": config["name"] or out.name, **card_of(of)}
    training = training_of(surrogate) | {"sha256": sha256(folder / "training.npz")}
    memory = distil(
        surrogate,
        asked,
        config["size"],
        card=card | {"training": training, "features": sorted(surrogate.schema.blocks)},
        seed=config["seed"],
    )
    save(memory, out)
    size = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    console.print(fields(_shown(memory.card) | {"folder": f"{out} ({size:.1f} MB)"}))
    stated = "" if of.is_log_beta else f" 'property={of.option}'"
    console.print(f"  bo-loop start … data.memory={out}{stated}", soft_wrap=True)


def card_of(of: Property) -> dict[str, Any]:
    """Return what a card says of a property."""
    if of.is_log_beta:
        return {"property": of.column, "unit": "log10 of β"}
    scale = {} if of.transform == "none" else {"transform": of.transform}
    ends = {} if of.bounds == (None, None) else {"bounds": of.bounds}
    return {"property": of.name, "unit": of.unit, **scale, **ends}


def asked_pairs(config: Mapping[str, Any]) -> pd.DataFrame:
    """Return the pairs that a model is asked about: what ``conf/distil.yaml`` says of them."""
    known = _known_ligands(config)
    smiles = known["smiles"].tolist()
    if config["made"]:
        from bo_loop.ligands.around import around

        if config["around"] is not None:
            smiles += _ligands_of(config["around"])["smiles"].tolist()
        made = around(smiles, config["made"], config["seed"])
        known = pd.concat([known, pd.DataFrame({"ligand": "", "smiles": made})])
    embedded = Minteq(include_inorganic=True).read()
    ions = embedded.loc[embedded["metal"].ne(PROTON), ["metal", "charge"]]
    metals = {pair: float(n) for pair, n in ions.value_counts().items()}
    usual = float(np.median(list(metals.values())))
    for ion in map(parse_ion, config["metals"]):
        metals.setdefault((ion.metal, ion.charge), usual)
    return candidates(
        known,
        metals,
        config["n_ligands"],
        protons=config["protons"],
        most=config["candidates"],
        seed=config["seed"],
        temperature_C=config["temperature_C"],
        ionic_strength_M=config["ionic_strength_M"],
    )


def _known_ligands(config: Mapping[str, Any]) -> pd.DataFrame:
    """Return the ligands of the packaged pool, of the embedded tables, and of a table of one's own.

    The names are those of the first that has a structure.
    """
    frames = [
        CommonChelators(metals=["Ni+2"]).read(),
        Minteq(include_inorganic=True).read(),
    ]
    if config["ligands"] is not None:
        frames.append(_ligands_of(config["ligands"]))
    return pd.concat([frame[["ligand", "smiles"]] for frame in frames]).drop_duplicates("smiles")


def _ligands_of(path: Any) -> pd.DataFrame:
    return TablePool(path=str(path), metals=["Ni+2"]).read()


def run_library(config: Mapping[str, Any], console: Console) -> None:
    """List the library, show or check one memory of it, or add some.

    Raises
    ------
    ConfigError
        If more than one thing is asked.
    DataError, CampaignError
        If a memory is not there, or is damaged.
    """
    asked = [name for name in ("show", "verify", "add") if config[name] is not None]
    if len(asked) > 1:
        raise ConfigError(f"bo-loop library does one thing at a time, not {' and '.join(asked)}.")
    if config["out"] is not None and asked != ["show"]:
        raise ConfigError("out= takes the page of a card: give show=NAME with it.")
    what = asked[0] if asked else "list"
    answer = {"list": _list, "show": _show, "verify": _verify, "add": _add}[what](config)
    if config["json"]:
        print(json.dumps(answer, ensure_ascii=False))
        return
    for name, said in answer.items():
        if isinstance(said, Mapping):
            console.print(name)
            console.print(fields(_shown(said)))
        else:
            console.print(f"{name}: {said}", soft_wrap=True)


def _list(config: Mapping[str, Any]) -> dict[str, str]:
    return {
        one.name: one.problem or f"{one.card['property']}, {one.card['domain']} ({one.folder})"
        for one in shelf.listed()
    }


def _show(config: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    memory = shelf.load(str(config["show"]))
    if config["out"] is not None:
        from bo_loop.report.card import write_card

        write_card(memory, config["out"])
    return {str(memory.card["name"]): memory.card}


def _verify(config: Mapping[str, Any]) -> dict[str, str]:
    found = shelf.verify(shelf.find(str(config["verify"])))
    problems = [f"{what}: {problem}" for what, problem in found if problem]
    if problems:
        raise DataError(f"The model {config['verify']!r} is not what its card says.", problems)
    return {what: "as its card says" for what, _ in found}


def _add(config: Mapping[str, Any]) -> dict[str, str]:
    return {path.name: f"added ({path})" for path in shelf.add(Path(config["add"]))}


def _shown(card: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Return what a card says, a line a fact."""
    lines: dict[str, str] = {}
    for name, said in card.items():
        if isinstance(said, Mapping):
            lines |= _shown(said, f"{above}{name}, ")
        elif isinstance(said, Sequence) and not isinstance(said, str):
            lines[f"{above}{name}"] = ", ".join(map(str, said))
        else:
            lines[f"{above}{name}"] = str(said)
    return lines
