"""What each verb does with its composed config: call the library, print for a person."""

import json
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from bo_loop.base.checks import require_count
from bo_loop.base.config import build
from bo_loop.base.folders import require_new
from bo_loop.campaign.settings import FOR_A_ROUND, require_learner
from bo_loop.campaign.starting import literature_of
from bo_loop.campaign.views.learned import sources_told
from bo_loop.campaign.views.reference import to_beat
from bo_loop.campaign.views.views import shown_values
from bo_loop.cli.console import CONSOLE as _CONSOLE
from bo_loop.cli.console import PlainConsole, print_log
from bo_loop.cli.console import open_campaign as _campaign
from bo_loop.cli.console import print_next as _next
from bo_loop.cli.terminal import (
    fields,
    import_summary,
    logged_table,
    proposals_table,
    quarantine_table,
    steps_table,
)
from bo_loop.cli.verbs.ledger import (
    close,
    config,
    correct,
    extend,
    reopen,
    restore,
    verify,
    void,
    withdraw,
)
from bo_loop.cli.verbs.read import history, status
from bo_loop.data.grids import MAX_FILE_BYTES
from bo_loop.data.property import Property
from bo_loop.data.property_rows import result_column

__all__ = [
    "close",
    "config",
    "correct",
    "extend",
    "history",
    "reopen",
    "restore",
    "status",
    "verify",
    "void",
    "withdraw",
]


def start(config: Mapping[str, Any]) -> None:
    """Open a campaign."""
    from bo_loop.cli.verbs.start import run

    run(config, _CONSOLE)


def new(config: Mapping[str, Any]) -> None:
    """Start a campaign by five questions."""
    from bo_loop.cli.verbs.new import run

    run(config, _CONSOLE)


def suggest(config: Mapping[str, Any], touched: frozenset[str]) -> None:
    """Propose the next pairs."""
    campaign = _campaign(config)
    overrides = {key: config[key] for key in FOR_A_ROUND if key in touched}
    proposals = campaign.suggest(pick=config["pick"], operator=config["operator"], **overrides)
    number = int(proposals["round"].iloc[0])
    stop = campaign.state().rounds[number - 1].stop
    if config["json"]:
        rows = json.loads(proposals.to_json(orient="records", double_precision=15))
        print(json.dumps([row | {"stop": stop} for row in rows], ensure_ascii=False))
        return
    _CONSOLE.print(proposals_table(proposals, f"{campaign.path.name}, round {number}"))
    if learned := sources_told(campaign.state().rounds[number - 1].fit):
        _CONSOLE.print(learned)
    found = campaign.status()
    if found.best:
        best = f"{shown_values(found.best)}, {found.best['ligand']}"
        _CONSOLE.print(f"Best measured here: {best}")
    state = campaign.state()
    made = state.rounds[number - 1]
    if reference := to_beat({**campaign.settings(state), **made.overrides}, made):
        _CONSOLE.print(reference)
    if stop:
        _CONSOLE.print(stop["advice"])
    in_force = campaign.settings(campaign.state()) | overrides
    if config["pick"] is None and len(proposals) < in_force["batch_size"]:
        _CONSOLE.print(
            f"Only {len(proposals)} pairs were open, and allowed by the limits of acquisition and "
            "pool."
        )
    form = campaign.form(number)
    book = form.with_suffix(".xlsx")
    column = result_column(campaign.state().properties)
    _CONSOLE.print(f"Fill in the yellow cells of {book}, or {column} in {form}, then type")
    print_log(campaign, book)


def app(config: Mapping[str, Any]) -> None:
    """Serve the page."""
    from bo_loop.web.server import run

    run(
        Path(config["directory"]),
        host=config["host"],
        port=config["port"],
        password=config["password"],
        demo=config["demo"],
        open_browser=config["open"],
        say=lambda line: print(line, flush=True),
    )


def rank(config: Mapping[str, Any]) -> None:
    """Show every pair that may be proposed, best first."""
    from bo_loop.cli.verbs.rank import run

    run(config, _CONSOLE)


