r"""NIST SRD 46: read the official distribution (doi 10.18434/M32154) as observations.

The distribution is a MySQL 5.1 ``--tab`` dump: for each table X, ``X.sql`` names the columns and
``X.txt`` holds the rows, tab-separated, without a header, in cp1252, with ``\N`` for null and
backslash escapes. It is read in memory; nothing of an archive is ever written to disk.

Symbols
-------
β_n      overall constant of ML_n; K_n the stepwise one: log β_n = log β_(n-1) + log K_n
x        protons of the ligand as drawn, from "H4L": ligand charge = charge of the drawing − x
"""

import base64
import binascii
import html
import lzma
import re
import struct
import urllib.parse
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.chemistry.ions import MetalIon
from bo_loop.chemistry.ligands import deprotonated_charge, formula, standardise
from bo_loop.data.curate import Step, drop, elements, note
from bo_loop.data.protonation import with_cumulative
from bo_loop.data.schema import OBSERVATION_COLUMNS, validate_observations
from bo_loop.errors import DataError

SOURCE = "NIST SRD 46"
# The program's table of observations takes no others; a value outside is a slip of the pen.
_LOG_BETA, _TEMPERATURE_C, _IONIC_STRENGTH_M = (-10, 60), (-50, 400), (0, 30)

EXTRA_COLUMNS = (
    "vlm_id",
    "tentative",
    "derived",
    "ligand_charge",
    "structure_doubt",
    "electrolyte",
    "footnote",
)

# Definitions are matched by their id: the text of some is cut at 110 characters. Isomer variants
# (814, 817, …) have ids of their own and are so left out.
OVERALL = {"812": 1, "840": 2, "872": 3, "894": 4, "903": 5, "907": 6}
STEPWISE = {"868": 2, "888": 3, "902": 4, "905": 5, "909": 6}
PROTONATION = {"79": 1, "32": 2}
_PLACEHOLDER, _LOG_K, _PROTON, _WATER = "1", "3", "68", "1"
_WRONG_METAL = frozenset({"164462", "164463", "164464", "164465"})

_COLUMNS = {
    "verkn_ligand_metal": (
        "verkn_ligand_metalid ligandennr metalnr beta_definitionnr constanttypnr temperature "
        "ionicstrength constant error footnotenr solventnr electrolyte"
    ),
    "liganden": "ligandenid name_ligand formula figure_definition",
    "metal": "metalid name_metal",
    "mol_data": "ligandennr mol_string_encoded",
    "footnote": "footnoteid text",
}

# The real tables are some tens of MB; a member that unpacks to more is not one of them.
_MAX_TABLE_BYTES = 256 * 2**20
_MAX_MOLFILE_BYTES = 2**20

# MySQL's latin1 is cp1252 with the five holes of cp1252 read as control characters.
_CP1252 = {b: bytes([b]).decode("cp1252", errors="replace") for b in range(0x80, 0xA0)}
_CP1252 = {b: char for b, char in _CP1252.items() if char != "\ufffd"}
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
# Stands for an escaped backslash while the text is cut up; not in cp1252, so never in the text.
_BACKSLASH = "\ue000"

_CHARGE_CODES = {0: 0, 1: 3, 2: 2, 3: 1, 5: -1, 6: -2, 7: -3}
_AROMATIC = frozenset({"B", "C", "N", "O", "P", "S", "Se", "As"})
_ORGANIC = frozenset({"B", "C", "N", "O", "P", "S", "F", "Cl", "Br", "I"})
_VALENCE_ELECTRONS = {
    symbol: electrons
    for electrons, symbols in enumerate(("B Al", "C Si Ge", "N P As", "O S Se Te", "F Cl Br I"), 3)
    for symbol in symbols.split()
}

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_CONSTANT = rf"^\s*(?P<open>\()?\s*(?P<sign>[<>])?\s*(?P<value>{_NUMBER})\s*(?P<close>\))?\s*$"
_CONDITION = rf"^\s*(?P<value>{_NUMBER})\s*(?P<suffix>[A-Za-z]*)\s*$"
_ERROR = r"^\s*(?:\+/-|[-+])\s*(\d+)\s*$"


