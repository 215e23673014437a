"""What a round learned from other models, in words."""

from collections.abc import Mapping
from typing import Any


def sources_told(fit: Mapping[str, Any]) -> str:
    """Say of a fit's report which sources it used, which it dropped, and what that is worth.

    Returns
    -------
    str
        Empty where the model has no sources.
    """
    if "outcomes" in fit:
        each = {name: sources_told(one) for name, one in fit["outcomes"].items()}
        return " ".join(f"{name}: {told}" for name, told in each.items() if told)
    sources = fit.get("sources", {})
    if not sources:
        return ""
    used = [
        f"{label} (slope {said['slope']:.2f} ± {said['slope_sd']:.2f} per sd of what it predicts)"
        for label, said in sources.items()
        if said["used"]
    ]
    dropped = [label for label, said in sources.items() if not said["used"]]
    sentences = [f"Learns from {', '.join(used) or 'no other model'}."]
    if fit.get("alike"):
        sentences.append(f"Pairs count as alike as by {fit['alike']}.")
    if dropped:
        sentences.append(
            f"Dropped, since the data are met no better with it: {', '.join(dropped)}."
        )
    said = {"with": "with what is used", "with_all": "with all sources", "without": "without any"}
    shown = ["with"] * bool(used) + ["with_all"] * bool(dropped) + ["without"]
    half = fit.get("left_out_median")
    errors = half or fit.get("left_out_mae", {})  # which older rounds have
    values = ", ".join(f"{errors[key]:.2f} {said[key]}" for key in shown if key in errors)
    missed = "Half of the ligands left out are missed by at most"
    return " ".join(
        [*sentences, f"{missed if half else 'Ligands left out are missed by'} {values}."]
    )
