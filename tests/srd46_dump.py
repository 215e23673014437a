"""A small, faithful NIST SRD 46 distribution: invented rows in the real encodings and quirks.

`tables()` gives the rows; `folder` and `zipped` write them as MySQL's ``--tab`` would.
"""

import base64
import urllib.parse
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rdkit import Chem
from rdkit.Chem import AllChem

GLYCINE, EDTA, ALANINE, FUMARIC, BETAINE, WRONG, PROTONS = (str(5760 + i) for i in range(7))
UNDRAWN, CORRUPT, BOMB, ETHYLENEDIAMINE, BIPYRIDYL, EMPTY_NAME = (str(5770 + i) for i in range(6))
NICKEL, COPPER, PROTON, VANADYL, URANYL, SODIUM, METHYLMERCURY, MERCUROUS = (
    "112", "58", "68", "171", "172", "129", "99", "98",
)  # fmt: skip

COLUMNS = {
    "verkn_ligand_metal": [
        "verkn_ligand_metalID", "ligandenNr", "metalNr", "beta_definitionNr", "constanttypNr",
        "temperature", "ionicstrength", "constant", "constant_sic", "error", "footnoteNr",
        "solventNr", "electrolyte", "comment", "Importhilfe", "Acc_feld",
    ],
    "liganden": [
        "ligandenID", "name_ligand", "formula", "link_pictures", "pictures_description",
        "figure_definition", "ligand_classNr", "comment", "Importhilfe", "Acc_feld",
    ],
    "metal": [
        "metalID", "name_metal", "name_metal_pur", "type", "order", "part_of", "preselection",
        "comment", "Acc_feld",
    ],
    "mol_data": ["mol_dataID", "ligandenNR", "mol_string_encoded", "Acc_feld"],
    "beta_definition": ["beta_definitionID", "text", "comment", "Acc_feld"],
    "constanttyp": ["constanttypID", "text", "comment", "Acc_feld"],
    "solvent": ["solventID", "text", "comment", "Acc_feld"],
    "footnote": ["footnoteID", "name_footnote", "shortcut", "comment", "Acc_feld"],
}  # fmt: skip

_STAMP = "2007-05-08 15:27:59"


@lru_cache
def molfile(smiles: str) -> str:
    molecule = Chem.MolFromSmiles(smiles)
    AllChem.Compute2DCoords(molecule)
    return Chem.MolToMolBlock(molecule)


def encoded(text: str | bytes) -> str:
    raw = text.encode("latin-1") if isinstance(text, str) else text
    return urllib.parse.quote(base64.b64encode(zlib.compress(raw)).decode(), safe="")


def constant(
    vlm_id, ligand, metal, beta, value, *, kind="3", t="25", i="0.1", error=None, foot=None,
    solvent="1", electrolyte=None,
):  # fmt: skip
    significant = value.strip("()") if value else value
    return [
        str(vlm_id), ligand, metal, str(beta), kind, t, i, value, significant, error, foot,
        solvent, electrolyte, None, None, _STAMP,
    ]  # fmt: skip


def tables() -> dict[str, list[list[str | None]]]:
    return {
        "verkn_ligand_metal": _constants(),
        "liganden": [_ligand(*row) for row in _LIGANDS],
        "metal": [
            [key, name, pure, "1", None, None, None, None, _STAMP] for key, name, pure in _METALS
        ],
        "mol_data": [
            [str(n), key, drawing, _STAMP] for n, (key, drawing) in enumerate(_drawings(), start=1)
        ],
        "beta_definition": [
            ["812", "[ML]/[M][L]", None, _STAMP],
            ["840", "[ML<sub>2</sub>]/[M][L]<sup>2</sup>" + "x" * 70, None, _STAMP],
        ],
        "constanttyp": [[str(n), text, None, _STAMP] for n, text in enumerate("*HKS", start=1)],
        "solvent": [["1", "H<sub>2</sub>O", None, _STAMP], ["2", "50% dioxane", None, _STAMP]],
        "footnote": [
            ["135", "no constant", "z", None, _STAMP],
            ["7", "Na+ salt\tused", "b", "two\nlines \\ and a backslash", _STAMP],
        ],
    }


_METALS = [
    (NICKEL, "Ni<sup>2+</sup>", "Ni"),
    (COPPER, "Cu<sup>2+</sup>", "Cu"),
    (PROTON, "H<sup>+</sup>", "H"),
    (VANADYL, "VO<sup>2+</sup>", "VO"),
    (URANYL, "UO<sub>2</sub><sup>2+</sup>", "UO2"),
    (SODIUM, "Na<sup>+</sup>", "Na"),
    (METHYLMERCURY, "CH<sub>3</sub>Hg<sup>+</sup>", "CH3Hg"),
    (MERCUROUS, "Hg<sub>2</sub><sup>2+</sup>", "Hg2"),
]

