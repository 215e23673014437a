"""A memory's card as a page: what it is, how far off it is, and what it predicts."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from bo_loop.base.files import write_once
from bo_loop.base.html import chart, render, svg
from bo_loop.chemistry.ions import PROTON
from bo_loop.library.memory import Memory
from bo_loop.report.periodic import cells
from bo_loop.report.shades import bar, shades
from bo_loop.report.wording import ion

_BINS = 40
_FACTS = ("domain", "version", "licence", "cite")


def write_card(memory: Memory, out: str | Path) -> Path:
    """Write a memory's card as a page that needs no other file.

    Parameters
    ----------
    memory : Memory
    out : str or Path
        A new file.

    Returns
    -------
    Path
        Where it lies.

    Raises
    ------
    CampaignError
        If it cannot be written.
    """
    path = Path(out)
    write_once(path, card_page(memory).encode("utf-8"))
    return path


def card_page(memory: Memory) -> str:
    """Return the page; see `write_card`."""
    card, words = memory.card, memory.about().words
    ions, n = _ions(memory.pairs)
    scores = [(of, s) for of, s in (card.get("scores") or {}).items() if isinstance(s, Mapping)]
    return render(
        files("bo_loop.report").joinpath("card.html").read_text(encoding="utf-8"),
        title=f"{card['name']}: a model of {words}",
        card={"features": None} | dict(card),
        words=words,
        total=f"{len(memory.pairs):,}",
        facts=_facts(memory),
        scores=scores,
        measures=list(dict.fromkeys(name for _, said in scores for name in said)),
        spread=_spread(memory.pairs, words),
        n=n,
        bar=bar(ions["mean"].to_numpy()),
        table=cells(ions.assign(shade=shades(ions["mean"].to_numpy()))),
        ion_of=ion,
    )


def _facts(memory: Memory) -> list[tuple[str, str]]:
    card, training = memory.card, memory.card["training"]
    sources = ", ".join(f"{name} ({n:,})" for name, n in (training.get("sources") or {}).items())
    learned = {
        "values it learned from": training.get("rows"),
        "ligands among them": training.get("ligands"),
        "sources": sources,
        "SHA-256 of the values": training.get("sha256"),
    }
    said = {"property": memory.about().name, "unit": card["unit"]}
    said |= {name: card.get(name) for name in _FACTS} | learned
    return [(k, f"{v:,}" if isinstance(v, int) else str(v)) for k, v in said.items() if v]


def _ions(pairs: pd.DataFrame) -> tuple[pd.DataFrame, int | None]:
    """Return each metal ion's mean, sd and number of pairs at its commonest n; and that n."""
    metals = pairs[pairs["metal"].ne(PROTON)]
    rows, n = (pairs, None) if metals.empty else (metals, int(metals["n_ligands"].mode()[0]))
    by_ion = rows[rows["n_ligands"].eq(n) | (n is None)].groupby(["metal", "charge"])
    found = by_ion.agg(mean=("mean", "mean"), sd=("sd", "mean"), pairs=("mean", "size"))
    return found.reset_index(), n


def _spread(pairs: pd.DataFrame, words: str) -> Markup:
    """Draw how the means and the sds of its pairs are spread, by kind."""
    acid, one = pairs["metal"].eq(PROTON), pairs["n_ligands"].eq(1)
    kinds = {"n = 1": one & ~acid, "n > 1": ~one & ~acid, "protonation": acid}
    kinds = {name: rows for name, rows in kinds.items() if rows.any()}
    figure, axes = chart(6.2, 3.0)
    second = figure.add_subplot(1, 2, 2)
    axes.set_subplotspec(second.get_gridspec()[0, 0])
    for one_axes, column, label in ((axes, "mean", words), (second, "sd", f"sd of {words}")):
        values = [pairs.loc[rows, column].to_numpy() for rows in kinds.values()]
        one_axes.hist(values, bins=_BINS, stacked=True, label=list(kinds))
        one_axes.set(xlabel=label, ylabel="pairs")
    second.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper right")
    return svg(figure, "How the predictions and their sds are spread")
