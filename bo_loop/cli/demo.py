"""The demo: a closed loop in which held-out literature constants play the laboratory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.known import known_answers
from bo_loop.cli.terminal import proposals_table
from bo_loop.data.writing import csv_bytes


def expected_random_experiments(n_pool: int) -> float:
    """Return the mean number of experiments in which random choice finds the best of a pool.

    Drawing without replacement, the best pair is equally likely at every position 1 … N:
    the mean is (N + 1)/2.
    """
    return (n_pool + 1) / 2


def run(config: Mapping[str, Any], console: Console) -> Path:
    """Run the loop and print every round.

    Parameters
    ----------
    config : mapping
        What ``conf/demo.yaml`` composes: a campaign's config and ``rounds``. The pool must be
        ``known_pairs``, whose values the lab answers with.
    console : Console
        Where to print.

    Returns
    -------
    Path
        The campaign's folder.
    """
    rounds = config["rounds"]
    own = {key: value for key, value in config.items() if key != "rounds"}
    own["name"] = _free_name(Path(config["directory"]), str(config["name"]))
    campaign = Campaign.start(**own)
    truth = known_answers(campaign)
    console.print(
        f"{len(truth)} pairs whose constants are hidden from the model; "
        f"{rounds} rounds of {config['batch_size']}. Strongest: log β {truth.max():.2f}."
    )
    found: list[str] = []
    for _ in range(rounds):
        proposals = campaign.suggest()
        if proposals.empty:
            break
        form = campaign.form(int(proposals["round"].iloc[0]))
        _answer(form, truth)
        campaign.log(form, confirm=True)  # literature may surprise the model: that is the point
        found += list(proposals["pair_id"])
        console.print(_round_table(proposals, truth, found))
    console.print(_closing_table(truth, found))
    console.print(f"The campaign: {campaign.path}  (ledger.jsonl is its record)")
    return campaign.path


def _free_name(directory: Path, name: str) -> str:
    """`name`, or `name-2`, `name-3` … if earlier demos are still there."""
    names = (name if i == 1 else f"{name}-{i}" for i in range(1, 10_000))
    return next(free for free in names if not (directory / free).exists())


def _answer(form: Path, truth: pd.Series) -> None:
    """Fill in a round's form, as a chemist would in a spreadsheet."""
    frame = pd.read_csv(form, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame["log_beta"] = [repr(float(truth[pair])) for pair in frame["pair_id"]]
    form.write_bytes(csv_bytes(frame))


def _round_table(proposals: pd.DataFrame, truth: pd.Series, found: list[str]) -> Table:
    measured = [f"{truth[pair]:.2f}" for pair in proposals["pair_id"]]
    title = f"Round {proposals['round'].iloc[0]}"
    table = proposals_table(proposals, title, {"measured": measured})
    best = f"best so far {truth[found].max():.2f}, best in the pool {truth.max():.2f}"
    table.caption = f"{best}\n{table.caption}" if table.caption else best
    return table


def _closing_table(truth: pd.Series, found: list[str]) -> Table:
    top = truth.sort_values(ascending=False, kind="stable").index[:5]
    table = Table(title="Experiments", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("bo_loop", justify="right")
    table.add_column("random, on average", justify="right")
    best = str(found.index(top[0]) + 1) if top[0] in found else f"more than {len(found)}"
    table.add_row(
        "to find the strongest ligand", best, f"{expected_random_experiments(len(truth)):.1f}"
    )
    hits = sum(pair in found for pair in top)
    # A hypergeometric mean: of K good pairs among N, m draws find K m / N.
    chance = len(top) * len(found) / len(truth)
    table.add_row(f"of the five strongest, in {len(found)} experiments", str(hits), f"{chance:.1f}")
    return table