def log(config: Mapping[str, Any]) -> None:
    """Take the lab's results into the ledger."""
    campaign = _campaign(config)
    piped = config["results"] == "-"
    done = campaign.log(
        "standard input.csv" if piped else config["results"],
        content=sys.stdin.buffer.read(MAX_FILE_BYTES + 1) if piped else None,
        replicate=config["replicate"],
        confirm=config["confirm"],
        encoding=config["encoding"],
        operator=config["operator"],
        **{key: config[key] or "" for key in ("method", "date", "note")},
    )
    if config["json"]:
        rows = json.loads(done.recorded.to_json(orient="records", double_precision=15))
        found = {"recorded": rows, "already_recorded": done.n_known, "understood": done.understood}
        print(json.dumps(found, ensure_ascii=False))
        return
    if done.notice:
        _CONSOLE.print(done.notice)
    for line in done.understood:
        _CONSOLE.print(line)
    if len(done.recorded):
        _CONSOLE.print(logged_table(done.recorded))
    if done.n_known:
        _CONSOLE.print(f"{done.n_known} results were in the ledger already and added nothing.")
    if not len(done.recorded) and not done.n_known:
        _CONSOLE.print("No row holds a result or a status; all stay pending.")
    _next(campaign, "suggest")


def report(config: Mapping[str, Any]) -> None:
    """Write a campaign down as a page."""
    from bo_loop.report.page import write_report  # rdkit, umap, torch: only where they are needed

    require_count("structures", config["structures"], least=0)
    waiting = PlainConsole(stderr=True).status("Writing the report")
    with nullcontext() if config["structures"] else waiting:  # which say how far they are
        path = write_report(_campaign(config), config["out"], config["structures"])
    _CONSOLE.print(f"The report: {path}", soft_wrap=True)


def map(config: Mapping[str, Any]) -> None:
    """Write the map of a campaign's ligands as a page."""
    from bo_loop.report.map import write_map  # rdkit, sklearn, torch: only where they are needed

    choice = {name: config[name] for name in ("colour", "metal", "ligand", "property")}
    with PlainConsole(stderr=True).status("Drawing the map"):
        path = write_map(_campaign(config), config["out"], **choice)
    _CONSOLE.print(f"The map: {path}", soft_wrap=True)


def fit(config: Mapping[str, Any]) -> None:
    """Fit a model outside any campaign."""
    from bo_loop.features.about import about
    from bo_loop.library.model_folder import save
    from bo_loop.surrogate import Surrogate

    require_new(Path(config["model_dir"]), "model_dir")  # before the work
    features = build(config["features"])
    of = Property.of(config["property"])
    observations = features.usable(literature_of(config["data"], (of,)))
    schema = about(features.fit(observations), (of,), observations)
    if config["sources"]:
        from bo_loop.campaign.teachers import teachers
        from bo_loop.data.observations import with_keys

        require_learner(config["model"])
        sources = teachers(
            config["sources"], Path("campaigns"), with_keys(observations, "the data"), (of,)
        )
        schema = schema.taught(sources, observations)
    surrogate = Surrogate.fit(schema, build(config["model"]), observations)
    save(surrogate, Path(config["model_dir"]), of)
    if learned := sources_told(surrogate.model.fit_report):
        _CONSOLE.print(learned)
    _CONSOLE.print(
        fields(
            {
                "model": config["model_dir"],
                "observations": len(observations),
                "features": len(surrogate.features.dense_names()),
                "noise sd": ", ".join(f"{sd:.2f}" for sd in surrogate.noise_sds()),
            }
        )
    )
    _CONSOLE.print(
        f"  bo-loop predict model_dir={config['model_dir']} pairs=pairs.csv out=predicted.csv",
        soft_wrap=True,
    )


