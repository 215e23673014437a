"""A refinement as one page: constants, curves, residuals, what is in solution."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from markupsafe import Markup

from bo_loop.base.html import BLUE, ORANGE, chart, render, svg
from bo_loop.base.types import Floats
from bo_loop.lab.titration.curve import POTENTIOMETRIC
from bo_loop.lab.titration.refine import Refinement
from bo_loop.lab.titration.runs import residuals

_SHOWN = 0.02  # a species that never holds this share is not drawn
_MOST_SIGNALS = 6
_UNKNOWN = 100.0  # an sd of log10 β from which on nothing is known

_TEMPLATE = """\
{% extends "page" %}
{% block body %}
<h1>{{ title }}</h1>
<p>{{ lead }}</p>
{% if faults %}
<h2>Doubtful</h2>
<ul>{% for each in faults %}<li>{{ each }}</li>{% endfor %}</ul>
{% endif %}
<h2>Constants</h2>
<table class="narrow">
<tr><th>species</th><th class="number">log β</th><th class="number">sd</th>
<th class="number">95 % limits</th></tr>
{% for row in constants %}
<tr><td>{{ row[0] }}</td>{% for c in row[1:] %}<td class="number">{{ c }}</td>{% endfor %}</tr>
{% endfor %}
</table>
<p class="soft">Limits are those of the profile likelihood. sigma of the fit is {{ sigma }}: 1 if
readings are as exact as stated. Taken as known: {{ fixed }}.</p>
{% if correlation %}
<h3>Correlation</h3>
<table class="narrow">
<tr><th></th>{% for name in names %}<th class="number">{{ name }}</th>{% endfor %}</tr>
{% for row in correlation %}
<tr><td>{{ row[0] }}</td>{% for c in row[1:] %}<td class="number">{{ c }}</td>{% endfor %}</tr>
{% endfor %}
</table>
{% endif %}
{% if tried|length > 1 %}
<h2>Sets of species that were tried</h2>
<table class="narrow">
<tr><th>species</th><th class="number">BIC</th><th class="number">sigma</th>
<th class="number">p of runs</th><th></th></tr>
{% for row in tried %}
<tr><td>{{ row[0] }}</td>{% for c in row[1:4] %}<td class="number">{{ c }}</td>{% endfor %}
<td>{{ row[4] }}</td></tr>
{% endfor %}
</table>
{% endif %}
{% for one in curves %}
<h2>{{ one.name }}</h2>
<figure>{{ one.curve }}<figcaption>{{ one.words }}</figcaption></figure>
<figure>{{ one.residuals }}<figcaption>Residuals, in sd of a reading.</figcaption></figure>
<figure>{{ one.species }}<figcaption>What is in solution, by the constants as refined.</figcaption>
</figure>
{% endfor %}
<h2>As understood</h2>
<ul>{% for each in notes %}<li>{{ each }}</li>{% endfor %}</ul>
<p class="soft">{% for file in files %}{{ file.name }}: SHA-256 <code>{{ file.sha256 }}</code><br>
{% endfor %}</p>
{% endblock %}
"""


def page(done: Refinement) -> bytes:
    """Return the page of a refinement.

    Parameters
    ----------
    done : Refinement
    """
    known, record = done.experiment, done.record()
    pair = f"{known.metal} with L = {known.ligand}" if known.metal else f"L = {known.ligand}"
    cell = known.titrations[0].cell
    lead = (
        f"{len(known.titrations)} titrations at" if len(known.titrations) > 1 else "A titration at"
    ) + f" {cell.temperature_C:g} °C and I = {cell.ionic_strength_M:g} mol/L."
    text = render(
        _TEMPLATE,
        title=f"Constants of {pair}",
        lead=lead,
        faults=done.faults,
        constants=constants_rows(done),
        sigma=f"{done.fit.sigma:.3g}",
        fixed=", ".join(f"{name} {value:.2f}" for name, value in done.fixed.items()),
        names=done.fit.names,
        correlation=_correlation(done),
        tried=tried_rows(done),
        curves=[_curve(done, i) for i in range(len(known.titrations))],
        notes=done.notes,
        files=[*record["curves"], *record["cells"]],
    )
    return text.encode("utf-8")


def constants_rows(done: Refinement) -> list[tuple[str, str, str, str]]:
    """Return species, log β, sd and limits as they are shown; nuisances after the species."""
    rows = []
    first = len(done.chosen.species)
    for k, (name, value, sd) in enumerate(
        zip(done.fit.names, done.fit.theta, done.fit.sd, strict=True)
    ):
        if k < first:
            low, high = done.limits[k]
            known = f"{sd:.3f}" if sd < _UNKNOWN else "∞"
            rows.append((name, f"{value:.3f}", known, f"{low:.3f} to {high:.3f}"))
        else:
            rows.append((name, f"{value:.4g}", f"{sd:.2g}", ""))
    return rows


def tried_rows(done: Refinement) -> list[tuple[str, str, str, str, str]]:
    """Return the sets of species as they are shown: BIC above the best, sigma, runs, problem."""
    lowest = done.fit.bic
    return [
        (
            ", ".join(one.species),
            "" if one.fit is None else f"{one.fit.bic - lowest:+.1f}",
            "" if one.fit is None else f"{one.fit.sigma:.3g}",
            "" if one.fit is None else f"{one.runs_p:.2g}",
            one.problem,
        )
        for one in done.tried
    ]


def _correlation(done: Refinement) -> list[tuple[str, ...]]:
    if len(done.fit.names) < 2:
        return []
    table = done.fit.correlation
    return [
        (name, *(f"{value:.2f}" for value in row))
        for name, row in zip(done.fit.names, table, strict=True)
    ]


def _curve(done: Refinement, i: int) -> dict[str, Any]:
    one = done.experiment.titrations[i]
    left = residuals(done.fit)[i].reshape(len(one), -1)
    if one.method == POTENTIOMETRIC:
        observed, fitted = one.pH[:, None], done.fit.objective.pH(i, done.fit.theta)[:, None]
        words, label = "pH as measured (dots) and as the constants have it (line).", "pH"
    else:
        weight = done.fit.objective.weights[i][:, None]
        observed, fitted = one.signals, one.signals + left / weight
        words = f"{one.method} signals as measured (dots) and as fitted (lines)."
        label = "signal"
    shown = _most_telling(observed)
    names = [one.labels[k] for k in shown] if one.labels else [""]
    return {
        "name": one.name,
        "words": words,
        "curve": _lines(one.volume_mL, observed[:, shown], fitted[:, shown], label, names),
        "residuals": _residuals(one.volume_mL, left[:, shown]),
        "species": _species(done, i),
    }


def _most_telling(observed: Floats) -> list[int]:
    """Return the signal that changes most in each of some parts of a spectrum."""
    parts = np.array_split(np.arange(observed.shape[1]), min(_MOST_SIGNALS, observed.shape[1]))
    spread = observed.std(axis=0)
    return [int(part[np.argmax(spread[part])]) for part in parts]


def _lines(
    volume: Floats, observed: Floats, fitted: Floats, label: str, names: Sequence[str]
) -> Markup:
    figure, axes = chart(6.4, 3.4)
    axes.plot(volume, fitted, color=BLUE, lw=1.4)
    axes.plot(volume, observed, ".", color=ORANGE, ms=4)
    for name, end in zip(names, fitted[-1], strict=True):
        axes.annotate(name, (volume[-1], end), (4, 0), textcoords="offset points", fontsize=7)
    axes.set(xlabel="titrant, mL", ylabel=label)
    return svg(figure, f"{label} against volume, measured and fitted")


def _residuals(volume: Floats, left: Floats) -> Markup:
    figure, axes = chart(6.4, 1.9)
    axes.axhline(0.0, color="0.7", lw=0.8)
    axes.plot(volume, left, ".-", color=BLUE, ms=4, lw=0.6)
    axes.set(xlabel="titrant, mL", ylabel="residual / sd")
    return svg(figure, "Residuals against volume")


def _species(done: Refinement, i: int) -> Markup:
    """Draw the share of the metal, or else of the ligand, in each species."""
    one, solved = (
        done.experiment.titrations[i],
        done.fit.objective.solutions(done.fit.theta)[i],
    )
    system = done.fit.objective.system
    total = solved.total[:, :-1]
    wanted = one.cell.components.get("metal", "")
    at = system.components.index(wanted) if wanted in system.components else 0
    if not (total[:, at] > 1e-15).all():
        at = system.components.index("L")
    name = system.components[at]
    figure, axes = chart(6.4, 3.4)
    axes.set_prop_cycle(color=matplotlib.colormaps["tab10"].colors)
    shares = {name: solved.x[:, at] / total[:, at]} | {
        each.name: solved.c[:, s] * each.parts[name] / total[:, at]
        for s, each in enumerate(system.species)
        if each.parts.get(name, 0) > 0
    }
    for species, share in shares.items():
        if share.max() >= _SHOWN:
            axes.plot(one.volume_mL, 100 * share, lw=1.6, label=species)
    axes.set(xlabel="titrant, mL", ylabel=f"share of {name}, %", ylim=(0, 101))
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return svg(figure, f"Share of {name} in each species against volume")
