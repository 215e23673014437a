"""CPU time of what a campaign's record costs, by the number of its events.

    python benchmarks/record.py                # 2,500 and 10,000 events
    python benchmarks/record.py --events 500   # others

A campaign is made up: a round of five for every 250 results, the results logged in tables of 250.
No model is fitted and no structure is read: its features count as those of an earlier version, so
`verify` checks ledger, sealed files and views, and notes that the rounds are not recomputed.
`extend` records 200,000 pairs that are there already, as `bo-loop extend` does once RDKit and the
descriptors have made them. CPU time (user + system) is that of this process, without imports; each
row opens the campaign anew, as a command does.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.campaign import sealed
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.ledger import Ledger
from bo_loop.campaign.record import Record
from bo_loop.campaign.settings import started_with
from bo_loop.data.observations import OBSERVATION_COLUMNS, PAIR_COLUMNS

_A_TABLE = 250  # results logged at once, and between two rounds
_A_ROUND = 5
_N_ADDED = 200_000
_BEGUN = datetime(2025, 1, 1, tzinfo=UTC)


def pairs(first: int, n: int) -> pd.DataFrame:
    """Return made-up pairs, with the columns of a pool."""
    numbers = range(first, first + n)
    made = pd.DataFrame(
        {
            "metal": "Ni",
            "charge": 2,
            "ligand": [f"ligand {i}" for i in numbers],
            "smiles": [f"NCC{'C' * (i % 30)}O" for i in numbers],
            "n_ligands": 1,
            "temperature_C": 25.0,
            "ionic_strength_M": 0.1,
            "pair_id": [f"Ni+2:L1:{i:014d}-BENCHMARKX-N" for i in numbers],
            "ligand_group": [f"NCC{i}" for i in numbers],
        }
    )
    return made[[*PAIR_COLUMNS, "pair_id", "ligand_group"]]


def measured(pair_id: str, number: int) -> NewEvent:
    data = {
        "pair_id": pair_id,
        "log_beta": 5.0 + number % 1000 / 100,
        "log_beta_sd": 0.05,
        "censoring": "none",
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
        "replicate": 1,
        "date": f"{_BEGUN + timedelta(days=number // 50):%Y-%m-%d}",
        "operator": "sato",
        "method": "potentiometry",
    }
    return "measured", data


def proposed(number: int, seen: int, pair_ids: list[str]) -> NewEvent:
    proposals = [
        {
            "pair_id": pair_id,
            "rank": rank,
            "mean": 9.5,
            "sd": 1.2,
            "sd_latent": 1.1,
            "acquisition": -0.5,
            "reason": "highest log expected improvement",
        }
        for rank, pair_id in enumerate(pair_ids, start=1)
    ]
    data = {
        "round": number,
        "seed": 0,
        "seen": seen,
        "hyperparameters": {"noise": 0.1, "lengthscale": [1.0] * 20},
        "proposals": proposals,
    }
    return "proposed", data


def make(folder: Path, n_events: int) -> Path:
    """Write a campaign of about `n_events` events; return its path."""
    path, pool = folder / f"events-{n_events}", pairs(0, n_events + 5000)
    path.mkdir()
    literature = pairs(10_000_000, 700).assign(
        log_beta=9.0, log_beta_sd=0.1, censoring="none", source="made up"
    )
    settings = started_with({"batch_size": _A_ROUND, "seed": 0} | _OPTIONS, {})
    hashes = sealed.write(
        path,
        config=settings,
        choices={},
        observations=literature[[*OBSERVATION_COLUMNS, "pair_id", "ligand_group"]],
        pool=pool,
        features={"version": "made up", "blocks": {}},
    )
    started = {
        "name": path.name,
        "config": "made up",
        "sealed": hashes,
        "versions": {},
        "n_observations": len(literature),
        "n_pool": len(pool),
    }
    ids, ledger = list(pool["pair_id"]), Ledger(path / "ledger.jsonl", clock=lambda: _BEGUN)
    ledger.append([("started", started)])
    n, number = 1, 0
    while n + _A_TABLE + 1 <= n_events:
        number += 1
        table = ids[number * _A_TABLE : (number + 1) * _A_TABLE]
        ledger.append([proposed(number, n, table[:_A_ROUND])])
        ledger.append([measured(pair_id, i) for i, pair_id in enumerate(table, start=n)])
        n += _A_TABLE + 1
    Record(path).rebuild()
    return path


_OPTIONS = {
    "data": "minteq",
    "features": "chemistry",
    "model": "pair_gp",
    "objective": "maximise",
    "acquisition": "log_ei",
    "pool": {"_target_": "bo_loop.data.CommonChelators", "metals": ["Ni+2"]},
}


def table_of(pool: pd.DataFrame, n: int, first: int) -> bytes:
    """Return a table of results of `n` pairs that have none, counted from the end of the pool."""
    ids = list(pool["pair_id"])[-first - n : len(pool) - first]
    rows = [f"{pair_id},{5 + i % 900 / 100},0.05" for i, pair_id in enumerate(ids)]
    return "\n".join(["pair_id,log_beta,log_beta_sd", *rows]).encode()


def measures(path: Path) -> dict[str, Callable[[], Any]]:
    """Return what is measured, by what it is called, in the order in which it is run."""
    campaign = Campaign(path)
    one, many = table_of(campaign.pool, 1, 0), table_of(campaign.pool, 2000, 1)
    first = campaign.pool["pair_id"].iloc[_A_TABLE]
    return {
        "open": lambda: Campaign(path),
        "status": lambda: Campaign(path).status(),
        "history": lambda: Campaign(path).history(),
        "history of a pair": lambda: Campaign(path).history(first),
        "verify": lambda: Campaign(path).verify(),
        "log one row": lambda: Campaign(path).log("one.csv", content=one, confirm=True),
        "log 2,000 rows": lambda: Campaign(path).log("many.csv", content=many, confirm=True),
        "withdraw": lambda: Campaign(path).withdraw(campaign.pool["pair_id"].iloc[1]),
        "extend, 200,000 pairs": lambda: extend(path),
        "open after that": lambda: Campaign(path),
    }


def extend(path: Path) -> None:
    Campaign(path).grow(pairs(20_000_000, _N_ADDED), generated={}, expansion={})


def cpu_seconds(act: Callable[[], Any]) -> float:
    """Return the CPU time of `act`; what it reads is in the system's cache already."""
    before = time.process_time()
    act()
    return time.process_time() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, nargs="+", default=[2500, 10_000])
    counts = parser.parse_args().events
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        warm = make(Path(folder), 300)
        for act in measures(warm).values():
            act()  # imports
        for n_events in counts:
            for name, act in measures(make(Path(folder), n_events)).items():
                seconds.setdefault(name, []).append(cpu_seconds(act))
    print(f"{'events':<24}" + "".join(f"{n:>10,}" for n in counts))
    for name, each in seconds.items():
        print(f"{name:<24}" + "".join(f"{one:>8.2f} s" for one in each))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"CPU time; peak memory {peak:.1f} GB; load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
