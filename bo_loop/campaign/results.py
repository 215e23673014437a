"""Read what the lab wrote into a form: every row checked before any is taken."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.campaign.events import NewEvent
from bo_loop.data.schema import Rule, is_absent, number, refuse_bad_values
from bo_loop.errors import DataError

STATUSES = ("measured", "in_progress", "failed")
_NUMBERS = ("log_beta", "log_beta_sd", "temperature_C", "ionic_strength_M")
_TEXTS = ("date", "operator", "method", "note")


def read_results(path: Path, pool: pd.DataFrame) -> tuple[list[NewEvent], list[str]]:
    """Read a table of results.

    Parameters
    ----------
    path : Path
        A CSV with ``pair_id`` and ``log_beta``; ``log_beta_sd, status, temperature_C,
        ionic_strength_M, date, operator, method, note`` where the lab states them. Any other
        column is left alone. A row without result and status is still pending.
    pool : DataFrame
        Pairs that may be logged, with ``pair_id`` and the conditions wanted, which hold where
        the table states none.

    Returns
    -------
    events : list of (str, mapping)
        ``measured``, ``in_progress`` and ``failed`` events, in the order of the rows.
    labels : list of str
        Where each comes from: ``"row 5"``.

    Raises
    ------
    DataError
        If the file cannot be read, or with one line for every value that cannot be taken.
    """
    table = _read(path)
    wanted = pool.set_index("pair_id")[["temperature_C", "ionic_strength_M"]]
    rules = _rules(frozenset(wanted.index))
    needed = {c: r for c, r in rules.items() if c in ("pair_id", "log_beta") or c in table}
    table = refuse_bad_values(table, str(path), needed)
    rows = {f"row {i}": row for i, row in enumerate(table.to_dict("records"), start=2)}
    problems = [f"{label}, {text}" for label, row in rows.items() if (text := _contradiction(row))]
    if problems:
        raise DataError(f"{path}: {len(problems)} rows contradict themselves.", problems)
    events = {label: event for label, row in rows.items() if (event := _event(row, wanted))}
    return list(events.values()), list(events)


def _read(path: Path) -> pd.DataFrame:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
        except UnicodeDecodeError:
            continue
        except (OSError, ValueError) as error:
            raise DataError(
                f"{path} cannot be read as a CSV table ({error}). Give the filled-in "
                "proposals.csv of a round, saved as CSV."
            ) from error
    raise DataError(f"{path} is neither UTF-8 nor Shift-JIS text. Save it as CSV (UTF-8).")


def _rules(pair_ids: frozenset[str]) -> dict[str, Rule]:
    def within(low: float, high: float) -> Any:
        return lambda value: is_absent(value) or low <= number(value) <= high

    return {
        "pair_id": (
            lambda value: value in pair_ids,
            "expected a pair of this campaign's pool, written as in proposals.csv "
            "(Ni+2:L1:<InChIKey>)",
        ),
        "log_beta": (
            within(-10, 60),
            "expected log10 of the constant as a number between −10 and 60, or nothing",
        ),
        "log_beta_sd": (
            within(0, 60),
            "expected a standard deviation, a number of 0 or more, or nothing",
        ),
        "temperature_C": (within(-50, 400), "expected degrees Celsius between −50 and 400"),
        "ionic_strength_M": (within(0, 30), "expected mol/L between 0 and 30"),
        "status": (
            lambda value: is_absent(value) or value in STATUSES,
            f"expected {', '.join(STATUSES)}, or nothing",
        ),
    }


def _contradiction(row: Mapping[str, Any]) -> str:
    status, valued = row.get("status", ""), not is_absent(row["log_beta"])
    if status == "measured" and not valued:
        return "log_beta: empty, but the status is measured — give the value, or clear the status"
    if status in ("failed", "in_progress") and valued:
        return (
            f"status: {status}, but log_beta is {row['log_beta']!r} — clear the value, or write "
            "measured"
        )
    if not status and not valued and not is_absent(row.get("log_beta_sd")):
        return "log_beta: empty, but log_beta_sd is given — give the value too"
    return ""


def _event(row: Mapping[str, Any], wanted: pd.DataFrame) -> NewEvent | None:
    texts = {name: row[name] for name in _TEXTS if not is_absent(row.get(name))}
    status = row.get("status") or ("" if is_absent(row["log_beta"]) else "measured")
    if not status:
        return None
    if status != "measured":
        return status, {"pair_id": row["pair_id"], **texts}
    numbers = {name: number(row.get(name)) for name in _NUMBERS if not is_absent(row.get(name))}
    conditions = {name: float(value) for name, value in wanted.loc[row["pair_id"]].items()}
    values = {"censoring": "none", **conditions, **numbers, **texts}
    return "measured", {"pair_id": row["pair_id"], **values}
