"""Say what metal ions and a ligand become in water: tables, JSON, a figure."""

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from bo_loop.base.config import build, read, require_types
from bo_loop.base.errors import ConfigError
from bo_loop.base.figure_files import FIGURES, figure_bytes
from bo_loop.base.files import write_once
from bo_loop.base.types import Floats
from bo_loop.chemistry.ions import parse_ion
from bo_loop.chemistry.ligands import deprotonated_charge
from bo_loop.cli.console import open_campaign
from bo_loop.cli.terminal import fields
from bo_loop.data.sources.minteq import Minteq
from bo_loop.data.sources.srd46 import MHL_COLUMNS
from bo_loop.data.writing import refuse_output
from bo_loop.report.speciation import draw
from bo_loop.solution.distribution import (
    Distribution,
    distribute,
    pH_values,
    system_of,
    with_bands,
)
from bo_loop.solution.embedded import (
    LIGAND,
    complexes,
    embedded_ligand,
    ligand_charge,
    protonation,
)
from bo_loop.solution.observed import ligand_smiles, observed_species
from bo_loop.solution.species import System

_MOST_SHOWN = 4  # species named at each pH


def speciate(config: Mapping[str, Any], console: Console) -> None:
    """Run ``bo-loop speciate``.

    Raises
    ------
    ConfigError
        If an option has a value that it cannot take.
    DataError
        If there is no such ligand or constant, or the figure cannot be written. Nothing is then.
    """
    numbers = ("total_metal_M", "total_ligand_M", "pH_min", "pH_max", "pH_step")
    numbers += ("temperature_C", "ionic_strength_M")
    require_types("bo-loop speciate", solution, {name: config[name] for name in numbers})
    out = None if config["out"] is None else Path(config["out"])
    if out is not None:
        refuse_output(out, suffixes=FIGURES)
    title, system, log_beta = _system(config)
    found = solution(system, **{name: config[name] for name in numbers})
    found = found if log_beta is None else with_bands(found, log_beta)
    if out is not None:
        write_once(out, figure_bytes(draw(found), out))
    if config["json"]:
        print(json.dumps(_as_json(found, title, config), ensure_ascii=False))
        return
    console.print(fields({"solution": title, "conditions": _conditions(config)}))
    console.print(_constants_table(system))
    for ion in found.ions:
        console.print(_distribution_table(found, ion))
    if out is not None:
        console.print(f"The figure: {out}", soft_wrap=True)
    for ion, pH in found.precipitates().items():
        solid = found.hydroxides[ion]
        warnings.warn(
            f"{solid.name} may precipitate from pH {pH:.1f} on (log K {solid.log_k:g}, "
            f"{solid.source}): what is said of {ion} beyond holds for a clear solution only",
            stacklevel=1,
        )


def solution(
    system: System,
    *,
    total_metal_M: float,
    total_ligand_M: float,
    pH_min: float,
    pH_max: float,
    pH_step: float,
    temperature_C: float,
    ionic_strength_M: float,
) -> Distribution:
    """Distribute the metal ions and the ligand of a system over a range of pH.

    Raises
    ------
    DataError
        As `distribute` and `pH_values`.
    """
    total = {name: total_metal_M for name in system.charges} | {LIGAND: total_ligand_M}
    return distribute(
        system,
        total,
        pH_values(pH_min, pH_max, pH_step),
        ionic_strength_M=ionic_strength_M,
        temperature_C=temperature_C,
    )


_Solution = tuple[str, System, Floats | None]


def _system(config: Mapping[str, Any]) -> _Solution:
    """Return what is in the solution: in words, as a system, and draws of its constants, if any."""
    conditions = {key: config[key] for key in ("temperature_C", "ionic_strength_M")}
    asked = {key for key in ("metal", "ligand", "name", "pair") if config[key] is not None}
    if asked == {"name", "pair"}:
        return _of_campaign(config, conditions)
    if asked != {"metal", "ligand"}:
        raise ConfigError(
            "bo-loop speciate needs metal= and ligand=, or name= and pair= of a campaign; given "
            f"{', '.join(sorted(asked)) or 'none of them'}."
        )
    metals = config["metal"] if isinstance(config["metal"], list | tuple) else [config["metal"]]
    ions = [str(parse_ion(str(metal))) for metal in metals]
    text = str(config["ligand"])
    if not isinstance(build(config["data"]), Minteq):
        observations = read(config["data"], "data")
        smiles = ligand_smiles(text, observations)
        mixed = build(config["data"]).protonated() if config["mhl"] else None
        species = observed_species(observations, ions, smiles, **conditions, protonated=mixed)
        return _named(ions, text), system_of(ions, deprotonated_charge(smiles), species), None
    name = embedded_ligand(text)
    species = (*protonation(name), *(each for ion in ions for each in _bound(ion, name)))
    return _named(ions, name), system_of(ions, ligand_charge(name), species), None


def _bound(ion: str, ligand: str) -> Sequence[Any]:
    found = complexes(ion, ligand)
    if not found:
        raise ConfigError(
            f"the embedded databases have no constant of {ion} with {ligand}. Give a table of your "
            "own: data=csv data.path=… data.protonation=…"
        )
    return found


