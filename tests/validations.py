"""A validation of six constants by hand, and what writes and draws it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from bo_loop.studies.validate.cases import Cases
from bo_loop.studies.validate.finished import Result
from bo_loop.studies.validate.result import Outcome, Validation
from bo_loop.studies.validate.splits import Split

LOG_BETA = [5.0, 6.0, 8.0, 9.0, 4.0, 7.0]
OBSERVATIONS = pd.DataFrame(
    {
        "metal": ["Ni", "Ni", "Cu", "Cu", "Zn", "H"],
        "charge": [2, 2, 2, 2, 2, 1],
        "ligand": "",
        "smiles": ["C", "CC", "C", "CC", "C", "C"],
        "n_ligands": [1, 2, 1, 2, 1, 1],
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
        "log_beta": LOG_BETA,
        "log_beta_sd": [0.1, np.nan, 0.2, np.nan, np.nan, np.nan],
        "censoring": "none",
        "source": ["book", "book", "paper", "paper", "book", "book"],
        "ligand_group": [0, 1, 0, 1, 0, 0],
    }
)
CASES = Cases(OBSERVATIONS, np.arange(5))
FOLDS = [
    Split(np.array([1, 3]), {"test": np.array([0, 2, 4])}),
    Split(np.array([0, 2, 4]), {"test": np.array([1, 3])}, fold=1),
]


def result(rows, error=0.5, **facts):
    """Predictions of `rows` that are wrong by `error`, with an sd of 1."""
    table = pd.DataFrame({"row": rows, "set": "test"})
    mean = np.array(LOG_BETA)[rows] + error
    columns = {"mean": mean, "sd": 1.0, "sd_latent": 0.5, "beta_1": np.nan}
    return Result(table.assign(**columns), {"fit": {"steps": 3}, "seconds": 0.1} | facts)


def found(**facts):
    """A model on two folds of the split ``ligand``; what is known of the first fold beside."""
    bouts = [SimpleNamespace(split=split, train=split.train) for split in FOLDS]
    results = [result(FOLDS[0].sets["test"], **facts), result(FOLDS[1].sets["test"], error=-1.0)]
    outcome = Outcome("pair_gp", "ligand", False, bouts, results)
    return Validation(CASES, {"ligand": FOLDS}, [outcome])
