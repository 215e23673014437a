"""Complexes of a campaign in three dimensions: built once, kept in its folder, shown turning.

``structures/<pair>.json`` in the folder is what ``bo-loop structures show json=true`` prints. It
may be deleted: it is built again when it is asked for.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bo_loop.base import files, received
from bo_loop.base.errors import BoLoopError, CampaignError
from bo_loop.campaign.campaign import Campaign
from bo_loop.chemistry.ions import MetalIon
from bo_loop.report.wording import pair_name
from bo_loop.structures.structure_files import told

FOLDER = "structures"
VIEWER = Path(__file__).parent / "viewer"
SCRIPTS = ("3Dmol-min.js", "viewer.js")
"""In `VIEWER`, in this order: the library, and what draws a complex by it."""

_STARTS, _SEED = 3, 0
_MAX_BYTES, _MAX_ATOMS = 1 << 20, 2_000
_OF_PAIR = 3  # fields of a pair_id that are not conditions
_NOT_OF_NAMES = re.compile(r"[^A-Za-z0-9+-]")
_SYMBOL = re.compile("[A-Z][a-z]?")
_KINDS = {"name": str, "charge": int, "unpaired": int, "method": str, "energy_eV": float}
_KINDS |= dict.fromkeys(("minima_kJ_mol", "donors", "warnings", "notes"), list)
_KINDS |= dict.fromkeys(("symbols", "positions_A", "bonds"), list)
_NUMBER = float | int


def path_of(folder: Path, pair_id: str) -> Path:
    """Return where the structure of a pair is kept in a campaign's folder."""
    name = "_".join(pair_id.split(":")[:_OF_PAIR])
    return folder / FOLDER / f"{_NOT_OF_NAMES.sub('_', name)}.json"


def built(folder: Path, pair_id: str) -> dict[str, Any] | None:
    """Return the structure of a pair that was built before; None if there is none.

    Raises
    ------
    CampaignError
        If its file holds no structure.
    """
    path = path_of(folder, pair_id)
    try:
        found = received.read_json(path, received.read_bytes(path, _MAX_BYTES))
    except FileNotFoundError:
        return None
    try:
        received.require_keys(path, found, _KINDS)
    except CampaignError:
        found = {}
    if not _is_sound(found):
        raise CampaignError(f"{path} holds no structure: delete it, and build it again.")
    return found


def _is_sound(found: Mapping[str, Any]) -> bool:
    symbols, positions = found.get("symbols", []), found.get("positions_A", [])
    n = len(symbols)
    texts = [*found.get("warnings", []), *found.get("notes", []), *symbols]
    numbers = [x for row in positions for x in (row if isinstance(row, list) else [None])]
    energies = [*found.get("minima_kJ_mol", []), found.get("strain_kJ_mol", "") or 0.0]
    return (
        0 < n <= _MAX_ATOMS
        and all(isinstance(text, str) for text in texts)
        and all(map(_SYMBOL.fullmatch, symbols))
        and len(positions) == n
        and len(numbers) == 3 * n
        and all(isinstance(x, _NUMBER) for x in [*numbers, *energies])
        and all(_is_bond(bond, n) for bond in found.get("bonds", []))
        and all(_is_donor(donor) for donor in found.get("donors", []))
    )


def _is_bond(bond: Any, n: int) -> bool:
    return (
        isinstance(bond, list)
        and len(bond) == 3
        and all(type(each) is int for each in bond)
        and all(0 <= atom < n for atom in bond[:2])
    )


def _is_donor(donor: Any) -> bool:
    return isinstance(donor, list) and list(map(type, donor)) == [str, float]


def build(campaign: Campaign, pair_id: str) -> dict[str, Any]:
    """Build the structure of a pair of the pool, and keep it; one that was built is returned.

    Raises
    ------
    CampaignError
        If the pair is not in the pool, or the folder cannot be written.
    ConfigError
        If the extra ``structures`` is not installed.
    DataError
        If there is no structure, or GFN2-xTB cannot compute it.
    """
    if (found := built(campaign.path, pair_id)) is not None:
        return found
    from bo_loop.structures.conformers import lowest
    from bo_loop.structures.coordination_complex import assemble
    from bo_loop.structures.structure_files import as_json

    rows = campaign.pool[campaign.pool["pair_id"] == pair_id]
    if rows.empty:
        raise CampaignError(f"{pair_id} is not in the pool of {campaign.path.name}.")
    row = rows.iloc[0]
    ion = MetalIon(str(row["metal"]), int(row["charge"]))
    asked = assemble(ion, row["smiles"], int(row["n_ligands"]), name=row["ligand"] or "")
    made = as_json(lowest(asked, _STARTS, _SEED))
    path = path_of(campaign.path, pair_id)
    files.make_folder(path.parent)
    files.write_view(path, (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode())
    return made


def gathered(
    campaign: Campaign, rows: Iterable[Any], n_built: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the structures of pairs, once each: those at hand; the first are built if need be.

    Parameters
    ----------
    campaign : Campaign
    rows : iterable
        Pairs, as named tuples.
    n_built : int
        Of how many pairs, from the first, the structure is built.

    Returns
    -------
    structures : list of dict
        As `shown` returns them.
    problems : list of str
        Why one could not be built or read, a line each.
    """
    found, problems = {}, {}
    for at, row in enumerate({path_of(campaign.path, row.pair_id): row for row in rows}.values()):
        try:
            if at < n_built:
                one = build(campaign, row.pair_id)
            else:
                one = built(campaign.path, row.pair_id)
        except BoLoopError as error:
            problems[str(error)] = None
        else:
            if one is not None:
                found[row.pair_id] = shown(pair_name(row), one)
    return list(found.values()), list(problems)


def shown(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page shows of a structure.

    Parameters
    ----------
    name : str
        What the complex is called.
    found : mapping
        As `bo_loop.structures.structure_files.as_json` returns it.

    Returns
    -------
    dict
        ``name``; ``drawn``, JSON for ``viewer.js``; ``warnings``, sentences; ``words``, the rest.
    """
    said = told(found)
    words = [said["donors"]] if "donors" in said else []
    words += [f"strain: {said['strain']}"] if "strain" in said else []
    words += [f"charge {said['charge']}", found["method"], *found["notes"]]
    places = [[round(x, 3) for x in row] for row in found["positions_A"]]
    drawn = {"symbols": found["symbols"], "positions": places, "bonds": found["bonds"]}
    return {
        "name": name,
        "drawn": json.dumps(drawn, separators=(",", ":")),
        "warnings": list(map(_sentence, found["warnings"])),
        "words": " ".join(map(_sentence, words)),
    }


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def scripts() -> Sequence[str]:
    """Return the scripts of the viewer, for a page that loads nothing."""
    return [(VIEWER / name).read_text(encoding="utf-8") for name in SCRIPTS]
