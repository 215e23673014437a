"""A campaign's folder as others may send it, made at random: well meant, or damaged.

`well_meant` changes a small campaign's files in ways that keep what they say; `damaged` spoils one
of them, half of the time with hashes that agree. `try_one` opens the folder and judges what comes.
"""

import io
import json
import random
import warnings
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml
from hostile import BOMB, ledger_lines, rehashed, write_events
from sample_events import canonical, line

from bo_loop.base.errors import BoLoopError
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.record import Record

LEDGER, HEAD = "ledger.jsonl", "ledger.head"
SEALED = ("campaign.yaml", "features.json", "pool.parquet", "observations.parquet")
VIEWS = ("measurements.csv", "rounds/001/proposals.csv", "rounds/001/model.json")
FILES = (LEDGER, HEAD, *SEALED, *VIEWS)
_ODD = (
    *(None, "", "x", -1, 0, 10**25, 1.5, True, [], {}, [[]], {"a": {"b": []}}),
    *("[/b]\x1b[2J", "\ud800", [{}], [{"pair_id": 5}], "../../x", "Ni+2:L1:A"),
)
_SPOILS = (b"\0", b"\xff\xfe", b"{", b"[" * 3000, b"NaN", b"1e999", b"9" * 5000, b'"', b"\n", b"")
_NEXT = (
    ("closed", {}),
    ("withdrawn", {"pair_id": "Ni+2:L1:F", "reason": "none left"}),
    ("failed", {"pair_id": "Ni+2:L1:E", "note": "turbid"}),
    ("in_progress", {"pair_id": "Ni+2:L1:D"}),
    ("corrected", {"corrects": 3, "log_beta": 9.75}),
    ("config_changed", {"overrides": {"batch_size": 3}}),
)


@dataclass(frozen=True)
class Original:
    """A campaign's files, and what is read of them."""

    files: dict[str, bytes]
    state: CampaignState
    pool: pd.DataFrame

    @classmethod
    def of(cls, path: Path) -> "Original":
        files = {name: (path / name).read_bytes() for name in FILES}
        return cls(files, *read(path))

    def restore(self, path: Path) -> None:
        for name, content in self.files.items():
            (path / name).write_bytes(content)


def read(path: Path) -> tuple[CampaignState, pd.DataFrame]:
    """Read all that a verb reads of a record."""
    record = Record(path)
    state = record.state()
    pool = record.pool_of(state)
    record.settings(state)
    record.sealed.features()
    record.history_rows()
    record.status()
    assert len(record.literature) == state.n_observations or state.n_observations != 1
    return state, pool


def well_meant(rng: random.Random, path: Path) -> int:
    """Change the folder so that it says the same; return how many events follow the old ones."""
    way = rng.choice([_torn, _more, _less_of_a_head, _rewritten, _other_view])
    return way(rng, path)


def _torn(rng: random.Random, path: Path) -> int:
    events = [json.loads(one) for one in ledger_lines(path)]
    written, _ = _following(rng, events[-1])
    with (path / LEDGER).open("ab") as file:
        file.write(written[: rng.randrange(len(written) - 1)])
    return 0


def _following(rng: random.Random, last: dict) -> tuple[bytes, str]:
    kind, data = rng.choice(_NEXT)
    return line(
        seq=last["seq"] + 1, event=kind, data=data, prev=last["hash"], schema=1,
        time=last["time"], batch={"index": 1, "size": 1},
    )  # fmt: skip


def _more(rng: random.Random, path: Path) -> int:
    written, digest = _following(rng, json.loads(ledger_lines(path)[-1]))
    seq = len(ledger_lines(path)) + 1
    with (path / LEDGER).open("ab") as file:
        file.write(written)
    if rng.random() < 0.5:  # else the power went before the head was written
        (path / HEAD).write_bytes(canonical({"seq": seq, "hash": digest}))
    return 1


