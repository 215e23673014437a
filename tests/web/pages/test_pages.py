"""All pages open, with a heading, and say where one is."""

import pytest
from nicegui import ui

from bo_loop.web import texts
from bo_loop.web.pages.frame import Text

TABS = {"round": texts.ROUND, "results": texts.RESULTS, "look": texts.LOOK, "pool": texts.POOL,
        "what-if": texts.WHAT_IF, "history": texts.HISTORY}  # fmt: skip


@pytest.mark.parametrize("tab", TABS)
def test_a_page_says_where_one_is(visit, desk, tab):
    async def story(visitor):
        client = await visitor.open(f"/campaign/small/{tab}")
        (heading,) = [e for e in visitor.all(Text) if e.tag == "h1"]
        assert heading.text == TABS[tab]
        assert client.title == f"{TABS[tab]} · small"
        current = [e.text for e in visitor.all(ui.link) if e.props.get("aria-current") == "page"]
        assert current == [TABS[tab]]

    visit(story)
