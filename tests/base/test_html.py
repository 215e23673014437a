import base64
import hashlib

import jinja2
import pytest
from markupsafe import Markup

from bo_loop.base.html import chart, joined, render, svg

PAGE = '{% extends "page" %}{% block body %}<p>{{ said }}</p>{% endblock %}'


def test_a_page_escapes_what_it_is_given_and_may_load_nothing():
    page = render(PAGE, title="<t>", said="<script>")
    assert "<title>&lt;t&gt;</title>" in page
    assert "<p>&lt;script&gt;</p>" in page
    assert "default-src 'none'" in page
    assert render(PAGE, title="t", said=Markup("<b>x</b>")).count("<p><b>x</b></p>") == 1


def test_a_name_without_a_value_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="said"):
        render(PAGE, title="t")


def test_a_chart_is_the_same_twice_and_says_what_it_shows():
    def drawn():
        figure, axes = chart(3, 2)
        axes.plot([0, 1], [1, 3], label="log β")
        return svg(figure, 'a "line"')

    assert drawn() == drawn()
    assert drawn().startswith('<svg role="img" aria-label="a &#34;line&#34;" ')
    assert "<?xml" not in drawn()


@pytest.mark.parametrize(
    ("words", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_joined(words, text):
    assert joined(words) == text


def test_only_the_scripts_of_a_page_run_in_it():
    script = "document.title = 'ü <b>';"
    page = render(PAGE, title="t", said="", scripts=[script])
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert f"content=\"{policy}; script-src 'sha256-{digest}'\">" in page
    assert f"<script>{script}</script>" in page
    plain = render(PAGE, title="t", said="")
    assert f'content="{policy}">' in plain
    assert "<script>" not in plain
