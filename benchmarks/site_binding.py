"""Fit the coefficients of `bo_loop.chemistry.site_binding`, and say how well they predict pKa.

    BO_LOOP_LITERATURE=folder python benchmarks/site_binding.py
    BO_LOOP_LITERATURE=folder python benchmarks/site_binding.py --write

The first holds one ligand in five back, and says how well its pKa are predicted; the second fits to
all ligands, and keeps what it finds.

Every coefficient has a normal prior: effects of atoms fade with their distance, those of one class
of sites lie about those of all sites, and protons repel each other. Errors of pKa have heavy tails
(Student's t with 3 degrees of freedom), since compilers differ in which protons they count.
"""

import json
import os
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from importlib import resources

import numpy as np
import torch
from at_hand import distribution
from protonation import constants, held_back, judged

from bo_loop.base.errors import BoLoopError
from bo_loop.chemistry import site_binding
from bo_loop.chemistry.site_binding import ATOMS, CLASSES, FURTHEST, FURTHEST_SITES, OWN, pair_name
from bo_loop.features import cache
from bo_loop.features.cache import ENVIRONMENT_VARIABLE as CACHE

MOST_SITES = 9
ERROR, DEGREES = 0.4, 3.0  # of a pKa
STEPS = 300
FADES, REPELS, OVER_SITES = 0.7, 3.0, 0.75
PRIOR_PK = dict(zip(CLASSES, (3.5, 4.0, 2.0, 9.5, 9.0, 8.0, 9.0, 5.0, 7.0), strict=True))
SD_KIND, SD_ATOM, SD_PAIR = 2.0, 0.7, 1.0

EFFECTS = [f"{atom} {d}" for atom in ATOMS for d in range(1, FURTHEST + 1)] + list(OWN)
FADING = np.array([FADES ** (d - 1) for _ in ATOMS for d in range(1, FURTHEST + 1)] + [1.0] * 6)
PAIRS = [pair_name(a, b) for i, a in enumerate(CLASSES) for b in CLASSES[i:]]
REACH = FURTHEST_SITES + 1


def steps_of(known):
    """Measured pKa by ligand, as far as no step is missing."""
    for smiles, own in known.sort_values("charge").groupby("smiles"):
        count = int((own["charge"].to_numpy() == np.arange(1, len(own) + 1)).sum())
        yield smiles, np.diff(own["log_beta"].to_numpy()[:count], prepend=0.0)


def batches(known, kinds):
    """Ligands of as many sites each, as tensors: counts of effects, pairs, pKa."""
    at = {name: i for i, name in enumerate(EFFECTS)}
    place = {kind: i for i, kind in enumerate(kinds)}
    found = defaultdict(list)
    for smiles, pka in steps_of(known):
        try:
            one = site_binding.describe(smiles)
        except BoLoopError:
            continue
        n = len(one.kinds)
        if not 0 < n <= MOST_SITES or not len(pka):
            continue
        counts = np.zeros((n, len(EFFECTS)))
        for row, around in zip(counts, one.around, strict=True):
            for name, count in around.items():
                row[at[name]] = count
        pairs = [
            REACH * PAIRS.index(pair_name(one.classes[i], one.classes[j])) + one.bonds[i, j]
            for i in range(n)
            for j in range(i)
        ]
        steps = np.full(n, np.nan)
        steps[: len(pka)] = pka[:n]
        kind = [place.get(kind, -1) for kind in one.kinds]
        its_class = [CLASSES.index(each) for each in one.classes]
        found[n].append((smiles, counts, kind, its_class, pairs, steps))
    return {n: _stacked(n, rows) for n, rows in found.items()}


def _stacked(n, rows):
    smiles, counts, kind, its_class, pairs, steps = zip(*rows, strict=True)
    states = torch.as_tensor(site_binding.microstates(n))
    both = [states[:, i] * states[:, j] for i in range(n) for j in range(i)]
    return {
        "smiles": smiles,
        "counts": torch.as_tensor(np.array(counts)),
        "kind": torch.as_tensor(kind),
        "class": torch.as_tensor(its_class),
        "pairs": torch.as_tensor(np.array(pairs, dtype=np.int64).reshape(len(rows), -1)),
        "pka": torch.as_tensor(np.array(steps)),
        "states": states,
        "both": torch.stack(both, 1) if both else torch.zeros(len(states), 0, dtype=states.dtype),
    }


def coefficients(z):
    """Turn standard normal numbers into coefficients."""
    fading = torch.as_tensor(FADING) * SD_ATOM
    over = torch.arange(REACH, dtype=torch.float64)
    atoms = fading * (z["atoms"] + z["of_class"])  # (classes, effects)
    spread = SD_PAIR * 0.8**over
    pairs = REPELS * OVER_SITES**over + spread * (z["repulsion"] + z["of_pair"])
    return SD_KIND * z["kind"], atoms, pairs.reshape(-1)


