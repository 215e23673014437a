"""What ``bo-loop VERB --help`` prints: a line an option, from the comments of its config."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence

from bo_loop.cli.options import Group, Option, options_of

_LEFT = 30
_NEEDED = "???"
_LONGEST_DEFAULT = 34


def verb_help(verb: str, arguments: Sequence[str] = ()) -> str:
    """Return the help of a verb, as wide as the terminal."""
    found = options_of(verb, arguments)
    width = max(60, min(shutil.get_terminal_size().columns, 100))
    lines = [*textwrap.wrap(f"bo-loop {verb}: {found.summary}", width), ""]
    lines += [f"  {example}" for example in found.examples]
    lines += ["", "options, as key=value:", *_rows(map(_told, found.options), width)]
    for group in found.groups:
        lines += ["", *_group(group, width)]
    if found.groups:
        lines += ["", *textwrap.wrap(
            f"bo-loop {verb} GROUP=OPTION --help shows the options of another choice; "
            "--cfg job shows the whole config.", width)]  # fmt: skip
    return "\n".join(lines)


def _told(option: Option) -> tuple[str, str, str]:
    if option.default == _NEEDED:
        return option.heading, f"{option.name}=…", f"needed. {option.said}".rstrip(". ")
    default = option.default
    if len(default) > _LONGEST_DEFAULT:
        default = f"{default[:_LONGEST_DEFAULT]}…"
    return option.heading, f"{option.name}={default}", option.said


def _group(group: Group, width: int) -> list[str]:
    """Return what may be chosen of a group, and the options of what is."""
    chosen = "" if group.chosen in ("null", _NEEDED) else group.chosen
    lines = textwrap.wrap(f"{group.name}={chosen or '…'}: {group.said or 'one of'}", width)
    lines += _rows((("", name, said) for name, said in group.choices.items()), width)
    if group.options:
        lines += [f"  with {group.name}={chosen}:", *_rows(map(_told, group.options), width, 4)]
    return lines


def _rows(rows: Iterable[tuple[str, str, str]], width: int, indent: int = 2) -> list[str]:
    lines = []
    for heading, left, right in rows:
        lines += textwrap.wrap(f"{' ' * indent}-- {heading}", width) if heading else []
        start = f"{' ' * indent}{left}"
        if len(start) > _LEFT - 2 and right:
            lines.append(start)
            start = ""
        lines += textwrap.wrap(
            right, width, initial_indent=f"{start:<{_LEFT}}", subsequent_indent=" " * _LEFT
        ) or [start]
    return lines
