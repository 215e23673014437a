"""What is passed between layers: feature tables, protocols of models and posteriors.

Symbols
-------
n      pairs
d, d_p features of a block, of the pair block
k      rows asked for
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

MEDIUM = "medium_effect"
"""Feature of a pair: what the ionic strength does to log β by theory, known beforehand."""

MEAN_BY, SD_BY = "mean by ", "sd by "
"""What features of a pair begin with that say what another model, a source, predicts for it."""

SOURCES = "sources"
"""The block of a feature schema that scales them."""

KERNEL_PARTS = ("lengthscales", "variances", "amplitude_slopes")
"""The hyperparameters of a product kernel, each by name."""

LOG_BETA = "log β"
"""What the outcome of a model is called, unless it says otherwise."""

LOG_BETA_SPREAD = 5.0
"""Standard deviation of log β over SRD 46, whatever the metal, the ligand and n."""

MEASURED = "measured"
"""Block of what was measured of ligands: the one in which nan marks what was not."""

PAIR_COLUMNS = (
    "metal",
    "charge",
    "ligand",
    "smiles",
    "n_ligands",
    "temperature_C",
    "ionic_strength_M",
)
"""The columns of a table of pairs."""


@runtime_checkable
class Source(Protocol):
    """Where a table comes from, in plain values that a record can hold: literature, or a pool."""

    def read(self) -> "pd.DataFrame":
        """Return the table, valid and with standard SMILES."""


class PairSources(Protocol):
    """Models that predict pairs, whose predictions are features of another model's pairs."""

    labels: tuple[str, ...]

    def predict(self, pairs: "pd.DataFrame") -> tuple["Floats", "Floats"]:
        """Posterior mean and latent sd of every pair by each of s sources; (n, s) each."""

    def kernels(self, scales: Mapping[str, Mapping[str, float]]) -> Mapping[str, Any]:
        """Hyperparameters of the sources' kernels, by label, for features on these scales.

        Of each block and feature the scale; of sources that have a product kernel.
        """


class FittedFeatures(Protocol):
    """What a `FeatureRecipe` returns, and all that is asked of it: features as they were fixed."""

    @property
    def blocks(self) -> Collection[str]:
        """Names of the blocks: of the metal, of the ligand, and ``pair``."""

    def taught(self, sources: PairSources, pairs: "pd.DataFrame") -> "FittedFeatures":
        """Return the features with what `sources` predict, scaled over `pairs`."""

    def transform(self, pairs: "pd.DataFrame") -> "PairFeatures":
        """Scaled features of pairs."""

    def undefined(self, pairs: "pd.DataFrame") -> list[str]:
        """SMILES for which a feature is undefined."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which the features can be read again."""


@runtime_checkable
class FeatureRecipe(Protocol):
    """Which features a campaign has; a frozen dataclass built from a config node."""

    of_distinct: ClassVar[bool]
    """Whether a schema depends on which metal ions and ligands there are, and no more."""

    def usable(self, pairs: "pd.DataFrame") -> "pd.DataFrame":
        """Return those of `pairs` that the features can describe."""

    def fit(self, pairs: "pd.DataFrame") -> FittedFeatures:
        """Return the features' schema, fitted on observations and pool together."""


