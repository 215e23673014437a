"""Which columns of the feature tables are kept, from moments over pairs.

Pairs share metals and ligands, so means, standard deviations and correlations over all pairs are
computed exactly from the small tables and from how often each metal meets each ligand; the
(n, d) matrix of the pairs is never made.

Symbols
-------
n                    pairs
d                    columns: metal blocks, ligand blocks, pair block, as in `PairFeatures.dense`
Z_m, Z_l, Z_p        standardised tables of metals (n_m, d_m), ligands (n_l, d_l), pairs (n, d_p)
N                    (n_m, n_l) how many pairs each metal and ligand form together
R                    (d, d) Pearson correlation over pairs
VIF_j                variance inflation factor, [R⁻¹]_jj = 1 / (1 − R²_j) (Marquardt 1970)
K, U                 protected and unprotected columns
S                    (|U|, |U|) R_UU − R_UK R_KK⁺ R_KU: what the protected columns leave
"""

from dataclasses import dataclass

import numpy as np

from bo_loop.base.types import Floats, Mask, PairFeatures, Rows

# A column whose values differ by less than this, absolutely and relative to its largest value, is
# constant: spectral descriptors that are zero in theory come out as 1e-16 noise.
CONSTANT_SPREAD = 1e-9
# A column of which the columns before it leave less than this share of the variance (a VIF above
# 1e8) is a linear combination of them.
COLLINEAR_VARIANCE = 1e-8


@dataclass(frozen=True)
class Moments:
    """First and second moments of every column over the pairs.

    Parameters
    ----------
    mean, sd : (d,) float64
        In the order of `PairFeatures.dense_names`. `sd` has denominator n.
    correlation : (d, d) float64
        Pearson correlation; rows and columns of a column without spread are 0, its diagonal 1.
    """

    mean: Floats
    sd: Floats
    correlation: Floats


def undefined(values: Floats) -> Mask:
    """(d,) whether any value of the (rows, d) table is not a finite number."""
    return ~np.isfinite(values).all(axis=0)


def constant(values: Floats) -> Mask:
    """(d,) whether all rows of the (rows, d) table agree, up to rounding."""
    spread = values.max(axis=0) - values.min(axis=0)
    return spread <= CONSTANT_SPREAD * np.maximum(1.0, np.abs(values).max(axis=0))


