"""Titrations of copper with glycine, made by the forward model with known errors."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from bo_loop.lab.titration.cell import Cell
from bo_loop.lab.titration.curve import POTENTIOMETRIC, Constant, Titration
from bo_loop.lab.titration.objective import Objective
from bo_loop.solution.species import PROTON, Species, System

CU = "Cu+2"
CELL = Cell(
    volume_mL=25.0,
    cell={"metal": 1e-3, "ligand": 2.2e-3, "acid": 5e-3},
    burette={"base": 0.1},
    components={"metal": CU, "ligand": "L"},
    charges={CU: 2, "L": -1},
    protons={"ligand": 1.0},
    volume_sd_mL=0.0005,
)
PARTS = {
    "HL": ({"L": 1, PROTON: 1}, 9.57),
    "H2L": ({"L": 1, PROTON: 2}, 11.93),
    "OH": ({PROTON: -1}, -13.78),
    "CuL": ({CU: 1, "L": 1}, 8.2),
    "CuL2": ({CU: 1, "L": 2}, 15.1),
}
SYSTEM = System(CELL.charges, tuple(Species(n, p, b, 0.1) for n, (p, b) in PARTS.items()))
LOG_BETA = np.array([b for _, b in PARTS.values()])
VOLUME = np.linspace(0.0, 2.0, 60)
BARE = Titration("curve", CELL, POTENTIOMETRIC, VOLUME, pH=np.zeros(60))
TRUE = LOG_BETA[3:]


def objective(*titrations, free=(3, 4), **more):
    weights = tuple(np.ones(len(one)) for one in titrations)
    return Objective(titrations, SYSTEM, LOG_BETA, free, weights=weights, **more)


def constants(*free, **starts):
    """What is known of the species: those named are refined, from nowhere unless started."""
    return [
        Constant(parts, starts.get(name) if name in free else value, free=name in free)
        for name, (parts, value) in PARTS.items()
    ]


def potentiometric(seed, cell=CELL, pH_sd=0.01, volume_sd_mL=0.0005, **nuisances):
    """A curve with errors of reading; what its cell says is not what `nuisances` say there was."""
    rng = np.random.default_rng(seed)
    bare = replace(BARE, cell=cell)
    told = replace(bare, volume_mL=VOLUME + rng.normal(0.0, volume_sd_mL, len(VOLUME)))
    model = objective(told)
    model = replace(model, nuisances=())
    pH = curve(model, TRUE, nuisances)
    return replace(bare, pH=pH + rng.normal(0.0, pH_sd, len(VOLUME)))


def curve(model, theta, nuisances):
    from bo_loop.lab.titration.objective import Nuisance

    names = tuple(Nuisance(0, name) for name in nuisances)
    given = np.array([*theta, *nuisances.values()])
    return replace(model, nuisances=names).pH(0, given)


def linear(method, signals, seed=0, sd=0.0, **changes):
    """Signals (A, K) of the species that are seen, at the pH of the curve."""
    rng = np.random.default_rng(seed)
    pH = objective(BARE).pH(0, TRUE)
    labels = tuple(str(400 + 10 * k) for k in range(signals.shape[1]))
    cell = replace(CELL, signal_sd=sd or 1.0, volume_sd_mL=0.0, pH_sd=0.0)
    one = replace(BARE, method=method, pH=pH, labels=labels, cell=cell)
    one = replace(one, signals=np.zeros((len(VOLUME), signals.shape[1])), **changes)
    visible, _ = objective(one)._visible(0, TRUE)
    return replace(one, signals=visible @ signals + rng.normal(0.0, sd, (len(VOLUME), len(labels))))


def curve_files(seed=1, free="[CuL, CuL2]", ligand="glycine", **nuisances):
    """A curve and its cell, as files: what `refine` takes."""
    one = potentiometric(seed, **nuisances)
    rows = "\n".join(f"{v:.5f},{p:.5f}" for v, p in zip(one.volume_mL, one.pH, strict=True))
    stated = {
        "metal": CU,
        "ligand": ligand,
        "volume_mL": 25,
        "metal_M": 1e-3,
        "ligand_M": 2.2e-3,
        "ligand_protons": 1,
        "acid_M": 5e-3,
        "burette_base_M": 0.1,
        "volume_sd_uL": 0.5,
        "pK_w": 13.78,
        "hydrolysis": "false",
        "constants": "{HL: 9.57, H2L: 11.93}",
        "free": free,
    }
    cell = "\n".join(f"{key}: {value}" for key, value in stated.items() if value is not None)
    curves = [(Path("cu_gly.csv"), f"V (mL),pH\n{rows}\n".encode())]
    return curves, [(Path("cell.yaml"), cell.encode())]