def load(*, path: str | Path) -> pd.DataFrame:
    """Observations of NIST SRD 46, ready for `curate`.

    Parameters
    ----------
    path : str or Path
        The official zip file ("SRD 46 SQL.zip") or the folder it unpacks to.

    Returns
    -------
    DataFrame
        Observations. ``log_beta_sd`` is the stated error, missing where none is stated.

    Raises
    ------
    DataError
        If the file or a table of it is missing or damaged, or holds no constant.
    """
    return read(path)[0][list(OBSERVATION_COLUMNS)]


def read(path: str | Path) -> tuple[pd.DataFrame, list[Step]]:
    """Observations of NIST SRD 46 with what curation wants to know of them, and what was left out.

    Parameters
    ----------
    path : str or Path
        As `load`.

    Returns
    -------
    observations : DataFrame
        Observations, and ``vlm_id`` (the row of verkn_ligand_metal), ``tentative`` (printed in
        brackets), ``derived`` (summed from stepwise constants), ``ligand_charge`` (of the drawing,
        fully deprotonated; missing if not given), ``structure_doubt`` (why the structure cannot be
        the ligand's, or ""), ``electrolyte`` and ``footnote``.
    steps : list of Step
        What was left out or found wrong, in order.

    Raises
    ------
    DataError
        As `load`.
    """
    tables, steps = _tables(Path(path))
    rows, more = _select(tables["verkn_ligand_metal"])
    rows, numbers = _numbers(rows)
    rows, joined = _join(rows, _metals(tables["metal"]), _ligands(tables, rows["ligandennr"]))
    rows, overall = _overall(rows)
    footnotes = tables["footnote"].dropna(subset="text").set_index("footnoteid")["text"].to_dict()
    rows = rows.assign(
        source=SOURCE,
        electrolyte=rows["electrolyte"].fillna(""),
        footnote=[footnotes.get(key, "") for key in rows["footnotenr"]],
    )
    steps += [*more, *numbers, *joined, *overall, *_structure_notes(rows)]
    if rows.empty:
        raise DataError(
            f"{path} holds no overall constant that can be read. Left out, step by step:",
            [f"{s.name}: {s.concerned} of {s.before} rows" for s in steps if s.concerned],
        )
    rows = rows[[*OBSERVATION_COLUMNS, *EXTRA_COLUMNS]]
    return validate_observations(rows, str(path)), steps


def protonation(path: str | Path) -> pd.DataFrame:
    """First and second stepwise protonation constants, as `bo_loop.data.protonation.load` gives.

    Only these two have a known definition number in the distribution.

    Raises
    ------
    DataError
        As `load`.
    """
    tables, _ = _tables(Path(path))
    rows = tables["verkn_ligand_metal"]
    rows = rows[rows["metalnr"].eq(_PROTON) & rows["constanttypnr"].eq(_LOG_K)]
    rows, _ = _numbers(rows[rows["beta_definitionnr"].isin(PROTONATION)])
    rows = rows.join(_ligands(tables, rows["ligandennr"]), on="ligandennr", how="inner")
    rows = rows[rows["smiles"].ne("")]
    if rows.empty:
        raise DataError(f"{path} holds no protonation constant of a ligand that is drawn.")
    return with_cumulative(
        rows.assign(
            n_protons=rows["beta_definitionnr"].map(PROTONATION).astype("int64"),
            log_k=rows["log_beta"],
            source=SOURCE,
        )
    )


def _tables(path: Path) -> tuple[dict[str, pd.DataFrame], list[Step]]:
    wanted = {f"{table}.{kind}" for table in _COLUMNS for kind in ("sql", "txt")}
    files = _unzipped(path, wanted) if path.is_file() else _unpacked(path, wanted)
    missing = sorted(wanted - set(files))
    if missing:
        raise DataError(
            f"{path} is not the distribution of NIST SRD 46: {', '.join(missing)} is missing. "
            "Give the official zip file, or the folder it unpacks to."
        )
    tables, steps = {}, []
    for table, columns in _COLUMNS.items():
        names = [
            name.lower()
            for name in re.findall(r"^\s*`(\w+)`\s", _text(files[f"{table}.sql"]), flags=re.M)
        ]
        absent = sorted(set(columns.split()) - set(names))
        if absent or len(set(names)) < len(names):
            raise DataError(
                f"{path}: {table}.sql does not describe the columns {', '.join(absent) or names}. "
                "The file is damaged: fetch the distribution again."
            )
        rows = _rows(files[f"{table}.txt"])
        whole = [row for row in rows if len(row) == len(names)]
        torn = ["\t".join(map(str, row))[:80] for row in rows if len(row) != len(names)]
        tables[table] = pd.DataFrame(whole, columns=names, dtype="str")
        steps.append(
            Step(
                f"{table}: whole rows",
                f"rows without the {len(names)} fields that {table}.sql names are left out",
                len(rows),
                len(whole),
                len(torn),
                tuple(torn[:5]),
            )
        )
    constants = tables["verkn_ligand_metal"].rename(columns={"verkn_ligand_metalid": "vlm_id"})
    return {**tables, "verkn_ligand_metal": constants}, [step for step in steps if step.concerned]


