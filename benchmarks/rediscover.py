"""Whether generators find strong ligands that were hidden from them.

    BO_LOOP_LITERATURE=folder python benchmarks/rediscover.py                  # 10,000 candidates
    BO_LOOP_LITERATURE=folder python benchmarks/rediscover.py --n 1000 --metal Ni+2

Of a table of constants (``srd46_25C_0.1M.csv`` in that folder), the 20 ligands of highest log K1
for a metal ion are hidden, with every ligand that has a Tanimoto similarity of 0.9 or more to one
of them. A model of the default config is fitted to the rest, and each generator makes as many
candidates from it. The baseline mutates ligands drawn from all of the rest, with symbols drawn
from all that SELFIES has.

valid      candidates that are molecules and can be standardised
unique     of the valid, how many are different
novel      of the different, how many are not in the starting table
passed     of the novel, how many pass the filters of ``conf/expand.yaml``
log K1     mean prediction for those that passed (a random sample of them), ± its standard error;
           next to it, the value that 95 % of them lie below
found      hidden ligands that are among those that passed, stereochemistry and tautomers aside
near       hidden ligands that have a neighbour of Tanimoto 0.7 or more among them
time       to generate and to filter; what guides smc is included, descriptors and all

What smc proposes has survived its own weighing, by the same filters and the model: how many
structures it looked at stands behind its time.
"""

import argparse
import time
import warnings
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from at_hand import literature
from rdkit import DataStructs

from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.base.config import build
from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import parse_ion
from bo_loop.chemistry.ligands import ligand_group
from bo_loop.data.observations import with_keys
from bo_loop.data.sources import csv as tables
from bo_loop.ligands.filters import Funnel, fingerprint
from bo_loop.ligands.generators.base import Known
from bo_loop.ligands.generators.mutate import Mutate
from bo_loop.ligands.generators.strings import flat
from bo_loop.ligands.worth import Judge
from bo_loop.surrogate import Surrogate

CONF = Path(__file__).parents[1] / "conf"
HIDDEN, RELATIVE, NEIGHBOUR = 20, 0.9, 0.7
GENERATORS = ("mutate", "crossover", "substituents", "smc")


@dataclass(frozen=True)
class Problem:
    """What the generators are given, and what was hidden from them."""

    known: Known
    starting: list[str]
    hidden: list[str]
    judge: Judge
    n_relatives: int


def option(group: str) -> Any:
    """Build what ``bo-loop fit`` takes by default."""
    defaults = yaml.safe_load((CONF / "fit.yaml").read_text(encoding="utf-8"))["defaults"]
    name = next(entry[group] for entry in defaults if isinstance(entry, dict) and group in entry)
    return build(yaml.safe_load((CONF / group / f"{name}.yaml").read_text(encoding="utf-8")))


def problem(path: Path, metal: str) -> Problem:
    """Hide the strongest ligands and their relatives, and fit a model to the rest."""
    table = with_keys(tables.Csv(path=str(path)).read(), "the table")
    ion = parse_ion(metal)
    own = table[(table["metal"] == ion.metal) & (table["charge"] == ion.charge)]
    best = own[own["n_ligands"] == 1].groupby("ligand_group")["log_beta"].max().nlargest(HIDDEN)
    hidden = table[table["ligand_group"].isin(best.index)].drop_duplicates("ligand_group")
    prints = [fingerprint(flat(smiles)) for smiles in hidden["smiles"]]
    distinct = table["smiles"].drop_duplicates()
    close = {
        smiles
        for smiles in distinct
        if max(DataStructs.BulkTanimotoSimilarity(fingerprint(flat(smiles)), prints)) >= RELATIVE
    }
    left_out = table["smiles"].isin(close) | table["ligand_group"].isin(best.index)
    rest = table[~left_out].reset_index(drop=True)
    features = option("features")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rest = features.usable(rest)
        surrogate = Surrogate.fit(features.fit(rest), option("model"), rest)
    species = pd.DataFrame(
        [[ion.metal, ion.charge, 1, 25.0, 0.1]],
        columns=["metal", "charge", "n_ligands", "temperature_C", "ionic_strength_M"],
    )
    judge = Judge(surrogate, Maximise(), species)
    starting = list(rest["smiles"].drop_duplicates())
    by_flat = {flat(smiles): smiles for smiles in starting}
    mean, _ = judge.values(list(by_flat.values()))
    known = Known.ranked(list(by_flat), mean)
    n_relatives = table.loc[left_out, "ligand_group"].nunique() - len(hidden)
    return Problem(known, starting, [flat(s) for s in hidden["smiles"]], judge, n_relatives)


