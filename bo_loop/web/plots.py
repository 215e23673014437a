"""Figures for plotly, as the dictionaries that it draws. Names are escaped: plotly reads tags.

They are made where the models are: the server does without SciPy and Matplotlib.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import binom, norm

from bo_loop.base.html import BLUE, GREEN, GREY, ORANGE
from bo_loop.report.figures import STATES
from bo_loop.web import texts

Figure = dict[str, Any]

_SIGNS = {"none": "circle", "lower": "triangle-up", "upper": "triangle-down"}
_MARKERS = {"o": "circle", "1": "y-down-open", "x": "x", "D": "diamond"}
_SPECIES = (
    (31, 119, 180),
    (255, 127, 14),
    (44, 160, 44),
    (214, 39, 40),
    (148, 103, 189),
    (140, 86, 75),
    (227, 119, 194),
)
_GROUPS = {"metal ion": BLUE, "ligand": ORANGE, "pair": GREEN}


def figures(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of what `bo_loop.web.looked.look` found, each part with its words.

    Returns
    -------
    dict
        By the same keys; None where there is nothing to show, else ``words`` and ``figures``, of
        ``model`` also ``moves``, of ``space`` the ``ligand`` and ``smiles`` of its dots.
    """
    drawn = {
        "progress": lambda own: {"figures": [progress(one) for one in own]},
        "calibration": lambda own: {
            "figures": [f for one in own for f in (prospective(one), coverage(one["errors"]))],
            "words": "\n".join(one["words"] for one in own),
        },
        "model": lambda own: {
            "figures": [parity(one) for one in own["parities"]],
            "moves": [relevances(stage) for stage in own["stages"]],
        },
        "space": lambda own: {
            "figures": [space(own)],
            "ligand": own["ligand"],
            "smiles": own["smiles"],
        },
        "water": lambda own: {"figures": [water(own)] if own["pH"] else []},
    }
    return {
        part: own
        and {"words": "" if isinstance(own, list) else own.get("words", ""), **drawn[part](own)}
        for part, own in found.items()
    }


def progress(found: Mapping[str, Any]) -> Figure:
    """Draw results in the order of logging, their predictions, and the best so far."""
    names = _escaped(found["names"])
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": found["best_at"],
            "y": found["best"],
            "line": {"shape": "hv", "color": ORANGE},
            "name": texts.BEST_SO_FAR,
        }
    ]
    if any(value is not None for value in found["mean"]):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": found["place"],
                "y": found["mean"],
                "error_y": {"type": "data", "array": found["sd"], "color": BLUE},
                "marker": {"color": "white", "size": 8, "line": {"color": BLUE, "width": 1.5}},
                "name": texts.PREDICTED_SD,
                "hoverinfo": "y+text",
                "text": names,
            }
        )
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": found["place"],
            "y": found["value"],
            "marker": {
                "color": ORANGE,
                "size": 9,
                "symbol": [_SIGNS[each] for each in found["censoring"]],
            },
            "name": texts.MEASURED_ONES,
            "hoverinfo": "y+text",
            "text": names,
        }
    )
    return _figure(traces, texts.EXPERIMENT, found["label"], xaxis=_whole(found["place"]))


def _whole(places: Sequence[int]) -> dict[str, Any]:
    """Return an axis that counts experiments."""
    return {"tickformat": "d"} | ({"dtick": 1} if max(places) <= 10 else {})


def prospective(found: Mapping[str, Any]) -> Figure:
    """Draw results against what was predicted when their pairs were proposed."""
    own_sd = [0.0 if value is None else value for value in found["log_beta_sd"]]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": found["mean"],
        "y": found["log_beta"],
        "error_x": {"type": "data", "array": found["sd"], "color": "#90b4d8"},
        "error_y": {"type": "data", "array": own_sd, "color": "#90b4d8"},
        "marker": {"color": BLUE, "size": 8},
        "text": _escaped(found["names"]),
        "hoverinfo": "x+y+text",
        "showlegend": False,
    }
    quantity = found["quantity"]
    return _figure(
        [_diagonal(found["mean"], found["log_beta"]), trace],
        texts.AT_PROPOSAL.format(quantity=quantity),
        texts.AS_MEASURED.format(quantity=quantity),
    )


def coverage(errors: Sequence[float]) -> Figure:
    """Draw how many results lie within each central interval, against how many should."""
    nominal = np.linspace(0.0, 1.0, 51)
    within = (np.abs(np.array(errors))[:, None] <= norm.ppf(0.5 + nominal / 2)).mean(0)
    low, high = (binom.ppf(p, len(errors), nominal) / len(errors) for p in (0.025, 0.975))
    x = (100 * nominal).tolist()
    hidden = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    traces = [
        {**hidden, "y": (100 * high).tolist(), "showlegend": False},
        {
            **hidden,
            "y": (100 * low).tolist(),
            "fill": "tonexty",
            "fillcolor": "rgba(160,174,192,.25)",
            "name": texts.RIGHT_MODELS,
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": (100 * within).tolist(),
            "line": {"shape": "hv", "color": BLUE},
            "name": texts.THIS_CAMPAIGN,
        },
        _diagonal(x, x),
    ]
    return _figure(traces, texts.STATED_PROBABILITY, texts.WITHIN)


