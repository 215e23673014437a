"""Distil a fitted model into a memory: pseudo-observations at the pairs that tell most of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.names import node_of
from bo_loop.base.types import PAIR_COLUMNS, Mask, PairFeatures
from bo_loop.data.observations import standardised
from bo_loop.data.pools import USUAL, within_denticity
from bo_loop.library.memory import Memory
from bo_loop.models.gp.distilled import choose, pseudo_observations
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.gp.source_noise import labels
from bo_loop.protonation import proton_pairs
from bo_loop.surrogate import Surrogate

_DECIMALS = 5
_PROTONS_SHARE = 0.2
_NAMED = 3.0


def candidates(
    ligands: pd.DataFrame,
    metals: Mapping[tuple[str, int], float],
    n_ligands: Iterable[int],
    *,
    protons: bool,
    most: int,
    seed: int,
    temperature_C: float = 25.0,
    ionic_strength_M: float = 0.1,
) -> pd.DataFrame:
    """List pairs to ask a model about: every ligand with every metal ion and n, or as many.

    A memory is best where its candidates are: they should be like the pairs that it will be asked
    for, so ligands with names (which somebody has) count as `_NAMED` others, and metal ions as
    often as is said.

    Parameters
    ----------
    ligands : DataFrame
        ``ligand, smiles``; standard SMILES; no name of a ligand that was only made up.
    metals : mapping of (str, int) to float
        Metal and charge, and how likely a pair of it is to be drawn.
    n_ligands : iterable of int
        Complexes with more donors than the metal ion usually binds are left out.
    protons : bool
        Whether protonation constants are asked for too.
    most : int
        Of more pairs, so many drawn at random: a fifth protonation constants, two thirds of the
        others with the first n.
    seed : int
        Of the draws.
    temperature_C, ionic_strength_M : float
        Conditions.

    Returns
    -------
    DataFrame
        The pair columns.
    """
    conditions = {"temperature_C": temperature_C, "ionic_strength_M": ionic_strength_M}
    ligands = ligands.drop_duplicates("smiles").reset_index(drop=True).assign(**conditions)
    ligands["weight"] = np.where(ligands["ligand"].eq(""), 1.0, _NAMED)
    rng, _first = np.random.default_rng(seed), next(iter(n_ligands), 1)
    acids = ligands.iloc[:0]
    if protons:
        acids = proton_pairs(ligands)
        acids["weight"] = ligands["weight"].to_numpy()[acids["row"]]
    left = most
    if protons:
        acids = _drawn(acids, int(most * _PROTONS_SHARE), rng)
        left = most - len(acids)
    ions = pd.DataFrame(list(metals), columns=["metal", "charge"])
    pairs = ligands.merge(ions.assign(often=list(metals.values())), how="cross")
    pairs["weight"] *= pairs["often"]
    kinds = [pairs.assign(n_ligands=n) for n in n_ligands]
    others = pd.concat(kinds[1:] or [kinds[0].iloc[:0]], ignore_index=True)
    several = within_denticity(others, USUAL)
    drawn = [_drawn(kinds[0], 2 * left // 3 if len(several) else left, rng)]
    drawn.append(_drawn(several, left - len(drawn[0]), rng))
    whole = pd.concat([*drawn, acids], ignore_index=True)
    return whole[list(PAIR_COLUMNS)].astype({"charge": int, "n_ligands": int})


def _drawn(rows: pd.DataFrame, most: int, rng: np.random.Generator) -> pd.DataFrame:
    if len(rows) <= most:
        return rows
    chances = rows["weight"].to_numpy(np.float64)
    chosen = rng.choice(len(rows), most, replace=False, p=chances / chances.sum())
    return rows.iloc[np.sort(chosen)]


def distil(
    surrogate: Surrogate,
    pairs: pd.DataFrame,
    size: int,
    *,
    card: Mapping[str, Any],
    seed: int = 0,
) -> Memory:
    """Distil a model at the `size` pairs that tell most of it.

    Parameters
    ----------
    surrogate : Surrogate
        Of an exact GP.
    pairs : DataFrame
        Candidates; the pair columns, standard SMILES.
    size : int
        Pseudo-observations wanted, at most; metal ions and n that the model was not trained on are
        left out.
    card : mapping
        ``name, property, unit, domain, version, cite`` and what else is to be said.
    seed : int
        Of the random projections by which pairs are chosen.

    Returns
    -------
    Memory

    Raises
    ------
    DataError
        If the model is not one exact GP.
    """
    model = surrogate.model
    if not isinstance(model, PairModel):
        raise DataError(
            "Only an exact GP can be distilled, and this model is none. Fit one with model=pair_gp."
        )
    pairs = standardised(pairs, "the candidates")
    features = surrogate.features_of(pairs)
    spanned = np.flatnonzero(_spanned(surrogate.features, features))
    rows = spanned[choose(model, features.take(spanned), size, seed)]
    chosen = features.take(rows)
    values, noise = pseudo_observations(model, chosen)
    posterior = model.bind(chosen)
    at = np.arange(len(rows))
    table = pairs.iloc[rows].reset_index(drop=True)[list(PAIR_COLUMNS)]
    table = table.assign(
        log_beta=values.round(_DECIMALS),
        log_beta_sd=np.sqrt(noise).round(_DECIMALS).clip(10.0**-_DECIMALS),
        mean=posterior.mean(at).round(_DECIMALS),
        sd=np.sqrt(posterior.variance(at)).round(_DECIMALS),
    )
    # Without a noise of its own for any source, pseudo-observations would get the shared one.
    found = {"source_noise": {}, **model.hyperparameters()}
    schema = surrogate.schema.to_json()
    said = {**card, "pairs": len(table), "candidates": len(pairs)}
    return Memory(table, node_of(surrogate.recipe), found, schema, said)


def _spanned(trained: PairFeatures, asked: PairFeatures) -> Mask:
    """Which pairs lie, by metal ion and n, within what a model was trained on; (k,).

    Beyond it a model has only a prior (`bo_loop.models.kernels.span`), and one that had such pairs
    for data would take it for knowledge.
    """
    inside = np.ones(len(asked), dtype=bool)
    for block, table in trained.metal.items():
        known = table[np.unique(trained.metal_row)]
        within = (asked.metal[block] >= known.min(0)) & (asked.metal[block] <= known.max(0))
        inside &= within.all(axis=1)[asked.metal_row]
    at = trained.names["pair"].index("n_ligands")
    return inside & np.isin(asked.pair[:, at], trained.pair[:, at])


def training_of(surrogate: Surrogate) -> dict[str, Any]:
    """Say what a model was trained on: rows, ligands, rows of each source."""
    features = surrogate.features
    return {
        "rows": len(surrogate.y),
        "ligands": len(np.unique(features.ligand_group[features.ligand_row])),
        "sources": dict(sorted(Counter(labels(features).tolist()).items())),
    }
