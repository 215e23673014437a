"""The curation report: what an import read, dropped, set apart and kept, as JSON and as HTML."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from bo_loop.base.html import BLUE, ORANGE, chart, render, svg
from bo_loop.chemistry.ions import MetalIon
from bo_loop.data.curation.curate import Curated
from bo_loop.data.curation.steps import Step
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.data.property import LOG_BETA, Property

_PAGE = """\
{% extends "page" %}
{% block body %}
<h1>{{ report.title }}</h1>
<p>{{ report.rows_read }} observations were read, {{ report.rows_kept }} are kept:
{{ report.ions }} metal ions, {{ report.ligands }} ligands,
{{ "%g" % report.temperature_C[0] }} to {{ "%g" % report.temperature_C[1] }} °C,
{{ "%g" % report.ionic_strength_M[0] }} to {{ "%g" % report.ionic_strength_M[1] }} mol/L.
{{ report.quarantine | length }} suspicious ones are listed below.</p>

<h2>Steps</h2>
<div class="scroll"><table>
<tr><th>step</th><th>what was done</th><th class="number">rows before</th>
<th class="number">rows after</th><th class="number">concerned</th><th>examples</th></tr>
{% for step in report.steps %}
<tr><td>{{ step.name }}</td><td>{{ step.detail }}</td><td class="number">{{ step.before }}</td>
<td class="number">{{ step.after }}</td><td class="number">{{ step.concerned }}</td>
<td>{% if step.examples %}<details><summary>{{ step.examples | length }}</summary><ul>
{% for example in step.examples %}<li>{{ example }}</li>
{% endfor %}</ul></details>{% endif %}</td></tr>
{% endfor %}
</table></div>

<h2>Per metal ion</h2>
<figure>{{ chart }}</figure>

<h2>Per number of ligands</h2>
<table class="narrow">
<tr><th class="number">n</th><th class="number">{{ of.values }}</th></tr>
{% for n, count in report.per_n.items() %}
<tr><td class="number">{{ n }}</td><td class="number">{{ count }}</td></tr>
{% endfor %}
</table>

<h2>Sources</h2>
<table class="narrow">
<tr><th>source</th><th class="number">{{ of.values }}</th></tr>
{% for source, count in report.per_source.items() %}
<tr><td>{{ source }}</td><td class="number">{{ count }}</td></tr>
{% endfor %}
</table>

<h2>Suspicious values</h2>
{% if report.quarantine %}
<div class="scroll"><table>
<tr><th>reason</th><th>metal ion</th><th>ligand</th><th>SMILES</th><th class="number">n</th>
<th class="number">{{ of.words }}</th><th>source</th></tr>
{% for row in report.quarantine %}
<tr><td>{{ row.reason }}</td><td>{{ row.metal }}+{{ row.charge }}</td><td>{{ row.ligand }}</td>
<td>{{ row.smiles }}</td><td class="number">{{ row.n_ligands }}</td>
<td class="number">{{ "%g" % row.log_beta }}</td><td>{{ row.source }}</td></tr>
{% endfor %}
</table></div>
{% else %}
<p>None.</p>
{% endif %}
{% endblock %}
"""


def curation_report(
    curated: Curated,
    rows_read: int,
    *,
    title: str,
    of: Property = LOG_BETA,
    read_steps: Sequence[Step] = (),
) -> tuple[dict[str, Any], str]:
    """Describe a curated import.

    Parameters
    ----------
    curated : Curated
        From `bo_loop.data.curation.curate.curate`.
    rows_read : int
        Observations that were given to curation.
    title : str
        Heading, such as the name of what was imported.
    of : Property
        What the observations are of.
    read_steps : sequence of Step
        What the reader left out before curation, as `bo_loop.data.sources.srd46.read` gives it.

    Returns
    -------
    report : dict
        Plain values, ready for JSON: ``title``, ``rows_read`` (given to curation), ``rows_kept``,
        ``ions``, ``ligands``, ``temperature_C`` and ``ionic_strength_M`` ([smallest, largest]),
        ``steps``, ``per_ion`` ({ion: {n: constants}}, the most frequent ion first), ``per_n``,
        ``per_source``, ``quarantine`` (rows with their ``reason``).
    html : str
        A page that needs no other file; its bar chart is Figure 1 of Kanahashi et al. (2022).
    """
    rows = curated.observations
    counts = _per_ion(rows)
    report = {
        "title": title,
        "rows_read": rows_read,
        "rows_kept": len(rows),
        "ions": len(counts),
        "ligands": int(rows["smiles"].nunique()),
        "temperature_C": _range(rows["temperature_C"]),
        "ionic_strength_M": _range(rows["ionic_strength_M"]),
        "steps": [
            {**asdict(step), "examples": list(step.examples)}
            for step in (*read_steps, *curated.steps)
        ],
        "per_ion": {
            ion: {str(n): int(count) for n, count in row.items() if count}
            for ion, row in counts.iterrows()
        },
        "per_n": {str(n): int(count) for n, count in counts.sum().items()},
        "per_source": {s: int(count) for s, count in rows["source"].value_counts().items()},
        "quarantine": _records(curated.quarantine),
    }
    return report, render(_PAGE, title=title, report=report, of=of, chart=_chart(counts, of))


def _per_ion(rows: pd.DataFrame) -> pd.DataFrame:
    """Observations by metal ion (rows, most frequent first) and n (columns)."""
    pairs = zip(rows["metal"], rows["charge"], strict=True)
    ions = pd.Series([str(MetalIon(m, int(z))) for m, z in pairs], index=rows.index, name="ion")
    counts = pd.crosstab(ions, rows["n_ligands"])
    return counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def _range(values: pd.Series) -> list[float]:
    return [float(values.min()), float(values.max())]


def _records(quarantine: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; a missing number is None."""
    rows = quarantine[[*OBSERVATION_COLUMNS, "reason"]].astype(object)
    return rows.where(rows.notna(), None).to_dict(orient="records")


def _chart(counts: pd.DataFrame, of: Property) -> Markup:
    """SVG of stacked bars: n = 1 below, more above."""
    first = counts.get(1, pd.Series(0, index=counts.index)).to_numpy()
    higher = counts.sum(axis=1).to_numpy() - first
    places = np.arange(len(counts))
    figure, axes = chart(max(6.0, 0.24 * len(counts) + 1.5), 4.0)
    axes.bar(places, first, color=BLUE, label="n = 1")
    axes.bar(places, higher, bottom=first, color=ORANGE, label="n > 1")
    axes.set_xticks(places, counts.index, rotation=90)
    axes.set_xlim(-0.7, len(counts) - 0.3)
    axes.set_ylabel(of.values)
    axes.legend(frameon=False)
    return svg(figure, f"Per metal ion: {of.values}")