def _unzipped(path: Path, wanted: set[str]) -> dict[str, bytes]:
    """Contents of the wanted members, by lower-case base name; bounded, and never extracted."""
    files = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = PurePosixPath(member.filename.replace("\\", "/")).name.lower()
                if name in wanted:
                    with archive.open(member) as file:
                        files[name] = _bounded(file.read(_MAX_TABLE_BYTES + 1), f"{path}: {name}")
    # What zipfile and the decompressors raise on damaged, encrypted or exotic archives.
    except (
        zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError,
        ValueError, struct.error, OverflowError,
    ) as error:  # fmt: skip
        raise DataError(
            f"{path} cannot be read as a zip file ({error}). Fetch the distribution again, or give "
            "the folder it unpacks to."
        ) from error
    return files


def _unpacked(path: Path, wanted: set[str]) -> dict[str, bytes]:
    if not path.is_dir():
        raise DataError(
            f"{path} does not exist. Give the official zip file of NIST SRD 46 (doi "
            "10.18434/M32154), or the folder it unpacks to."
        )
    files = {}
    for file in sorted([*path.glob("*.*"), *path.glob("*/*.*")]):
        if file.name.lower() in wanted and file.is_file():
            try:
                with file.open("rb") as handle:
                    content = handle.read(_MAX_TABLE_BYTES + 1)
            except OSError as error:
                raise DataError(f"{file} cannot be read: {error}.") from error
            files[file.name.lower()] = _bounded(content, str(file))
    return files


def _bounded(content: bytes, where: str) -> bytes:
    if len(content) > _MAX_TABLE_BYTES:
        raise DataError(
            f"{where} holds more than {_MAX_TABLE_BYTES >> 20} MiB: it is no table of NIST SRD 46."
        )
    return content


def _text(content: bytes) -> str:
    return content.decode("latin-1").translate(_CP1252)


def _rows(content: bytes) -> list[list[str | None]]:
    text = _text(content).replace("\\\\", _BACKSLASH)
    lines = (line.rstrip("\r") for line in re.split(r"(?<!\\)\n", text))
    return [[_field(field) for field in re.split(r"(?<!\\)\t", line)] for line in lines if line]


def _field(text: str) -> str | None:
    if text == "\\N":
        return None
    if "\\" in text:
        text = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text, flags=re.S)
    return text.replace(_BACKSLASH, "\\")


def _select(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Step]]:
    """Keep log K of ML_n in water; everything else is counted by its reason."""
    star = rows["constant"].str.fullmatch(r"\s*\*+\s*").fillna(False).astype(bool)
    steps = []
    for name, detail, out in (
        (
            "placeholders",
            "no constant (type 1 or *)",
            star | rows["constanttypnr"].eq(_PLACEHOLDER),
        ),
        ("kind of constant", "enthalpies, entropies: not log K", ~rows["constanttypnr"].eq(_LOG_K)),
        ("protonation", "constants of H+, not of a metal ion", rows["metalnr"].eq(_PROTON)),
        ("wrong metal", "rows known to name a wrong metal", rows["vlm_id"].isin(_WRONG_METAL)),
        (
            "equilibrium",
            "not ML_n from M and L: mixed, protonated, hydroxo, polynuclear species and isomers",
            ~rows["beta_definitionnr"].isin({**OVERALL, **STEPWISE}),
        ),
        ("solvent", "not water", rows["solventnr"].notna() & ~rows["solventnr"].eq(_WATER)),
    ):
        show = ("vlm_id", "metalnr", "ligandennr", "beta_definitionnr", "constant")
        rows, step = drop(rows, out.reindex(rows.index), name, detail, show)
        steps.append(step)
    return rows, steps


