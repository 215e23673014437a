"""NIST SRD 46's tables of metal ions and ligands: names in HTML, structures as packed molfiles.

Symbols
-------
x        protons of the ligand as drawn, from "H4L": ligand charge = charge of the drawing − x
"""

import base64
import binascii
import html
import re
import urllib.parse
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MetalIon
from bo_loop.chemistry.ligands import deprotonated_charge, formula, standardise
from bo_loop.chemistry.molfiles import read_molfile
from bo_loop.data.curation.exclusions import elements
from bo_loop.data.curation.steps import Step, note

_MAX_MOLFILE_BYTES = 2**20


def metal_ions(table: pd.DataFrame) -> pd.DataFrame:
    """``ion`` (its name), ``metal`` and ``charge`` by metalID.

    The last two are missing where the name is not that of a bare or oxo-cation.
    """
    ions = {}
    for key, name in zip(table["metalid"], table["name_metal"].fillna(""), strict=True):
        charge = re.search(r"<sup>\s*(\d?)\s*\+\s*</sup>", name)
        bare = _plain(re.sub(r"<sup>.*?</sup>", "", name))
        ions[key] = (_plain(name), None, None)
        with suppress(DataError):
            ion = MetalIon(bare, int(charge[1] or 1)) if charge else None
            ions[key] = (_plain(name), ion.metal, ion.charge) if ion else ions[key]
    return _by_id(ions, ["ion", "metal", "charge"])


def _by_id(found: dict[str, Any], columns: list[str]) -> pd.DataFrame:
    index = pd.Index(list(found), dtype="str")
    return pd.DataFrame(list(found.values()), index=index, columns=columns, dtype=object)


def _plain(marked_up: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", marked_up)).strip()


def ligands(tables: Mapping[str, pd.DataFrame], wanted: pd.Series) -> pd.DataFrame:
    """Names and structures of ligands.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The tables ``liganden`` and ``mol_data``.
    wanted : Series
        The ligandenIDs to look up.

    Returns
    -------
    DataFrame
        By ligandenID: ``ligand`` (name), ``smiles`` ("" if there is none; ``unusable`` then says
        why), ``ligand_charge``, ``structure_doubt`` (why the structure cannot be the ligand's, or
        "") and ``structure_note`` (what else disagrees).
    """
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


@lru_cache(maxsize=10_000)
def _structure(molfile: str, stated: object, figure: object) -> dict[str, object]:
    drawn, charge_drawn = read_molfile(molfile)
    smiles = standardise(drawn)
    # Asked of the drawing: it is standardised already, its standard form would be once more.
    doubt, remark = _compare_formulas(formula(drawn), stated)
    charge = np.nan
    figure = _plain(figure) if isinstance(figure, str) else ""
    protons = re.fullmatch(r"(?:H(\d{0,2}))?L.*", figure)
    if protons:
        x = int(protons[1] or 1) if protons[1] is not None else 0
        charge = float(charge_drawn - x)
        ours = deprotonated_charge(drawn)
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


def structure_notes(rows: pd.DataFrame) -> list[Step]:
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
