"""Tables as people have them, made at random: well meant, with what they say; or damaged.

`well_meant` writes known rows in some of the ways that the readers understand; `damaged` spoils
such a file. `try_one` gives an input to one of the readers and judges what comes of it.
"""

import io
import random
import warnings
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.campaign.results.reading import read_results
from bo_loop.data.pools import TablePool
from bo_loop.data.sources import csv as tables
from bo_loop.data.sources import protonation
from bo_loop.data.sources.pair_tables import pairs_of, read_pairs

LIGANDS = {
    "glycine": "NCC(=O)O", "ethylenediamine": "NCCN", "oxalic acid": "O=C(O)C(=O)O",
    "Säure": "CC(=O)O", "グリシン": "NCC(=O)O",
}  # fmt: skip
IONS = {
    ("Cu", 2): ["Cu+2", "Cu2+", "Cu(2+)", "Cu²⁺", "Cu^2+", "Cu++", "[Cu+2]", "Cu(II)", "CuII",
                "copper(II)", "cu2+"],
    ("Fe", 3): ["Fe+3", "Fe3+", "Fe(III)", "FeIII", "iron(III)", "Fe³⁺", "Fe+++"],
    ("UO2", 2): ["UO2+2", "UO2²⁺", "UO2(2+)", "uranyl(2+)", "[UO2]2+"],
    ("Ag", 1): ["Ag+1", "Ag+", "silver(I)", "AgI"],
}  # fmt: skip
HEADERS = {
    "metal": ["metal", "Metal", "METAL ION", "cation", "M", "金属"],
    "charge": ["charge", "Charge", "z"],
    "ligand": ["ligand", "Ligand", "name", "Ligand (name)"],
    "smiles": ["smiles", "SMILES", "SMILES string", "ＳＭＩＬＥＳ"],
    "n_ligands": ["n_ligands", "n", "N ligands", "number of ligands"],
    "log_beta": ["log_beta", "log β", "Log_Beta", "logβ", "lg beta"],
    "log_beta_sd": ["log_beta_sd", "sd", "error", "log_beta_SD", "σ"],
    "temperature_C": ["temperature_C", "Temperature_C", "T (°C)", "Temp", "T/K", "T (K)"],
    "ionic_strength_M": ["ionic_strength_M", "I (M)", "I", "Ionic strength (mol/L)", "I (mM)"],
    "source": ["source", "Reference", "ref."],
    "cost": ["cost", "Price"],
    "equilibrium": ["equilibrium", "Reaction"],
    "log_K": ["log_K", "log K", "pKa", "logK1"],
    "pair_id": ["pair_id", "Pair ID", "pair"],
}
READERS = ("observations", "pairs", "pool", "protonation", "results")
POOL = pd.DataFrame(
    {
        "pair_id": [f"Cu+2:L1:{name}" for name in "ABCDEFGH"],
        "metal": "Cu",
        "charge": 2,
        "n_ligands": 1,
        "smiles": "NCC(=O)O",
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
)
_SPOILS = (
    *("1_2", "6.9²", "4.5–5.2", "n.d.", "=1+1", "1e400", "#REF!", "２..3", "12-Mar", "\u200b"),
    *("glycine", "C" * 2000, "9" * 5000, "2+", "*", "298.15", "nan", "inf", "-", "½", "1,234.5"),
)
_CONDITIONS = ("temperature_C", "ionic_strength_M")
_SPOILT_IN = ("utf-8", "utf-8", "cp932", "utf-16")


@dataclass(frozen=True)
class Messy:
    """An input.

    Parameters
    ----------
    reader : str
        One of `READERS`.
    name : str
        Of the file.
    content : bytes
        The file.
    truth : list of tuple or None
        What must be read; None if it was damaged.
    """

    reader: str
    name: str
    content: bytes
    truth: list[tuple] | None


def well_meant(rng: random.Random) -> Messy:
    """Write some known rows in one of the ways that are understood."""
    reader = rng.choice(READERS)
    rows = [_row(rng, at, reader) for at in range(rng.randint(1, 6))]
    columns = _columns(rng, reader)
    for row in rows:
        row |= {"split": "charge" in columns, "columns": columns}
    header = {name: rng.choice(HEADERS.get(name, [name])) for name in columns}
    comma = rng.random() < 0.3
    body = [[_written(rng, name, row, header[name], comma) for name in columns] for row in rows]
    top = [header[name] for name in columns]
    if rng.random() < 0.3:  # columns that are not read, one of them twice
        top = [*top, "colour", "colour"]
        body = [[*cells, "red", ""] for cells in body]
    title = [["Table 1. Stability constants"], []] if rng.random() < 0.2 else []
    truth = [_truth(row, reader) for row in rows]
    return Messy(reader, *_file(rng, [*title, top, *body], comma), truth)


def damaged(rng: random.Random) -> Messy:
    """Spoil cells or bytes of a table that was well meant; or make up bytes."""
    messy = well_meant(rng)
    content = bytearray(messy.content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(content) + 1)
        kind = rng.random()
        if kind < 0.5:
            spoil = rng.choice(_SPOILS).encode(
                rng.choice(["utf-8", "utf-8", "cp932", "utf-16"]), "ignore"
            )
            content[at : at + rng.randint(0, 6)] = spoil
        elif kind < 0.8:
            content[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 4))
        else:
            del content[at : at + rng.randint(1, 40)]
    return Messy(messy.reader, messy.name, bytes(content), None)


