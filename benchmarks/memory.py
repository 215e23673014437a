"""A memory of NIST SRD 46: how much of a large model is in it.

    BO_LOOP_LITERATURE=folder python benchmarks/memory.py
    BO_LOOP_LITERATURE=folder python benchmarks/memory.py --rows 8000 --pairs 2000   # faster
    BO_LOOP_LITERATURE=folder python benchmarks/memory.py --ship
    python benchmarks/memory.py --describe      # after a change of the rules that describe ligands

``srd46_sql.zip`` in that folder is read as in ``benchmarks/literature.py``, and 186 ligands are
hidden with all their rows, protonation constants included. A model is fitted to `FIT_ROWS` of the
others, conditioned on those of them that matter for the candidates, and distilled: onto ligands of
the packaged pool, of the embedded constants, and made around all others, none of which is asked for
itself. Judged on the hidden ligands: the embedded constants alone, the embedded constants and the
memory (what a fresh install knows), and the large model itself. The estimates of basicity among the
features are fitted without the hidden ligands too.

``--ship`` then conditions the model on the hidden ligands as well, with the packaged estimates of
basicity, distils it anew, and writes the memory to ``bo_loop/library/log_beta``, with the errors on
its card. ``--describe`` describes the ligands that come with bo_loop, so that a fresh install need
not; ``--ship`` does so too.

Each line: mean absolute error and R² over hidden pairs of organic ligands, and the share within
their 95 % intervals; for n = 1, for n > 1, and for protonation constants.
"""

import argparse
import hashlib
import os
import resource
import shutil
import sqlite3
import tempfile
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from at_hand import distribution
from literature import ligands_hidden, read, score
from protonation import constants
from rediscover import option
from site_binding import blind_to

from bo_loop.base.config import packaged_conf
from bo_loop.base.types import ModelRecipe
from bo_loop.chemistry.ligands import ligand_group
from bo_loop.chemistry.sites import donor_sites
from bo_loop.cli.verbs.library import asked_pairs
from bo_loop.data import CommonChelators, Minteq
from bo_loop.features import cache
from bo_loop.features.assembly import LIGAND_BLOCKS
from bo_loop.features.blocks import ligand
from bo_loop.features.schema import FeatureSchema
from bo_loop.library.distil import distil, training_of
from bo_loop.library.memory import Memory, load, save
from bo_loop.library.shelf import packaged
from bo_loop.surrogate import Surrogate

FIT_ROWS, MADE, CANDIDATES = 6000, 2000, 15000
CITE = (
    "NIST Standard Reference Database 46, version 8.0: Critically Selected Stability Constants of "
    "Metal Complexes, National Institute of Standards and Technology, Gaithersburg 2004, "
    "https://doi.org/10.18434/M32154; and bo_loop"
)
CARD = {
    "name": "log_beta",
    "property": "log_beta",
    "unit": "log10 of β_n, and of β^H_k of protons (metal H)",
    "domain": "metal ions and organic ligands in water, 25 °C, 0.1 mol/L; n = 1 to 3; protonation",
    "version": "1",
    "cite": CITE,
    "licence": (
        "NIST SRD 46 is in the public domain in the United States; NIST asks to be named, and "
        "changes to be stated: these are predictions of a model, not values of the database"
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=12000, help="that the model is conditioned on")
    parser.add_argument("--pairs", type=int, default=5000, help="pseudo-observations")
    parser.add_argument("--fit-rows", type=int, default=FIT_ROWS)
    parser.add_argument("--ship", action="store_true")
    parser.add_argument("--describe", action="store_true", help="only describe packaged ligands")
    given = parser.parse_args()
    if given.describe:
        describe_packaged()
        return
    warnings.simplefilter("ignore")
    data, known = read(), constants(distribution())
    train, asked = ligands_hidden(data)
    hidden = known["smiles"].map(ligand_group).isin(asked["ligand_group"])
    with blind_to(hidden, known):
        schema = option("features").fit(data)
        recipe = replace(option("model"), fit_rows=given.fit_rows)
        part = train.sample(given.fit_rows, random_state=0).sort_index().reset_index(drop=True)
        found = Surrogate.fit(schema, recipe, part).model.hyperparameters()
        recipe = replace(recipe, condition_rows=given.rows)
        acids = data["ligand_group"].isin(asked["ligand_group"]) & data["metal"].eq("H")
        acids = data[acids].reset_index(drop=True)
        scores = judge(schema, recipe, found, train, asked, acids, given.pairs)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"CPU: {used.ru_utime + used.ru_stime:.0f} s; peak {used.ru_maxrss / 1e6:.1f} GB")
    if given.ship:
        shutil.rmtree(packaged() / "log_beta", ignore_errors=True)
        memory = distilled(schema, recipe, found, data, given.pairs, scores)
        save(memory, packaged() / "log_beta")
        describe_packaged()


