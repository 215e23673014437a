"""Pages for people: one skeleton, one style, charts as SVG. A page needs no other file.

The skeleton forbids the browser to load anything, so a report that came by e-mail calls nobody. No
script runs in a page but those that it was made with, by their SHA-256.
"""

import base64
import hashlib
import io
from collections.abc import Sequence
from typing import Any

import jinja2
import matplotlib
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, GREY, GREEN, RED = "#2b6cb0", "#c05621", "#a0aec0", "#2f855a", "#c53030"
"""Predictions and models; measurements; literature; what is in progress; what failed."""

_STYLE = """\
:root { color-scheme: light; --ink: #1a202c; --soft: #5a6675; --line: #dfe5ec; --fill: #f5f8fb;
        --blue: #2b6cb0; --orange: #c05621 }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
       color: var(--ink); max-width: 64rem; margin: 2rem auto; padding: 0 1.25rem;
       overflow-wrap: break-word }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem }
h2 { font-size: 1.3rem; margin: 2.8rem 0 .6rem; padding-bottom: .3rem;
     border-bottom: 2px solid var(--line) }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .3rem }
p { margin: .4rem 0 .8rem; max-width: 46rem }
.soft, figcaption { color: var(--soft) }
.soft, figcaption, table { font-size: .92rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; width: 100% }
table.narrow { width: auto }
th { text-align: left; color: var(--soft); font-weight: 600 }
th, td { padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line);
         vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums;
                       overflow-wrap: normal }
td.number { white-space: nowrap }
svg { max-width: 100%; height: auto; display: block }
figure { margin: 1rem 0; break-inside: avoid }
summary { cursor: pointer }
code, pre { font: .85rem/1.45 ui-monospace, Menlo, Consolas, monospace }
pre { white-space: pre-wrap; background: var(--fill); padding: .8rem 1rem }
.bar { display: flex; align-items: center; gap: .6rem; font-size: .92rem }
.bar i { flex: 0 0 14rem; height: .8rem }
.elements { display: grid; grid-template-columns: repeat(18, minmax(0, 1fr)); gap: 2px;
            font-size: .62rem; line-height: 1.15; margin: 1rem 0 }
.elements div { min-height: 3.2rem; padding: .15rem; color: #fff;
                text-shadow: 0 0 2px #000, 0 0 3px #000, 0 0 1px #000; overflow: hidden }
.elements b { display: block; font-size: .8rem }
@media (max-width: 40rem) {
  body { margin: 1rem auto; padding: 0 1rem }
  h1 { font-size: 1.5rem }
  .scroll { overflow-x: auto }
  .scroll th, .scroll td { overflow-wrap: normal }
}
@media print {
  @page { margin: 16mm 14mm }
  body { font-size: 10.5pt; max-width: none; margin: 0; padding: 0 }
  h2, h3 { break-after: avoid }
  tr, li, figure { break-inside: avoid }
  thead { display: table-header-group }
}
"""

_SKELETON = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<title>{{ title }}</title>
<style>
{{ style }}
{%- block style %}{% endblock %}
</style>
</head>
<body>
{% block body %}{% endblock %}
{% for script in scripts %}
<script>{{ script }}</script>
{% endfor %}
</body>
</html>
"""


def render(template: str, *, title: str, scripts: Sequence[str] = (), **values: Any) -> str:
    """Return a page.

    Parameters
    ----------
    template : str
        Jinja; begins with ``{% extends "page" %}`` and fills the blocks ``body`` and ``style``.
        Values are escaped unless they are `Markup`.
    title : str
    scripts : sequence of str
        JavaScript that the page runs when it is there; none holds ``</script>``.
    **values
        What the template names; a name without a value is an error.
    """
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.DictLoader({"page": _SKELETON, "body": template}),
    )
    return environment.get_template("body").render(
        title=title,
        style=Markup(_STYLE),
        policy=Markup(_policy(scripts)),
        scripts=[Markup(script) for script in scripts],
        **values,
    )


def _policy(scripts: Sequence[str]) -> str:
    """Return what the browser may do: show the page, and run these scripts."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()) for each in scripts]
    allowed = " ".join(f"'sha256-{digest.decode()}'" for digest in digests)
    return f"{policy}; script-src {allowed}" if allowed else policy


def chart(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty chart, `width` × `height` in inches, in the style of the pages."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def svg(figure: Figure, label: str) -> Markup:
    """Return a chart as SVG, the same bytes for the same numbers.

    Parameters
    ----------
    figure : Figure
    label : str
        What it shows, for those who hear the page.
    """
    file = io.StringIO()
    # text stays text: it can be searched, and is a tenth of the size of outlines
    with matplotlib.rc_context({"svg.hashsalt": "bo_loop", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None}, transparent=True)
    text = file.getvalue()
    own = Markup('role="img" aria-label="{}" ').format(label)
    return Markup("<svg " + str(own) + text[text.index("<svg") + len("<svg ") :])


def joined(words: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
