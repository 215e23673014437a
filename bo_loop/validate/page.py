"""A validation as figures (PNG and SVG) and as one HTML page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bo_loop.pages import render, svg
from bo_loop.validate.figures import STAGE_NAMES, figures
from bo_loop.validate.result import Validation

PAGE, FIGURES = "validation.html", "figures"
_DPI = 200

_TEMPLATE = """\
{% extends "page" %}
{% block body %}
<h1>{{ title }}</h1>
<p>{{ rows }} constants of {{ ions }} metal ions and {{ ligands }} ligands. No ligand of a set below
is among those that trained the model, whatever its stereochemistry or tautomer.</p>
{% for stage, kept, of in stages %}
<p>{{ stage }}: {{ kept }} of {{ of }} features were kept, the number with the smallest error at the
edge of the domain.</p>
{% endfor %}
<h2>Errors and uncertainties</h2>
<div class="scroll">
<table>
<thead><tr><th>set</th><th>pairs</th>
{% for name in columns %}<th class="number">{{ name }}</th>{% endfor %}</tr></thead>
{% for row in table %}
<tr><td>{{ row.set }}</td><td>{{ row.group }}</td>
{% for value in row.numbers %}<td class="number">{{ value }}</td>{% endfor %}</tr>
{% endfor %}
</table>
</div>
<p class="soft">MAE and RMSE in units of log β. NLL: mean negative log likelihood, the smaller the
better. The last three columns: percentage of the pairs within the intervals that should hold 50, 80
and 95 %.</p>
{% for figure in figures %}
<h2>{{ figure.title }}</h2>
<figure>{{ figure.svg }}<figcaption>{{ figure.text }}</figcaption></figure>
{% endfor %}
<h2>The model</h2>
<pre>{{ config }}</pre>
{% endblock %}
"""

COLUMNS = {
    "n": "pairs",
    "mae": "MAE",
    "rmse": "RMSE",
    "r2": "R²",
    "nll": "NLL",
    "coverage_50": "in 50 %",
    "coverage_80": "in 80 %",
    "coverage_95": "in 95 %",
}


def write_page(folder: Path, found: Validation, config: Mapping[str, Any]) -> Path:
    """Write ``validation.html`` and ``figures/`` into `folder`; return the page's path."""
    pictures = folder / FIGURES
    pictures.mkdir(exist_ok=True)
    shown = []
    for each in figures(found):
        drawing = svg(each.figure, each.title)
        (pictures / f"{each.name}.svg").write_text(str(drawing), encoding="utf-8", newline="\n")
        each.figure.savefig(pictures / f"{each.name}.png", dpi=_DPI)
        shown.append({"title": each.title, "text": each.text, "svg": drawing})
    data = found.observations
    page = render(
        _TEMPLATE,
        title=f"Validation of {type(found.recipe).__name__}",
        rows=len(data),
        ions=len(data[["metal", "charge"]].drop_duplicates()),
        ligands=data["ligand_group"].nunique(),
        stages=[
            (STAGE_NAMES[name], each.count, len(each.relevance))
            for name, each in found.selections.items()
        ],
        columns=list(COLUMNS.values()),
        table=table_text(found),
        figures=shown,
        config="\n".join(f"{key}: {value}" for key, value in config["model"].items()),
    )
    path = folder / PAGE
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def table_text(found: Validation) -> list[dict[str, Any]]:
    """Rows of the metrics table, with ``set``, ``group`` and the ``numbers`` as text."""
    return [
        {
            "set": row["set"].replace("_", " "),
            "group": row["group"],
            "numbers": [_text(name, row[name]) for name in COLUMNS],
        }
        for row in found.table.to_dict(orient="records")
    ]


def _text(name: str, value: float | None) -> str:
    if value is None or value != value:
        return "–"
    if name == "n":
        return str(int(value))
    return f"{100 * value:.0f}" if name.startswith("coverage") else f"{value:.2f}"