def _numbers(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Step]]:
    """Read constants, errors and conditions from their text."""
    constant = rows["constant"].str.replace("[–−]", "-", regex=True).str.extract(_CONSTANT)
    constant = constant[constant["open"].notna() == constant["close"].notna()].reindex(rows.index)
    decimals = constant["value"].str.extract(r"\.(\d*)$")[0].str.len().fillna(0)
    units = pd.to_numeric(rows["error"].str.extract(_ERROR)[0])
    temperature = rows["temperature"].str.extract(_CONDITION)
    ionic_strength = rows["ionicstrength"].str.extract(_CONDITION)
    rows = rows.assign(
        log_beta=pd.to_numeric(constant["value"]),
        # The error is in units of the last digit printed; 0 says that none is known.
        log_beta_sd=(units * 10.0**-decimals).where(units > 0),
        censoring=constant["sign"].map({"<": "upper", ">": "lower"}).fillna("none"),
        tentative=constant["open"].notna(),
        temperature_C=pd.to_numeric(temperature["value"]),
        ionic_strength_M=pd.to_numeric(ionic_strength["value"]),
    )
    odd = rows["error"].notna() & units.isna() & ~rows["error"].str.fullmatch("0?").eq(True)
    suffixed = temperature["suffix"].fillna("").ne("")
    steps = [
        note(rows, marked, name, detail, ("vlm_id", column))
        for marked, name, detail, column in (
            (odd, "error", "not read; log_beta_sd is left missing", "error"),
            (rows["tentative"], "tentative", "in brackets: kept, flagged", "constant"),
            (suffixed, "temperature with letters", "read by its number", "temperature"),
        )
    ]
    rows, more = _readable(rows)
    return rows, [*steps, *more]


def _readable(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Step]]:
    """Leave out what is no number, or one that the table of observations does not take."""
    steps = []
    unreadable = rows["log_beta"].isna()
    rows, step = drop(rows, unreadable, "constant", "not a number", ("vlm_id", "constant"))
    steps.append(step)
    detail = "log K outside {} to {}".format(*_LOG_BETA)
    outside = ~rows["log_beta"].between(*_LOG_BETA)
    rows, step = drop(rows, outside, "size", detail, ("vlm_id", "constant"))
    steps.append(step)
    warm = rows["temperature_C"].between(*_TEMPERATURE_C)
    out = ~(warm & rows["ionic_strength_M"].between(*_IONIC_STRENGTH_M))
    show = ("vlm_id", "temperature", "ionicstrength")
    rows, step = drop(rows, out, "conditions", "temperature or ionic strength not readable", show)
    return rows, [*steps, step]


def _metals(table: pd.DataFrame) -> pd.DataFrame:
    """Metal ions by metalID. Rows whose name is no single metal ion are absent."""
    ions = {}
    for key, name in zip(table["metalid"], table["name_metal"].fillna(""), strict=True):
        charge = re.search(r"<sup>\s*(\d?)\s*\+\s*</sup>", name)
        bare = _plain(re.sub(r"<sup>.*?</sup>", "", name))
        try:
            ion = MetalIon(bare, int(charge[1] or 1)) if charge else None
        except DataError:
            continue
        if ion:
            ions[key] = (ion.metal, ion.charge)
    return _by_id(ions, ["metal", "charge"])


def _by_id(found: dict[str, Any], columns: list[str]) -> pd.DataFrame:
    index = pd.Index(list(found), dtype="str")
    return pd.DataFrame(list(found.values()), index=index, columns=columns, dtype=object)