@dataclass(frozen=True)
class PairFeatures:
    """Features of n pairs, stored once per metal ion and once per ligand.

    Parameters
    ----------
    metal : mapping of str to (n_metals, d) float64
        Named blocks of metal-ion features.
    ligand : mapping of str to (n_ligands, d) float64
        Named blocks of ligand features.
    ligand_group : (n_ligands,) int64
        Ligands that share a number are one molecule but for stereochemistry and tautomers: folds
        and splits keep them together. The number is a hash, the same in every table.
    metal_row, ligand_row : (n,) int64
        The row of each pair in the metal and in the ligand tables.
    pair : (n, d_p) float64
        Features that belong to the pair: number of ligands (as it is, not scaled), conditions,
        complex charge.
    names : mapping of str to tuple of str
        Feature names of every block; those of ``pair`` under ``"pair"``.
    source : (n,) str, optional
        Where the value of each measured pair comes from, empty if it does not say; None for
        pairs that are still to be measured.
    own : (n,) bool, optional
        Whether each value is the lab's own, logged in a campaign; None where none is.
    stages : mapping of str to tuple of str
        ``beta_1``: the features, as ``block.feature``, that were chosen on pairs of n = 1 alone;
        ``beta_n``: on those of n > 1. Empty where all features were chosen on all pairs.
    spread : float
        Standard deviation of the outcome over what is known of it, whatever the pair.
    outcome : (n,) str, optional
        Which outcome each value is of, one of `spreads`; None where there is one outcome.
    spreads : mapping of str to float
        By outcome, what `spread` is of one.
    kernels : mapping of str to mapping
        By source, the hyperparameters of its kernel on the scales of these features.
    """

    metal: Mapping[str, Floats]
    ligand: Mapping[str, Floats]
    ligand_group: Rows
    metal_row: Rows
    ligand_row: Rows
    pair: Floats
    names: Mapping[str, tuple[str, ...]]
    source: NDArray[np.str_] | None = None
    own: Mask | None = None
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spread: float = LOG_BETA_SPREAD
    outcome: NDArray[np.str_] | None = None
    spreads: Mapping[str, float] = field(default_factory=dict)
    kernels: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.metal_row)

    @property
    def X(self) -> Floats:
        """(n, 2 + d_p) float64: metal row, ligand row, pair features, as BoTorch sees a pair."""
        return np.column_stack([self.metal_row, self.ligand_row, self.pair]).astype(np.float64)

    @property
    def medium(self) -> Floats:
        """Known effect of the medium on each log β, 0 where no feature says it; (n,)."""
        names = self.names["pair"]
        return self.pair[:, names.index(MEDIUM)] if MEDIUM in names else np.zeros(len(self))

    @property
    def sources(self) -> tuple[str, ...]:
        """Labels of the sources whose predictions are among the features of the pair."""
        return tuple(n.removeprefix(MEAN_BY) for n in self.names["pair"] if n.startswith(MEAN_BY))

    def take(self, rows: Rows) -> "PairFeatures":
        """Return the pairs at integer positions `rows` (k,); the tables are shared, not copied."""
        return replace(
            self,
            metal_row=self.metal_row[rows],
            ligand_row=self.ligand_row[rows],
            pair=self.pair[rows],
            source=None if self.source is None else self.source[rows],
            own=None if self.own is None else self.own[rows],
            outcome=None if self.outcome is None else self.outcome[rows],
        )

    def of_outcome(self, name: str) -> "PairFeatures":
        """Return the pairs as a model of the outcome `name` alone sees them.

        What the medium does to log β is a feature of log β only.
        """
        at = [i for i, each in enumerate(self.names["pair"]) if name == LOG_BETA or each != MEDIUM]
        return replace(
            self,
            pair=self.pair[:, at],
            names={**self.names, "pair": tuple(self.names["pair"][i] for i in at)},
            spread=self.spreads[name],
            outcome=None,
            spreads={},
        )

    def compact(self) -> "PairFeatures":
        """Return the same pairs in tables of no other metals and ligands, these in their order."""
        metals, metal_row = np.unique(self.metal_row, return_inverse=True)
        ligands, ligand_row = np.unique(self.ligand_row, return_inverse=True)
        return replace(
            self,
            metal={block: table[metals] for block, table in self.metal.items()},
            ligand={block: table[ligands] for block, table in self.ligand.items()},
            ligand_group=self.ligand_group[ligands],
            metal_row=metal_row,
            ligand_row=ligand_row,
        )

    def concat(self, other: "PairFeatures") -> "PairFeatures":
        """Return the pairs of both, this one's first; tables are stacked, rows shifted.

        Raises
        ------
        ValueError
            If the two come from different feature schemas.
        """
        if dict(self.names) != dict(other.names):
            raise ValueError("feature tables of different schemas cannot be joined")
        n_metals = len(next(iter(self.metal.values())))
        n_ligands = len(next(iter(self.ligand.values())))
        return PairFeatures(
            metal={b: np.vstack([t, other.metal[b]]) for b, t in self.metal.items()},
            ligand={b: np.vstack([t, other.ligand[b]]) for b, t in self.ligand.items()},
            ligand_group=np.concatenate([self.ligand_group, other.ligand_group]),
            metal_row=np.concatenate([self.metal_row, other.metal_row + n_metals]),
            ligand_row=np.concatenate([self.ligand_row, other.ligand_row + n_ligands]),
            pair=np.vstack([self.pair, other.pair]),
            names=self.names,
            source=_joined(self, other, self.source, other.source, ""),
            own=_joined(self, other, self.own, other.own, False),
            stages=self.stages,
            spread=self.spread,
            outcome=_joined(self, other, self.outcome, other.outcome, ""),
            spreads=self.spreads,
            kernels=self.kernels,
        )

    def dense(self) -> Floats:
        """(n, d) float64: metal blocks, ligand blocks, pair, for tools that want a matrix."""
        metal = [table[self.metal_row] for table in self.metal.values()]
        ligand = [table[self.ligand_row] for table in self.ligand.values()]
        return np.hstack([*metal, *ligand, self.pair])

    def dense_names(self) -> tuple[str, ...]:
        """Names of the columns of `dense`, in order."""
        blocks = [*self.metal, *self.ligand, "pair"]
        return tuple(name for block in blocks for name in self.names[block])


