"""A campaign that costs nothing: six pairs, no features, and a round that takes the first ones."""

import shutil

import pandas as pd

from bo_loop.campaign import extension, starting
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.rounds import decide as rounds
from bo_loop.campaign.rounds import recheck
from bo_loop.features.schema import FeatureSchema

CONFIG = {
    "name": "small",
    "batch_size": 2,
    "seed": 0,
    "data": {},
    "features": {},
    "model": {"_target_": "bo_loop.models.MaternGP"},
    "objective": {"_target_": "bo_loop.acquisition.Maximise"},
    "acquisition": {"_target_": "bo_loop.acquisition.LogEI"},
    "pool": {"include_known": False},
}


def pairs(letters, metal="Ni", charge=2, n_ligands=1):
    frame = pd.DataFrame(
        {
            "metal": metal,
            "charge": charge,
            "ligand": [f"ligand {c}" for c in letters],
            "smiles": ["C" * (i + 1) for i in range(len(letters))],
            "n_ligands": n_ligands,
            "temperature_C": 25.0,
            "ionic_strength_M": 0.1,
            "pair_id": [f"{metal}+{charge}:L{n_ligands}:{c}" for c in letters],
            "ligand_group": list(letters),
        }
    )
    return frame.astype({"metal": "str", "ligand_group": "str"})


POOL = pairs("ABCDEF")


def decide(schema, literature, pool, state, config, picks=None, memory=None):
    """Take the first open pairs, each predicted to be 10 ± 1."""
    open_pairs = picks or [p for p in pool["pair_id"] if state.state_of(p) == "open"]
    return ({"picked": picks} if picks else {}) | {
        "round": len(state.rounds) + 1,
        "seed": config["seed"],
        "incumbent": None,
        "hyperparameters": {"noise": 0.25},
        "fit": {},
        "proposals": [
            {
                "pair_id": pair,
                "rank": rank,
                "mean": 10.0,
                "sd": 1.0,
                "sd_latent": 0.75,
                "acquisition": -0.5,
                "reason": "=first",
            }
            for rank, pair in enumerate(
                open_pairs[: len(picks or "") or config["batch_size"]], start=1
            )
        ],
    }


def cheapen(patch, pool=POOL):
    """Replace what needs a model or RDKit; `patch` is a pytest MonkeyPatch."""
    literature = pairs("Z", metal="Cu").assign(
        log_beta=9.0, log_beta_sd=0.1, censoring="none", source="hand-made"
    )
    prepared = starting.Prepared(literature, pool, {"blocks": {}}, 0, None)
    patch.setattr(starting, "prepare", lambda *_: prepared)
    patch.setattr(rounds, "decide", decide)
    patch.setattr(FeatureSchema, "from_json", lambda stored: None)
    patch.setattr(recheck, "_earlier_rules", lambda *_: "")
    patch.setattr(recheck, "_recomputed", lambda *_, **__: ([], ""))
    patch.setattr(extension, "new_pairs", lambda *_: pairs("UV"))


def start(directory, **changes):
    return Campaign.start(**CONFIG | {"directory": str(directory)} | changes)


def measured(directory):
    """A campaign with a round of two, one of them measured."""
    campaign = start(directory)
    campaign.suggest()
    campaign.log(results(directory, {"A": "9.5"}))
    return campaign


def copy(campaign, folder):
    return Campaign(shutil.copytree(campaign.path, folder))


def results(folder, values, name="results.csv", **columns):
    """Write a table of results: log_beta by the pairs' letters."""
    frame = pd.DataFrame(
        {"pair_id": [f"Ni+2:L1:{c}" for c in values], "log_beta": list(values.values()), **columns}
    )
    frame.to_csv(folder / name, index=False)
    return folder / name
