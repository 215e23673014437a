"""How far the default model is off on ligands it has never seen, measured once and stored.

``stored_validation.json`` is written by ``benchmarks/stored_validation.py``; each entry names the
data that it is of.
"""

import hashlib
import json
from importlib import resources
from typing import Any

import pandas as pd

_IDENTITY = ["metal", "charge", "smiles", "n_ligands", "log_beta"]


def fingerprint(observations: pd.DataFrame) -> str:
    """Return the SHA-256 of the constants of a table, whatever the order of its rows."""
    rows = [
        f"{metal},{int(charge)},{smiles},{int(n)},{value:.6f}"
        for metal, charge, smiles, n, value in observations[_IDENTITY].itertuples(index=False)
    ]
    return hashlib.sha256("\n".join(sorted(rows)).encode("utf-8")).hexdigest()


def stored() -> dict[str, dict[str, Any]]:
    """Return the stored validations: ``embedded`` and ``srd46``.

    Each has ``mae``, the mean absolute error of log β, n = 1, of ligands held back; ``n``, the
    constants judged; ``data``, ``command`` and ``date``; the first also ``sha256``, the
    `fingerprint` of its constants.
    """
    file = resources.files("bo_loop.data").joinpath("stored_validation.json")
    return json.loads(file.read_text(encoding="utf-8"))
