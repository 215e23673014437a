"""Morgan fingerprints: circular environments of up to `RADIUS` bonds, hashed to `BITS` bits.

Rogers and Hahn, J. Chem. Inf. Model. 2010, 50, 742. Everything that compares structures uses the
same ones.
"""

from functools import lru_cache

from rdkit.Chem import rdFingerprintGenerator

RADIUS = 2
BITS = 2048


@lru_cache(maxsize=1)
def morgan() -> rdFingerprintGenerator.FingerprintGenerator64:
    """Return the generator, which takes RDKit molecules."""
    return rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=BITS)