def moments(features: PairFeatures) -> Moments:
    """Mean, standard deviation and correlation over pairs, from the small tables.

    Parameters
    ----------
    features : PairFeatures
        Tables without missing values; at least one pair.

    Returns
    -------
    Moments
        Equal, up to rounding, to ``mean``, ``std`` and ``numpy.corrcoef`` of
        ``features.dense()``.
    """
    n = len(features)
    metal = np.hstack(list(features.metal.values()))
    ligand = np.hstack(list(features.ligand.values()))
    joint = np.zeros((len(metal), len(ligand)))
    np.add.at(joint, (features.metal_row, features.ligand_row), 1.0)
    metal, *of_metal = _standardised(metal, joint.sum(axis=1))
    ligand, *of_ligand = _standardised(ligand, joint.sum(axis=0))
    pair, *of_pair = _standardised(features.pair, np.ones(n))
    pair_by_metal = _sums(pair, features.metal_row, len(metal))
    pair_by_ligand = _sums(pair, features.ligand_row, len(ligand))
    metal_ligand = metal.T @ joint @ ligand
    metal_pair = metal.T @ pair_by_metal
    ligand_pair = ligand.T @ pair_by_ligand
    metal_metal = (metal * joint.sum(axis=1)[:, None]).T @ metal
    ligand_ligand = (ligand * joint.sum(axis=0)[:, None]).T @ ligand
    product = np.block(
        [
            [metal_metal, metal_ligand, metal_pair],
            [metal_ligand.T, ligand_ligand, ligand_pair],
            [metal_pair.T, ligand_pair.T, pair.T @ pair],
        ]
    )
    correlation = np.clip(product / n, -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    mean, sd = (np.concatenate(parts) for parts in zip(of_metal, of_ligand, of_pair, strict=True))
    return Moments(mean, sd, correlation)


def uncorrelated(correlation: Floats, protected: Mask, max_abs_r: float) -> Mask:
    """Drop every column that follows a kept one too closely.

    Greedy: the protected columns are kept, then the others are taken in order, and one whose
    |r| with any column kept so far is `max_abs_r` or more is dropped.

    Parameters
    ----------
    correlation : (d, d) float64
    protected : (d,) bool
        Columns that are never dropped.
    max_abs_r : float
        The limit; a column that reaches it is dropped.

    Returns
    -------
    (d,) bool
        Which columns are kept.
    """
    close = np.abs(correlation) >= max_abs_r
    kept = protected.copy()
    blocked = close[protected].any(axis=0)
    for j in np.flatnonzero(~protected):
        if not blocked[j]:
            kept[j] = True
            blocked |= close[j]
    return kept


def low_vif(correlation: Floats, protected: Mask, max_vif: float) -> Mask:
    """Remove the column of largest variance inflation factor until none exceeds the limit.

    The protected columns count as regressors, but are neither judged nor removed; they may be
    exactly collinear among themselves. By block inversion the VIF of an unprotected column is
    its diagonal element of S⁻¹, where S is the Schur complement of the protected block, and
    removing a column is a rank-one downdate of S⁻¹. Columns that are exact linear combinations
    (of protected columns and of earlier ones) have an infinite VIF and go first, later ones
    before earlier ones.

    Parameters
    ----------
    correlation : (d, d) float64
    protected : (d,) bool
    max_vif : float
        A column whose VIF exceeds it is removed.

    Returns
    -------
    (d,) bool
        Which columns are kept.
    """
    columns = np.flatnonzero(~protected)
    residual = _schur_complement(correlation, protected)
    left = np.flatnonzero(_independent(residual))
    while True:
        survivors = _drop_largest(np.linalg.inv(residual[np.ix_(left, left)]), max_vif)
        # Downdates lose digits while the largest VIFs are huge, so the survivors are judged again
        # by a fresh inverse.
        if survivors.all():
            break
        left = left[survivors]
    kept = protected.copy()
    kept[columns[left]] = True
    return kept


def _standardised(values: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the table centred and scaled under row weights, its mean and its sd."""
    mean = np.average(values, axis=0, weights=weight)
    centred = values - mean
    sd = np.sqrt(np.average(centred**2, axis=0, weights=weight))
    spread = ~constant(values)
    scaled = np.zeros_like(centred)
    scaled[:, spread] = centred[:, spread] / sd[spread]
    return scaled, mean, sd


def _sums(values: Floats, rows: Rows, size: int) -> Floats:
    """(size, d) sums of the (n, d) values that share a row."""
    columns = [np.bincount(rows, weights=column, minlength=size) for column in values.T]
    return np.column_stack(columns) if columns else np.zeros((size, 0))


def _schur_complement(correlation: Floats, protected: Mask) -> Floats:
    inner = correlation[np.ix_(protected, protected)]
    cross = correlation[np.ix_(protected, ~protected)]
    outer = correlation[np.ix_(~protected, ~protected)]
    # complex charge = metal charge + n × ligand charge: with one n the block is singular.
    return outer - cross.T @ np.linalg.pinv(inner, rcond=1e-10, hermitian=True) @ cross


def _independent(residual: Floats) -> Mask:
    """Which columns are not a linear combination of earlier ones (Cholesky in column order)."""
    d = len(residual)
    factor = np.zeros((d, d))
    kept = np.zeros(d, dtype=bool)
    used = 0
    for j in range(d):
        row = factor[j, :used]
        pivot = residual[j, j] - row @ row
        if pivot < COLLINEAR_VARIANCE:
            continue
        kept[j] = True
        column = residual[j + 1 :, j] - factor[j + 1 :, :used] @ row
        factor[j + 1 :, used] = column / np.sqrt(pivot)
        used += 1
    return kept


def _drop_largest(inverse: Floats, max_vif: float) -> Mask:
    """Which columns are left when the largest diagonal element goes until none exceeds the limit.

    Ties within rounding go to the later column, so that mirrored columns always end the same way.
    """
    inverse = inverse.copy()
    kept = np.ones(len(inverse), dtype=bool)
    while kept.any():
        factors = np.where(kept, np.diag(inverse), -np.inf)
        largest = factors.max()
        if largest <= max_vif:
            break
        worst = np.flatnonzero(factors >= largest * (1 - 1e-9))[-1]
        column = inverse[:, worst].copy()
        inverse -= np.outer(column, column) / column[worst]
        kept[worst] = False
    return kept
