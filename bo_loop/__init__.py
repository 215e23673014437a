"""Choose ligands by active learning: Gaussian processes for log β, BO over metal-ligand pairs."""

import importlib
import os
from typing import Any

__version__ = "0.2.0"
__all__ = ["Campaign", "__version__", "write_report"]

# OpenMP threads that spin while they wait slow a fit twentyfold as soon as another process needs
# a core. It is read when torch is loaded, so it has to be said here.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


_EXPORTS = {"Campaign": "bo_loop.campaign.campaign", "write_report": "bo_loop.report.page"}


def __getattr__(name: str) -> Any:
    # `bo_loop.Campaign` costs pandas: not on the way to `bo-loop --help`.
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'bo_loop' has no attribute {name!r}")