# id, name, formula, figure, drawing
_LIGANDS = [
    (GLYCINE, "Aminoacetic acid (Glycine)", "C2H5NO2", "HL", "NCC(=O)O"),
    (EDTA, "Ethylenedinitrilotetraacetic acid", "C10H16N2O8", "H<sub>4</sub>L",
     "OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"),
    (ALANINE, "L-Alanine", "C3H7NO2", "HL", "C[C@H](N)C(=O)O"),
    (FUMARIC, "<i>trans</i>-Butenedioic acid", "C4H4O4", "H2L", r"OC(=O)/C=C/C(=O)O"),
    (BETAINE, "Betaine", "C5H11NO2", "L", "C[N+](C)(C)CC(=O)[O-]"),
    (WRONG, "Iminodiacetic acid", "C4H7NO4", "H2L", "OC(=O)CN(CC(=O)O)CC(=O)O"),
    (PROTONS, "Sarcosine", "C3H6NO2", "H2L", "CNCC(=O)O"),
    (UNDRAWN, "Humic acid", "", "HL", None),
    (CORRUPT, "Torn", "C2H6O", "L", None),
    (BOMB, "Bomb", "C2H6O", "L", None),
    (ETHYLENEDIAMINE, "Ethylenediamine", "C2H8N2", "L", "NCCN"),
    (BIPYRIDYL, "2,2’-Bipyridyl \\ caf\u00e9 \u0081", "C10H8N2", "L", "c1ccnc(c1)-c1ccccn1"),
    (EMPTY_NAME, None, None, None, "CC(=O)O"),
]  # fmt: skip


def _ligand(key, name, formula, figure, _):
    return [key, name, formula, None, None, figure, "3", "a\tb\nc", None, _STAMP]


def _drawings():
    drawn = [(key, encoded(molfile(smiles))) for key, *_, smiles in _LIGANDS if smiles]
    return [*drawn, (CORRUPT, "%%%not base64"), (BOMB, _bomb())]


@lru_cache
def _bomb():
    return encoded(b"0" * (32 << 20))