def parity(found: Mapping[str, Any]) -> Figure:
    """Draw training values against what the model says without them."""
    observed, predicted = np.array(found["observed"]), np.array(found["predicted"])
    own = np.array(found["own"], dtype=bool)
    traces = [_diagonal(found["observed"], found["predicted"])]
    for rows, colour, name in ((~own, GREY, texts.OTHER_IONS), (own, ORANGE, texts.OWN_IONS)):
        traces.append(
            {
                "type": "scattergl" if len(own) > 2000 else "scatter",
                "mode": "markers",
                "x": predicted[rows].round(3).tolist(),
                "y": observed[rows].tolist(),
                "marker": {"color": colour, "size": 5, "opacity": 0.75},
                "name": name,
            }
        )
    quantity = found["quantity"]
    return _figure(traces, texts.WITHOUT_IT.format(quantity=quantity), quantity)


def relevances(stage: Mapping[str, Any]) -> Figure:
    """Draw the largest relevances as bars."""
    traces = []
    for group, colour in _GROUPS.items():
        rows = [i for i, each in enumerate(stage["groups"]) if each == group]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": [html.escape(stage["features"][i]) for i in rows],
                "x": [round(100 * stage["shares"][i], 2) for i in rows],
                "marker": {"color": colour},
                "name": group,
            }
        )
    order = [html.escape(name) for name in stage["features"]]
    axis = {"categoryorder": "array", "categoryarray": order[::-1], "automargin": True}
    return _figure(traces, texts.SHARE_OF_RELEVANCE, "", yaxis=axis)


def space(found: Mapping[str, Any]) -> Figure:
    """Draw the map of ligands; ``customdata`` is the row of each."""
    traces = []
    for state, (label, colour, marker, size) in STATES.items():
        rows = [i for i, each in enumerate(found["state"]) if each == state]
        if not rows:
            continue
        names = [found["ligand"][i] or found["smiles"][i] for i in rows]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [found["x"][i] for i in rows],
                "y": [found["y"][i] for i in rows],
                "customdata": rows,
                "text": _escaped(names),
                "hoverinfo": "text",
                "marker": {
                    "color": colour,
                    "size": 4 + size / 8,
                    "symbol": _MARKERS.get(marker, "circle"),
                },
                "name": f"{label} ({len(rows)})",
            }
        )
    bare = {"showticklabels": False, "zeroline": False, "showgrid": False}
    return _figure(traces, "", "", xaxis=bare, yaxis=bare)


def water(found: Mapping[str, Any]) -> Figure:
    """Draw the share of the metal ion in each species against pH."""
    traces: list[dict[str, Any]] = []
    for i, species in enumerate(found["species"]):
        own = {"type": "scatter", "mode": "lines", "x": found["pH"], "legendgroup": str(i)}
        red, green, blue = _SPECIES[i % len(_SPECIES)]
        bound = {**own, "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
        traces.append({**bound, "y": species["low"]})
        fill = {"fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},.2)"}
        traces.append({**bound, "y": species["high"], **fill})
        line = {"color": f"rgb({red},{green},{blue})", "width": 2}
        name = html.escape(species["name"])
        traces.append({**own, "y": species["share"], "name": name, "line": line})
    return _figure(traces, "pH", texts.SHARE_OF_METAL)


def _diagonal(x: Sequence[float], y: Sequence[float]) -> dict[str, Any]:
    ends = [min(*x, *y), max(*x, *y)]
    line = {"color": GREY, "width": 1}
    return {
        **{"type": "scatter", "mode": "lines", "x": ends, "y": ends, "line": line},
        **{"showlegend": False, "hoverinfo": "skip"},
    }


def _escaped(names: Sequence[str]) -> list[str]:
    return [html.escape(name) for name in names]


def _figure(traces: Sequence[Mapping[str, Any]], x: str, y: str, **layout: Any) -> Figure:
    axes = {
        "xaxis": {
            "title": {"text": html.escape(x)},
            "gridcolor": "#eef2f6",
            **layout.get("xaxis", {}),
        },
        "yaxis": {
            "title": {"text": html.escape(y)},
            "gridcolor": "#eef2f6",
            **layout.get("yaxis", {}),
        },
    }
    return {
        "data": list(traces),
        "layout": {
            **axes,
            "margin": {"l": 60, "r": 15, "t": 30, "b": 50},  # the buttons are above
            "height": 380,
            "autosize": True,
            "hovermode": "closest",
            "plot_bgcolor": "white",
            "paper_bgcolor": "white",
            "legend": {"orientation": "h", "y": -0.22},
            "font": {"family": "system-ui, sans-serif", "size": 12, "color": "#1a202c"},
        },
        "config": {"displaylogo": False, "responsive": True, "showTips": False},
    }
