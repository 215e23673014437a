"""A small table of known constants with a plain law, for the tests of replays."""

import numpy as np
import pandas as pd

from bo_loop.data.observations import OBSERVATION_COLUMNS, with_keys

# name: (SMILES, what it adds to log β)
LIGANDS = {
    "acetic acid": ("CC(=O)O", 1.0),
    "propionic acid": ("CCC(=O)O", 1.1),
    "glycolic acid": ("OCC(=O)O", 2.0),
    "malonic acid": ("OC(=O)CC(=O)O", 3.3),
    "succinic acid": ("OC(=O)CCC(=O)O", 2.2),
    "glycine": ("NCC(=O)O", 5.8),
    "beta-alanine": ("NCCC(=O)O", 4.6),
    "ethylamine": ("CCN", 2.7),
    "ethylenediamine": ("NCCN", 7.4),
    "trimethylenediamine": ("NCCCN", 6.4),
    "diethylenetriamine": ("NCCNCCN", 10.5),
    "iminodiacetic acid": ("OC(=O)CNCC(=O)O", 8.2),
    "nitrilotriacetic acid": ("OC(=O)CN(CC(=O)O)CC(=O)O", 11.5),
    "pyridine": ("c1ccncc1", 1.9),
}
_IONS = {("Ni", 2): 0.0, ("Cu", 2): 3.0, ("Mn", 2): -3.0}
SPECIES = [(*ion, n) for ion in _IONS for n in (1, 2)]


def observations() -> pd.DataFrame:
    """Every metal with every ligand at n = 1 and 2, and protonation constants; with keys."""
    rows = [
        (metal, charge, name, smiles, n, n * (base + 0.9 * strength) + 0.01 * i)
        for (metal, charge), base in _IONS.items()
        for i, (name, (smiles, strength)) in enumerate(LIGANDS.items())
        for n in (1, 2)
    ]
    rows += [("H", 1, name, smiles, 1, 4.0 + s / 2) for name, (smiles, s) in LIGANDS.items()]
    columns = ["metal", "charge", "ligand", "smiles", "n_ligands", "log_beta"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        temperature_C=25.0,
        ionic_strength_M=0.1,
        log_beta_sd=np.nan,
        censoring="none",
        source="made up",
    )
    frame["log_beta"] = frame["log_beta"].clip(lower=-5)
    return with_keys(frame[list(OBSERVATION_COLUMNS)], "the table")


MAXIMISE = {"_target_": "bo_loop.acquisition.Maximise"}
MINIMISE = {"_target_": "bo_loop.acquisition.Minimise"}
FEATURES = {"_target_": "bo_loop.features.PublishedRecipe"}
CHEMISTRY = {"_target_": "bo_loop.features.ChemistryRecipe"}
MODEL = {"_target_": "bo_loop.models.MaternGP", "max_iter": 20}


def acquisition(name: str) -> dict[str, str]:
    return {"_target_": f"bo_loop.acquisition.{name}"}
