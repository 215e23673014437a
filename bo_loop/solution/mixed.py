"""Protonated complexes MHL of which no constant is known: an estimate of their pK.

Symbols
-------
pK         log10 of [MHL] / [ML][H]: how readily the complex ML takes a proton up
pK_k       of the acid H_kL: log β^H_k − log β^H_(k−1)
z          charge of the metal ion

The more basic a site the metal leaves to the proton, the higher; the more strongly the metal holds
the ligand and the higher its charge, the lower:

pK = 2.295 + 0.464 pK_1 + 0.336 pK_2 + (0.390 pK_3 − 0.922, if there is one) − 0.511 z − 0.278 log β

Fitted to 2,691 pairs of NIST SRD 46 near 25 °C and 0.1 mol/L, by ``benchmarks/mhl.py``; of ligands
held back, the root-mean-square error is 1.29. A ligand of one basic site has none left for a
proton.
"""

import numpy as np

from bo_loop.base.types import Floats

COEFFICIENTS = (2.295, 0.464, 0.336, -0.922, 0.390, -0.511, -0.278)
"""Of 1, pK_1, pK_2, whether there is a pK_3, pK_3, z and log β."""

DOUBT = 1.29
"""Standard deviation of an estimate."""


def pk_of_mhl(log_beta: Floats, protons: Floats, charge: Floats | int) -> Floats:
    """Estimate pK of MHL.

    Parameters
    ----------
    log_beta : (…) float64
        Of ML.
    protons : (…, ≥ 3) float64
        log β^H_1, log β^H_2 …, −inf where the ligand takes up fewer.
    charge : (…) float or int
        z.

    Returns
    -------
    (…) float64
        −inf where the ligand takes up fewer than two protons: there is no MHL.
    """
    first, second, third = (protons[..., k] for k in range(3))
    two, three = np.isfinite(second), np.isfinite(third)
    with np.errstate(invalid="ignore"):
        pk = first, np.where(two, second - first, 0.0), np.where(three, third - second, 0.0)
        terms = (1.0, pk[0], pk[1], three.astype(float), pk[2], charge, log_beta)
        found = sum(c * term for c, term in zip(COEFFICIENTS, terms, strict=True))
    return np.where(two, found, -np.inf)
