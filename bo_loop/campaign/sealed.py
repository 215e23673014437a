"""What `start` seals: the config, the curated literature, the pool, the feature schema.

Written once, before the `started` event that holds their SHA-256. Later verbs read the literature
only from here, so its source may move.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bo_loop.base import files
from bo_loop.base.errors import CampaignError

CONFIG, OBSERVATIONS, POOL, FEATURES = (
    "campaign.yaml",
    "observations.parquet",
    "pool.parquet",
    "features.json",
)


def write(
    folder: Path,
    *,
    config: Mapping[str, Any],
    choices: Mapping[str, str],
    observations: pd.DataFrame,
    pool: pd.DataFrame,
    features: Mapping[str, Any],
) -> dict[str, str]:
    """Write the sealed files of a campaign.

    Parameters
    ----------
    folder : Path
        The campaign's folder; it exists and holds none of the files.
    config : mapping
        The composed config, plain values only.
    choices : mapping of str to str
        The option chosen for each config group.
    observations, pool : DataFrame
        With ``pair_id``.
    features : mapping
        `FeatureSchema.to_json()`.

    Returns
    -------
    dict of str to str
        SHA-256 of each file.
    """
    text = yaml.safe_dump(
        {"choices": dict(choices), "config": dict(config)}, allow_unicode=True, sort_keys=False
    )
    contents = {
        CONFIG: text.encode("utf-8"),
        OBSERVATIONS: _parquet(observations),
        POOL: _parquet(pool),
        FEATURES: json.dumps(features, ensure_ascii=False, indent=1, allow_nan=False).encode(),
    }
    for name, content in contents.items():
        files.write_once(folder / name, content)
    return {name: files.sha256(folder / name) for name in contents}


def _parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


@dataclass(frozen=True)
class Sealed:
    """The sealed files of a campaign, each checked against the hash that `start` recorded.

    Parameters
    ----------
    folder : Path
        The campaign's folder.
    hashes : mapping of str to str
        From the `started` event.
    """

    folder: Path
    hashes: Mapping[str, str]

    def config(self) -> dict[str, Any]:
        """Return ``choices`` and ``config`` of campaign.yaml."""
        return yaml.safe_load(self._checked(CONFIG).read_text(encoding="utf-8"))

    def observations(self) -> pd.DataFrame:
        """Return the curated literature, with ``pair_id``."""
        return pd.read_parquet(self._checked(OBSERVATIONS))

    def pool(self) -> pd.DataFrame:
        """Return the pairs that may be proposed, with ``pair_id``."""
        return pd.read_parquet(self._checked(POOL))

    def features(self) -> dict[str, Any]:
        """Return the JSON of the feature schema."""
        return json.loads(self._checked(FEATURES).read_text(encoding="utf-8"))

    def _checked(self, name: str) -> Path:
        path = self.folder / name
        if files.sha256(path) != self.hashes.get(name):
            raise CampaignError(
                f"{path} is not the file that was sealed when the campaign started: its SHA-256 "
                "differs. Proposals made from it could not be traced. Restore it from a backup, "
                "or start a new campaign."
            )
        return path
