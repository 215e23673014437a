"""How well pKa of ligands that were held back is predicted.

    BO_LOOP_LITERATURE=folder python benchmarks/protonation.py

One ligand in five (stereoisomers together) is held back, with all its protonation constants; the
model learns from those of the others alone. Of each ligand the constants nearest to 25 °C and
0.1 mol/L count; the pKa of H_kL is known where β^H_k and β^H_(k−1) are. The packaged estimates of
basicity, which are among the features, have learned from all of them: `site_binding.py` says how
well pKa are predicted with estimates that have not.
"""

import numpy as np
import pandas as pd
from at_hand import distribution

from bo_loop.chemistry.ligands import ligand_group
from bo_loop.data.sources import srd46
from bo_loop.data.sources.protonation import as_observations
from bo_loop.features import ChemistryRecipe
from bo_loop.models import PairGP
from bo_loop.protonation import steps
from bo_loop.surrogate import Surrogate

SHARE = 5


def constants(path):
    constants = srd46.protonation(path)
    known = as_observations(constants, temperature_C=25.0, ionic_strength_M=0.1)
    value = known.groupby(["smiles", "charge"])["log_beta"].transform("median")
    return known.assign(log_beta=value).drop_duplicates(["smiles", "charge"], ignore_index=True)


def compared(surrogate, held):
    """Measured and predicted pKa of the ligands held back."""
    features = surrogate.features_of(held)
    posterior, rows = surrogate.model.bind(features), np.arange(len(held))
    mean, noise = posterior.mean(rows), surrogate.model.noise(features)
    found = []
    for _, of_ligand in held.groupby("smiles"):
        of_ligand = of_ligand.sort_values("charge")
        count = int((of_ligand["charge"].to_numpy() == np.arange(1, len(of_ligand) + 1)).sum())
        at = np.array(of_ligand.index[:count])  # as far as no step is missing
        pka, variance = steps(mean[at], posterior.covariance(at, at))
        measured = np.diff(held["log_beta"].to_numpy()[at], prepend=0.0)
        sd = np.sqrt(variance + noise[at])
        found += zip(held["charge"].to_numpy()[at], measured, pka, sd, strict=True)
    return pd.DataFrame(found, columns=["k", "measured", "pka", "sd"])


def held_back(known):
    """Which rows are those of one ligand in `SHARE`."""
    group = known["smiles"].map(ligand_group)
    groups = np.random.default_rng(0).permutation(sorted(group.unique()))
    return group.isin(groups[: len(groups) // SHARE])


def judged(known, held):
    """Learn from the rows that are not held back, and say how well the others are predicted."""
    schema = ChemistryRecipe().fit(known)
    surrogate = Surrogate.fit(schema, PairGP(fit_rows=1500), known[~held])
    found = compared(surrogate, known[held].reset_index(drop=True))
    error = found["pka"] - found["measured"]
    r2 = 1 - (error**2).sum() / ((found["measured"] - found["measured"].mean()) ** 2).sum()
    inside = (error.abs() <= 1.96 * found["sd"]).mean()
    rmse = np.sqrt((error**2).mean())
    return (
        f"{len(found)} pKa of {held.sum()} constants held back: RMSE {rmse:.2f}, "
        f"MAE {error.abs().mean():.2f}, median {error.abs().median():.2f}, R² {r2:.2f}, "
        f"{inside:.0%} within the 95 % interval"
    )


def main():
    known = constants(distribution())
    print(judged(known, held_back(known)))


if __name__ == "__main__":
    main()
