"""Features that belong to a pair: number of ligands, conditions, charge of the complex."""

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats

PAIR_NAMES = ("n_ligands", "temperature_C", "ionic_strength_M", "complex_charge")


def pair_features(pairs: pd.DataFrame, ligand_charge: Floats) -> Floats:
    """Features of each pair.

    Parameters
    ----------
    pairs : DataFrame
        n pairs with the columns ``charge``, ``n_ligands``, ``temperature_C`` and
        ``ionic_strength_M``.
    ligand_charge : (n,) float64
        Charge of each pair's ligand in water when fully deprotonated.

    Returns
    -------
    (n, 4) float64
        Columns in the order of `PAIR_NAMES`. The charge of the complex ML_n is that of the metal
        ion plus n times that of the ligand.

    Raises
    ------
    DataError
        Listing the pairs whose conditions or number of ligands are missing.
    """
    stated = ["n_ligands", "temperature_C", "ionic_strength_M"]
    values = pairs[stated].to_numpy(dtype=np.float64)
    absent = ~np.isfinite(values)
    if absent.any():
        raise DataError(
            "Pairs lack conditions that the features need; fill them in.",
            [
                f"{pair.metal}+{pair.charge}, {pair.smiles}: no " + ", ".join(np.array(stated)[row])
                for pair, row in zip(pairs.itertuples(), absent, strict=True)
                if row.any()
            ],
        )
    complex_charge = pairs["charge"].to_numpy(dtype=np.float64) + values[:, 0] * ligand_charge
    return np.column_stack([values, complex_charge])
