"""Choosing what to measure next: what the model proposes, what a person picks, the whole list."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.finding import Pairs
from bo_loop.campaign.ledger import rules
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.fold import proposed_pairs
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_in_parts import PoolInParts
from bo_loop.campaign.provenance import versions, who
from bo_loop.campaign.record import Record
from bo_loop.campaign.settings import as_nodes, called, check_round, with_overrides
from bo_loop.campaign.views import views
from bo_loop.data.property_rows import pair_of

_MOST_RACES = 5


def suggest(
    record: Record,
    *,
    pick: str | Sequence[str] | None = None,
    operator: str | None = None,
    **overrides: Any,
) -> pd.DataFrame:
    """Propose the next pairs, record them, and write the round's form.

    Parameters
    ----------
    pick : str or sequence of str, optional
        What a person chooses in place of the acquisition, each named as
        `bo_loop.campaign.finding.Pairs.find` reads it.
    operator : str, optional
        Who asks; by default the login name.
    **overrides
        Any of `settings.FOR_A_ROUND`, for this round only: ``batch_size=6``,
        ``acquisition="ucb"``, ``acquisition=UCB(beta=4.0)``.

    Returns
    -------
    DataFrame
        A row for each proposal, best first: ``pair_id``, the pair's own columns, ``round,
        rank, mean, sd, sd_latent, acquisition, reason, role, nearest, outside_domain, movers,
        replicate`` (the number of the result to be, where the pair was measured before).

    Raises
    ------
    CampaignError
        If no pair is open, or the campaign is closed.
    ConfigError, DataError, FitError
        If an override, the data or the fit will not do. Nothing is recorded then.
    """
    overrides = _overrides(record, overrides)
    record.schema(record.state())  # features of other rules are refused before a view is written
    record.rebuild()
    for _ in range(_MOST_RACES):
        state = record.state()
        event = _decided(record, state, overrides, pick)
        event |= {"seen": state.seq, "overrides": overrides, "versions": versions()}
        if _recorded(record, event | {"operator": who(operator)}):
            state = record.state()
            made = next(r for r in state.rounds if r.number == event["round"])
            return views.proposals(made, record.pool_about())
    raise CampaignError(
        f"{record.path.name}: {_MOST_RACES} times running, another suggest or log took a pair "
        "first. Nothing was recorded. Repeat the command when the campaign is quieter."
    )


def consider(
    record: Record, *, pick: str | Sequence[str] | None = None, **overrides: Any
) -> pd.DataFrame:
    """Return what `suggest` would propose now; nothing is recorded.

    Parameters
    ----------
    pick, **overrides
        As for `suggest`.

    Returns
    -------
    DataFrame
        As `suggest`.

    Raises
    ------
    CampaignError, ConfigError, DataError, FitError
        As `suggest`.
    """
    overrides = _overrides(record, overrides)
    state = record.state()
    event = _decided(record, state, overrides, pick)
    proposed = proposed_pairs(event)
    return views.of_pairs(proposed, record.pool_about([one.pair_id for one in proposed]))


def _overrides(record: Record, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings for a round as plain values, the objective by the names of the campaign's.

    Raises
    ------
    ConfigError
        If a setting cannot be set for a round, or has a value that it cannot take.
    """
    overrides = as_nodes(given)
    if "objective" in overrides:
        whole = {**record.config, "objective": overrides["objective"]}
        overrides["objective"] = called(whole)["objective"]
    check_round(overrides)
    return overrides


def _decided(
    record: Record,
    state: CampaignState,
    overrides: Mapping[str, Any],
    pick: str | Sequence[str] | None,
) -> dict[str, Any]:
    """Return what `bo_loop.campaign.rounds.decide.decide` makes of a state."""
    from bo_loop.campaign.rounds import sifted  # torch: only where a model is needed
    from bo_loop.campaign.rounds.decide import decide

    rules.check_open(state)
    config = with_overrides(record.settings(state), overrides)
    schema, pool = record.schema(state), sifted.pool_for(record, state, config, pick)
    if isinstance(pool, PoolInParts):
        return sifted.decide(schema, record.literature, pool, state, config, record.memory)
    picks = None if pick is None else _still_open(Pairs(pool).find_all(pick), state)
    return decide(schema, record.literature, pool, state, config, picks, record.memory)


def _still_open(picks: list[str], state: CampaignState) -> list[str]:
    """Return of pairs with several properties those that are open, if any is."""
    if len(state.properties) == 1:
        return picks
    free = [pair for pair in picks if state.state_of(pair) == "open"]
    whole = {pair_of(pair) for pair in free}
    return [pair for pair in picks if pair in free or pair_of(pair) not in whole]


def pick(record: Record, pairs: str | Sequence[str], **options: Any) -> pd.DataFrame:
    """Record what a person chooses as a round, with its predictions: `suggest` with ``pick``.

    Parameters
    ----------
    pairs : str or sequence of str
        ``["edta", "Cu+2 + 2 glycine"]``.
    **options
        As for `suggest`.

    Returns
    -------
    DataFrame
        As `suggest`.
    """
    return suggest(record, pick=pairs, **options)


def rank(record: Record) -> pd.DataFrame:
    """Return every pair that may be proposed with what the model makes of it, best first.

    Nothing is recorded. The model is that of the last round, conditioned on all that is known
    now; before the first round, it is fitted.

    Returns
    -------
    DataFrame
        As `bo_loop.campaign.rounds.ranking.ranking`.

    Raises
    ------
    CampaignError
        If no pair is open.
    DataError, FitError
        If the data or the fit will not do.
    """
    from bo_loop.campaign.rounds import ranking  # torch: only where a model is needed

    state = record.state()
    schema, pool = record.schema(state), record.pool_of(state)
    settings = record.settings(state)
    known = record.hyperparameters(state, settings["model"])
    return ranking.rank(schema, record.literature, pool, state, settings, known, record.memory)


def predict(record: Record, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return what the campaign's model makes of any pairs, of its pool or not.

    Nothing is recorded. The model is that of `rank`.

    Parameters
    ----------
    pairs : DataFrame
        The pair columns.

    Returns
    -------
    DataFrame
        The pair columns, the SMILES standardised; ``mean, sd`` (predictive); ``outside_domain``
        and ``nearest``, as `suggest` has them.

    Raises
    ------
    DataError, FitError
        If a pair, the data or the fit will not do.
    """
    from bo_loop.campaign.rounds import ranking  # torch: only where a model is needed

    state = record.state()
    schema, pool = record.schema(state), record.pool_of(state)
    settings = record.settings(state)
    known = record.hyperparameters(state, settings["model"])
    told = schema, record.literature, pool, state, settings, known
    return ranking.predict(*told, pairs, record.memory)


def _recorded(record: Record, event: Mapping[str, Any]) -> bool:
    """Append a `proposed` event, unless its round or a pair of it was taken meanwhile."""

    def unless_taken(state: CampaignState) -> list[NewEvent]:
        free = all(rules.is_free(state, proposal) for proposal in event["proposals"])
        if not free or len(state.rounds) >= event["round"]:
            return []
        rules.check(state, "proposed", event)
        return [("proposed", event)]

    appended = record.append(unless_taken)
    if appended.set_aside:
        warnings.warn(str(appended.set_aside), stacklevel=4)
    return bool(appended.events)
