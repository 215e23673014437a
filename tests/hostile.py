"""What a stranger might send."""

import hashlib
import json

from sample_events import canonical, line

# Ten lines that stand for 9 ** 10 values.
BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (c + 1, c + 1, b", ".join([b"*%c" % c] * 9)) for c in b"abcdefghij"
)


def rehashed(folder, name, content):
    """Write a sealed file, or an event's data, as a stranger would: with the right hashes."""
    if content is not None:
        (folder / name).write_bytes(content)
    events = [json.loads(line) for line in ledger_lines(folder)]
    if name in events[0]["data"]["sealed"]:
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        events[0]["data"]["sealed"][name] = digest
    write_events(folder, events)


def ledger_lines(folder):
    return (folder / "ledger.jsonl").read_bytes().splitlines()


def write_events(folder, events):
    lines, prev = b"", "0" * 64
    for event in events:
        written, prev = line(**{k: v for k, v in event.items() if k != "hash"} | {"prev": prev})
        lines += written
    (folder / "ledger.jsonl").write_bytes(lines)
    (folder / "ledger.head").write_bytes(canonical({"seq": len(events), "hash": prev}))
