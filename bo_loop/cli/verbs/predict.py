"""Predict log β for a file of pairs."""

from pathlib import Path

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.files import write_once
from bo_loop.data import Minteq
from bo_loop.data.sources.pair_tables import pairs_of, read_pairs
from bo_loop.data.writing import refuse_output, table_bytes
from bo_loop.library import shelf
from bo_loop.library.model_folder import load
from bo_loop.protonation import pka_columns, predict_protonation, proton_pairs

_OURS = ("mean", "sd", "outside_domain")
PACKAGED = "log_beta"
_DECIMALS = 3  # the best constants are measured to 0.01


def predict_file(
    model_dir: Path | None,
    pairs: Path,
    out: Path,
    *,
    temperature_C: float,
    ionic_strength_M: float,
    protonation: bool = False,
    encoding: str | None = None,
) -> int:
    """Write a table of pairs again, with ``mean`` and predictive ``sd`` of log β behind it.

    ``outside_domain`` says ``yes`` where neither is worth much: see `bo_loop.surrogate`.

    Parameters
    ----------
    model_dir : Path or None
        What `bo-loop fit` wrote; None: the embedded constants and the packaged memory.
    pairs : Path
        A table as `bo_loop.data.sources.pair_tables.read_pairs` reads it; its columns come back
        unchanged, in order. Blank rows do not.
    out : Path
        A new ``.csv`` file, for people, with three decimals; or ``.parquet``, with all.
    temperature_C, ionic_strength_M : float
        Stand in for condition cells that are empty or columns that are absent.
    protonation : bool
        Also write the pKa of each ligand's acids H_kL and their sds, ``pKa_HL, pKa_HL_sd,
        pKa_H2L, …``; empty where a ligand has fewer basic sites.
    encoding : str, optional
        Of a ``.csv``, as `bo_loop.data.encodings.decoded` takes it.

    Returns
    -------
    int
        Rows predicted.

    Raises
    ------
    DataError
        If a row cannot be used, or the model cannot be read. Nothing is written then.
    CampaignError
        If `out` cannot be written.
    """
    refuse_output(out)
    cells = read_pairs(pairs, encoding=encoding)
    wanted = pairs_of(cells, pairs, temperature_C=temperature_C, ionic_strength_M=ionic_strength_M)
    asked = pd.concat([wanted, proton_pairs(wanted)[list(wanted)]]) if protonation else wanted
    if model_dir is None:
        surrogate = shelf.load(PACKAGED).surrogate(Minteq().read(), near=asked)
    else:
        surrogate = load(model_dir, near=asked)
    added = surrogate.predict(wanted)[list(_OURS)].reset_index(drop=True)
    added["outside_domain"] = added["outside_domain"].map({True: "yes", False: "no"})
    if protonation:
        acids = pka_columns(predict_protonation(surrogate, wanted), len(wanted))
        added = pd.concat([added, acids], axis=1)
    taken = [header for header in map(str.strip, cells.header) if header in added]
    if taken:
        raise DataError(f"{pairs} has a column {taken[0]!r}, which predict would add; rename it.")
    if out.suffix.lower() == ".csv":
        added = added.round(_DECIMALS)
    table = pd.concat([cells.written, added], axis=1)
    write_once(out, table_bytes(table, out))
    return len(table)
