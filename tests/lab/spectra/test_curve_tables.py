from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.spectra.curve_tables import curve_table


def lab(*rows):
    """A database of records: method, ligand, first and last x, the height of a flat signal."""
    frame = pd.DataFrame(
        [
            {"ligand": ligand, "smiles": ligand.upper(), "method": method,
             "x": np.arange(low, high + 1.0), "y": np.full(int(high - low) + 1, height),
             "background": np.full(int(high - low) + 1, 0.5)}
            for method, ligand, low, high, height in rows
        ],
        columns=["ligand", "smiles", "method", "x", "y", "background"],
    )  # fmt: skip
    return SimpleNamespace(path="lab.duckdb", table=lambda sql: frame)


def test_the_grid_is_what_all_records_cover():
    found = curve_table(lab(("IR", "a", 0, 10, 1.0), ("IR", "b", 4, 20, 2.0)), None)
    assert list(found.columns[:2]) == ["smiles", "ligand"]
    assert list(found.columns[2:]) == [f"IR@{x}" for x in range(4, 11)]
    assert found.set_index("ligand").iloc[:, 1:].to_numpy().tolist() == [[0.5] * 7, [1.5] * 7]


def test_records_of_a_ligand_are_averaged():
    found = curve_table(lab(("IR", "a", 0, 10, 1.0), ("IR", "a", 0, 10, 2.0)), "IR")
    assert len(found) == 1
    assert found["IR@0"].item() == 1.0


@pytest.mark.parametrize(
    ("rows", "method", "words"),
    [
        ([("IR", "a", 0, 9, 1.0), ("NMR", "a", 0, 9, 1.0)], None, "holds IR, NMR: give method="),
        ([], None, "holds nothing"),
        ([("IR", "a", 0, 9, 1.0)], "NMR", "no record of NMR; it has IR"),
        ([("IR", "a", 0, 9, 1.0), ("IR", "b", 10, 19, 1.0)], None, "share no range"),
    ],
)
def test_what_gives_no_table_is_said(rows, method, words):
    with pytest.raises(DataError, match=words):
        curve_table(lab(*rows), method)
