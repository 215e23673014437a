"""Tables that the code holds, shown in the docs: ``{{ table bo_loop.campaign.ledger.state }}``."""

import importlib
import re
from typing import Any

_CALL = re.compile(r"^\{\{ table ([\w.]+) \}\}$", re.MULTILINE)
_RULE = re.compile(r"^=+(?: +=+)+$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in the tables of a page; mkdocs calls it for each."""
    return _CALL.sub(lambda call: _first_table(call[1]), markdown)


def _first_table(module: str) -> str:
    """Return the first table of a module's docstring, in two columns, as Markdown."""
    text = importlib.import_module(module).__doc__ or ""
    rules = list(_RULE.finditer(text))
    lines = text[rules[0].end() : rules[1].start()].strip("\n").splitlines()
    width = rules[0][0].index(" ") + 2
    rows: list[list[str]] = []
    for line in lines:
        if line[:width].strip():
            rows.append([line[:width].strip(), line[width:].strip()])
        else:
            rows[-1][1] += " " + line.strip()
    cells = [[cell.replace("|", "\\|").replace("``", "`") for cell in row] for row in rows]
    return "\n".join(["| | |", "|---|---|", *(f"| `{name}` | {what} |" for name, what in cells)])
