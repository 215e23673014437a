"""Protonation constants of ligands that nobody measured: H⁺ is a metal ion to the model.

Symbols
-------
β^H_k      overall: k H⁺ + L ⇌ H_kL; an observation of the pseudo-ion ``H``, charge k
pK_a(k)    of the acid H_kL: log β^H_k − log β^H_(k−1), with log β^H_0 = 0
Σ          joint posterior covariance of one ligand's log β^H
"""

from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.basicity import basic_sites
from bo_loop.chemistry.ions import PROTON
from bo_loop.surrogate import Surrogate


def require_protonation(surrogate: Surrogate) -> None:
    """Check that a model has learned from protonation constants.

    Raises
    ------
    DataError
        If it has not.
    """
    features = surrogate.features
    proton = features.metal.get("proton")
    if proton is None or not (proton[np.unique(features.metal_row), 0] > 0).any():
        raise DataError(
            "the model has learned from no protonation constants, so it knows no pKa. Fit one "
            "that has: bo-loop fit data=csv data.path=… data.protonation=… features=chemistry."
        )


def proton_pairs(ligands: pd.DataFrame) -> pd.DataFrame:
    """List the pseudo-pairs of every ligand with 1 … k protons, k its basic sites.

    Parameters
    ----------
    ligands : DataFrame, n rows
        ``ligand, smiles, temperature_C, ionic_strength_M``; SMILES standard ones.

    Returns
    -------
    DataFrame
        Pair columns, and ``row``: the position in `ligands`.
    """
    sites = [basic_sites(smiles) for smiles in ligands["smiles"]]
    row = np.repeat(np.arange(len(ligands)), sites)
    protons = [k for count in sites for k in range(1, count + 1)]
    pairs = ligands[["ligand", "smiles", "temperature_C", "ionic_strength_M"]].iloc[row]
    return pairs.assign(metal=PROTON, charge=protons, n_ligands=1, row=row).reset_index(drop=True)


def predict_protonation(surrogate: Surrogate, ligands: pd.DataFrame) -> pd.DataFrame:
    """Predict protonation constants, each ligand's jointly.

    Parameters
    ----------
    surrogate : Surrogate
        Fitted to protonation constants too.
    ligands : DataFrame, n rows
        As for `proton_pairs`.

    Returns
    -------
    DataFrame
        One row for each ligand and number of protons: ``row`` (the position in `ligands`),
        ``n_protons``, ``log_beta``, ``log_beta_sd``, ``pka``, ``pka_sd``. The sds are predictive:
        latent, and the noise of one measurement.

    Raises
    ------
    DataError
        If the model has learned from no protonation constants.
    """
    require_protonation(surrogate)
    pairs = proton_pairs(ligands)
    if pairs.empty:
        return pd.DataFrame(columns=["row", "n_protons", *_COLUMNS])
    features = surrogate.features_of(pairs)
    posterior, noise = surrogate.model.bind(features), surrogate.model.noise(features)
    mean = posterior.mean(np.arange(len(pairs)))
    found: list[dict[str, Any]] = []
    for row, of_ligand in pairs.groupby("row", sort=True):
        at = np.array(of_ligand.index)
        covariance = posterior.covariance(at, at)
        stepwise, spread = steps(mean[at], covariance)
        for i, k in enumerate(of_ligand["charge"]):
            values = (
                mean[at[i]],
                np.sqrt(covariance[i, i] + noise[at[i]]),
                stepwise[i],
                np.sqrt(spread[i] + noise[at[i]]),
            )
            found.append({"row": row, "n_protons": k, **dict(zip(_COLUMNS, values, strict=True))})
    return pd.DataFrame(found)


_COLUMNS = ("log_beta", "log_beta_sd", "pka", "pka_sd")


def steps(mean: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Turn overall constants into stepwise ones.

    Parameters
    ----------
    mean : (k,) float64
        Of log β^H_1 … log β^H_k.
    covariance : (k, k) float64

    Returns
    -------
    (k,) float64, (k,) float64
        Means and variances of the pK_a.
    """
    # Row j of D takes log β^H_(j−1) from log β^H_j.
    d = np.eye(len(mean)) - np.eye(len(mean), k=-1)
    return d @ mean, np.einsum("ij,jk,ik->i", d, covariance, d)


def pka_columns(predicted: pd.DataFrame, n: int) -> pd.DataFrame:
    """Write predictions side by side: ``pKa_HL, pKa_HL_sd, pKa_H2L, …``; (n rows).

    Missing where a ligand has fewer basic sites.
    """
    most = int(predicted["n_protons"].max()) if len(predicted) else 0
    columns = {}
    for k in range(1, most + 1):
        of_step = predicted[predicted["n_protons"] == k].set_index("row")
        acid = f"pKa_H{k if k > 1 else ''}L"
        columns[acid] = of_step["pka"].reindex(range(n)).to_numpy(float)
        columns[f"{acid}_sd"] = of_step["pka_sd"].reindex(range(n)).to_numpy(float)
    return pd.DataFrame(columns, index=range(n))
