"""Proposals as cards."""

from collections.abc import Callable, Sequence

from markupsafe import Markup
from nicegui import ui

from bo_loop.web import texts
from bo_loop.web.pages.frame import Text, drawing
from bo_loop.web.shown import Card, scale_of

_WIDTH = 300.0
_BAR = Markup(
    '<svg class="scale" viewBox="0 0 300 34" role="img" aria-label="{label}">'
    '<line x1="0" x2="300" y1="12" y2="12" stroke="#dfe5ec" stroke-width="2"/>'
    '<rect x="{left}" y="7" width="{width}" height="10" fill="#90b4d8"/>'
    '<line x1="{middle}" x2="{middle}" y1="3" y2="21" stroke="#2b6cb0" stroke-width="3"/>'
    '<text x="0" y="32">{low}</text><text x="300" y="32" text-anchor="end">{high}</text></svg>'
)


def add(
    cards: Sequence[Card], more: Callable[[Card], None], ends: tuple[float, float] | None = None
) -> None:
    """Add cards; `more` adds what else belongs to one, `ends` are those of the scale of all."""
    if not cards:
        return
    ends = ends or scale_of(cards)
    with ui.element("div").classes("cards").props("role=list"):
        for card in cards:
            with ui.element("div").classes("card").props("role=listitem") as made:
                if card.state == "withdrawn":
                    made.classes("out")
                _add(card, ends)
                more(card)


def note(cards: Sequence[Card]) -> None:
    """Say what bars and signs mean."""
    outside = f" †: {texts.OUTSIDE_NOTE}." if any(card.outside for card in cards) else ""
    Text("p", f"{texts.BAR_NOTE}{outside}").classes("small soft")


def _add(card: Card, ends: tuple[float, float]) -> None:
    drawing(card.smiles)
    role = f" ({card.role})" if card.role else ""
    with Text("h3", f"{card.rank}. {card.name}{role} "):
        if card.outside:
            Text("span", "†").classes("mark").props(f'title="{texts.OUTSIDE_NOTE}"')
    Text("p", _predicted(card)).classes("key")
    ui.html(bar(card, ends), sanitize=False)
    Text("p", card.why)
    if card.movers:
        Text("p", texts.MOVED_BY.format(movers=card.movers)).classes("small soft")
    if card.nearest:
        Text("p", texts.NEAREST.format(nearest=card.nearest)).classes("small soft")
    if card.outcome:
        Text("p", texts.OUTCOME.format(outcome=card.outcome)).classes("small")


def _predicted(card: Card) -> str:
    return texts.PREDICTED.format(quantity=card.quantity, mean=card.mean, sd=card.sd)


def bar(card: Card, ends: tuple[float, float]) -> Markup:
    """Draw a prediction ± sd on the scale that all cards share."""
    low, high = ends

    def at(value: float) -> float:
        return round(_WIDTH * (value - low) / (high - low), 1)

    left, right = at(card.mean - card.sd), at(card.mean + card.sd)
    return _BAR.format(
        label=_predicted(card),
        left=left,
        width=round(right - left, 1),
        middle=at(card.mean),
        low=f"{low:.1f}",
        high=f"{high:.1f}",
    )
