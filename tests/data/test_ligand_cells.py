from pathlib import Path

import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.cells import read_cells
from bo_loop.data.ligand_cells import ligand_smiles, ligands_of, numbers_of

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"


def cells(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return read_cells(path)


def test_a_name_or_a_structure_says_which_ligand_it_is():
    assert ligand_smiles("edta") == ligand_smiles(EDTA) == EDTA
    with pytest.raises(DataError):
        ligand_smiles("unobtainium")


def test_a_row_is_of_its_smiles_and_else_of_its_name(tmp_path):
    found = cells(tmp_path, "ligand,smiles,a\nmine,NCCN,1\nEDTA,,2\nmine,,3\n")
    smiles, problems = ligands_of(found, Path("t.csv"))
    assert smiles == ["NCCN", EDTA, ""]
    assert len(problems) == 1
    assert problems[0].startswith("row 4: ")
    with pytest.raises(DataError, match="it has a, b"):
        ligands_of(cells(tmp_path, "a,b\n1,2\n"), Path("t.csv"))


def test_numbers_and_blanks(tmp_path):
    found = cells(tmp_path, 'smiles,a,b\nNCCN,"1,5",\nCO,x,2\n')
    numbers, problems = numbers_of(found, ["a", "b"], blanks=True)
    assert numbers["a"][0] == 1.5
    assert numbers["b"].isna().tolist() == [True, False]
    assert problems == ["row 3, a: 'x' is not a number"]
    assert numbers_of(found, ["a", "b"], blanks=False)[1] == [
        "row 2, b: '' is not a number",
        "row 3, a: 'x' is not a number",
    ]
