"""Choosing an option of a config group, and its values."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from bo_loop.campaign import options
from bo_loop.web import texts, wanted

UNCHANGED = ""


class OptionForm:
    """A choice among the options of a group, with a field for each value of the chosen one.

    Parameters
    ----------
    group : str
        ``objective`` or ``acquisition``.
    label : str
    chosen : str
        `UNCHANGED`: the campaign's own.
    unchanged : str
        What the campaign's own is called; "" where there is none yet.
    """

    def __init__(self, group: str, label: str, chosen: str = UNCHANGED, unchanged: str = ""):
        self._group = group
        own = {UNCHANGED: texts.AS_BEFORE.format(what=unchanged)} if unchanged else {}
        summaries = {name: options.summary(group, name) for name in options.names(group)}
        named = {name: f"{name}: {said}" for name, said in summaries.items()}
        self._inputs: dict[str, ui.input] = {}
        with ui.element("div"):
            self._choice = ui.select(own | named, label=label, value=chosen).classes("w-full")
            self._choice.props("outlined dense").style("width: 100%")
            self._choice.on_value_change(self._show)
            with ui.expansion(texts.VALUES).props("dense") as self._more:
                self._fields = ui.element("div").classes("form")
            self._show()

    def _show(self) -> None:
        self._fields.clear()
        self._inputs = {}
        name = self._choice.value
        self._more.set_visibility(bool(name))
        if not name:
            return
        with self._fields:
            for field in wanted.fields(self._group, name):
                shown = "" if field.value is None else str(field.value)
                made = ui.input(field.name, placeholder=shown or texts.NONE).props(
                    "outlined dense stack-label hide-bottom-space"
                )
                if field.said:
                    made.props["hint"] = field.said
                self._inputs[field.name] = made
        if any(field.needed for field in wanted.fields(self._group, name)):
            self._more.open()

    @property
    def option(self) -> str:
        """The option chosen, or `UNCHANGED`."""
        return self._choice.value or UNCHANGED

    @property
    def values(self) -> Mapping[str, str]:
        """What was typed, by key."""
        return {name: made.value or "" for name, made in self._inputs.items()}

    def node(self) -> dict[str, Any] | None:
        """Return the config node; None for the campaign's own.

        Raises
        ------
        ConfigError
            If a value is missing, or cannot be read.
        """
        if not self.option:
            return None
        return wanted.node(self._group, self.option, self.values)
