"""Choose ligands by active learning: Gaussian processes for log β, BO over metal-ligand pairs."""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bo_loop.campaign.campaign import Campaign as Campaign

__version__ = "0.1.0"
__all__ = ["Campaign", "__version__"]

# OpenMP threads that spin while they wait slow a fit twentyfold as soon as another process needs
# a core. It is read when torch is loaded, so it has to be said here.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def __getattr__(name: str) -> Any:
    # `bo_loop.Campaign` costs pandas: not on the way to `bo-loop --help`.
    if name == "Campaign":
        from bo_loop.campaign.campaign import Campaign

        return Campaign
    raise AttributeError(f"module 'bo_loop' has no attribute {name!r}")
