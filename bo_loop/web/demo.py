"""The campaign that ``bo-loop app demo=true`` begins: all Ni²⁺ constants hidden from the model."""

from typing import Any

NAME = "nickel_demo"

_ROWS = 400  # of some 1,000: a demo must not take long


def given() -> dict[str, Any]:
    """Return what `Campaign.start` takes, as ``conf/campaign/nickel_demo.yaml`` has it."""
    minteq = "bo_loop.data.Minteq"
    return {
        "data": {"_target_": minteq, "without_metals": ["Ni+2"]},
        "pool": {
            "_target_": "bo_loop.data.KnownPairs",
            "data": {"_target_": minteq},
            "metals": ["Ni+2"],
        },
        "model": {"_target_": "bo_loop.models.PairGP", "fit_rows": _ROWS},
        "batch_size": 3,
    }
