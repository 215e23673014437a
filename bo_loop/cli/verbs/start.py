"""The verb ``start``: a campaign, and what it rests on."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from bo_loop.campaign.campaign import Campaign
from bo_loop.chemistry.ions import PROTON
from bo_loop.cli.console import print_next
from bo_loop.cli.terminal import fields
from bo_loop.data.pools import room_told
from bo_loop.data.property import LOG_BETA
from bo_loop.data.property_rows import pairs_of, values
from bo_loop.data.stored_validation import fingerprint, stored
from bo_loop.library.memory import Memory


def run(config: Mapping[str, Any], console: Console) -> None:
    """Open a campaign, and say what it rests on."""
    campaign = Campaign.start(**config)
    literature = campaign.literature
    n_pairs, n_ligands = _counted(campaign)
    of_metals = literature[literature["metal"] != PROTON]
    ions = of_metals[["metal", "charge"]].drop_duplicates()
    n_protons = len(literature) - len(of_metals)
    protons = f"; {n_protons} of them are protonation constants" if n_protons else ""
    rule = campaign.config["pool"]["max_denticity_sum"]
    left_out = campaign.state().n_left_out
    without = f"; {left_out} {room_told(rule)} left out" if left_out else ""
    properties = campaign.state().properties
    console.print(
        fields(
            {
                "campaign": str(campaign.path),
                "literature": f"{len(literature)} {values(properties)} of {len(ions)} metal ions "
                f"and {literature['ligand_group'].nunique()} ligands{protons}",
                "pool": f"{n_pairs} pairs of {n_ligands} ligands{without}",
            }
        )
    )
    memory = campaign.record.memory
    if memory is not None:
        _say_what_is_remembered(memory, len(of_metals), console)
    elif properties == (LOG_BETA,):
        _say_what_it_rests_on(of_metals, console)
    print_next(campaign, "suggest")


def _counted(campaign: Campaign) -> tuple[int, int]:
    """Return the pairs and the ligands of the pool."""
    parts = campaign.record.pool_in_parts(campaign.state())
    if parts is not None:
        return parts.counted()
    pool = campaign.pool
    return len(pairs_of(pool)), pool["ligand_group"].nunique()


def _say_what_it_rests_on(constants: pd.DataFrame, console: Console) -> None:
    """Say how far the default model was off on such data, if they are the embedded ones."""
    known = stored()
    embedded, better = known["embedded"], known["srd46"]
    if fingerprint(constants) != embedded["sha256"]:
        return
    console.print(
        f"This rests on {len(constants)} constants of {constants['ligand_group'].nunique()} "
        f"ligands: of ligands that it has never seen, the default model misses log β (n = 1) by "
        f"{embedded['mae']:.1f} on average. With {better['data']} that was {better['mae']:.1f}; "
        "import it, and start with data=csv data.path=srd46.parquet:"
    )
    console.print("  bo-loop import source=srd46 'path=SRD 46 SQL.zip' out=srd46.parquet",
                   soft_wrap=True)  # fmt: skip


def _say_what_is_remembered(memory: Memory, n_constants: int, console: Console) -> None:
    """Say what a memory is, and how far it was off where its card says so."""
    card = memory.card
    sources = " and ".join(card["training"].get("sources", {})) or "a fitted model"
    text = (
        f"This rests on {n_constants} constants and on the memory {card['name']}: "
        f"{len(memory.pairs)} pseudo-observations of a model of {sources}."
    )
    unseen = (card.get("scores") or {}).get("unseen ligands, n = 1", {})
    if "MAE" in unseen:
        text += (
            f" Of ligands that it had never seen, {memory.about().name} (n = 1) was missed by "
            f"{unseen['MAE']} on average."
        )
    console.print(f"{text} data.memory=none does without it.")
