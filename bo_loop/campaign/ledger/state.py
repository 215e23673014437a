"""The state of a campaign: what the events of its ledger add up to. No I/O.

The ledger's events and their data (``?``: may be missing or null)

==============  =================================================================================
started         name, config (fingerprint), sealed {file: sha256}, versions {package: version},
                n_observations, n_pool (rows sealed), n_left_out? (pairs of more donors than
                max_denticity_sum), operator?, property? {name, unit, transform, bounds} (what is
                measured, if not log β: log_beta below is then its value on the scale that is
                modelled; or a list of several: each pair_id below then says which it is a value
                of, ``Ni+2:L1:log_D:<InChIKey>``)
proposed        round, seed, seen (seq of the last event it knew), hyperparameters {…},
                overrides? {setting: value}, incumbent?, refitted? (false with a memory, whose
                hyperparameters are kept), versions?, fit? (the model's report), operator?,
                stop? {probability, tolerance, advice} (whether to go on),
                chosen_by? {option: value} (the acquisition that chose, where the settings leave
                that to the objective),
                picked? [pair_id] (what a person chose, and not the acquisition),
                proposals [{pair_id, rank, mean, sd, sd_latent, acquisition, reason, role? (target,
                competitor or ""), nearest? [{metal, ligand, n_ligands, log_beta, censoring,
                similarity}], outside_domain?, movers? [{feature, relevance, direction (1, 0,
                −1)}], replicate? (2, 3, …: the pair is measured already, and worth it again),
                rests_on? {memory, literature, your results: likeness of the nearest pair}}],
                asked? {pH, total_metal_M?, total_ligand_M?} (what the objective is about),
                converted? [{seq, log_beta, log_beta_sd}]: what log β the round's model made of
                results that were logged at a pH
in_progress     pair_id, operator?, method?, date?, note?
measured        pair_id, log_beta, log_beta_sd?, censoring (none, lower, upper), temperature_C,
                ionic_strength_M, replicate (1, 2, …), date?, operator?, method?, note?,
                confirmed? [what seemed doubtful, and was confirmed], source? (the file's name;
                also of in_progress and failed), value? (as it was measured, where the property
                is modelled on another scale). In place of log_beta,
                log_K_cond with pH, or pM with pH, total_metal_M and total_ligand_M: it stays what
                was logged, log_beta_sd is its sd, and each round makes log β of it anew.
                refined? {curves [{name, sha256}], cells [{name, sha256}], species, fixed {species:
                log β}, log_beta {species: [log β, sd]}, sigma}: the titrations it is from, in raw/
failed          pair_id, operator?, method?, date?, note?
corrected       corrects (seq of a `measured` event) and either void: true, or those of log_beta
                (log_K_cond, pM, pH, total_metal_M, total_ligand_M), log_beta_sd, censoring,
                temperature_C, ionic_strength_M, date, operator, method, note that are new;
                reason?, by? (who corrects), confirmed? [as of measured]
withdrawn       pair_id, reason?, operator?
restored        pair_id, reason?, operator?
pool_extended   pairs [{pair_id, ligand_group, and the pair columns}], source?, operator?,
                there? [ligands and metal ions that were asked for, and in the pool already],
                generated? {smiles: {generator, parents [smiles], and what was predicted}} of
                ligands that no catalogue holds, expansion? (how they were made)
config_changed  overrides {setting: value} (all those now in force), choices? {group: option} (those
                of the overrides), operator?
renewed         features (the rules and packages that describe pairs from now on, in place of
                those of the start), operator?
closed          reason?, operator?
reopened        reason?, operator?
==============  =================================================================================

Numbers that are measured are in the units of the pair columns: log10 β, °C, mol/L. What may
follow what is in `bo_loop.campaign.ledger.rules`, how they add up in
`bo_loop.campaign.ledger.fold`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from bo_loop.campaign.ledger.dates import same_day
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import of_pair, words_of

VALUES = ("log_beta", "log_K_cond", "pM")
"""What a result states: one of these."""

AT_PH = ("pH", "total_metal_M", "total_ligand_M")
"""What belongs to a conditional constant (only the pH) or a pM."""

NEEDED = {"log_beta": (), "log_K_cond": AT_PH[:1], "pM": AT_PH}
"""By what a result states: what it must state beside it."""

STATUSES = ("measured", "in_progress", "failed")
"""What the lab may say of a pair that was asked for."""

RESULT_FIELDS = (
    *VALUES,
    *AT_PH,
    "log_beta_sd",
    "censoring",
    "temperature_C",
    "ionic_strength_M",
    "date",
    "operator",
    "method",
    "note",
)
"""What a correction may change."""


@dataclass(frozen=True, slots=True)
class ProposedPair:
    """A pair as round `round` proposed it, with the prediction of that time.

    `nearest` holds the most similar pairs then known, `movers` the features that move the
    prediction most; `outside_domain` is None where the event does not say; `replicate` is the
    number that the result will have if the pair was measured before; `allowed` is false where the
    ligand was predicted to break a constraint.
    """

    pair_id: str
    round: int
    rank: int
    mean: float
    sd: float
    sd_latent: float
    acquisition: float
    reason: str
    role: str = ""
    nearest: tuple[Mapping[str, Any], ...] = ()
    outside_domain: bool | None = None
    movers: tuple[Mapping[str, Any], ...] = ()
    replicate: int | None = None
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class Round:
    """One `proposed` event."""

    number: int
    seq: int
    time: str
    seed: int
    seen: int
    hyperparameters: Mapping[str, Any]
    overrides: Mapping[str, Any]
    incumbent: Any
    refitted: bool
    versions: Mapping[str, str]
    fit: Mapping[str, Any]
    proposals: tuple[ProposedPair, ...]
    stop: Mapping[str, Any] | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    converted: Sequence[Mapping[str, Any]] = ()
    picked: tuple[str, ...] | None = None
    chosen_by: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A measured value as it now stands; `superseded` holds what it was before corrections.

    It states one of `VALUES`; the others are None, and `log_beta_sd` is the sd of the one stated.
    """

    pair_id: str
    log_beta: float | None
    log_beta_sd: float | None
    censoring: str
    temperature_C: float
    ionic_strength_M: float
    replicate: int
    date: str
    operator: str
    method: str
    note: str
    round: int | None
    seq: int
    time: str
    superseded: tuple["Result", ...] = ()
    log_K_cond: float | None = None
    pM: float | None = None
    pH: float | None = None
    total_metal_M: float | None = None
    total_ligand_M: float | None = None

    @property
    def quantity(self) -> str:
        """Which of `VALUES` it states."""
        return next((name for name in VALUES if getattr(self, name) is not None), "log_beta")

    @property
    def said(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @property
    def value(self) -> float:
        """The value stated."""
        return float(getattr(self, self.quantity))

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes two results the same, but for the replicate number."""
        return (
            self.pair_id,
            *(getattr(self, name) for name in (*VALUES, *AT_PH)),
            self.log_beta_sd,
            self.censoring,
            self.temperature_C,
            self.ionic_strength_M,
            same_day(self.date),
        )


def stated_quantity(data: Mapping[str, Any]) -> str:
    """Return which of `VALUES` the data of a result state; log_beta if none."""
    return next((name for name in VALUES if data.get(name) is not None), "log_beta")


@dataclass(frozen=True, slots=True)
class Failure:
    """A measurement that did not succeed."""

    pair_id: str
    note: str
    date: str
    operator: str
    method: str
    seq: int
    time: str


@dataclass(frozen=True)
class CampaignState:
    """A campaign at event `seq` (0: nothing recorded yet).

    Parameters
    ----------
    states : mapping of str to str
        pending, in_progress, measured, failed or withdrawn by pair_id; others are open.
    awaited : mapping of str to str
        pending or in_progress by pair_id: measured pairs of which a round proposed a replicate
        that has no result yet. In `states` they stay measured, whatever comes of the replicate.
    resume : mapping of str to str
        What a pair returns to when its withdrawal is lifted or all its results are voided.
    results_by_pair, voided_by_pair : mapping of str to tuple of Result
        Standing and voided results of each pair, in the order in which they were logged.
    failures_by_pair : mapping of str to tuple of Failure
        Likewise.
    pair_of : mapping of int to str
        Which pair each `measured` event, by its number, is of.
    n_observations, n_pool : int
        Literature values and pairs sealed at `start`.
    n_left_out : int
        Pairs that the rule on denticity left out of the pool then.
    properties : tuple of Property
        What is measured and modelled; of several, each pair_id says which it is a value of.
    overrides, choices : mapping
        Settings changed since `start`, as they are now, and the options they were made from.
    added_pairs : list of mapping
        Pairs added to the pool, in order.
    generated : mapping of str to mapping
        By SMILES, the origin of ligands that were generated: ``generator``, ``parents``.
    features : str
        The rules and packages that describe pairs, if others than at `start`; else "".
    renewed_seq : int
        The last event that renewed the features; 0 if none did.
    closed_seq : int
        The event that closed the campaign; 0 if it is open.
    """

    seq: int = 0
    name: str = ""
    config: str = ""
    sealed: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    n_observations: int = 0
    n_pool: int = 0
    n_left_out: int = 0
    properties: tuple[Property, ...] = (LOG_BETA,)
    states: dict[str, str] = field(default_factory=dict)
    awaited: dict[str, str] = field(default_factory=dict)
    resume: dict[str, str] = field(default_factory=dict)
    proposals: dict[str, ProposedPair] = field(default_factory=dict)
    rounds: tuple[Round, ...] = ()
    results_by_pair: dict[str, tuple[Result, ...]] = field(default_factory=dict)
    voided_by_pair: dict[str, tuple[Result, ...]] = field(default_factory=dict)
    failures_by_pair: dict[str, tuple[Failure, ...]] = field(default_factory=dict)
    pair_of: dict[int, str] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    added_pairs: list[Mapping[str, Any]] = field(default_factory=list)
    generated: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    features: str = ""
    renewed_seq: int = 0
    closed_seq: int = 0

    @property
    def started(self) -> bool:
        """Whether a campaign was started at all."""
        return self.seq > 0

    @property
    def hyperparameters(self) -> Mapping[str, Any] | None:
        """Those of the last round, for a warm start; None if its features were none or others."""
        last = self.rounds[-1] if self.rounds else None
        return last.hyperparameters if last and last.seen >= self.renewed_seq else None

    @property
    def words(self) -> str:
        """What the campaign is about: ``log β``, ``log D, recovery``."""
        return words_of(self.properties)

    def property_of(self, pair_id: str) -> Property:
        """Return what results of a pair are values of."""
        return of_pair(pair_id, self.properties)

    def state_of(self, pair_id: str) -> str:
        """Return open, pending, in_progress, measured, failed or withdrawn."""
        return self.states.get(pair_id, "open")

    def waiting(self, pair_id: str) -> str:
        """Return pending or in_progress if a result of the pair is awaited, its first or not."""
        state = self.awaited.get(pair_id, self.state_of(pair_id))
        return state if state in ("pending", "in_progress") else ""

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """All standing results, in the order in which they were logged."""
        return _in_order(self.results_by_pair)

    @cached_property
    def voided(self) -> tuple[Result, ...]:
        """All voided results, in the order in which they were logged."""
        return _in_order(self.voided_by_pair)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """All failures, in the order in which they were logged."""
        return _in_order(self.failures_by_pair)

    def results_of(self, pair_id: str) -> tuple[Result, ...]:
        """Return the standing results of a pair, in the order in which they were logged."""
        return self.results_by_pair.get(pair_id, ())

    def voided_of(self, pair_id: str) -> tuple[Result, ...]:
        """Return the voided results of a pair, in the order in which they were logged."""
        return self.voided_by_pair.get(pair_id, ())

    def result(self, seq: int) -> Result | None:
        """Return the result, standing or voided, that event `seq` measured; None if none did."""
        pair_id = self.pair_of.get(seq, "")
        every = (*self.results_of(pair_id), *self.voided_of(pair_id))
        return next((r for r in every if r.seq == seq), None)

    def next_replicate(self, pair_id: str) -> int:
        """Return the number of the pair's next replicate: no result, standing or voided, has it."""
        every = (*self.results_of(pair_id), *self.voided_of(pair_id))
        return max((r.replicate for r in every), default=0) + 1

    def replicate_lost(self, pair_id: str) -> str:
        """Return failed or withdrawn if that is what came of a pair's last replicate; else ""."""
        last = self.proposals.get(pair_id)
        if last is None or last.replicate is None or pair_id in self.awaited:
            return ""
        every = (*self.results_of(pair_id), *self.voided_of(pair_id))
        if any(r.round == last.round for r in every):
            return ""
        made = next(r.seq for r in self.rounds if r.number == last.round)
        failed = any(f.seq > made for f in self.failures_by_pair.get(pair_id, ()))
        return "failed" if failed else "withdrawn"


def _in_order(by_pair: Mapping[str, tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(sorted(chain.from_iterable(by_pair.values()), key=lambda one: one.seq))
