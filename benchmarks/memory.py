"""Memories of NIST SRD 46: how much of a large model is in each.

    BO_LOOP_LITERATURE=folder python benchmarks/memory.py
    BO_LOOP_LITERATURE=folder python benchmarks/memory.py --rows 8000 --pairs 2000   # faster
    BO_LOOP_LITERATURE=folder python benchmarks/memory.py --of enthalpy              # or entropy
    BO_LOOP_LITERATURE=folder python benchmarks/memory.py --ship
    BO_LOOP_LITERATURE=folder python benchmarks/memory.py --without Ni+2 --out no_nickel
    python benchmarks/memory.py --describe      # after a change of the rules that describe ligands

``srd46_sql.zip`` in that folder is read as in ``benchmarks/literature.py``, or its enthalpies or
entropies of complexation as `bo-loop import property=ΔH` does, and 186 ligands (of enthalpies and
entropies a fifth of all) are hidden with all their rows, protonation constants included. A model
is fitted to `FIT_ROWS` of the others, conditioned on those of them that matter for the candidates,
and distilled: onto ligands of the packaged pool, of the embedded constants, and made around all
others, none of which is asked for itself. Judged on the hidden ligands: the embedded constants
alone, the embedded constants and the memory (what a fresh install knows), and the large model
itself; of enthalpies and entropies, of which none is embedded, the memory and the large model. The
estimates of basicity among the features are fitted without the hidden ligands too.

``--ship`` then conditions the model on the hidden ligands as well, with the packaged estimates of
basicity, distils it anew, and writes the memory to ``bo_loop/library/``, with the errors on its
card. ``--describe`` describes the ligands that come with bo_loop, so that a fresh install need not;
``--ship`` of log β, which a fresh install begins with, does so too.

``--without`` writes a memory of log β that has seen no constant of these metal ions, with the
hyperparameters of the packaged one: for `bo-loop simulate start=memory`.

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
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from at_hand import distribution
from literature import ligands_hidden, read, score
from protonation import constants
from rediscover import option
from site_binding import blind_to

from bo_loop.base.config import build, packaged_conf
from bo_loop.base.types import ModelRecipe
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.chemistry.ligands import ligand_group
from bo_loop.chemistry.sites import donor_sites
from bo_loop.cli.verbs.library import asked_pairs, card_of
from bo_loop.data import CommonChelators, Minteq
from bo_loop.data.curation.curate import curate
from bo_loop.data.observations import OBSERVATION_COLUMNS, with_keys
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.sources import srd46
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
LICENCE = (
    "NIST SRD 46 is in the public domain in the United States; NIST asks to be named, and "
    "changes to be stated: these are predictions of a model, not values of the database"
)
WITHIN = "metal ions and organic ligands in water, 25 °C, 0.1 mol/L; n = 1 to 3"


@dataclass(frozen=True)
class Subject:
    """What a memory is about; and how many pseudo-observations tell it."""

    of: Property
    pairs: int
    said: dict[str, str]

    def read(self) -> pd.DataFrame:
        """Return curated values of all conditions, with keys."""
        if self.of.is_log_beta:
            return read()
        rows, _ = srd46.thermodynamic(distribution(), self.of)
        kept = curate(rows, of=self.of, **srd46.curation_of(self.of)).observations
        return with_keys(kept[list(OBSERVATION_COLUMNS)], "the distribution")

    def hidden(self, data: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return rows to train on, and those of organic ligands that none of them has."""
        few = {} if self.of.is_log_beta else {"count": data["ligand_group"].nunique() // 5}
        return ligands_hidden(data, **few)


SUBJECTS = {
    "log_beta": Subject(
        LOG_BETA,
        5000,
        {
            "unit": "log10 of β_n, and of β^H_k of protons (metal H)",
            "domain": f"{WITHIN}; protonation",
        },
    ),
    "enthalpy": Subject(srd46.ENTHALPY, 2500, {"domain": f"{WITHIN}; M + n L = ML_n"}),
    "entropy": Subject(srd46.ENTROPY, 2500, {"domain": f"{WITHIN}; M + n L = ML_n"}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", choices=SUBJECTS, default="log_beta")
    parser.add_argument("--rows", type=int, default=12000, help="that the model is conditioned on")
    parser.add_argument("--pairs", type=int, help="pseudo-observations")
    parser.add_argument("--fit-rows", type=int, default=FIT_ROWS)
    parser.add_argument("--ship", action="store_true")
    parser.add_argument("--describe", action="store_true", help="only describe packaged ligands")
    parser.add_argument("--without", nargs="+", metavar="ION", help="metal ions, not to be seen")
    parser.add_argument("--out", type=Path, help="folder of the memory without them")
    given = parser.parse_args()
    if given.describe:
        describe_packaged()
        return
    warnings.simplefilter("ignore")
    subject = SUBJECTS[given.of]
    subject = replace(subject, pairs=given.pairs or subject.pairs)
    if given.without:
        save(blind(subject, given.without, given.rows), given.out)
        return
    data, known = subject.read(), constants(distribution())
    train, asked = subject.hidden(data)
    hidden = known["smiles"].map(ligand_group).isin(asked["ligand_group"])
    with blind_to(hidden, known):
        schema = option("features").fit(data)
        few = min(given.fit_rows, len(train))
        recipe = replace(option("model"), fit_rows=given.fit_rows)
        part = train.sample(few, random_state=0).sort_index().reset_index(drop=True)
        found = Surrogate.fit(schema, recipe, part).model.hyperparameters()
        recipe = replace(recipe, condition_rows=given.rows)
        acids = data["ligand_group"].isin(asked["ligand_group"]) & data["metal"].eq("H")
        acids = data[acids].reset_index(drop=True)
        scores = judge(subject, schema, recipe, found, train, asked, acids)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"CPU: {used.ru_utime + used.ru_stime:.0f} s; peak {used.ru_maxrss / 1e6:.1f} GB")
    if given.ship:
        shutil.rmtree(packaged() / given.of, ignore_errors=True)
        memory = distilled(
            subject, schema, recipe, found, data, {"name": given.of, "scores": scores}
        )
        save(memory, packaged() / given.of)
        if subject.of.is_log_beta:
            describe_packaged()


def blind(subject: Subject, ions: list[str], rows: int) -> Memory:
    """Return a memory of log β that has seen no constant of these metal ions."""
    large, data = load(packaged() / "log_beta"), subject.read()
    hidden = set(map(parse_ion, ions))
    seen = [MetalIon(m, int(z)) not in hidden for m, z in zip(data.metal, data.charge, strict=True)]
    recipe = replace(build(large.model), condition_rows=rows)
    said = {"name": "without " + ", ".join(ions)}
    known = data[seen].reset_index(drop=True)
    return distilled(subject, large.schema(), recipe, large.hyperparameters, known, said)


def judge(
    subject: Subject,
    schema: FeatureSchema,
    recipe: ModelRecipe,
    found: dict,
    train: pd.DataFrame,
    asked: pd.DataFrame,
    acids: pd.DataFrame,
) -> dict:
    """Print the table; return the scores of the memory, for its card."""
    embedded = Minteq().read() if subject.of.is_log_beta else None
    alone = {
        "embedded constants": lambda: Surrogate.fit(
            option("features").fit(embedded), option("model"), embedded
        )
    }
    lines = (alone if subject.of.is_log_beta else {}) | {
        "memory" + (" and embedded constants" if subject.of.is_log_beta else ""): lambda: distilled(
            subject, schema, recipe, found, train, {}
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
    subject: Subject,
    schema: FeatureSchema,
    recipe: ModelRecipe,
    found: dict,
    rows: pd.DataFrame,
    said: dict,
) -> Memory:
    """Return the memory of a model of `rows`."""
    config = yaml.safe_load((packaged_conf() / "distil.yaml").read_text(encoding="utf-8"))
    config |= {"made": MADE, "candidates": CANDIDATES, "protons": subject.of.is_log_beta}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "ligands.csv"
        ligands = rows.loc[rows["metal"].ne("H"), ["ligand", "smiles"]].drop_duplicates("smiles")
        ligands[[bool(donor_sites(each)) for each in ligands["smiles"]]].to_csv(table)
        pairs = asked_pairs(config | {"around": table})
    large = Surrogate.build(schema, recipe, rows, found, near=pairs)
    card = card_of(subject.of) | {"version": "1", "cite": CITE, "licence": LICENCE} | subject.said
    training = training_of(large) | {"sha256": _hash(rows)}
    card |= said | {"training": training, "features": sorted(schema.blocks)}
    return distil(large, pairs, subject.pairs, card=card)


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
    return {
        name: dict(zip(("MAE", "R²", "in 95 %"), part.split(", "), strict=True))
        for name, part in zip(names, parts, strict=True)
        if part != "–"
    }


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
