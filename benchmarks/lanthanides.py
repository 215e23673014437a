"""How well seven lanthanides are predicted that no training row names.

    BO_LOOP_LITERATURE=folder python benchmarks/lanthanides.py
    BO_LOOP_LITERATURE=folder python benchmarks/lanthanides.py --fit-rows 800    # faster

``srd46_25C_0.1M.csv`` in that folder holds constants of eight lanthanides; the model of the default
config is fitted to all of it. ``srd46_sql.zip`` there holds log K1 of the other seven under the
same conditions: those of ligands that the model has seen with some lanthanide are predicted. What
is new is the metal ion alone, so the error says what its properties are worth.
"""

import argparse
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
from at_hand import distribution, literature
from rediscover import option

from bo_loop.data.observations import with_keys
from bo_loop.data.sources import csv as tables
from bo_loop.data.sources import srd46
from bo_loop.surrogate import Surrogate

SEEN = ("La", "Ce", "Nd", "Eu", "Gd", "Dy", "Yb", "Lu")
UNSEEN = ("Pr", "Pm", "Sm", "Tb", "Ho", "Er", "Tm")
TEMPERATURE_C, IONIC_STRENGTH_M = 25.0, 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit-rows", type=int, help="rows that decide the hyperparameters")
    given = parser.parse_args()
    folder = literature()
    training = with_keys(tables.Csv(path=str(folder / "srd46_25C_0.1M.csv")).read(), "the table")
    asked = unseen(srd46.load(path=distribution()), training)
    features, model = option("features"), option("model")
    if given.fit_rows:
        model = replace(model, fit_rows=given.fit_rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        surrogate = Surrogate.fit(features.fit(training), model, training)
        bound = surrogate.features_of(asked)
    posterior = surrogate.model.bind(bound)
    error = (posterior.mean(np.arange(len(asked))) - asked["log_beta"]).abs()
    print("| metal ion | pairs | mean absolute error |\n|---|---|---|")
    for metal, errors in error.groupby(asked["metal"]):
        print(f"| {metal}+3 | {len(errors)} | {errors.mean():.3f} |")
    print(f"| all | {len(error)} | {error.mean():.3f} |")


def unseen(rows: pd.DataFrame, training: pd.DataFrame) -> pd.DataFrame:
    """One row a pair: the median log K1 of the seven, of ligands seen with a lanthanide."""
    of_seven = rows["metal"].isin(UNSEEN) & rows["charge"].eq(3) & rows["n_ligands"].eq(1)
    here = rows["temperature_C"].eq(TEMPERATURE_C) & rows["ionic_strength_M"].eq(IONIC_STRENGTH_M)
    exact = rows["censoring"].eq("none")
    asked = with_keys(rows[of_seven & here & exact].reset_index(drop=True), "the distribution")
    seen = training[training["metal"].isin(SEEN) & training["n_ligands"].eq(1)]
    asked = asked[asked["ligand_group"].isin(seen["ligand_group"])]
    median = asked.groupby(["metal", "smiles"])["log_beta"].median()
    one_each = asked.drop_duplicates(["metal", "smiles"]).drop(columns="log_beta")
    return one_each.join(median, on=["metal", "smiles"]).reset_index(drop=True)


if __name__ == "__main__":
    main()