def _plain(marked_up: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", marked_up)).strip()


def _ligands(tables: dict[str, pd.DataFrame], wanted: pd.Series) -> pd.DataFrame:
    """Name, structure and what is wrong with it, by ligandenID."""
    drawn = tables["mol_data"].drop_duplicates("ligandennr", keep="last").set_index("ligandennr")
    drawn = drawn["mol_string_encoded"].dropna()
    liganden = tables["liganden"].drop_duplicates("ligandenid")
    liganden = liganden[liganden["ligandenid"].isin(wanted)]
    columns = ["ligandenid", "name_ligand", "formula", "figure_definition"]
    found = {}
    for key, name, stated, figure in liganden[columns].itertuples(index=False):
        ligand = {"ligand": _plain(name) if isinstance(name, str) else "", "smiles": ""}
        try:
            text = _molfile(drawn[key]) if key in drawn.index else ""
            if text:
                ligand |= _structure(text, stated, figure)
            else:
                ligand["unusable"] = "no structure"
        except DataError as error:
            ligand["unusable"] = str(error)
        found[key] = ligand
    columns = ["ligand", "smiles", "ligand_charge", "structure_doubt", "structure_note", "unusable"]
    return _by_id(found, columns)


def _structure(molfile: str, stated: object, figure: object) -> dict[str, object]:
    smiles = standardise(smiles_of_molfile(molfile))
    doubt, remark = _compare_formulas(formula(smiles), stated)
    charge = np.nan
    figure = _plain(figure) if isinstance(figure, str) else ""
    protons = re.fullmatch(r"(?:H(\d{0,2}))?L.*", figure)
    if protons:
        x = int(protons[1] or 1) if protons[1] is not None else 0
        charge = float(sum(atom["charge"] for atom in _connection_table(molfile)[0]) - x)
        ours = deprotonated_charge(smiles)
        if charge != ours:
            remark = f"{remark} charge {charge:+.0f} by {figure}, {ours:+d} by its acid groups"
    return {
        "smiles": smiles,
        "ligand_charge": charge,
        "structure_doubt": doubt,
        "structure_note": remark.strip(),
    }


def _compare_formulas(drawn: str, stated: object) -> tuple[str, str]:
    """Say why the drawing cannot be the ligand (elements other than H differ), or only remark."""
    text = re.sub(r"<sup>.*?</sup>", "", stated) if isinstance(stated, str) else ""
    text = _plain(text).replace(" ", "")
    if not re.fullmatch(r"(?:[A-Z][a-z]?\d{0,4})+", text):
        return "", f"formula {text!r} not read, structure not checked;"
    theirs, ours = elements(text), elements(drawn)
    if theirs == ours:
        return "", ""
    message = f"structure is {drawn}, the database says {text}"
    if {e: n for e, n in theirs.items() if e != "H"} != {e: n for e, n in ours.items() if e != "H"}:
        return message, ""
    return "", f"{message};"


def _molfile(encoded: str) -> str:
    """Undo URL quoting, base64 and zlib, the last one bounded."""
    try:
        packed = base64.b64decode(urllib.parse.unquote(encoded).strip(), validate=True)
        inflater = zlib.decompressobj()
        content = inflater.decompress(packed, _MAX_MOLFILE_BYTES)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise DataError(f"structure cannot be decoded ({error})") from error
    if not inflater.eof:
        raise DataError("structure is cut short, or unpacks to more than a molfile can hold")
    return content.decode("latin-1")


def _join(
    rows: pd.DataFrame, metals: pd.DataFrame, ligands: pd.DataFrame
) -> tuple[pd.DataFrame, list[Step]]:
    rows = rows.join(metals, on="metalnr").join(ligands, on="ligandennr")
    unknown = rows["metal"].isna()
    show = ("vlm_id", "metalnr")
    rows, metal = drop(rows, unknown, "metal ion", "not a bare or oxo-cation", show)
    unusable = rows["smiles"].fillna("").eq("")
    show = ("vlm_id", "ligandennr", "ligand", "unusable")
    rows, ligand = drop(rows, unusable, "structure", "none, or it cannot be read", show)
    return rows, [metal, ligand]


def _overall(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Step]]:
    """Replace a missing overall constant by the sum of stepwise ones at the same conditions."""
    n = rows["beta_definitionnr"].map(OVERALL)
    known = rows[n.notna()].assign(n_ligands=n.dropna().astype("int64"), derived=False)
    for definition, size in STEPWISE.items():
        stepwise = rows[rows["beta_definitionnr"].eq(definition)]
        known = pd.concat([known, _summed(known, stepwise, size)[known.columns]])
    detail = "K2 … K6 left out where the overall constant is given, or the step before is missing"
    show = ("vlm_id", "beta_definitionnr", "constant")
    out = ~rows.index.isin(known.index)
    _, left = drop(rows, out, "stepwise constants", detail, show)
    detail = "log β summed from stepwise constants"
    made = note(known, known["derived"], "summed constants", detail, ("vlm_id", "log_beta"))
    return known.sort_index(kind="stable"), [left, made]