def try_one(messy: Messy, folder: Path) -> bool:
    """Read an input; return whether it was accepted.

    Raises
    ------
    AssertionError
        If a table that was well meant is refused or read wrongly, or a damaged one gives values
        that cannot be.
    Exception
        Whatever a reader raises that is not an error of bo_loop.
    """
    path = folder / messy.name
    path.write_bytes(messy.content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _read(messy.reader, path)
    except (DataError, ConfigError) as error:
        if messy.truth is not None:
            raise AssertionError(f"refused, though well meant: {messy}") from error
        return False
    finally:
        path.unlink()
    numbers = [value for row in found for value in row if isinstance(value, float)]
    assert all(value == value and abs(value) < 1e12 for value in numbers)
    assert messy.truth is None or found == messy.truth, messy
    return True


def _read(reader: str, path: Path) -> list[tuple]:
    if reader == "results":
        found = read_results(path, POOL).events
        return [(data["pair_id"], data["log_beta"]) for kind, data in found if kind == "measured"]
    if reader == "observations":
        frame = tables.Csv(path=path).read()
        names = [
            "metal",
            "charge",
            "smiles",
            "n_ligands",
            "log_beta",
            "temperature_C",
            "ionic_strength_M",
        ]
    elif reader == "pairs":
        cells = read_pairs(path)
        frame = pairs_of(cells, path, temperature_C=25.0, ionic_strength_M=0.1)
        names = ["metal", "charge", "smiles", "n_ligands", *_CONDITIONS]
    elif reader == "pool":
        frame = TablePool(path=str(path), metals=["Cu+2"]).read()
        names = ["smiles", "cost"] if "cost" in frame else ["smiles"]
    else:
        frame = protonation.load(path=path)
        names = ["smiles", "n_protons", "log_k", *_CONDITIONS]
    return list(frame[names].itertuples(index=False, name=None))


def _row(rng: random.Random, at: int, reader: str) -> dict:
    (metal, charge), ways = rng.choice(list(IONS.items()))
    ligand, smiles = rng.choice(list(LIGANDS.items()))
    if reader == "pool":  # each ligand once
        ligand, smiles = f"acid {at}", f"{'C' * (at + 1)}C(=O)O"
    return {
        "metal": metal, "charge": charge, "ways": ways, "ligand": ligand, "smiles": smiles,
        "n_ligands": rng.randint(1, 3), "log_beta": round(rng.uniform(-3, 30), 2),
        "log_beta_sd": 0.1, "temperature_C": rng.choice([20.0, 25.0, 37.0]),
        "ionic_strength_M": rng.choice([0.0, 0.1, 1.0]), "source": "lab", "cost": 12.5,
        "equilibrium": "[HL]/[L][H]", "log_K": round(rng.uniform(1, 12), 2),
        "pair_id": POOL["pair_id"][at],
    }  # fmt: skip


def _columns(rng: random.Random, reader: str) -> list[str]:
    ion = ["metal", "charge"] if rng.random() < 0.5 else ["metal"]
    columns = {
        "observations": [
            *ion,
            "ligand",
            "smiles",
            "n_ligands",
            "log_beta",
            "log_beta_sd",
            *_CONDITIONS,
        ],
        "pairs": [*ion, "smiles", "n_ligands", *_CONDITIONS],
        "pool": ["ligand", "smiles", *rng.choice([[], ["cost"]])],
        "protonation": ["ligand", "smiles", "equilibrium", "log_K", *_CONDITIONS, "source"],
        "results": ["pair_id", "log_beta", "log_beta_sd"],
    }[reader]
    rng.shuffle(columns)
    return columns


def _written(rng: random.Random, name: str, row: dict, header: str, comma: bool) -> str:
    value = row[name]
    if name == "metal":
        return value if rng.random() < 0.5 and row["split"] else rng.choice(row["ways"])
    if name == "charge":
        return rng.choice([f"{value}", f"{value}+", f"+{value}", f"{value}.0"])
    if name == "temperature_C" and "K" in header:
        value = round(value + 273.15, 2)
    elif name == "temperature_C" and rng.random() < 0.1:
        return f"{value:g} °C"
    if name == "ionic_strength_M" and "mM" in header:
        value = value * 1000
    if not isinstance(value, float):
        return str(value)
    text = f"{value:g}" if name != "log_beta" else repr(value)
    if name in ("log_beta", "log_K") and rng.random() < 0.2:
        text = text.replace("-", "−") + rng.choice(["", "*", " ± 0.1" if name == "log_K" else ""])
    return text.replace(".", ",") if comma else text


def _truth(row: dict, reader: str) -> tuple:
    names = {
        "observations": ("metal", "charge", "smiles", "n_ligands", "log_beta"),
        "pairs": ("metal", "charge", "smiles", "n_ligands"),
        "protonation": ("smiles", "n", "log_K"),
        "results": ("pair_id", "log_beta"),
    }
    if reader == "pool":
        return (row["smiles"], row["cost"]) if "cost" in row["columns"] else (row["smiles"],)
    found = tuple({**row, "n": 1}[name] for name in names[reader])
    return found if reader == "results" else (*found, row["temperature_C"], row["ionic_strength_M"])


def _file(rng: random.Random, rows: list[list[str]], comma: bool) -> tuple[str, bytes]:
    kind = rng.random()
    if kind < 0.08:
        return "t.xlsx", _workbook(rng, rows)
    separator = ";" if comma else rng.choice([",", ";", "\t"])
    start = f"sep={separator}\r\n" if rng.random() < 0.1 else ""
    width = max(map(len, rows))
    lines = [separator.join(map(_quoted, row + [""] * (width - len(row)))) for row in rows]
    text = start + "\r\n".join(lines) + rng.choice(["", "\r\n", f"\r\n{separator}\r\n"])
    return "t.csv", text.encode(rng.choice(["utf-8", "utf-8-sig", "utf-16"]))


def _quoted(cell: str) -> str:
    return f'"{cell}"' if set(cell) & set(',;"') else cell


def _workbook(rng: random.Random, rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    if rng.random() < 0.3:  # the table is on the second sheet
        book.active.append(["Notes"])
        book.create_sheet("data")
    for row in rows:
        book.worksheets[-1].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
