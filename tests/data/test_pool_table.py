"""A pool's table in parts: read in their order, and wrong rows named by part and row."""

import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.pool_table import read_ligands
from bo_loop.data.pools import TablePool

FIRST = {"name": ["glycine", "en"], "smiles": ["NCC(=O)O", "NCCN"]}
SECOND = {"name": ["NTA"], "smiles": ["OC(=O)CN(CC(=O)O)CC(=O)O"]}


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "ligands"
    found.mkdir()
    return found


def write(folder, *parts):
    for i, part in enumerate(parts):
        pd.DataFrame(part).to_parquet(folder / f"part-{i}.parquet", index=False)


def test_parts_are_one_table_in_the_order_of_their_names(folder, tmp_path):
    write(folder, FIRST, SECOND)
    whole = pd.concat([pd.DataFrame(FIRST), pd.DataFrame(SECOND)], ignore_index=True)
    whole.to_csv(tmp_path / "whole.csv", index=False)
    here, there = (
        TablePool(path=str(path), metals=["Ni+2", "Cu+2"]).read()
        for path in (folder, tmp_path / "whole.csv")
    )
    pd.testing.assert_frame_equal(here, there)
    assert here["ligand"].tolist() == ["glycine", "en", "NTA"] * 2


def test_every_wrong_row_is_named_with_its_part(folder):
    again = {"name": ["NTA", "hexane", "en"], "smiles": [*SECOND["smiles"], "CCCCCC", "NCCN"]}
    write(folder, FIRST, again)
    with pytest.raises(DataError, match="ligands: 2 values cannot be used") as caught:
        read_ligands(folder)
    assert [
        problem.split(" has no")[0].split(" (same")[0] for problem in caught.value.problems
    ] == [
        "part-1.parquet, row 3, smiles: CCCCCC",
        "part-1.parquet, row 4, smiles: NCCN is the ligand of part-0.parquet, row 3",
    ]


def test_rows_are_listed_from_the_top_down_whatever_is_wrong(tmp_path):
    path = tmp_path / "shelf.csv"
    path.write_text("ligand,smiles,cost\nhexane,CCCCCC,1\nen,NCCN,free\nx,CC,2\n")
    with pytest.raises(DataError, match=r"(?s)3 values.*row 2, sm.*row 3, cost.*row 4, smiles"):
        read_ligands(path)


def test_a_damaged_part_is_refused_by_name(folder):
    write(folder, FIRST, SECOND)
    part = folder / "part-1.parquet"
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"part-1\.parquet"):
        read_ligands(folder)


def test_parts_have_the_same_columns(folder):
    write(folder, FIRST, SECOND | {"cost": [3.0]})
    with pytest.raises(DataError, match=r"part-1.* parts of one table have the same"):
        read_ligands(folder)


@pytest.mark.parametrize("other", [None, "notes.txt"])
def test_a_folder_holds_parts_and_nothing_else(folder, other):
    if other:
        write(folder, FIRST)
        (folder / other).write_text("?")
    with pytest.raises(DataError, match=r"it must hold the \.parquet files of one table"):
        read_ligands(folder)