def judge(
    schema: FeatureSchema,
    recipe: ModelRecipe,
    found: dict,
    train: pd.DataFrame,
    asked: pd.DataFrame,
    acids: pd.DataFrame,
    size: int,
) -> dict:
    """Print the table; return the scores of the memory, for its card."""
    embedded = Minteq().read()
    lines = {
        "embedded constants": lambda: Surrogate.fit(
            option("features").fit(embedded), option("model"), embedded
        ),
        "memory and embedded constants": lambda: distilled(
            schema, recipe, found, train, size, {}
        ).surrogate(embedded),
        "the large model": lambda: Surrogate.build(schema, recipe, train, found, near=asked),
    }
    print("| | n = 1: MAE, R², in 95 % | n > 1 | protonation |\n|---|---|---|---|")
    for name, made in lines.items():
        parts = _judged(made(), asked, acids)
        print(f"| {name} | {' | '.join(parts)} |", flush=True)
        if name.startswith("memory"):
            scores = scores_of(parts)
    return scores


def distilled(
    schema: FeatureSchema,
    recipe: ModelRecipe,
    found: dict,
    rows: pd.DataFrame,
    size: int,
    scores: dict,
) -> Memory:
    """Return the memory of a model of `rows`."""
    config = yaml.safe_load((packaged_conf() / "distil.yaml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "ligands.csv"
        ligands = rows.loc[rows["metal"].ne("H"), ["ligand", "smiles"]].drop_duplicates("smiles")
        ligands[[bool(donor_sites(each)) for each in ligands["smiles"]]].to_csv(table)
        pairs = asked_pairs(config | {"around": table, "made": MADE, "candidates": CANDIDATES})
    large = Surrogate.build(schema, recipe, rows, found, near=pairs)
    training = training_of(large) | {"sha256": _hash(rows)}
    card = CARD | {"training": training, "scores": scores, "features": sorted(schema.blocks)}
    return distil(large, pairs, size, card=card)


def _judged(surrogate: Surrogate, asked: pd.DataFrame, acids: pd.DataFrame) -> list[str]:
    protons = surrogate.features.metal.get("proton")
    knows_acids = protons is not None and bool((protons[:, 0] > 0).any())
    found = surrogate.predict(asked)
    first = asked["n_ligands"].eq(1)
    parts = [score(asked[of], found[of]) for of in (first, ~first)]
    return [*parts, score(acids, surrogate.predict(acids)) if knows_acids else "–"]


def scores_of(parts: list[str]) -> dict[str, dict[str, float | str]]:
    """Return what a line says, for a card."""
    names = ("unseen ligands, n = 1", "unseen ligands, n > 1", "unseen ligands, protonation")
    said = [dict(zip(("MAE", "R²", "in 95 %"), part.split(", "), strict=True)) for part in parts]
    return dict(zip(names, said, strict=True))


def describe_packaged() -> None:
    """Write ``bo_loop/features/described.npz``: the ligands of pool, constants and memory."""
    pool, constants = CommonChelators(metals=["Ni+2"]), Minteq(include_inorganic=True)
    tables = (pool.read(), constants.read(), load(packaged() / "log_beta").pairs)
    smiles = sorted({text for table in tables for text in table["smiles"]})
    cache._packaged = dict  # everything is described anew
    with tempfile.TemporaryDirectory() as folder:
        os.environ[cache.ENVIRONMENT_VARIABLE] = folder
        for block in ("charge", "donors", "site", "basicity", "atoms"):
            LIGAND_BLOCKS[block][1](smiles)
        ligand.groups(smiles)
        with closing(sqlite3.connect(Path(folder) / cache.FILE_NAME)) as database:
            rows = database.execute("SELECT version, smiles, vector FROM vectors").fetchall()
    vectors: dict[str, dict[str, np.ndarray]] = {}
    for version, text, blob in rows:
        kind = np.uint8 if version.startswith("environments") else np.float64
        vectors.setdefault(version, {})[text] = np.frombuffer(blob, kind)
    found = {version: np.array([own[text] for text in smiles]) for version, own in vectors.items()}
    path = Path(cache.__file__).with_name(cache.PACKAGED)
    np.savez_compressed(path, smiles=np.array(smiles), **found)
    print(f"{path}: {len(smiles)} ligands, {path.stat().st_size / 1e3:.0f} kB")


def _hash(rows: pd.DataFrame) -> str:
    text = rows[["pair_id", "temperature_C", "ionic_strength_M", "log_beta"]].to_csv(index=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


if __name__ == "__main__":
    main()
