"""Small feature tables with a smooth log β over them, for the tests of models."""

import numpy as np

from bo_loop.base.types import PairFeatures

BLOCKS = {"properties": 3, "mordred": 4, "charge": 1, "pair": 2}


def pairs(n: int = 40, seed: int = 0, n_metals: int = 5, n_ligands: int = 12) -> PairFeatures:
    """n pairs over shared tables; a pair of metal and ligand may come twice; n_ligands 1 or 2."""
    rng = np.random.default_rng(seed)
    names = {block: tuple(f"{block}{i}" for i in range(d)) for block, d in BLOCKS.items()}
    return PairFeatures(
        metal={"properties": rng.standard_normal((n_metals, BLOCKS["properties"]))},
        ligand={
            "mordred": rng.standard_normal((n_ligands, BLOCKS["mordred"])),
            "charge": rng.integers(-4, 1, (n_ligands, 1)).astype(float),
        },
        ligand_group=np.arange(n_ligands) // 2,
        metal_row=rng.integers(n_metals, size=n),
        ligand_row=rng.integers(n_ligands, size=n),
        pair=rng.integers(1, 3, (n, BLOCKS["pair"])).astype(float),
        names=names | {"pair": ("n_ligands", "pair1")},
    )


def log_beta(features: PairFeatures, seed: int = 1) -> np.ndarray:
    """A smooth function of the features, of mean near 8, with noise of sd 0.3; (n,)."""
    rng = np.random.default_rng(seed)
    x = features.dense()
    smooth = 4.0 * np.sin(0.5 * x @ rng.standard_normal(x.shape[1]))
    return 8.0 + smooth + 0.3 * rng.standard_normal(len(x))


def stated(features: PairFeatures, noise: float = 0.2) -> dict:
    """Hyperparameters with a different lengthscale for every feature."""
    blocks = [*features.metal, *features.ligand, "pair"]
    names = [f"{block}.{name}" for block in blocks for name in features.names[block]]
    return {
        "lengthscales": {name: 1.5 + 0.25 * i for i, name in enumerate(names)},
        "outputscale": 9.0,
        "noise": noise,
        "mean": 7.0,
    }