def row(name: str, generator: Any, given: Problem, n: int, scored: int, seed: int) -> str:
    """Run one generator, and return its line of the table."""
    funnel, guide = (Funnel(build(_filters()), given.starting) for _ in range(2))
    looked_at = 0
    score = given.judge.score(guide)

    def counted(structures: list[str]) -> Any:
        nonlocal looked_at
        looked_at += len(structures)
        return score(structures)

    rng = np.random.default_rng(seed)
    begun = time.perf_counter()
    candidates = list(islice(generator.propose(given.known, counted, rng), n))
    generated = time.perf_counter() - begun
    passed = [new.smiles for new in map(funnel.admit, candidates) if new is not None]
    took = time.perf_counter() - begun
    structures = [text for text in (_flat(c.smiles) for c in candidates) if text]
    distinct = set(structures)
    novel = distinct - set(given.known.smiles)
    sample = [passed[i] for i in sorted(rng.permutation(len(passed))[:scored])]
    mean, _ = given.judge.values(given.judge.describable(sample))
    found, near = rediscovered(passed, given.hidden)
    more = f", {looked_at:,} structures looked at" if looked_at else ""
    return (
        f"| {name} | {len(structures) / n:.1%} | {len(distinct) / len(structures):.1%} | "
        f"{len(novel) / len(distinct):.1%} | {len(passed):,} | "
        f"{mean.mean():.2f} ± {mean.std() / np.sqrt(len(mean)):.2f} | "
        f"{np.quantile(mean, 0.95):.1f} | {found} | {near} | "
        f"{generated:.0f} + {took - generated:.0f} s{more} |"
    )


def rediscovered(ligands: list[str], hidden: list[str]) -> tuple[int, int]:
    """Count hidden ligands that are among others, and those with a near neighbour there."""
    groups = {ligand_group(smiles) for smiles in ligands}
    prints = [fingerprint(smiles) for smiles in ligands]
    nearest = [
        max(DataStructs.BulkTanimotoSimilarity(fingerprint(smiles), prints), default=0.0)
        for smiles in hidden
    ]
    found = sum(ligand_group(smiles) in groups for smiles in hidden)
    return found, sum(similarity >= NEIGHBOUR for similarity in nearest)


def _filters() -> Any:
    return yaml.safe_load((CONF / "expand.yaml").read_text(encoding="utf-8"))["filters"]


def _flat(smiles: str) -> str:
    try:
        return flat(smiles)
    except DataError:
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--metal", default="Cu+2")
    parser.add_argument("--n", type=int, default=10_000, help="candidates of each generator")
    parser.add_argument("--scored", type=int, default=1_000, help="of those passed, how many")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    given = problem(literature() / "srd46_25C_0.1M.csv", chosen.metal)
    found, near = rediscovered(list(given.known.smiles), given.hidden)
    values = given.known.values
    funnel = Funnel(build(_filters()), given.starting)
    reachable = sum(not funnel.verdict(smiles) for smiles in given.hidden)
    print(
        f"{chosen.metal}: {len(given.hidden)} strongest ligands hidden, and {given.n_relatives} "
        f"relatives; {len(given.starting)} ligands left ({found} of the hidden among them, {near} "
        f"with a neighbour); the filters would let {reachable} of the hidden pass.\n"
        f"Starting ligands: predicted log K1 {values.mean():.2f} on average, "
        f"95 % below {np.quantile(values, 0.95):.1f}; {chosen.n:,} candidates each.\n"
    )
    print(
        "| generator | valid | unique | novel | passed | log K1 | 95 % below | found | near "
        f"| time |\n{'|---' * 10}|"
    )
    runs: dict[str, Any] = {"random mutation": Mutate(best=None, symbols="robust")}
    for name in GENERATORS:
        node = yaml.safe_load((CONF / "generator" / f"{name}.yaml").read_text(encoding="utf-8"))
        runs[name] = build(node)
    for name, generator in runs.items():
        print(row(name, generator, given, chosen.n, chosen.scored, chosen.seed), flush=True)


if __name__ == "__main__":
    main()
