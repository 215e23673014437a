"""Observations small enough to curate by hand."""

import math

import pandas as pd

from bo_loop.data.curation import curate as c
from bo_loop.data.observations import OBSERVATION_COLUMNS

GLYCINE, ETHYLENEDIAMINE, EDTA = "NCC(=O)O", "NCCN", "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"


def observations(*rows, **columns):
    """Rows of (metal, charge, smiles, n, log_beta); other columns as given, or usual."""
    frame = pd.DataFrame(rows, columns=["metal", "charge", "smiles", "n_ligands", "log_beta"])
    usual = {
        "ligand": "", "temperature_C": 25.0, "ionic_strength_M": 0.1, "log_beta_sd": math.nan,
        "censoring": "none", "source": "book",
    }  # fmt: skip
    extra = {key: value for key, value in columns.items() if key not in usual}
    return frame.assign(**{**usual, **columns})[[*OBSERVATION_COLUMNS, *extra]]


NICKEL = ("Ni", 2, GLYCINE, 1)


def values(result):
    return result[0].log_beta.tolist()


# As in the published system.
PUBLISHED = {
    "conditions": "nearest",
    "temperature_window_C": 15.0,
    "ionic_strength_window_M": 0.9,
    "excluded_metals": c.TRANSURANICS,
}


METALS = [("Mn", 2), ("Co", 2), ("Ni", 2), ("Cu", 2), ("Zn", 2)]


LIGANDS = [GLYCINE, ETHYLENEDIAMINE, EDTA, "CC(=O)O", "OC(=O)C(=O)O"]