def _summed(known: pd.DataFrame, stepwise: pd.DataFrame, size: int) -> pd.DataFrame:
    """Rows of `stepwise` (K of this size) made overall by the β before, where β is not known."""
    same = ["ligandennr", "metalnr", "temperature_C", "ionic_strength_M"]
    stepwise = stepwise[stepwise["censoring"].eq("none")]
    present = known.loc[known["n_ligands"].eq(size), same].drop_duplicates()
    stated = stepwise[same].merge(present.assign(stated=True), how="left")["stated"]
    stepwise = stepwise[stated.isna().to_numpy()]
    base = known[known["n_ligands"].eq(size - 1) & known["censoring"].eq("none")]
    # Where the step before has several values, the larger one, as curation does.
    base = base.sort_values("log_beta", kind="stable").drop_duplicates(same, keep="last")
    base = base.set_index(same)[["log_beta", "log_beta_sd", "tentative"]]
    stepwise = stepwise.join(base.add_suffix("_before"), on=same, how="inner")
    summed = stepwise.assign(
        # Sums of printed decimals are printed decimals: no 15.030000000000001.
        log_beta=(stepwise["log_beta"] + stepwise["log_beta_before"]).round(9),
        log_beta_sd=np.hypot(stepwise["log_beta_sd"], stepwise["log_beta_sd_before"]),
        tentative=stepwise["tentative"] | stepwise["tentative_before"].astype(bool),
        n_ligands=size,
        derived=True,
    )
    return summed[summed["log_beta"].between(*_LOG_BETA)]


def _structure_notes(rows: pd.DataFrame) -> list[Step]:
    """Every structure that disagrees with what the database says of it, each once."""
    ligands = rows.drop_duplicates("ligandennr")
    show = ("ligandennr", "ligand", "structure_doubt")
    doubted = note(
        ligands, ligands["structure_doubt"].ne(""), "structure and formula",
        "they disagree in more than hydrogen: curation quarantines the rows", show, limit=None,
    )  # fmt: skip
    show = ("ligandennr", "ligand", "structure_note")
    remarked = note(
        ligands, ligands["structure_note"].ne(""), "protons of the structure",
        "hydrogens or charge disagree, or could not be compared: kept", show, limit=None,
    )  # fmt: skip
    return [doubted, remarked]


def smiles_of_molfile(text: str) -> str:
    """Write the connection table of a V2000 molfile as a CXSMILES string.

    Atoms are written apart and joined by ring closures, so that a bond's number is its order;
    wedges, and cis or trans from the coordinates, follow as CXSMILES. Reading and checking the
    chemistry is left to `bo_loop.chemistry.ligands.standardise`.

    Parameters
    ----------
    text : str
        Molfile. Charges, isotopes, wedges and explicit hydrogens are read.

    Returns
    -------
    str

    Raises
    ------
    DataError
        If the text is no V2000 molfile of a single, definite structure.
    """
    try:
        atoms, bonds = _connection_table(text)
        tokens = [_token(atom, [b for b in bonds if i in b[:2]]) for i, atom in enumerate(atoms)]
    except (ValueError, IndexError, KeyError) as error:
        raise DataError(f"not a V2000 molfile of one definite structure ({error!r})") from error
    for k, (a, b, order, _) in enumerate(bonds):
        closure = f"{'-=#:'[order - 1]}%({k + 1})"
        tokens[a] += closure
        tokens[b] += closure
    marks = [
        f"{mark}:{','.join(found)}"
        for mark, found in {
            "wU": [f"{b[0]}.{k}" for k, b in enumerate(bonds) if b[3] == 1],
            "wD": [f"{b[0]}.{k}" for k, b in enumerate(bonds) if b[3] == 6],
            **_geometry(atoms, bonds),
        }.items()
        if found
    ]
    points = ";".join(f"{atom['x']},{atom['y']}," for atom in atoms)
    return f"{'.'.join(tokens)} |{','.join([f'({points})', *marks])}|"


