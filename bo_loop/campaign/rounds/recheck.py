"""Whether a round follows from its hyperparameters and the events that it had seen."""

import math
from collections.abc import Mapping
from typing import Any

from bo_loop.base import received
from bo_loop.base.errors import BoLoopError
from bo_loop.campaign.ledger.state import CampaignState, Round
from bo_loop.campaign.pool_in_parts import PoolInParts
from bo_loop.campaign.record import Record
from bo_loop.campaign.settings import with_overrides

TOLERANCE = 1e-6
_COMPARED = ("mean", "sd", "sd_latent", "acquisition")


def recheck(
    record: Record,
    made: Round,
    seen: CampaignState,
    versions: Mapping[str, str],
    *,
    refit: bool,
) -> tuple[str, str]:
    """Compute a round again, from its hyperparameters and the events that it had seen.

    Parameters
    ----------
    record : Record
    made : Round
    seen : CampaignState
        The ledger at the event that the round had seen last.
    versions : mapping of str to str
        The packages as they are installed.
    refit : bool
        Also optimise the model again, and say what comes out.

    Returns
    -------
    tuple of str
        Outcome and detail, as of `bo_loop.campaign.verify.Check`.
    """
    differing = [
        f"{name} {made.versions[name]}, now {versions.get(name, 'not installed')}"
        for name in made.versions
        if made.versions[name] != versions.get(name)
    ]
    note = f"the packages differ ({'; '.join(differing)}), so numbers may" if differing else ""
    if earlier := _earlier_rules(record, seen):
        return "note", f"made with earlier rules of features ({earlier}): not recomputed"
    try:
        problems, report = _recomputed(record, made, seen, refit=refit)
    except BoLoopError as error:
        problems, report = [f"cannot be recomputed: {error}"], ""
    detail = "; ".join(part for part in (*problems, note, report) if part)
    if problems:
        return "note" if differing else "failed", detail
    follows = f"posterior and picks follow from event {made.seen} and the hyperparameters"
    return "note" if differing else "ok", "; ".join(filter(None, [follows, detail]))


def _earlier_rules(record: Record, seen: CampaignState) -> str:
    """Name the rules of a round's features, if they are not the installed ones; else ""."""
    from bo_loop.features.schema import schema_version

    stored = record.sealed.features()
    kinds = {"version": str, "blocks": dict}
    received.require_keys(record.path / "features.json", stored, kinds)
    if seen.features:  # they were renewed, perhaps with blocks that the sealed ones lack
        return "" if seen.features == record.renewed_schema.version else seen.features
    return "" if stored["version"] == schema_version(stored["blocks"]) else stored["version"]


def _recomputed(
    record: Record, made: Round, state: CampaignState, *, refit: bool
) -> tuple[list[str], str]:
    """Return how a round differs from what follows now, and what a new fit would give."""
    from bo_loop.base.config import build
    from bo_loop.campaign.rounds import sifted
    from bo_loop.campaign.rounds.decide import choose
    from bo_loop.campaign.rounds.fitted import Fitted, fitted

    config = with_overrides(record.settings(state), made.overrides)
    schema, literature = record.schema(state), record.literature
    pool = sifted.pool_for(record, state, config, made.picked)
    recipe = build(config["model"])
    known = schema, recipe, literature, pool, state, record.memory

    def chosen(model: Fitted) -> dict[str, Any]:
        if isinstance(pool, PoolInParts):
            return sifted.choose(model, literature, pool, state, config)
        return choose(model, literature, pool, state, config, made.picked)

    rows = made.fit.get("n_memory")
    given = {"hyperparameters": made.hyperparameters, "memory_rows": rows}
    again = chosen(fitted(*known, **given))
    problems = _differences(made, again)
    if not refit:
        return problems, ""
    return problems, _refit_report(made, chosen(fitted(*known, start=state.hyperparameters)))


def _differences(made: Round, again: Mapping[str, Any]) -> list[str]:
    recorded = [p.pair_id for p in made.proposals]
    picks = [p["pair_id"] for p in again["proposals"]]
    if picks != recorded:
        return [f"the picks were {', '.join(recorded)}, and would be {', '.join(picks)}"]
    problems = [
        f"{name} of {old.pair_id} was {getattr(old, name)!r}, and would be {new[name]!r}"
        for old, new in zip(made.proposals, again["proposals"], strict=True)
        for name in _COMPARED
        if not _close(getattr(old, name), new[name])
    ]
    if not _close(list(made.converted), again.get("converted", [])):
        problems.append("results at a pH would be read as other values of log β")
    before = made.incumbent or {}
    now = {key: value for key, value in again["incumbent"].items() if key in before}
    if before and not _close(before, now):
        problems.append(f"the incumbent was {before}, and would be {now}")
    return problems


def _close(a: Any, b: Any) -> bool:
    """Whether two JSON values are the same but for rounding errors of their numbers."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_close(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_close, a, b))
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-12)
    return a == b


def _refit_report(made: Round, again: Mapping[str, Any]) -> str:
    largest = max(
        (
            abs(p["mean"] - old.mean)
            for old in made.proposals
            for p in again["proposals"]
            if p["pair_id"] == old.pair_id
        ),
        default=math.nan,
    )
    same = [p["pair_id"] for p in again["proposals"]] == [p.pair_id for p in made.proposals]
    objective = {key: (made.fit.get(key), again["fit"].get(key)) for key in ("mll", "n_iter")}
    return (
        f"refitted: the picks are {'the same' if same else 'others'}, means differ by up to "
        f"{largest:.2g}, "
        + ", ".join(f"{key} {was} then, {now} now" for key, (was, now) in objective.items())
    )
