import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ligands import ligand_group
from bo_loop.lab.spectra.latent_table import latent_table, read_property

SMILES = ["C" * n + "O" for n in range(1, 13)]
HEIGHTS = np.linspace(0.1, 1.2, 12)
x = np.linspace(0.0, 6.0, 15)
CURVES = pd.DataFrame(np.outer(HEIGHTS, np.exp(-((x - 3.0) ** 2))) + 0.1).assign(
    smiles=SMILES, ligand=""
)
CURVES = CURVES[["smiles", "ligand", *range(15)]]


def test_a_property_is_read_by_name_or_structure(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text('ligand,smiles,pKa\nEDTA,,10.2\n,NCC(=O)O,"9,6"\n', encoding="utf-8")
    name, known = read_property(path)
    assert name == "pKa"
    assert known[ligand_group("NCC(=O)O")] == 9.6
    assert sorted(known.values()) == [9.6, 10.2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ligand,a,b\nEDTA,1,2\n", "one column of numbers"),
        ("name,a\nEDTA,1\n", "needs a column smiles or ligand"),
        ("ligand,a\nEDTA,one\n", "row 2, a: 'one' is not a number"),
        ("ligand,a\nEDTA,1\nedta,2\n", "stands there twice"),
        ("ligand,a\nunobtainium,1\n", "row 2: "),
    ],
)
def test_a_property_that_cannot_be_used(tmp_path, text, words):
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_property(path)
    assert words in str(refused.value)


def test_ligands_without_the_property_are_described_too():
    known = {ligand_group(s): 2.0 * h for s, h in zip(SMILES[:10], HEIGHTS, strict=False)}
    options = {"models": ["pca"], "components": [1, 2], "repeats": 2}
    table, study, used = latent_table(CURVES, known, **options)
    assert len(table) == 12
    assert len(used) == 10
    assert study.kind == "pca"
    assert study.folds["repeat"].nunique() == 2
    assert list(table.columns[2:]) == [f"pca_{i + 1}" for i in range(study.components)]
    assert abs(np.corrcoef(table["pca_1"], HEIGHTS)[0, 1]) > 0.999


def test_without_a_property_the_curves_decide():
    table, study, used = latent_table(CURVES, None, models=["pca"], components=[1], repeats=1)
    assert study.weights is None
    assert len(used) == len(table) == 12
