from types import SimpleNamespace

import pandas as pd
from rich.console import Console

from bo_loop.cli.verbs import validate

NUMBERS = {
    "n": 12, "mae": 0.5, "rmse": 0.75, "r2": None, "nll": 1.234,
    "coverage_50": 0.5, "coverage_80": 0.8, "coverage_95": 1.0,
}  # fmt: skip


def test_progress_tells_the_step_and_the_last_error(monkeypatch):
    told = []
    monkeypatch.setattr(validate, "report", lambda *parts: told.append(parts))
    note = validate.noted("validation")
    note("fold 1", 1, 3, None)
    note("fold 2", 2, 3, 0.456)
    assert told == [("validation", 1, 3, "fold 1"), ("validation", 2, 3, "fold 2, MAE 0.46")]


def test_the_table_names_a_model_once_and_fits_80_characters():
    row = {"split": "ligand", "set": "test", "model": "pair_gp", "own_protonation": False}
    table = pd.DataFrame([{**row, "group": group, **NUMBERS} for group in ("all", "n = 1")])
    found = SimpleNamespace(table=table, splits={"ligand": [SimpleNamespace(sets={"test": []})]})
    console = Console(width=80)
    with console.capture() as capture:
        console.print(validate._table(found))
    said = capture.get()
    assert said.count("pair_gp") == 1
    assert "0.50" in said
    assert "100" in said
    assert "…" not in said
