"""Which ligand or complex is meant, as chemists say it: ``edta``, ``Ni+2/edta``, ``Cu+2/2 gly``."""

import re

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MetalIon, parse_ion
from bo_loop.chemistry.ligands import ligand_group, standardise
from bo_loop.data import ligand_names

_COUNTED = re.compile(r"(?P<n>[1-9])\s*[×x]?\s+(?P<ligand>\S.*)", re.DOTALL)


def named_ligand(text: str) -> str:
    """Return the standardised SMILES of a ligand, given by any name that the package has, or drawn.

    Raises
    ------
    DataError
        If the name stands for several ligands, or the text is neither a name nor a structure.
    """
    found = ligand_names.by_name().get(ligand_names.key(text), ())
    written = {ligand_group(smiles): standardise(smiles) for smiles in reversed(found)}
    if len(written) > 1:
        raise DataError(f"{text!r} may be {' or '.join(written.values())}: give the SMILES.")
    return next(iter(written.values())) if written else standardise(text)


def named_pair(text: str) -> tuple[MetalIon, str, int, str]:
    """Return metal ion, SMILES and number of the ligands, and what the ligand was called.

    Parameters
    ----------
    text : str
        Ion, a slash, the ligand; before the ligand, their number if it is not 1.

    Raises
    ------
    DataError
        If there is no slash, or as `bo_loop.chemistry.ions.parse_ion` and `named_ligand`.
    """
    ion, slash, rest = text.partition("/")
    if not slash or not rest.strip():
        raise DataError(f"pair is {text!r}: give metal ion and ligand, Ni+2/edta or Cu+2/2 gly.")
    rest, n = rest.strip(), 1
    if counted := _COUNTED.fullmatch(rest):
        rest, n = counted["ligand"], int(counted["n"])
    return parse_ion(ion), named_ligand(rest), n, rest
