"""The verb ``structures``: one structure, a database with forces, forces learned from it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.figure_files import FIGURES, figure_bytes
from bo_loop.base.files import write_once
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.cli.terminal import fields
from bo_loop.data import CommonChelators, TablePool
from bo_loop.data.writing import refuse_output
from bo_loop.structures.asked import named_ligand, named_pair
from bo_loop.structures.build import Task, build
from bo_loop.structures.committee import SUFFIX, learned, read
from bo_loop.structures.conformers import ligand_molecule, lowest
from bo_loop.structures.coordination_complex import assemble
from bo_loop.structures.force_histogram import draw, histogram
from bo_loop.structures.potential import epochs_for
from bo_loop.structures.store import Store, counts
from bo_loop.structures.structure_files import SUFFIXES, as_json, structure_bytes, told
from bo_loop.structures.training_set import NO_FORCE, force_errors, sampled

ACTIONS = ("show", "build", "learn")
_LEARNED = "learned"
_ANY_METAL = "Cu+2"  # pools are of pairs; here their ligands are wanted
_NAMES = {"force_10": "10 %", "force_50": "median |F|", "force_90": "90 %"}


def run(config: Mapping[str, Any], console: Console) -> None:
    """Run ``bo-loop structures``.

    Raises
    ------
    ConfigError
        If an option has a value that it cannot take, or a package is missing.
    DataError
        If a molecule cannot be computed (``show``), or a file cannot be read or written.
    """
    if config["action"] not in ACTIONS:
        raise ConfigError(
            "bo-loop structures needs to know what to do: bo-loop structures show pair=Ni+2/edta, "
            "bo-loop structures build out=structures.db, or bo-loop structures learn "
            "database=structures.db out=forces.npz."
        )
    require_count("n_conformers", config["n_conformers"])
    require_count("seed", config["seed"], least=0)
    {"show": _show, "build": _build, "learn": _learn}[config["action"]](config, console)


def _show(config: Mapping[str, Any], console: Console) -> None:
    if (config["pair"] is None) == (config["ligand"] is None):
        raise ConfigError("bo-loop structures show needs pair= or ligand=, one of the two.")
    require_count("unpaired", config["unpaired"], least=0, optional=True)
    out = None if config["out"] is None else Path(str(config["out"]))
    if out is not None:
        refuse_output(out, suffixes=SUFFIXES)
    if config["pair"] is not None:
        ion, smiles, n, name = named_pair(str(config["pair"]))
        asked = assemble(ion, smiles, n, name=name, unpaired=config["unpaired"])
    else:
        asked = ligand_molecule(named_ligand(str(config["ligand"])), str(config["ligand"]))
    committee = None if config["forces"] is None else read(Path(str(config["forces"])))
    found = lowest(asked, config["n_conformers"], config["seed"], committee)
    if out is not None:
        write_once(out, structure_bytes(found, out))
    if config["json"]:
        print(json.dumps(as_json(found), ensure_ascii=False))
        return
    said = told(as_json(found))
    console.print(fields(said | ({} if out is None else {"file": str(out)})))
    if out is None:
        console.print(structure_bytes(found, Path("shown.xyz")).decode(), end="", soft_wrap=True)


def _build(config: Mapping[str, Any], console: Console) -> None:
    if config["out"] is None:
        raise ConfigError("bo-loop structures build needs out=, a database: out=structures.db.")
    require_count("n_ligands", config["n_ligands"])
    figure = None if config["figure"] is None else Path(str(config["figure"]))
    if figure is not None:
        refuse_output(figure, suffixes=FIGURES)
    tasks = _tasks(config)
    store = Store(Path(str(config["out"])))
    problems = build(store, tasks, config["processes"])
    whole, elements = counts(store.rows())
    if figure is not None:
        write_once(figure, figure_bytes(draw(histogram(store.rows())), figure))
    if config["json"]:
        tables = {"counts": whole.to_dict("index"), "elements": elements.to_dict("index")}
        print(json.dumps(tables | {"problems": problems}, ensure_ascii=False))
        return
    console.print(fields({"database": f"{store.path} ({store.path.stat().st_size / 1e6:.1f} MB)"}))
    console.print(_table("Structures with forces", whole.astype(int)))
    console.print(_table("By element, |force| in eV/Å", elements.rename(columns=_NAMES)))
    if problems:
        console.print(f"Left out, {len(problems)}:")
        for line in problems:
            console.print(f"  {line}", soft_wrap=True)


def _learn(config: Mapping[str, Any], console: Console) -> None:
    if config["database"] is None or config["out"] is None:
        raise ConfigError(
            "bo-loop structures learn needs database= and out=: database=structures.db "
            "out=forces.npz."
        )
    require_count("n_members", config["n_members"], least=2)
    if config["epochs"] is not None:
        require_count("epochs", config["epochs"])
    database, out = Path(str(config["database"])), Path(str(config["out"]))
    refuse_output(out, suffixes=(SUFFIX,))
    if not database.is_file():
        raise DataError(f"{database} is not there: make it by bo-loop structures build.")
    cases = sampled(Store(database).rows())
    committee, forces = learned(
        cases,
        config["n_members"],
        config["seed"],
        config["epochs"] or epochs_for(len(cases)),
        config["processes"],
    )
    errors = force_errors(cases, {_LEARNED: forces})
    write_once(out, committee.file_bytes())
    if config["json"]:
        print(json.dumps({"file": str(out), "errors": errors.to_dict("records")}))
        return
    about = committee.about
    console.print(
        fields({"forces": f"{out}, of {about.structures:,} structures of {about.ligands} ligands"})
    )
    console.print(_table("Ligands held out, mhartree/bohr", _shown(errors)))


def _shown(errors: pd.DataFrame) -> pd.DataFrame:
    found = errors.set_index(["element", "atoms", "ligands", "predictor"]).unstack()
    columns = {
        "|F|": found["mae", NO_FORCE],
        "MAE": found["mae", _LEARNED],
        "R²": found["r2", _LEARNED],
    }
    return pd.DataFrame(columns).reset_index().set_index("element")


def _tasks(config: Mapping[str, Any]) -> list[Task]:
    """Return what is to be computed: each ligand, and its complexes."""
    metals = config["metals"] if isinstance(config["metals"], list) else [config["metals"]]
    ions: list[MetalIon | None] = [None, *(parse_ion(str(metal)) for metal in metals)]
    numbers = {key: config[key] for key in ("n_ligands", "n_conformers", "seed")}
    forces = None if config["forces"] is None else Path(str(config["forces"])).absolute()
    if forces is not None:
        read(forces)  # else each process would find out by itself
    ligands = _ligands(config["ligands"])
    return [
        Task(smiles, name, ion, **numbers, forces=forces)
        for ion in ions
        for smiles, name in ligands
    ]


def _ligands(given: Any) -> list[tuple[str, str]]:
    if isinstance(given, Mapping):
        raise ConfigError(f"ligands is {given!r}: give a table, or a list of names and SMILES.")
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [(named_ligand(str(each)), str(each)) for each in given]
    pool = CommonChelators(metals=[_ANY_METAL])
    if given is not None:
        pool = TablePool(path=str(given), metals=[_ANY_METAL])
    frame = pool.read()
    return list(zip(frame["smiles"], frame["ligand"], strict=True))


def _table(title: str, frame: pd.DataFrame) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("")
    for name in frame.columns:
        table.add_column(str(name), justify="right")
    for name, row in frame.iterrows():
        table.add_row(str(name), *(f"{v:,.0f}" if v == int(v) else f"{v:.3f}" for v in row))
    return table
