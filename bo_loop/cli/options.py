"""The options of a verb as its config file states them: names, defaults, what is said of each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bo_loop.base.config import packaged_conf

_LINE = re.compile(r"(?P<indent> *)(?P<key>[\w ./-]+?):(?: (?P<rest>.*))?$")
_COMMENT = re.compile(r"(?:^|\s+)# ?(?P<said>.*)$")
_MEMBER = re.compile(r"  - (?P<group>\w+): (?P<option>[\w?-]+)\s*(?:#\s*(?P<said>.*))?$")
_MOST_ENTRIES = 20  # of a mapping that is listed entry by entry
_HIDDEN = ("_target_", "defaults")


@dataclass
class Option:
    """An option: its dotted name, default as it is typed, and what it is."""

    name: str
    default: str
    said: str = ""
    heading: str = ""


@dataclass
class Group:
    """A config group that a verb uses: the option chosen, and all that there are with a word each.

    `options` are those of the chosen option.
    """

    name: str
    chosen: str
    said: str
    choices: dict[str, str]
    options: list[Option] = field(default_factory=list)


@dataclass
class VerbOptions:
    """What the config of a verb says of itself."""

    summary: str
    examples: list[str]
    options: list[Option]
    groups: list[Group]


def options_of(verb: str, arguments: Sequence[str] = ()) -> VerbOptions:
    """Read the config of a verb; a group chosen in `arguments` shows its own options."""
    text = _path(f"{verb}.yaml").read_text(encoding="utf-8")
    said, body = _header(text)
    examples = [line.strip() for line in said if line.startswith("  ")]
    summary = " ".join(line.strip() for line in said if not line.startswith("  "))
    typed = dict(a.partition("=")[::2] for a in arguments if "=" in a)
    groups = []
    for group, option, about in _members(body):
        chosen = typed.get(group, option)
        found = choices(group)
        file = f"{group}/{chosen}.yaml"
        inner = _options(_header(_path(file).read_text(encoding="utf-8"))[1], f"{group}.") \
            if chosen in found and group != "campaign" else []  # fmt: skip
        groups.append(Group(group, chosen, about, found, inner))
    return VerbOptions(summary.removeprefix(f"bo-loop {verb}: "), examples, _options(body), groups)


def choices(group: str) -> dict[str, str]:
    """Return the options of a group, `./conf` included, with the first sentence said of each."""
    found = {}
    for folder in (packaged_conf() / group, Path("conf", group)):
        for path in sorted(folder.glob("*.yaml")):
            said = [line for line in _header(path.read_text(encoding="utf-8"))[0] if line]
            found[path.stem] = " ".join(s for s in said if not s.startswith("@"))
    return found


def _path(name: str) -> Path:
    local = Path("conf", name)
    return local if local.is_file() else packaged_conf() / name


def _header(text: str) -> tuple[list[str], list[str]]:
    """Split a file into the comment above it, without its signs, and the lines below."""
    lines = text.splitlines()
    n = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return [line.removeprefix("#").removeprefix(" ") for line in lines[:n]], lines[n:]


def _members(body: Sequence[str]) -> list[tuple[str, str, str]]:
    found = [_MEMBER.match(line) for line in body]
    return [(m["group"], m["option"], (m["said"] or "").strip()) for m in found if m]


def _options(body: Sequence[str], above: str = "") -> list[Option]:
    """Return the options of a config's body, in its order, mappings entry by entry."""
    found: list[Option] = []
    heading, stack = "", []
    for line in body:
        comment = _COMMENT.search(line)
        said = comment["said"].strip() if comment else ""
        content = line[: comment.start()].rstrip() if comment else line.rstrip()
        if not content:
            if comment and line.startswith("#"):
                heading = f"{heading} {said}".strip()
            elif comment and found:
                found[-1].said = f"{found[-1].said} {said}".strip()
            continue
        if found and content.lstrip().startswith("- "):
            _append(found[-1], content.lstrip().removeprefix("- "))
            continue
        entry = _LINE.match(content)
        if not entry:
            continue
        if entry["key"] == "hydra":
            break
        stack = [*stack[: len(entry["indent"]) // 2], entry["key"]]
        if any(key in _HIDDEN for key in stack):
            continue
        found.append(Option(above + ".".join(stack), (entry["rest"] or "").strip(), said, heading))
        heading = ""
    return _without_long_mappings(found)


def _append(option: Option, entry: str) -> None:
    """Add an entry of a list to the default of an option, unless it is a mapping."""
    if not entry.startswith("_target_"):
        inner = option.default.strip("[]")
        option.default = f"[{', '.join(filter(None, [inner, entry]))}]"


def _without_long_mappings(options: Sequence[Option]) -> list[Option]:
    """Leave out the names of mappings, of which only the entries are set; sum up long ones."""
    kept: list[Option] = []
    for i, option in enumerate(options):
        below = [o for o in options[i + 1 :] if o.name.startswith(f"{option.name}.")]
        inside = [k for k in kept if k.default == "…" and option.name.startswith(f"{k.name}.")]
        if inside:
            continue
        depth = option.name.count(".") + 1
        entries = [o for o in below if o.name.count(".") == depth]
        if len(entries) > _MOST_ENTRIES and not option.default:
            kept.append(Option(option.name, "…", option.said, option.heading))
        elif below:
            below[0].said = "; ".join(filter(None, [below[0].said, option.said]))
            below[0].heading = below[0].heading or option.heading
        else:
            kept.append(option)
    return kept
