"""Does ranking by log K′ and pM find what binds at a pH? Ligands that were held back, Cu, Ni, Zn.

    BO_LOOP_LITERATURE=folder python benchmarks/ph_ranking.py [--rows 4000]

One ligand in five (stereoisomers together) is held back. ``unseen``: with its protonation
constants; ``pKa known``: without. Of each pair and each ligand the constants nearest to 25 °C and
0.1 mol/L count. The true log K′(pH 5) and pM(pH 7.4, 10⁻⁶ and 10⁻⁵ mol/L) come from the measured
log β and protonation constants. Printed is Spearman's ρ to them: of the measured log β, which a
perfect model of log β would reach; of the predicted one (objective=maximise); and of what
objective=conditional and objective=pM predict.
"""

import argparse

import numpy as np
import pandas as pd
from at_hand import distribution
from scipy.stats import spearmanr

from bo_loop.acquisition.objectives.aqueous import Conditional, PMetal
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.scores.values import item_values
from bo_loop.campaign.pool_rows import pool_pairs, protonated
from bo_loop.campaign.results.at_pH import acids_of
from bo_loop.data.observations import with_keys
from bo_loop.data.sources import srd46
from bo_loop.data.sources.protonation import as_observations
from bo_loop.features import ChemistryRecipe
from bo_loop.models import PairGP
from bo_loop.surrogate import Surrogate

METALS = ("Cu", "Ni", "Zn")
SHARE = 5
WANTED = Conditional(pH=5.0), PMetal(pH=7.4)
NEAR = {"temperature_C": 25.0, "ionic_strength_M": 0.1}


def table(path):
    """One constant of each pair with n = 1, and of each protonated ligand."""
    known = srd46.load(path=path)
    known = known[known["n_ligands"].eq(1) & known["censoring"].eq("none")]
    acids = as_observations(srd46.protonation(path), **NEAR)
    known = pd.concat([known, acids], ignore_index=True)
    apart = ((known["temperature_C"] - 25) / 10) ** 2
    known["apart"] = apart + ((known["ionic_strength_M"] - 0.1) / 0.5) ** 2
    pair = ["metal", "charge", "smiles"]
    known = known.sort_values("apart", kind="stable").drop_duplicates(pair, ignore_index=True)
    return with_keys(known.drop(columns="apart"), "SRD 46")


def truths(pairs, acids):
    """Return the true log K′ and pM of pairs; NaN where no protonation constant is known."""
    ions = [[f"{m}+{z}"] for m, z in zip(pairs["metal"], pairs["charge"], strict=True)]
    found = [acids(group) for group in pairs["ligand_group"]]
    protons = np.array([np.full(8, np.nan) if one is None else one for one in found])
    log_beta = pairs["log_beta"].to_numpy(float)[:, None]
    return [one.of_constants(log_beta, protons, ions, np.ones(len(ions), int)) for one in WANTED]


def scores(surrogate, pairs):
    """Return what the objectives predict of pairs."""
    own = pairs.drop(columns=["log_beta", "log_beta_sd", "censoring", "source"])
    rows = pd.concat([own, protonated(own)], ignore_index=True)
    table = pool_pairs(rows, own=np.arange(len(rows)) < len(own))
    posterior = surrogate.model.bind(surrogate.features_of(rows))
    items = np.arange(len(own))
    return [item_values(posterior, one, table, items) for one in (Maximise(), *WANTED)]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=4000)
    given = arguments.parse_args()
    known = table(distribution())
    acids, proton = acids_of(known), known["metal"].eq("H")
    groups = np.random.default_rng(0).permutation(sorted(known["ligand_group"].unique()))
    held = known["ligand_group"].isin(groups[: len(groups) // SHARE])
    some = known[~held & ~proton].sample(given.rows, random_state=0).index
    schema = ChemistryRecipe().fit(known)
    head = " ".join(f"{text:>8}" for text in ("measured", "maximise", "asked"))
    print(f"{'':>19} {'log K′ at pH 5':>26} {'pM at pH 7.4':>26}")
    print(f"{'':>19} {head} {head}")
    for name, shown in (("unseen", ~held), ("pKa known", pd.Series(True, index=known.index))):
        train = known[(proton & shown) | known.index.isin(some)]
        surrogate = Surrogate.fit(schema, PairGP(fit_rows=800), train)
        for metal in METALS:
            pairs = known[held & known["metal"].eq(metal) & known["charge"].eq(2)]
            true = truths(pairs, acids)
            pairs = pairs[np.isfinite(true[0])].reset_index(drop=True)
            true = [one[np.isfinite(true[0])] for one in true]
            beta, *asked = scores(surrogate, pairs)
            line = [f"{name:>10} {metal:>3} {len(pairs):>4}"]
            for value, predicted in zip(true, asked, strict=True):
                each = (pairs["log_beta"], beta, predicted)
                line += [f"{spearmanr(one, value).statistic:>8.2f}" for one in each]
            print(" ".join(line), flush=True)


if __name__ == "__main__":
    main()
