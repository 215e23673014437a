"""Names against structures: what OPSIN makes of a ligand's name (Lowe et al., JCIM 2011, 51, 739).

OPSIN is a Java program that comes with the package py2opsin, the extra ``names``. It parses
systematic names and refuses what it does not know for certain, so a structure that contradicts a
name it parses is most likely another ligand's.
"""

import re
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from bo_loop.base.errors import ConfigError, DataError

_NEEDS = (
    "curation.names=opsin reads names with OPSIN, which needs {missing}. {mend}, or choose "
    "curation.names=elements."
)
# Stereochemistry is not compared, and OPSIN does not take all ways of writing it.
_STEREO = re.compile(r"\([+-]\)(?=-)|^(?:\(±\)|DL|D,L|rac|meso)-", re.I)
_SYNONYM = re.compile(r"\s*\(((?:[^()]|\([^()]*\))*)\)$")
_ASCII = str.maketrans(
    {"’": "'", "′": "'", "″": "''", "‐": "-", "–": "-", "α": "alpha", "β": "beta", "γ": "gamma"}
)


def contradictions(drawn: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Compare names with structures.

    Parameters
    ----------
    drawn : iterable of (str, str)
        Names and SMILES of ligands.

    Returns
    -------
    dict of (str, str) to str
        For each pair whose name OPSIN parses, why the structure is not the name's; "" where they
        agree but for stereochemistry, charges and where double bonds are (tautomers), be it the
        name without what stands in brackets at its end or that synonym. Pairs whose name it does
        not parse are absent.

    Raises
    ------
    ConfigError
        If py2opsin or a Java runtime is missing.
    DataError
        If OPSIN does not run.
    """
    pairs = list(dict.fromkeys(drawn))
    variants = {name: _variants(name) for name, _ in pairs}
    asked = sorted({text for main, synonyms in variants.values() for text in (*main, *synonyms)})
    read = {text: _standard(smiles) for text, smiles in zip(asked, _parsed(asked), strict=True)}
    found = {}
    for name, smiles in pairs:
        main, synonyms = ([read[text] for text in texts if read[text]] for texts in variants[name])
        if any(_same(meant, smiles) for meant in (*main, *synonyms)):
            found[name, smiles] = ""
        elif main:
            # The last has no bracket at its end, which OPSIN may take for a second molecule.
            found[name, smiles] = _difference(main[-1], smiles)
    return found


def _variants(name: str) -> tuple[list[str], list[str]]:
    """Ways of writing a name, the fullest first; and the synonyms in brackets at its end."""
    text = " ".join(name.translate(_ASCII).split())
    main, synonyms = [text], []
    while match := _SYNONYM.search(text):
        text = text[: match.start()].rstrip()
        main.append(text)
        synonyms.append(match[1])
    both = ([*texts, *(_STEREO.sub("", each) for each in texts)] for texts in (main, synonyms))
    main, synonyms = (
        [each for each in dict.fromkeys(texts) if each and each.isascii()] for texts in both
    )
    return main, synonyms


def _parsed(names: Sequence[str]) -> list[str]:
    """SMILES of each name; "" where OPSIN does not parse it."""
    if not names:
        return []
    if shutil.which("java") is None:
        mend = "Install one (any OpenJDK from version 8 on)"
        raise ConfigError(_NEEDS.format(missing="a Java runtime, and finds none", mend=mend))
    try:
        from py2opsin import py2opsin
    except ImportError as error:
        mend = "Install it: pip install 'bo-loop[names]'"
        raise ConfigError(_NEEDS.format(missing="the package py2opsin", mend=mend)) from error
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # It warns of every name that it cannot parse.
        warnings.simplefilter("ignore")
        found = py2opsin(list(names), tmp_fpath=str(Path(folder, "names.txt")))
    if not found or len(found) != len(names):
        raise DataError(
            "OPSIN gave no answer: check that `java -version` runs, or choose "
            "curation.names=elements."
        )
    return found


def _standard(parsed: str) -> str:
    """Write what OPSIN gives in standard form; "" if it is nothing, or no ligand."""
    from bo_loop.chemistry.ligands import standardise

    with suppress(DataError):
        return standardise(parsed) if parsed else ""
    return ""


def _same(meant: str, smiles: str) -> bool:
    from bo_loop.chemistry.skeletons import skeleton

    return meant == smiles or skeleton(meant) == skeleton(smiles)


def _difference(meant: str, smiles: str) -> str:
    from bo_loop.chemistry.ligands import formula

    theirs, ours = formula(meant), formula(smiles)
    if theirs != ours:
        return f"the name says {theirs}, the structure is {ours}"
    return f"the name says {meant}"
