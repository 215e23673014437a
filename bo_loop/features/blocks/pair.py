"""Features that belong to a pair: number of ligands, conditions, charge of the complex, medium."""

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.ions import PROTON
from bo_loop.chemistry.medium import medium_effect

PAIR_NAMES = ("n_ligands", "temperature_C", "ionic_strength_M", "complex_charge", "medium_effect")


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
    (n, 5) float64
        Columns in the order of `PAIR_NAMES`. The charge of the complex ML_n is that of the metal
        ion plus n times that of the ligand; the effect of the medium is how far log β lies from
        that at 0.1 mol/L (`bo_loop.chemistry.medium`).

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
    charge, n = pairs["charge"].to_numpy(dtype=np.float64), values[:, 0]
    acid = pairs["metal"].eq(PROTON).to_numpy()
    medium = medium_effect(charge, n, ligand_charge, values[:, 2], acid)
    return np.column_stack([values, charge + n * ligand_charge, medium])