def _less_of_a_head(rng: random.Random, path: Path) -> int:
    earlier = json.loads(rng.choice(ledger_lines(path)))
    if rng.random() < 0.3:
        (path / HEAD).unlink()
    else:
        (path / HEAD).write_bytes(canonical({"seq": earlier["seq"], "hash": earlier["hash"]}))
    return 0


def _rewritten(rng: random.Random, path: Path) -> int:
    name = rng.choice(SEALED)
    content = (path / name).read_bytes()
    if name.endswith("parquet"):
        stream = io.BytesIO()
        packing = rng.choice(["gzip", "zstd", None])
        pd.read_parquet(io.BytesIO(content)).to_parquet(stream, index=False, compression=packing)
        content = stream.getvalue()
    elif name.endswith("json"):
        content = json.dumps(json.loads(content), indent=rng.choice([None, 2, 7])).encode()
    else:
        plain = yaml.safe_load(content)
        content = b"# sent\n" + yaml.safe_dump(plain, sort_keys=rng.random() < 0.5).encode()
    rehashed(path, name, content)
    return 0


def _other_view(rng: random.Random, path: Path) -> int:
    (path / rng.choice(VIEWS)).write_bytes(rng.choice([b"", rng.randbytes(50), BOMB]))
    return 0


def damaged(rng: random.Random, path: Path) -> tuple[str, bool]:
    """Spoil a file; return which, and whether the hashes were made to agree again."""
    if rng.random() < 0.4:  # a value of an event, by someone who knows the hashes
        events = [json.loads(one) for one in ledger_lines(path)]
        _spoil_value(rng, rng.choice(events)["data"] if rng.random() < 0.9 else rng.choice(events))
        try:
            write_events(path, events)
        except (UnicodeEncodeError, TypeError, KeyError):
            write_events(path, [json.loads(one) for one in ledger_lines(path)])
        return LEDGER, True
    name = rng.choice(FILES)
    content = bytearray((path / name).read_bytes())
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(content) + 1)
        kind = rng.random()
        if kind < 0.4:
            content[at : at + rng.randint(0, 6)] = rng.choice(_SPOILS)
        elif kind < 0.7:
            content[at : at + rng.randint(1, 3)] = rng.randbytes(rng.randint(0, 4))
        else:
            del content[at : at + rng.randint(1, 60)]
    again = name in SEALED and rng.random() < 0.7
    if again:
        rehashed(path, name, bytes(content))
    else:
        (path / name).write_bytes(content)
    return name, again


def _spoil_value(rng: random.Random, where: dict) -> None:
    """Change, add or take away something within nested values."""
    while True:
        keys = list(where) if isinstance(where, dict) else range(len(where))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(where[key], dict | list) and rng.random() < 0.7:
            where = where[key]
            continue
        if rng.random() < 0.2:
            del where[key]
        else:
            where[key] = rng.choice(_ODD)
        return


def try_one(
    rng: random.Random, original: Original, path: Path, *, damage: bool
) -> tuple[str, bool]:
    """Change the folder, read it, and put it back; return what was changed, and whether it is read.

    Raises
    ------
    AssertionError
        If a folder that was well meant is refused or read wrongly, or a damaged one is read as
        something that it cannot be.
    Exception
        Whatever a reader raises that is not an error of bo_loop.
    """
    try:
        what, again = damaged(rng, path) if damage else ("well meant", False)
        n_more = 0 if damage else well_meant(rng, path)
        changed = {name: (path / name).read_bytes() for name in FILES if (path / name).exists()}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                state, pool = read(path)
        except BoLoopError as error:
            if not damage:
                raise AssertionError("refused, though well meant") from error
            return what, False
        assert changed == {name: (path / name).read_bytes() for name in changed}, "it wrote"
        if not again:  # hashes protect all but the views
            assert damage or state.seq == original.state.seq + n_more
            if n_more == 0:
                assert state == original.state or what != LEDGER
                assert (state.states, state.results) == (
                    original.state.states,
                    original.state.results,
                )
            assert pool.equals(original.pool)
            for name in SEALED if damage else ():
                assert changed[name] == original.files[name], name
        return what, True
    finally:
        original.restore(path)