def compared(name: str) -> bool:
    """Whether kernels compare pairs by this feature of the pair; others enter in ways of their own.

    These are the known effect of the medium, and what sources predict.
    """
    return name != MEDIUM and not name.startswith((MEAN_BY, SD_BY))


def _joined(
    a: PairFeatures, b: PairFeatures, of_a: NDArray | None, of_b: NDArray | None, absent: str | bool
) -> NDArray | None:
    """Stack what is said of the pairs of `a` and of `b`, `absent` where nothing is."""
    if of_a is None and of_b is None:
        return None
    said = zip((of_a, of_b), (a, b), strict=True)
    return np.concatenate([np.full(len(x), absent) if s is None else s for s, x in said])


class PoolPosterior(Protocol):
    """A fitted model bound to rows, and all that acquisition may know of it.

    Rows are integer positions in pool ∪ answered pairs. Values are in original units (log β).
    Variances and covariances are latent: without observation noise.

    One that knows a way of its own to the rows of the highest scores also has ``screen(rows)``,
    which returns a `bo_loop.base.screening.Screen`.
    """

    def mean(self, rows: Rows) -> Floats:
        """Posterior mean at `rows`; (k,)."""

    def variance(self, rows: Rows) -> Floats:
        """Latent posterior variance at `rows`; (k,)."""

    def variance_bound(self, rows: Rows) -> Floats:
        """Return a cheap upper bound, never below `variance(rows)`; (k,)."""

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Latent posterior covariance; (k_a, k_b)."""

    def condition(self, rows: Rows, values: Floats, noise: Floats) -> "PoolPosterior":
        """Return the exact posterior after observing `values` (k,) with `noise` variances (k,)."""


class FittedModel(Protocol):
    """What a recipe returns, and all that is asked of it."""

    fit_report: dict[str, Any]

    def bind(self, features: PairFeatures) -> PoolPosterior:
        """Bind to rows; their tables are the model's, or an extension of them."""

    def noise(self, features: PairFeatures) -> Floats:
        """Learned noise variance of a measurement of each pair; (n,)."""

    def hyperparameters(self) -> dict[str, Any]:
        """Everything `build` needs besides the data; JSON-able."""

    def parts(self, features: PairFeatures) -> dict[str, tuple["FittedModel", PairFeatures, Rows]]:
        """Return the exact GPs inside, with the pairs each answers for and their positions.

        `bo_loop.models.explain.relevance` finds what moves their predictions, and says how it
        differentiates a GP, and what one may offer to be differentiated otherwise.
        """


@runtime_checkable
class ModelRecipe(Protocol):
    """Hyperparameters of a model without data; a frozen dataclass built from a config node."""

    def require_blocks(self, blocks: Collection[str]) -> None:
        """Raise ConfigError if the model cannot compare features of these blocks."""

    def fit(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None,
        *,
        start: Mapping[str, Any] | None = None,
        near: Callable[[], PairFeatures] | None = None,
    ) -> FittedModel:
        """Return a model fitted to log β `y` (n,); `start` are hyperparameters to begin from.

        It will be asked for the pairs that `near` describes, and may keep of very many training
        pairs those that matter for them.
        """

    def build(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None,
        hyperparameters: Mapping[str, Any],
        near: Callable[[], PairFeatures] | None = None,
    ) -> FittedModel:
        """Return a model with given hyperparameters; nothing is optimised."""


@dataclass(frozen=True)
class Mover:
    """A feature that moves the prediction of one pair.

    Parameters
    ----------
    feature : str
        As ``block.feature``.
    relevance : float
        Its local Kullback–Leibler relevance, per standard deviation over the training pairs.
    direction : int
        +1: the predicted log β rises with the feature; −1: it falls; 0: the feature moves the
        doubt more than the prediction.
    """

    feature: str
    relevance: float
    direction: int