def _constants():
    return [
        constant(93798, GLYCINE, NICKEL, 812, "5.74", error="+/-9"),
        constant(93799, GLYCINE, NICKEL, 840, "10.58", error="+1"),
        constant(93800, GLYCINE, NICKEL, 872, "14.0", error="-6", foot="7"),
        constant(93801, GLYCINE, NICKEL, 812, "(4.13)", t="30tv", i="0", error="0"),
        constant(93802, GLYCINE, NICKEL, 812, "-8.2", kind="2"),
        constant(93803, GLYCINE, NICKEL, 812, "12", kind="4"),
        constant(93804, GLYCINE, NICKEL, 19, "*", kind="1", foot="135", t=None, i=None),
        constant(93805, GLYCINE, NICKEL, 19, "***", kind="1", foot="135"),
        constant(93806, GLYCINE, NICKEL, 814, "3.0"),
        constant(93807, GLYCINE, NICKEL, 817, "3.1"),
        constant(93808, GLYCINE, NICKEL, 812, "5.9", solvent="2"),
        constant(93809, GLYCINE, NICKEL, 812, "about 6"),
        constant(93810, GLYCINE, NICKEL, 812, "5.6", t="room"),
        constant(93811, GLYCINE, NICKEL, 812, "574"),
        # Copper: stepwise constants stand in for the missing β2, not for the given β3.
        constant(93820, GLYCINE, COPPER, 812, "8.15", error="+/-3"),
        constant(93821, GLYCINE, COPPER, 868, "6.88", error="+/-4"),
        constant(93822, GLYCINE, COPPER, 872, "16.0"),
        constant(93823, GLYCINE, COPPER, 888, "0.5"),
        constant(93824, GLYCINE, COPPER, 868, "6.5", t="20"),
        constant(93825, GLYCINE, COPPER, 868, "6.9", i="1.0"),
        constant(93826, GLYCINE, COPPER, 812, "<9.0", i="1.0"),
        # Ethylenediamine: six steps, all stepwise.
        constant(93830, ETHYLENEDIAMINE, NICKEL, 812, "7.3"),
        *(
            constant(93831 + k, ETHYLENEDIAMINE, NICKEL, beta, value)
            for k, (beta, value) in enumerate(
                [(868, "6.2"), (888, "(4.1)"), (902, "2.0"), (905, "1.0"), (909, "0.5")]
            )
        ),
        constant(93840, EDTA, URANYL, 812, "7.4"),
        constant(93841, EDTA, VANADYL, 812, "18.8"),
        constant(93842, EDTA, SODIUM, 812, "1.86"),
        constant(93843, EDTA, METHYLMERCURY, 812, "6.2"),
        constant(93844, EDTA, MERCUROUS, 812, "6.2"),
        constant(93850, ALANINE, NICKEL, 812, "5.4"),
        constant(93851, FUMARIC, NICKEL, 812, "1.9"),
        constant(93852, BETAINE, NICKEL, 812, ">0.3"),
        constant(93853, WRONG, NICKEL, 812, "8.1"),
        constant(93854, PROTONS, NICKEL, 812, "5.5", error="?"),
        constant(93855, UNDRAWN, NICKEL, 812, "4.0"),
        constant(93856, CORRUPT, NICKEL, 812, "4.0"),
        constant(93857, BOMB, NICKEL, 812, "4.0"),
        constant(93858, BIPYRIDYL, NICKEL, 812, "7.04", electrolyte="KNO<sub>3</sub>"),
        constant(93859, EMPTY_NAME, NICKEL, 812, "1.43", solvent=None),
        constant(164462, GLYCINE, SODIUM, 812, "9.9"),
        constant(164465, GLYCINE, SODIUM, 812, "9.9"),
        constant(93870, GLYCINE, PROTON, 79, "9.57"),
        constant(93871, GLYCINE, PROTON, 32, "2.36"),
        constant(93872, ALANINE, PROTON, 32, "2.3"),
        # EDTA as if it took eleven protons, with log K of 11, 10, … 1.
        *(
            constant(93880 + k, EDTA, PROTON, definition, str(11 - k))
            for k, definition in enumerate((79, 32, 53, 64, 68, 72, 76, 77, 78, 25, 26))
        ),
        constant(93891, EDTA, PROTON, 36, "21"),  # two protons at once
        constant(93892, UNDRAWN, PROTON, 79, "4"),
    ]


def _escaped(field: str | None) -> str:
    if field is None:
        return "\\N"
    for plain, written in (("\\", "\\\\"), ("\t", "\\\t"), ("\n", "\\\n"), ("\0", "\\0")):
        field = field.replace(plain, written)
    return field


def _bytes(field: str) -> bytes:
    """cp1252, its holes as MySQL writes them."""
    return b"".join(
        char.encode("latin-1") if "\x80" <= char < "\xa0" else char.encode("cp1252")
        for char in field
    )


@lru_cache
def usual_files() -> dict[str, bytes]:
    return files(tables())


def files(
    content: dict[str, list[list[str | None]]], without: Mapping[str, Sequence[str]] | None = None
) -> dict[str, bytes]:
    """Write tables as ``--tab`` does; ``without`` says which columns of a table are lost."""
    written = {}
    for table, every in COLUMNS.items():
        there = [
            i for i, column in enumerate(every) if column not in (without or {}).get(table, ())
        ]
        columns = [every[i] for i in there]
        names = "".join(f"  `{name}` varchar(255) DEFAULT NULL,\n" for name in columns)
        written[f"{table}.sql"] = (
            "-- MySQL dump 10.13  Distrib 5.1.49\n\n"
            f"DROP TABLE IF EXISTS `{table}`;\n/*!40101 SET NAMES utf8 */;\n"
            f"CREATE TABLE `{table}` (\n{names}  PRIMARY KEY (`{columns[0]}`),\n"
            f"  KEY `k` (`{columns[1]}`)\n) ENGINE=MyISAM DEFAULT CHARSET=latin1;\n"
        ).encode()
        rows = [[row[i] for i in there] for row in content[table]]
        lines = ["\t".join(map(_escaped, row)) + "\n" for row in rows]
        written[f"{table}.txt"] = _bytes("".join(lines))
    return written


def folder(where: Path, content: dict | None = None, without: Mapping | None = None) -> Path:
    where.mkdir(parents=True, exist_ok=True)
    for name, raw in (files(content, without) if content else usual_files()).items():
        (where / name).write_bytes(raw)
    return where


def zipped(where: Path, content: dict | None = None) -> Path:
    with zipfile.ZipFile(where, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in (files(content) if content else usual_files()).items():
            archive.writestr(f"SRD 46 SQL/{name}", raw)
    return where
