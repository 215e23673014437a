"""A validation as figures (PNG and SVG) and as one HTML page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bo_loop.base.html import joined, render, svg
from bo_loop.studies.validate.figures import STAGE_NAMES, figures
from bo_loop.studies.validate.result import Validation

PAGE, FIGURES = "validation.html", "figures"
_DPI = 200

_TEMPLATE = """\
{% extends "page" %}
{% block body %}
<h1>{{ title }}</h1>
<p>{{ scored }} constants of {{ ions }} metal ions and {{ ligands }} ligands are what the models are
judged by{% if extra %}; {{ extra }} more (other sources, protonation) only train{% endif %}.</p>
{% for sentence in sentences %}
<p>{{ sentence }}</p>
{% endfor %}
<h2>Errors and uncertainties</h2>
{% for part in tables %}
<h3>{{ part.title }}</h3>
<div class="scroll">
<table>
<thead><tr><th>model</th><th>pairs</th>
{% for name in columns %}<th class="number">{{ name }}</th>{% endfor %}</tr></thead>
{% for row in part.rows %}
<tr><td>{{ row.model }}</td><td>{{ row.group }}</td>
{% for value in row.numbers %}<td class="number">{{ value }}</td>{% endfor %}</tr>
{% endfor %}
</table>
</div>
{% endfor %}
<p class="soft">MAE and RMSE in units of log β. NLL: mean negative log likelihood, the smaller the
better. The last three columns: percentage of the pairs within the intervals that should hold 50, 80
and 95 %. All folds together.</p>
{% for figure in figures %}
<h2>{{ figure.title }}</h2>
<figure>{{ figure.svg }}<figcaption>{{ figure.text }}</figcaption></figure>
{% endfor %}
<h2>The config</h2>
<pre>{{ config }}</pre>
{% endblock %}
"""

_SPLITS = {
    "random": "random: other pairs of the same ligands and metals trained.",
    "ligand": "ligand: no ligand of a test set is among those that trained the model, whatever its "
    "stereochemistry or tautomer.",
    "metal": "metal: no constant of a test set's metals trained the model.",
    "cluster": "cluster: no ligand of a test set's clusters of similar ligands trained the model.",
    "edge": "edge: complexes at the edge of the domain, and a test set drawn at random; no ligand "
    "of either is among those that trained the model.",
}

COLUMNS = {
    "n": "pairs",
    "mae": "MAE",
    "rmse": "RMSE",
    "r2": "R²",
    "nll": "NLL",
    "coverage_50": "50 %",
    "coverage_80": "80 %",
    "coverage_95": "95 %",
}


def write_page(folder: Path, found: Validation, config: Mapping[str, Any]) -> Path:
    """Write ``validation.html`` and ``figures/`` into `folder`; return the page's path."""
    pictures = folder / FIGURES
    pictures.mkdir(exist_ok=True)
    shown = []
    for each in figures(found):
        drawing = svg(each.figure, each.title)
        (pictures / f"{each.name}.svg").write_text(str(drawing), encoding="utf-8", newline="\n")
        each.figure.set_layout_engine("none")  # laid out for the SVG: the same, and half the time
        each.figure.savefig(pictures / f"{each.name}.png", dpi=_DPI)
        shown.append({"title": each.title, "text": each.text, "svg": drawing})
    cases = found.cases
    data = cases.observations.iloc[cases.scored]
    page = render(
        _TEMPLATE,
        title=f"Validation of {joined(list(config['models']))}",
        scored=len(data),
        ions=len(data[["metal", "charge"]].drop_duplicates()),
        ligands=data["ligand_group"].nunique(),
        extra=len(cases.observations) - len(data),
        sentences=_sentences(found),
        columns=list(COLUMNS.values()),
        tables=sections(found),
        figures=shown,
        config=yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False),
    )
    path = folder / PAGE
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def _sentences(found: Validation) -> list[str]:
    """Say what was held back, and how many features were kept."""
    sentences = [_SPLITS[n.split()[0]] for n in found.splits if n.split()[0] in _SPLITS]
    for outcome in found.outcomes:
        sentences += [
            f"{outcome.model}, {STAGE_NAMES[name]}: {each.count} of {len(each.relevance)} features "
            "were kept, the number with the smallest error at the edge of the domain."
            for name, each in outcome.selections().items()
        ]
    return sentences


def sections(found: Validation) -> list[dict[str, Any]]:
    """Return the table of metrics as text: for each split and set a ``title`` and ``rows``.

    Each row has a ``model``, a ``group`` and ``numbers``, in the order of `COLUMNS`.
    """
    parts = []
    for (split, name), rows in found.table.groupby(["split", "set"], sort=False):
        alone = len(found.splits[split][0].sets) == 1
        parts.append(
            {
                "title": split if alone else f"{split}, {name.replace('_', ' ')}",
                "rows": [
                    {
                        "model": row["model"] + (" + own pKa" if row["own_protonation"] else ""),
                        "group": row["group"],
                        "numbers": [_text(column, row[column]) for column in COLUMNS],
                    }
                    for row in rows.to_dict(orient="records")
                ],
            }
        )
    return parts


def _text(name: str, value: float | None) -> str:
    if value is None or value != value:
        return "–"
    if name == "n":
        return str(int(value))
    return f"{100 * value:.0f}" if name.startswith("coverage") else f"{value:.2f}"