def _connection_table(text: str) -> tuple[list[dict], list[tuple[int, int, int, int]]]:
    """Atoms (symbol, charge, mass, x, y) and bonds (from, to, order, wedge), lower atom first."""
    lines = text.splitlines()
    head = next((i for i, line in enumerate(lines) if "V2000" in line), 3)
    n_atoms, n_bonds = int(lines[head][:3]), int(lines[head][3:6])
    if n_atoms < 1:
        raise ValueError("no atoms")
    body = lines[head + 1 : head + 1 + n_atoms + n_bonds]
    if len(body) < n_atoms + n_bonds:
        raise ValueError("fewer lines than atoms and bonds")
    atoms = [_atom(line) for line in body[:n_atoms]]
    bonds = []
    for line in body[n_atoms:]:
        a, b, order, wedge = (int(line[i : i + 3] or 0) for i in (0, 3, 6, 9))
        if not (1 <= a <= n_atoms and 1 <= b <= n_atoms and a != b and 1 <= order <= 4):
            raise ValueError(f"bond {line.strip()!r}")
        bonds.append((a - 1, b - 1, order, wedge))
    for line in lines[head + 1 + n_atoms + n_bonds :]:
        if line.startswith(("M  CHG", "M  ISO")):
            key, values = ("charge" if line[3] == "C" else "mass"), line[9:].split()
            for atom, value in zip(values[::2], values[1::2], strict=True):
                if not 1 <= int(atom) <= n_atoms:
                    raise ValueError(line)
                if abs(int(value)) > 300:
                    raise ValueError(line)
                atoms[int(atom) - 1] = {**atoms[int(atom) - 1], key: int(value)}
    # CXSMILES numbers a bond where its ring closure closes: at the later of its two atoms.
    return atoms, sorted(bonds, key=lambda bond: max(bond[:2]))


def _atom(line: str) -> dict:
    symbol = line[31:34].strip()
    if not re.fullmatch(r"[A-Z][a-z]?", symbol) or symbol in {"A", "Q", "R", "X", "L", "M"}:
        raise ValueError(f"atom {symbol!r}")
    charge = _CHARGE_CODES[int(line[36:39].strip() or 0)]
    mass = {"D": 2, "T": 3}.get(symbol, 0)
    x, y = float(line[:10]), float(line[10:20])
    if not (abs(x) < 1e6 and abs(y) < 1e6):
        raise ValueError("coordinates")
    return {"symbol": "H" if mass else symbol, "charge": charge, "mass": mass, "x": x, "y": y}


def _token(atom: dict, bonds: list[tuple[int, int, int, int]]) -> str:
    """Write an atom without its bonds: bare where SMILES knows its hydrogens, else in brackets."""
    symbol, charge = atom["symbol"], atom["charge"]
    orders = [order for _, _, order, _ in bonds]
    written = symbol.lower() if 4 in orders and symbol in _AROMATIC else symbol
    if symbol in _ORGANIC and not charge and not atom["mass"]:
        return written
    # A charged atom binds as its neutral neighbour in the periodic table with as many electrons.
    electrons = _VALENCE_ELECTRONS.get(symbol, 0) - charge
    valence = (
        {3: 3, 4: 4, 5: 3, 6: 2, 7: 1}.get(electrons, 0) if symbol in _VALENCE_ELECTRONS else 0
    )
    used = sum(1.5 if order == 4 else order for order in orders)
    hydrogens = max(0, int(valence - used))
    return (
        f"[{atom['mass'] or ''}{written}{f'H{hydrogens}' if hydrogens else ''}"
        f"{f'{charge:+d}' if charge else ''}]"
    )


def _geometry(atoms: list[dict], bonds: list[tuple[int, int, int, int]]) -> dict[str, list[str]]:
    """Cis, trans and undefined double bonds: on which side the first neighbour of each end lies."""
    neighbours: list[list[int]] = [[] for _ in atoms]
    for a, b, _, _ in bonds:
        neighbours[a].append(b)
        neighbours[b].append(a)
    wavy = {i for a, b, _, wedge in bonds if wedge == 4 for i in (a, b)}
    found: dict[str, list[str]] = {"c": [], "t": [], "ctu": []}
    for k, (a, b, order, wedge) in enumerate(bonds):
        first = [min(set(neighbours[i]) - {j}, default=None) for i, j in ((a, b), (b, a))]
        if order != 2 or None in first:
            continue
        sides = [_side(atoms[a], atoms[b], atoms[i]) for i in first]
        undefined = wedge == 3 or {a, b} & wavy or min(map(abs, sides)) < 1e-3
        found["ctu" if undefined else "c" if sides[0] * sides[1] > 0 else "t"].append(str(k))
    return found


def _side(start: dict, end: dict, point: dict) -> float:
    """Twice the signed area of the triangle; its sign says on which side the point lies."""
    along = (end["x"] - start["x"], end["y"] - start["y"])
    return along[0] * (point["y"] - start["y"]) - along[1] * (point["x"] - start["x"])