def predicted(z, batch):
    """pKa; (ligands, n)."""
    kind, atoms, pairs = coefficients(z)
    usual = torch.as_tensor([PRIOR_PK[c] for c in CLASSES], dtype=torch.float64)
    own = torch.where(batch["kind"] >= 0, kind[batch["kind"].clamp(min=0)], 0.0)
    pk = usual[batch["class"]] + own + (batch["counts"] * atoms[batch["class"]]).sum(-1)
    exponent = pk @ batch["states"].T - pairs[batch["pairs"]] @ batch["both"].T
    protons, ten = batch["states"].sum(1), np.log(10.0)
    log_beta = [
        torch.logsumexp(exponent[:, protons == k] * ten, 1) / ten for k in range(pk.shape[1] + 1)
    ]
    return torch.stack(log_beta, 1).diff(dim=1)


def fitted(train, n_kinds):
    shapes = {
        "kind": (n_kinds,),
        "atoms": (len(EFFECTS),),
        "of_class": (len(CLASSES), len(EFFECTS)),
        "repulsion": (REACH,),
        "of_pair": (len(PAIRS), REACH),
    }
    z = {
        name: torch.zeros(shape, dtype=torch.float64, requires_grad=True)
        for name, shape in shapes.items()
    }
    steps = torch.optim.LBFGS(
        list(z.values()), max_iter=STEPS, history_size=20, line_search_fn="strong_wolfe"
    )

    def loss():
        steps.zero_grad()
        total = 0.5 * sum((each**2).sum() for each in z.values())
        for batch in train.values():
            seen = ~torch.isnan(batch["pka"])
            off = (predicted(z, batch) - batch["pka"])[seen] / ERROR
            total = total + 0.5 * (DEGREES + 1.0) * torch.log1p(off**2 / DEGREES).sum()
        total.backward()
        return total

    steps.step(loss)
    return {name: each.detach() for name, each in z.items()}


def scores(z, some):
    error, measured = [], []
    for batch in some.values():
        seen = ~torch.isnan(batch["pka"])
        measured.append(batch["pka"][seen])
        error.append(predicted(z, batch)[seen] - measured[-1])
    error, measured = torch.cat(error).numpy(), torch.cat(measured).numpy()
    r2 = 1.0 - (error**2).sum() / ((measured - measured.mean()) ** 2).sum()
    return (
        f"{len(error)} pKa: RMSE {np.sqrt((error**2).mean()):.2f}, MAE {np.abs(error).mean():.2f}, "
        f"median {np.median(np.abs(error)):.2f}, R² {r2:.2f}"
    )


def content(z, kinds):
    """State the coefficients, to three decimals."""
    kind, atoms, pairs = coefficients(z)
    classes = {}
    for name in kinds:
        classes[name] = PRIOR_PK[kinds[name]] + float(kind[list(kinds).index(name)])
    return {
        "classes": PRIOR_PK,
        "kinds": {name: round(value, 3) for name, value in classes.items()},
        "atoms": {
            name: {
                e: round(float(v), 3) for e, v in zip(EFFECTS, row, strict=True) if abs(v) > 5e-4
            }
            for name, row in zip(CLASSES, atoms, strict=True)
        },
        "pairs": {
            name: [round(float(v), 3) for v in row]
            for name, row in zip(PAIRS, pairs.reshape(-1, REACH), strict=True)
        },
    }


def write(stated):
    """Keep the coefficients in the package."""
    path = resources.files("bo_loop.chemistry").joinpath("site_binding.json")
    path.write_text(json.dumps(stated, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{path}: written")


def kinds_of(known):
    """Every kind of site, with its class."""
    kinds = {}
    for smiles in known["smiles"].unique():
        one = site_binding.describe(smiles)
        kinds |= dict(zip(one.kinds, one.classes, strict=True))
    return dict(sorted(kinds.items()))


@contextmanager
def blind_to(held, known):
    """Let ligands be described by coefficients that were fitted without those held back."""
    kinds, packaged, folder = kinds_of(known), site_binding._fitted, os.environ.get(CACHE)
    blind = content(fitted(batches(known[~held], kinds), len(kinds)), kinds)
    with tempfile.TemporaryDirectory() as empty:
        os.environ[CACHE] = empty  # estimates of the package are not to be found
        site_binding._fitted, described = lambda: blind, cache._packaged
        cache._packaged = dict
        yield
    site_binding._fitted, cache._packaged = packaged, described
    os.environ.pop(CACHE)
    if folder is not None:
        os.environ[CACHE] = folder


def main():
    torch.set_default_dtype(torch.float64)
    known = constants(distribution())
    kinds, held = kinds_of(known), held_back(known)
    if "--write" in sys.argv:
        everything = batches(known, kinds)
        z = fitted(everything, len(kinds))
        print("fitted to", scores(z, everything))
        write(content(z, kinds))
        return
    z = fitted(batches(known[~held], kinds), len(kinds))
    print(
        "held back, from the structure alone:", scores(z, batches(known[held], kinds)), flush=True
    )
    with blind_to(held, known):
        print("with a Gaussian process on them:", judged(known, held))


if __name__ == "__main__":
    main()
