"""What is computed in another process: whatever fits a model, or takes seconds.

Arguments and results are what JSON holds, for they travel between processes. Tables are lists of
rows, as `bo-loop … json=true` prints them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.campaign.campaign import Campaign

Rows = list[dict[str, Any]]


def rows_of(frame: pd.DataFrame) -> Rows:
    """Return a table as JSON holds it: null for what is missing."""
    return json.loads(frame.to_json(orient="records", double_precision=15))


def start(name: str, directory: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Start a campaign, as `Campaign.start`; return its name."""
    return {"name": Campaign.start(name, directory=directory, **given).path.name}


def suggest(path: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Propose and record a round, as `Campaign.suggest`."""
    campaign = Campaign(Path(path))
    proposals = campaign.suggest(**options)
    number = int(proposals["round"].iloc[0])
    made = campaign.state().rounds[number - 1]
    return {"round": number, "proposals": rows_of(proposals), "stop": made.stop}


def compare(path: str, options: Sequence[Mapping[str, Any]]) -> list[Rows]:
    """Return what `suggest` would propose under each of some options, as `Campaign.consider`."""
    campaign = Campaign(Path(path))
    return [rows_of(campaign.consider(**each)) for each in options]


def rank(path: str) -> dict[str, Any]:
    """Rank the pool, as `Campaign.rank`; with what the table says of itself."""
    campaign = Campaign(Path(path))
    ranked = campaign.rank()
    of = campaign.state().properties
    words = of[0].words if len(of) == 1 else "predicted"
    return {"rows": rows_of(ranked), "measured": words, **ranked.attrs}


def predict(path: str, pairs: Sequence[Mapping[str, Any]]) -> Rows:
    """Predict any pairs, as `Campaign.predict`; a condition that is not given is the pool's."""
    campaign = Campaign(Path(path))
    wanted = campaign.pool.iloc[0]
    usual = {name: wanted[name] for name in ("temperature_C", "ionic_strength_M")}
    usual |= {"ligand": "", "n_ligands": 1}
    frame = pd.DataFrame([usual | dict(pair) for pair in pairs])
    return rows_of(campaign.predict(frame))


def preview(pool: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ligands of a pool that could be sealed, each once, with its donors.

    Returns
    -------
    dict
        ``pairs``, how many; ``ligands``: rows ``ligand, smiles, denticity, donors``.
    """
    from bo_loop.base import config
    from bo_loop.campaign.settings import POOL_RULES, as_nodes
    from bo_loop.data.pools import within_denticity

    node = as_nodes({"pool": pool})["pool"]
    own = {key: value for key, value in node.items() if key not in POOL_RULES}
    pairs = within_denticity(config.read(own, "pool"), node.get("max_denticity_sum"))
    ligands = pairs.drop_duplicates("smiles")
    return {
        "pairs": len(pairs),
        "ligands": [
            {"ligand": row.ligand, "smiles": row.smiles, **_donors(row.smiles)}
            for row in ligands.itertuples()
        ],
    }


def _donors(smiles: str) -> dict[str, Any]:
    from bo_loop.chemistry.donors import DONOR_NAMES, donor_features, donor_sites

    sites = donor_sites(smiles)
    elements = [site.element for site in sites]
    counted = ", ".join(f"{elements.count(e)} {e}" for e in dict.fromkeys(sorted(elements)))
    denticity = int(donor_features(smiles)[DONOR_NAMES.index("denticity")])
    return {"denticity": denticity, "donors": counted}


def report(path: str) -> dict[str, Any]:
    """Write the campaign's report; return where it lies."""
    from bo_loop.report.page import write_report

    return {"path": str(write_report(Campaign(Path(path))))}


def structure(path: str, pair_id: str, name: str) -> dict[str, Any]:
    """Build a complex of the pool, as `bo_loop.report.complexes.build`; return what is shown."""
    from bo_loop.report.complexes import build, shown

    return shown(name, build(Campaign(Path(path)), pair_id))


def look(path: str) -> dict[str, Any]:
    """Return the figures of a campaign; see `bo_loop.web.plots.figures`."""
    from bo_loop.web import looked, plots  # scikit-learn and torch: only for the figures

    return plots.figures(looked.look(Campaign(Path(path))))


TASKS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (start, suggest, compare, rank, predict, preview, report, look, structure)
}
