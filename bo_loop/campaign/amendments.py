"""What may be changed of a campaign after the fact: each change is one more event.

Every function takes the campaign's record and the name of the person who acts (by default the login
name), and returns what was recorded: nothing, if the ledger holds it already.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bo_loop.base.config import build
from bo_loop.campaign import options
from bo_loop.campaign.ledger import rules
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_rows import require_items, with_acids
from bo_loop.campaign.provenance import Recorded, who
from bo_loop.campaign.record import Record
from bo_loop.campaign.settings import as_nodes, called, check_lasting

if TYPE_CHECKING:
    import pandas as pd


def withdraw(
    record: Record, pair: str, *, reason: str = "", operator: str | None = None
) -> Recorded:
    """Take a pair out: it is not proposed again, and not waited for.

    Of several properties, those of its values that are not measured, or the one that is named.

    Raises
    ------
    CampaignError
        If it is not in the pool, or measured.
    """
    out = ("measured", "withdrawn")
    return _of_values(record, "withdrawn", pair, out, reason=reason, operator=who(operator))


def restore(
    record: Record, pair: str, *, reason: str = "", operator: str | None = None
) -> Recorded:
    """Take a withdrawal back; the pair is again what it was before.

    Raises
    ------
    CampaignError
        If it is not in the pool, or not withdrawn.
    """
    others = ("open", "pending", "in_progress", "measured", "failed")
    return _of_values(record, "restored", pair, others, reason=reason, operator=who(operator))


def _of_values(
    record: Record, kind: str, pair: str, unless: Sequence[str], **said: str
) -> Recorded:
    """Record an event for each value of a pair; of several, those in no state of `unless`."""
    pair_ids = record.find_values(pair)
    whole = {key: text for key, text in said.items() if text}

    def decide(state: CampaignState) -> list[NewEvent]:
        some = [one for one in pair_ids if state.state_of(one) not in unless]
        each = some if len(pair_ids) > 1 and some else pair_ids
        return rules.new_events(state, [(kind, {"pair_id": one, **whole}) for one in each])[0]

    return record.recorded(record.append(decide))


def close(record: Record, *, reason: str = "", operator: str | None = None) -> Recorded:
    """End the campaign: it can be read, and reopened, but takes nothing else."""
    return _amend(record, "closed", {}, reason=reason, operator=who(operator))


def reopen(record: Record, *, reason: str = "", operator: str | None = None) -> Recorded:
    """Go on with a closed campaign.

    Raises
    ------
    CampaignError
        If it is not closed.
    """
    return _amend(record, "reopened", {}, reason=reason, operator=who(operator))


def configure(
    record: Record,
    *,
    operator: str | None = None,
    **changes: Any,
) -> Recorded:
    """Change settings for all rounds to come.

    Parameters
    ----------
    operator : str, optional
        Who changes them.
    **changes
        ``batch_size``, ``model``, ``objective``, ``acquisition``, each as for `start`.

    Raises
    ------
    ConfigError
        If a setting cannot be changed, or cannot have that value; if a model cannot
        compare the campaign's features, or an objective not judge its pool.
    """
    changes = as_nodes(changes)
    if "objective" in changes:  # which goes by the name of the campaign's property
        config = record.config
        changes["objective"] = called({**config, "objective": changes["objective"]})["objective"]
    check_lasting(changes)
    if "model" in changes:
        state = record.state()
        renewed = record.schema(state).blocks if state.features else None
        build(changes["model"]).require_blocks(renewed or record.sealed.features()["blocks"])
    if "objective" in changes:
        known = with_acids(record.literature, record.memory)
        require_items(build(changes["objective"]), known, record.pool)

    def decide(state: CampaignState) -> list[NewEvent]:
        now = record.settings(state)
        changed = {key: value for key, value in changes.items() if now[key] != value}
        if not changed:
            rules.check_open(state)
            return []
        data = {
            "overrides": {**state.overrides, **changed},
            "choices": {**state.choices, **options.choices(changed)},
            "operator": who(operator),
        }
        return rules.new_events(state, [("config_changed", data)])[0]

    return record.recorded(record.append(decide))


def renew_features(record: Record, *, operator: str | None = None) -> Recorded:
    """Describe pairs by the installed rules of features from now on.

    For a campaign whose features were made by an earlier bo-loop or by other packages, whose
    `suggest` is refused. The sealed literature and pool stay; rounds made before stay as they
    were recorded.

    Raises
    ------
    ConfigError, DataError
        If the installed rules cannot describe the campaign's pairs, or its model not compare
        them. Nothing is recorded then.
    CampaignError
        If the campaign is closed.
    """
    state = record.state()
    rules.check_open(state)
    schema = record.renewed_schema
    schema.transform(record.literature)
    schema.transform(record.pool_of(state))
    build(record.settings(state)["model"]).require_blocks(schema.blocks)
    made_by = record.sealed.features()["version"]

    def decide(state: CampaignState) -> list[NewEvent]:
        if (state.features or made_by) == schema.version:
            return []
        data = {"features": schema.version, "operator": who(operator)}
        return rules.new_events(state, [("renewed", data)])[0]

    return record.recorded(record.append(decide))


def extend(
    record: Record,
    *,
    ligands: str | Path | None = None,
    metals: str | Sequence[str] = (),
    encoding: str | None = None,
    operator: str | None = None,
) -> Recorded:
    """Add ligands or metal ions to the pool; the features stay as they were at the start.

    Parameters
    ----------
    ligands : str or Path, optional
        A table of ligands, as for ``pool=table``; each is paired with all metal ions and
        numbers of ligands of the pool.
    metals : str, or sequence of str
        More metal ions; each is paired with all ligands of the pool, old and new.
    encoding : str, optional
        Of a ``.csv``, as `bo_loop.data.encodings.decoded` takes it.
    operator : str, optional
        Who extends it.

    Raises
    ------
    ConfigError, DataError
        If the table or a metal ion cannot be used; or listing the ligands for which a feature
        that was fixed at the start is undefined. Nothing is recorded then.
    CampaignError
        If nothing new was given.
    """
    from bo_loop.campaign.extension import new_pairs  # RDKit: only where structures are read

    if isinstance(metals, str):
        metals = [metals]
    state = record.state()
    rules.check_open(state)
    rule = record.config["pool"].get("max_denticity_sum")
    pool, schema = record.pool_of(state), record.schema(state)
    pairs = new_pairs(pool, schema, ligands, list(metals), rule, encoding, state.properties)
    sources = [Path(ligands).name] if ligands else []
    data = {
        "pairs": _records(pairs),
        "source": ", ".join([*sources, *metals]),
        "operator": who(operator),
    }
    if there := pairs.attrs.get("there"):
        data["there"] = there
    return _amend(record, "pool_extended", data)


def grow(
    record: Record,
    pairs: "pd.DataFrame",
    *,
    generated: Mapping[str, Mapping[str, Any]],
    expansion: Mapping[str, Any],
    operator: str | None = None,
) -> Recorded:
    """Add pairs of generated ligands to the pool; `bo_loop.expand` makes them.

    Parameters
    ----------
    pairs : DataFrame
        The columns of the pool.
    generated : mapping of str to mapping
        By SMILES, ``generator``, ``parents`` and what was predicted.
    expansion : mapping
        How they were made: ``generator``, ``seed``, ``counts`` and so on.
    operator : str, optional
        Who asked for them.
    """
    data = {
        "pairs": _records(pairs),
        "generated": generated,
        "expansion": expansion,
        "source": f"{len(generated)} generated ligands",
        "operator": who(operator),
    }
    return _amend(record, "pool_extended", data)


def _amend(record: Record, kind: str, data: Mapping[str, Any], **said: str) -> Recorded:
    """Record one event, with what was said about it."""
    whole = {**data, **{key: text for key, text in said.items() if text}}
    appended = record.append(lambda state: rules.new_events(state, [(kind, whole)])[0])
    return record.recorded(appended)


def _records(pairs: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return a mapping for each row, of plain values."""
    names = list(pairs.columns)
    columns = [pairs[name].to_numpy(object).tolist() for name in names]  # of pandas, text is slow
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
