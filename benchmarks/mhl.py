"""What pK of protonated complexes MHL is estimated from, and how well: ligands held back.

    BO_LOOP_LITERATURE=folder python benchmarks/mhl.py

pK is log [MHL]/[ML][H], given or from [MHL]/[M][HL] with the pKa of HL and log K of ML. Of each
pair and ligand the median of the constants near 25 °C and 0.1 mol/L counts. Printed are the
coefficients of `bo_loop.solution.mixed`, and errors of ligands (stereoisomers together) in ten
folds.
"""

import numpy as np
import pandas as pd
from at_hand import distribution

from bo_loop.chemistry.ligands import ligand_group
from bo_loop.data.sources import srd46

PAIR = ["metal", "charge", "smiles"]
RIDGE = 1e-6


def near(rows):
    apart = (rows["temperature_C"] - 25).abs() <= 12
    return rows[apart & ((rows["ionic_strength_M"] - 0.1).abs() <= 0.41)]


def pairs(path):
    mixed = near(srd46.protonated_complexes(path))
    acids = near(srd46.protonation(path)).groupby(["smiles", "n_protons"])["log_k"].median()
    acids = acids.unstack()[[1, 2, 3]]
    known = srd46.load(path=path)
    known = near(known[known["censoring"].eq("none") & known["n_ligands"].eq(1)])
    log_beta = known.groupby(PAIR)["log_beta"].median()
    found = []
    for equilibrium in srd46.MHL.values():
        rows = mixed[mixed["equilibrium"].eq(equilibrium)]
        value = rows.groupby(PAIR)["log_K"].median().rename("pk").reset_index()
        value = value.join(acids, on="smiles").join(log_beta, on=PAIR)
        if equilibrium == "[MHL]/[M][HL]":
            value["pk"] += value[1] - value["log_beta"]
        found.append(value)
    table = pd.concat(found).dropna(subset=["pk", 1, 2, "log_beta"]).drop_duplicates(PAIR)
    return table[table["pk"].between(-1, 13)].reset_index(drop=True)


def main():
    table = pairs(distribution())
    third = table[3].notna().astype(float)
    columns = [third**0, table[1], table[2], third, table[3].fillna(0.0)]
    x = np.column_stack([*columns, table["charge"], table["log_beta"]]).astype(float)
    y = table["pk"].to_numpy(float)

    def fit(rows):
        a = x[rows]
        return np.linalg.solve(a.T @ a + RIDGE * np.eye(x.shape[1]), a.T @ y[rows])

    group = table["smiles"].map(ligand_group)
    names = np.random.default_rng(0).permutation(sorted(group.unique()))
    fold = group.map({name: i % 10 for i, name in enumerate(names)}).to_numpy()
    error = np.zeros(len(y))
    for i in range(10):
        error[fold == i] = x[fold == i] @ fit(fold != i) - y[fold == i]
    print(f"{len(y)} pairs; coefficients {np.round(fit(fold >= 0), 3).tolist()}")
    rmse, mae = np.sqrt((error**2).mean()), np.abs(error).mean()
    print(
        f"ligands held back: RMSE {rmse:.2f}, MAE {mae:.2f}, median "
        f"{np.median(np.abs(error)):.2f}; spread of pK {y.std():.2f}"
    )


if __name__ == "__main__":
    main()
