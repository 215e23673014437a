import pandas as pd
import pytest
from command_line import run

from bo_loop.cli.verbs.describe import _listed


def test_the_command_writes_a_table(tmp_path):
    words = ["describe", "smiles=[NCCN,OC(=O)CN]", "blocks=[donors,charge]"]
    assert "2 rows" in run(tmp_path, *words, "out=d.csv")
    found = pd.read_csv(tmp_path / "d.csv", encoding="utf-8-sig")
    assert found["smiles"].tolist() == ["NCCN", "OC(=O)CN"]
    assert found["charge.ligand_charge"].tolist() == [0.0, -1.0]
    assert "donors.primary_amine" in run(tmp_path, *words)
    assert "Nothing is to be described" in run(tmp_path, "describe", code=2)
    assert "differ in length" in run(
        tmp_path, "describe", "smiles=NCCN", "metal=[Cu+2,Zn+2]", code=2
    )


@pytest.mark.parametrize(
    ("value", "listed"),
    [
        (None, []),
        ("NCCN", ["NCCN"]),
        (["NCCN", "CCN"], ["NCCN", "CCN"]),
        ("[NCCN,OC(=O)CN]", ["NCCN", "OC(=O)CN"]),
        ("[Ni+2]", ["[Ni+2]"]),
    ],
)
def test_lists_as_they_are_typed(value, listed):
    assert _listed("smiles", value) == listed