def _of_campaign(config: Mapping[str, Any], conditions: Mapping[str, float]) -> _Solution:
    """Return the constants of a pair of a campaign's pool: as its model has them, or as known.

    The model of the last round answers if it knows pKa: from it they are drawn jointly.
    """
    from bo_loop.campaign.results.at_pH import mixed_of
    from bo_loop.campaign.rounds.bound import last_converted, observed
    from bo_loop.campaign.rounds.solution import last_model, predicted

    record = open_campaign(config).record
    state = record.state()
    pool = record.pool_of(state)
    pair = pool.set_index("pair_id").loc[record.find(config["pair"])]
    ion = f"{pair['metal']}+{int(pair['charge'])}"
    title = _named([ion], pair["ligand"] or pair["smiles"])
    if (surrogate := last_model(record, state)) is not None:
        mixed = mixed_of(record.literature)
        made = predicted(surrogate, pair, mhl=config["mhl"], mixed=mixed, **conditions)
        return title, made.system, made.log_beta
    results = pd.concat([observed(state, pool), last_converted(state, pool)]).assign(own=True)
    known = pd.concat([record.literature.assign(own=False), results], ignore_index=True)
    mixed = pd.DataFrame(columns=list(MHL_COLUMNS)) if config["mhl"] else None
    smiles = str(pair["smiles"])
    species = observed_species(known, [ion], smiles, **conditions, protonated=mixed)
    charge = deprotonated_charge(str(pair["smiles"]))
    return title, system_of([ion], charge, species), None


def _named(ions: Sequence[str], ligand: str) -> str:
    return f"{', '.join(ions)} with L = {ligand}"


def _conditions(config: Mapping[str, Any]) -> str:
    return (
        f"{config['total_metal_M']:g} mol/L of each metal ion, {config['total_ligand_M']:g} of "
        f"ligand; {config['temperature_C']:g} °C, I = {config['ionic_strength_M']:g} mol/L"
    )


def _constants_table(system: System) -> Table:
    table = Table(
        title="Constants, from bare ions and H⁺", title_justify="left", title_style="bold"
    )
    table.add_column("species")
    for name in ("log β", "at I"):
        table.add_column(name, justify="right")
    table.add_column("source", overflow="fold")
    for each in system.species:
        strength = f"{each.ionic_strength_M:g}"
        table.add_row(each.name, f"{each.log_beta:.2f}", strength, each.source)
    return table


def _distribution_table(found: Distribution, ion: str) -> Table:
    """Return pM, log K′ and the largest shares at whole pH values, or at all if none is whole."""
    metal = ion.partition("+")[0]
    table = Table(title=f"Distribution of {ion}", title_justify="left", title_style="bold")
    table.add_column("pH", justify="right")
    table.add_column(f"p{metal}", justify="right")
    if ion in found.log_k:
        table.add_column(f"log K′({metal}L)", justify="right")
    table.add_column("species", overflow="fold")
    pH, shares = found.speciation.pH, found.speciation.shares(ion)
    whole = np.flatnonzero(np.abs(pH - np.round(pH)) < 1e-6)
    for i in whole if len(whole) else range(len(pH)):
        log_k = [f"{found.log_k[ion][i]:.2f}"] if ion in found.log_k else []
        most = sorted(shares, key=lambda name: -shares[name][i])[:_MOST_SHOWN]
        held = [f"{name} {shares[name][i]:.0%}" for name in most if shares[name][i] >= 0.005]
        p_metal = f"{found.p_metal[ion][i]:.2f}"
        if ion in found.bands:
            p_metal += " ({:.2f}–{:.2f})".format(*found.bands[ion]["pM"][:, i])
        table.add_row(f"{pH[i]:.4g}", p_metal, *log_k, ", ".join(held))
    return table


def _as_json(found: Distribution, title: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything, unrounded."""
    speciation = found.speciation
    return {
        "solution": title,
        "total_metal_M": config["total_metal_M"],
        "total_ligand_M": config["total_ligand_M"],
        "temperature_C": config["temperature_C"],
        "ionic_strength_M": config["ionic_strength_M"],
        "constants": [
            {
                "species": each.name,
                "log_beta": each.log_beta,
                "ionic_strength_M": each.ionic_strength_M,
                "source": each.source,
            }
            for each in speciation.system.species
        ],
        "pH": speciation.pH.tolist(),
        "pM": {ion: values.tolist() for ion, values in found.p_metal.items()},
        "log_K_cond": {ion: values.tolist() for ion, values in found.log_k.items()},
        "bands": {
            ion: {name: values.tolist() for name, values in of.items()}
            for ion, of in found.bands.items()
        },
        "log_c": {
            name: values.tolist()
            for name, values in (
                *speciation.log_free.items(),
                *zip(
                    (each.name for each in speciation.system.species),
                    speciation.log_c.T,
                    strict=True,
                ),
            )
        },
        "saturation_index": {
            found.hydroxides[ion].name: values.tolist() for ion, values in found.saturation.items()
        },
    }
