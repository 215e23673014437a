"""From feature tables to the kernel's tensors, and the checks on the way."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import MEASURED, Floats, PairFeatures
from bo_loop.models.kernels.layout import COUNTS


def qualified_names(features: PairFeatures) -> tuple[str, ...]:
    """``block.feature`` of every feature, in the order of `PairFeatures.dense`."""
    blocks = [*features.metal, *features.ligand, "pair"]
    return tuple(f"{block}.{name}" for block in blocks for name in features.names[block])


def refuse_counts(blocks: Iterable[str]) -> None:
    """Refuse feature blocks that a model with a lengthscale for each feature cannot compare.

    Raises
    ------
    ConfigError
        If a block holds counts.
    """
    counts = [block for block in blocks if block in COUNTS]
    if counts:
        raise ConfigError(
            f"The features hold counts ({', '.join(counts)}), which this model cannot compare. "
            "Choose features=published, or model=pair_gp."
        )


def as_tensors(features: PairFeatures, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Metal table (n_metals, d_m), ligand table (n_ligands, d_l) and X (n, 2 + d_p).

    Raises
    ------
    ConfigError
        If a block holds counts, which no lengthscale is for.
    """
    refuse_counts(features.ligand)
    metal, ligand = (np.hstack(list(t.values())) for t in (features.metal, features.ligand))
    return tuple(
        torch.as_tensor(np.ascontiguousarray(array, dtype=np.float64), device=device)
        for array in (metal, ligand, features.X)
    )


def checked_targets(
    features: PairFeatures, y: Floats, noise_var: Floats | None
) -> tuple[Floats, Floats]:
    """Check training data; return y (n,) and noise variances (n,), zeros where none are known.

    Raises
    ------
    DataError
        If there is no pair, lengths differ, or a number is not finite.
    """
    y = np.asarray(y, dtype=np.float64)
    noise_var = np.zeros_like(y) if noise_var is None else np.asarray(noise_var, dtype=np.float64)
    if not len(features) or y.shape != (len(features),) or noise_var.shape != y.shape:
        raise DataError(
            f"A fit needs at least one pair, and one value and one noise variance for each: got "
            f"{len(features)} pairs, y of shape {y.shape}, noise of shape {noise_var.shape}."
        )
    bad = ~np.isfinite(y) | ~np.isfinite(noise_var) | (noise_var < 0.0)
    if bad.any():
        raise DataError(
            "Values must be finite, and noise variances finite and not negative.",
            [f"pair {i}: value {y[i]}, noise variance {noise_var[i]}" for i in np.flatnonzero(bad)],
        )
    require_finite(features)
    return y, noise_var


def require_finite(features: PairFeatures) -> None:
    """Check every feature that a pair uses; what was `MEASURED` may be missing.

    Raises
    ------
    DataError
        Naming each feature that is not finite, with the first pair it concerns.
    """
    sides = [(features.metal, features.metal_row), (features.ligand, features.ligand_row)]
    tables = [(block, table, rows) for side, rows in sides for block, table in side.items()]
    problems = [
        f"{block}.{features.names[block][column]}: row {row} of the block"
        for block, table, rows in tables
        for row, column in _first_bad(table, np.unique(rows), gaps=block == MEASURED)
    ]
    problems += [
        f"pair.{features.names['pair'][column]}: pair {row}"
        for row, column in _first_bad(features.pair, np.arange(len(features)))
    ]
    if problems:
        raise DataError(
            "Some features are not finite numbers; leave these pairs or features out.", problems
        )


def _first_bad(table: Floats, rows: np.ndarray, *, gaps: bool = False) -> list[tuple[int, int]]:
    """List the first of `rows` that is not finite, for each column that has one."""
    bad = np.isinf(table[rows]) if gaps else ~np.isfinite(table[rows])
    columns = np.flatnonzero(bad.any(axis=0))
    return [(int(rows[bad[:, column].argmax()]), int(column)) for column in columns]


def require_extended_tables(model: PairFeatures, other: PairFeatures) -> None:
    """Check that the tables of `other` begin with those of `model`, so that rows mean the same.

    Raises
    ------
    DataError
        If the names differ, or the tables in the rows that both have.
    """
    same = dict(model.names) == dict(other.names) and all(
        list(ours) == list(theirs)
        and all(np.array_equal(ours[b], theirs[b][: len(ours[b])], equal_nan=True) for b in ours)
        for ours, theirs in ((model.metal, other.metal), (model.ligand, other.ligand))
    )
    if not same:
        raise DataError(
            "These pairs have other feature tables than the pairs the model was fitted to, so "
            "their row numbers mean other metals and ligands. Use the model's own tables, or "
            "append to them (`PairFeatures.concat`, the model's first)."
        )
