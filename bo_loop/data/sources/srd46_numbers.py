"""Constants, errors and conditions of NIST SRD 46, which its tables hold as text."""

import pandas as pd

from bo_loop.data.curation.steps import Step, drop, note
from bo_loop.data.quantities import LOG_BETA_RANGE

# The program's table of observations takes no others; a value outside is a slip of the pen.
_TEMPERATURE_C, _IONIC_STRENGTH_M = (-50, 400), (0, 30)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_CONSTANT = rf"^\s*(?P<open>\()?\s*(?P<sign>[<>])?\s*(?P<value>{_NUMBER})\s*(?P<close>\))?\s*$"
_CONDITION = rf"^\s*(?P<value>{_NUMBER})\s*(?P<suffix>[A-Za-z]*)\s*$"
_ERROR = r"^\s*(?:\+/-|[-+])\s*(\d+)\s*$"


def numbers(
    rows: pd.DataFrame, limits: tuple[float, float] = LOG_BETA_RANGE
) -> tuple[pd.DataFrame, list[Step]]:
    """Read constants, errors and conditions from their text; values within `limits` are kept.

    Parameters
    ----------
    rows : DataFrame
        Rows of the table ``verkn_ligand_metal``.
    limits : (float, float)
        Of the values.

    Returns
    -------
    rows : DataFrame
        With ``log_beta``, ``log_beta_sd`` (the stated error, missing where none is), ``censoring``,
        ``tentative`` (printed in brackets), ``temperature_C`` and ``ionic_strength_M``.
    steps : list of Step
        What was left out or found wrong, in order.
    """
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
    rows, more = _readable(rows, limits)
    return rows, [*steps, *more]


def _readable(rows: pd.DataFrame, limits: tuple[float, float]) -> tuple[pd.DataFrame, list[Step]]:
    """Leave out what is not a number, or one that the table of observations does not take."""
    steps = []
    unreadable = rows["log_beta"].isna()
    rows, step = drop(rows, unreadable, "constant", "not a number", ("vlm_id", "constant"))
    steps.append(step)
    detail = "outside {:g} to {:g}".format(*limits)
    outside = ~rows["log_beta"].between(*limits)
    rows, step = drop(rows, outside, "size", detail, ("vlm_id", "constant"))
    steps.append(step)
    warm = rows["temperature_C"].between(*_TEMPERATURE_C)
    out = ~(warm & rows["ionic_strength_M"].between(*_IONIC_STRENGTH_M))
    show = ("vlm_id", "temperature", "ionicstrength")
    rows, step = drop(rows, out, "conditions", "temperature or ionic strength not readable", show)
    return rows, [*steps, step]
