"""What a header of a table means: which quantity or text, in which unit, of which n.

A header is matched without regard to case, spaces, punctuation and full-width forms, with the unit
in brackets, behind a slash or as its last word, and by the synonyms of `SYNONYMS`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bo_loop.data.quantities import unit_of

SYNONYMS = {
    "pair_id": "pair pairid",
    "metal": "m ion metalion cation metalcation centralion centralatom metalname 金属 金属イオン",
    "charge": "z metalcharge ioncharge chargeofmetal chargeofion 電荷",
    "ligand": "name ligandname nameofligand compound compoundname 配位子",
    "smiles": "smilesstring ligandsmiles smilesofligand canonicalsmiles isomericsmiles",
    "inchi": "standardinchi stdinchi ligandinchi inchistring",
    "n_ligands": "n nligand nl nofligands numberofligands ligandnumber ligandspermetal",
    "log_beta": "logbetan lgbeta lgbetan log10beta overallconstant logbetaoverall",
    "log_beta_sd": (
        "sd stdev std stddev standarddeviation error err uncertainty sigma standarderror "
        "sdlogbeta errorlogbeta logbetaerror logbetauncertainty logbetastd sdlogk logksd"
    ),
    "censoring": "censored censor bound",
    "temperature_C": "t temp temperature 温度",
    "ionic_strength_M": "i mu ionicstrength ionicst イオン強度",
    "source": "reference references ref refs citation literature",
    "log_K": "logk lgk log10k pka pk logkh",
    "log_K_cond": (
        "logkprime lgkprime log10kprime logkcond logkapp logkapparent logkconditional "
        "conditionalconstant logconditionalconstant"
    ),
    "pM": "pmetal pmetalfree",
    "pH": "phvalue phwert valeurph valordeph ph値",
    "volume_mL": "v vol volume ml titrant titre titer volumeadded addedvolume 滴定量",
    "potential_mV": "e emf mv potential voltage 電位",
    "wavelength_nm": "wavelength lambda nm wl 波長",
    "total_metal_M": "totalmetal metaltotal cmetal",
    "total_ligand_M": "totalligand ligandtotal cligand",
    "equilibrium": "reaction equilibria",
    "cost": "price",
    "status": "state resultstatus",
    "date": "measuredon dateofmeasurement 日付",
    "operator": "analyst measuredby who",
    "method": "technique",
    "note": "notes comment comments remark remarks 備考",
    "replicate": "replicateno replicatenumber repeat",
    "confirm": "confirmed",
    "curated": "",
}
"""By column: its other names, as `key_of` writes them."""

_NO_UNIT = ("pair_id", "n_ligands", "charge", "status", "date", "replicate", "confirm", "censoring")
_TEXT = (
    "metal",
    "ligand",
    "smiles",
    "inchi",
    "source",
    "equilibrium",
    "operator",
    "method",
    "note",
)

_BY_KEY = {
    key: column
    for column, words in SYNONYMS.items()
    for key in (column.replace("_", "").lower(), *words.split())
}
_CONSTANT = re.compile(
    r"(?P<before>sd|error|sigma|std|uncertainty)?(?:of)?"
    r"(?P<log>log|lg|log10|ln)(?P<kind>k|beta)(?P<n>[1-6])?"
    r"(?P<after>sd|error|sigma|std|uncertainty)?"
)
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_BRACKET = re.compile(r"(?P<name>[^(\[{]+?)\s*[(\[{]\s*(?P<unit>[^)\]}]*?)\s*[)\]}]\s*")
_ASIDE = re.compile(r"[(\[{/%]")
_SLASH = re.compile(r"(?P<name>[^/]+?)\s*/\s*(?P<unit>[^/]+(?:/[^/]+)?)")
_LAST_WORD = re.compile(r"(?P<name>.+?)[\s_,]+(?:in\s+)?(?P<unit>[^\s_,]+)")
_PRIME = re.compile(r"(?<=[kK])['’′ʹ]")
_GREEK = str.maketrans({"β": "beta", "Β": "beta", "σ": "sigma", "μ": "mu", "µ": "mu"})
_LONGEST = 60


@dataclass(frozen=True)
class Meaning:
    """What a header says.

    Parameters
    ----------
    column : str
        One of `SYNONYMS`.
    unit : str
        As `bo_loop.data.quantities.unit_of` writes it; ``"ln"`` for a natural logarithm.
    n : int
        Of a column of constants, its number of ligands; 0 where the header does not say.
    stepwise : bool
        Whether it is K_n rather than β_n.
    """

    column: str
    unit: str = ""
    n: int = 0
    stepwise: bool = False


@lru_cache(maxsize=10_000)
def meaning(header: str) -> Meaning | None:
    """Return what a header means, whatever the reader wants; None if that is not known."""
    header = UNSEEN.sub("", header).strip()
    if not header or len(header) > _LONGEST:
        return None
    if not _ASIDE.search(header) and (found := _named(header, "")):
        return found
    for pattern in (_BRACKET, _SLASH, _LAST_WORD):
        split = pattern.fullmatch(header)
        if split and (found := _named(split["name"], split["unit"])):
            return found
    return None


def wanted_meaning(text: str, wanted: Sequence[str]) -> Meaning | None:
    """Return what a header means to a reader that wants some columns; None if nothing.

    A ``log K`` without number is the constant of protonation, or else, as a stepwise one, log β.
    """
    if text in wanted:
        return Meaning(text)
    one = meaning(text)
    if one is None:
        return None
    if one.column == "log_K" and "log_K" not in wanted and "log_beta" in wanted:
        return replace(one, column="log_beta", stepwise=True) if _is_log_k(text) else None
    if one.column == "log_beta" and "log_K" in wanted and one.stepwise and one.n <= 1:
        return Meaning("log_K", one.unit)
    return one if one.column in wanted else None


def _is_log_k(text: str) -> bool:
    return key_of(text).startswith(("log", "lg"))


def _named(name: str, unit: str) -> Meaning | None:
    key = key_of(name)
    constant = _CONSTANT.fullmatch(key)
    if constant and (constant["n"] or constant["log"] == "ln" or constant["kind"] == "beta"):
        if unit or (constant["before"] and constant["after"]):
            return None
        is_sd = constant["before"] or constant["after"]
        return Meaning(
            "log_beta_sd" if is_sd else "log_beta",
            unit="ln" if constant["log"] == "ln" else "",
            n=int(constant["n"] or 0),
            stepwise=constant["kind"] == "k",
        )
    column = _BY_KEY.get(key)
    if column is None or not unit or column in _TEXT:
        return Meaning(column) if column else None
    known = unit_of(column, unit)
    return Meaning(column, known) if known else None


def key_of(text: str) -> str:
    """Return the letters and digits of a header, in lower case, Greek ones by name."""
    text = _PRIME.sub("prime", text.translate(_GREEK))
    plain = unicodedata.normalize("NFKC", text).translate(_GREEK).lower()
    return "".join(filter(str.isalnum, plain))
