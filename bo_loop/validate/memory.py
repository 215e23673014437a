"""What a validation has done so far, so that an interrupted one goes on where it stopped."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.errors import DataError
from bo_loop.validate.splits import Split, split_from_json, split_to_json

STATE = "state.json"

Note = Callable[[str, int, int, float | None], None]


@dataclass(frozen=True)
class Memory:
    """What a validation has done so far.

    Parameters
    ----------
    path : Path
        The JSON file.
    contents : dict
        Filled in place; `save` writes it.
    """

    path: Path
    contents: dict[str, Any]

    @classmethod
    def open(cls, folder: Path, config: Mapping[str, Any], data: pd.DataFrame) -> "Memory":
        """Open the memory in `folder`, or begin one there.

        Raises
        ------
        DataError
            If the folder holds something else, or a validation of another config or other data.
        """
        folder.mkdir(parents=True, exist_ok=True)
        task = {key: value for key, value in config.items() if key not in ("out", "json")}
        digest = hashlib.sha256(json.dumps(task, sort_keys=True).encode())
        digest.update(data.to_csv(index=False).encode())
        path = folder / STATE
        if not path.exists():
            if any(folder.iterdir()):
                raise DataError(f"{folder} is not an empty folder; give a new one as out.")
            begun = cls(path, {"task": digest.hexdigest()})
            begun.save()
            return begun
        contents = json.loads(path.read_text(encoding="utf-8"))
        if contents.get("task") != digest.hexdigest():
            raise DataError(
                f"{folder} holds a validation of other data or with another config. Give a new "
                "folder as out, or repeat that validation's own command to go on with it."
            )
        return cls(path, contents)

    def part(self, name: str) -> dict[str, Any]:
        """Return the results of one step so far, to be filled in place."""
        return self.contents.setdefault(name, {})

    def save(self) -> None:
        """Write everything to disk."""
        save_json(self.path, self.contents)

    def saving(self, note: Note) -> Note:
        """Save before each note."""

        def told(step: str, done: int, total: int, mae: float | None) -> None:
            self.save()
            note(f"choosing features of {step}", done, total, mae)

        return told

    def split(self, make: Callable[[], Split]) -> Split:
        """Return the split, made at most once."""
        if "split" not in self.contents:
            self.contents["split"] = split_to_json(make())
            self.save()
        return split_from_json(self.contents["split"])


def save_json(path: Path, content: Any) -> None:
    """Write JSON so that a power cut leaves the old file or the new one."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text + "\n", encoding="utf-8", newline="\n")
    os.replace(unfinished, path)
