"""Small feature tables with a smooth log β over them, for the tests of models."""

from dataclasses import replace

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


def counted(n: int = 40, n_ligands: int = 12) -> PairFeatures:
    """The same tables, and a block of counts."""
    plain = pairs(n, n_ligands=n_ligands)
    counts = np.random.default_rng(7).integers(0, 4, (len(plain.ligand["charge"]), 6))
    return replace(
        plain,
        ligand=plain.ligand | {"atoms": counts.astype(np.uint8)},
        names=dict(plain.names) | {"atoms": tuple("abcdef")},
    )


CHEMISTRY = {
    "properties": 5, "bonding": 3, "proton": 2, "charge": 1, "donors": 4, "site": 3, "atoms": 6,
}  # fmt: skip


def chemistry(n: int = 40, seed: int = 0) -> PairFeatures:
    """n pairs with every block of `features=chemistry`, and sources: the last third the lab's."""
    rng = np.random.default_rng(seed)
    plain = pairs(n, seed)
    metals, ligands = (len(next(iter(t.values()))) for t in (plain.metal, plain.ligand))
    names = {block: tuple(f"{block}{i}" for i in range(d)) for block, d in CHEMISTRY.items()}
    conditions = rng.choice([[2.5, 1.0], [2.5, 0.0], [3.7, 1.0]], n)
    own = np.arange(n) >= 2 * n // 3
    return replace(
        plain,
        metal={b: rng.standard_normal((metals, CHEMISTRY[b])) for b in list(CHEMISTRY)[:3]},
        ligand={b: rng.standard_normal((ligands, CHEMISTRY[b])) for b in ("charge", "donors")}
        | {"site": rng.integers(0, 3, (ligands, CHEMISTRY["site"])).astype(float)}
        | {"atoms": rng.integers(0, 4, (ligands, CHEMISTRY["atoms"])).astype(np.uint8)},
        pair=np.column_stack([plain.pair[:, 0], conditions, rng.normal(0.0, 0.2, n)]),
        names=names | {"pair": ("n_ligands", "temperature_C", "ionic_strength_M", "medium_effect")},
        source=np.where(own, "campaign", np.resize(["book", "paper"], n)),
        own=own,
    )


def sourced(plain: PairFeatures, seed: int = 7) -> PairFeatures:
    """The same pairs, with what two sources say: "good" of their log β, "bad" of nothing."""
    rng = np.random.default_rng(seed)
    n = len(plain)
    good = (log_beta(plain) - 8.0) / 3.0
    sd = rng.uniform(0.02, 0.2, (n, 2))
    means = np.column_stack([good + sd[:, 0] * rng.standard_normal(n), rng.standard_normal(n)])
    names = ("mean by good", "sd by good", "mean by bad", "sd by bad")
    said = np.column_stack([means[:, 0], sd[:, 0], means[:, 1], sd[:, 1]])
    return replace(
        plain,
        pair=np.hstack([plain.pair, said]),
        names=dict(plain.names) | {"pair": (*plain.names["pair"], *names)},
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