def predict(config: Mapping[str, Any]) -> None:
    """Predict log β for a table of pairs; its own columns come back unchanged, in order."""
    from bo_loop.cli.verbs.predict import predict_file

    model_dir = config["model_dir"]
    n = predict_file(
        None if model_dir is None else Path(model_dir),
        Path(config["pairs"]),
        Path(config["out"]),
        temperature_C=config["temperature_C"],
        ionic_strength_M=config["ionic_strength_M"],
        protonation=config["protonation"],
        encoding=config["encoding"],
    )
    _CONSOLE.print(f"{n} predictions in {config['out']}")


def describe(config: Mapping[str, Any]) -> None:
    """Describe ligands and metal ions."""
    from bo_loop.cli.verbs.describe import run

    run(config, _CONSOLE)


def distil(config: Mapping[str, Any]) -> None:
    """Distil a fitted model."""
    from bo_loop.cli.verbs.library import run_distil

    run_distil(config, _CONSOLE)


def library(config: Mapping[str, Any]) -> None:
    """List, show, verify or add models of the library."""
    from bo_loop.cli.verbs.library import run_library

    run_library(config, _CONSOLE)


def refine(config: Mapping[str, Any]) -> None:
    """Refine constants from titrations, and log them where a campaign is named."""
    from bo_loop.cli.verbs.refine import run

    run(config, _CONSOLE)


def spectra(config: Mapping[str, Any]) -> None:
    """Read spectra into the lab's database, and give tables out of it."""
    from bo_loop.cli.verbs.spectra import spectra as run

    run(config, _CONSOLE)


def structures(config: Mapping[str, Any]) -> None:
    """Show a structure, or build a database of structures."""
    from bo_loop.cli.verbs.structures import run

    run(config, _CONSOLE)


def speciate(config: Mapping[str, Any]) -> None:
    """Say what metal ions and a ligand become in water."""
    from bo_loop.cli.verbs.speciate import speciate as run

    run(config, _CONSOLE)


def import_(config: Mapping[str, Any]) -> None:
    """Read and curate literature."""
    from bo_loop.cli.verbs.imports import import_literature

    options = ("columns", "temperature_C", "ionic_strength_M", "n_ligands", "encoding")
    table_options = {key: config[key] for key in options}
    done = import_literature(
        config["source"],
        config["path"],
        Path(config["out"]),
        table_options=table_options | {"source": config["label"]},
        curation=config["curation"],
        quantity=config["property"],
    )
    files = [str(path) for path in done.files]
    if config["json"]:
        print(json.dumps({**done.report, "files": files}, ensure_ascii=False))
        return
    _CONSOLE.print(steps_table((*done.read_steps, *done.curated.steps)))
    if len(done.curated.quarantine):
        _CONSOLE.print(quarantine_table(done.curated.quarantine, done.about.words))
    _CONSOLE.print(import_summary(done.report))
    _CONSOLE.print(f"The report: {files[2]}, {files[1]}", soft_wrap=True)
    asked = "" if done.about.is_log_beta else f" 'property={done.about.option}'"
    _CONSOLE.print(
        f"  bo-loop fit data=csv data.path={files[0]}{asked} model_dir=m", soft_wrap=True
    )


def expand(config: Mapping[str, Any], touched: frozenset[str]) -> None:
    """Make new ligands."""
    from bo_loop.cli.verbs.expand import run

    run(config, touched, _CONSOLE)


def simulate(config: Mapping[str, Any]) -> None:
    """Replay campaigns on known constants."""
    from bo_loop.cli.verbs.simulate import simulate as run

    run(config, _CONSOLE)


def validate(config: Mapping[str, Any]) -> None:
    """Compare models on the same splits."""
    from bo_loop.cli.verbs.validate import run

    run(config, _CONSOLE)


def tune(config: Mapping[str, Any], choices: Mapping[str, str]) -> None:
    """Search the options of a model."""
    from bo_loop.cli.verbs.tune import run

    run(config, choices, _CONSOLE)


def demo(config: Mapping[str, Any]) -> None:
    """Run the demo."""
    from bo_loop.cli.demo import run

    run(config, _CONSOLE)
