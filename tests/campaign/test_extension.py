import pandas as pd
import pytest
from small_campaign import pairs

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.campaign import extension

A, B, C, D = (f"Ni+2:L1:{c}" for c in "ABCD")


def extended(pool_letters, ligands, metals, rule=None, encoding=None):
    class Schema:
        def transform(self, frame):
            assert set(frame) >= {"smiles", "metal", "pair_id"}
            bad = [s for s in frame["smiles"] if s == "[Na+]"]
            if bad:
                raise DataError("undefined", bad)

    return extension.new_pairs(pool_letters, Schema(), ligands, metals, rule, encoding)


def real_pool(n=(1,), conditions=(25.0,)):
    frame = pd.concat(
        [pairs("AB", n_ligands=k).assign(temperature_C=t) for k in n for t in conditions]
    )
    return frame.reset_index(drop=True)


def test_the_rule_on_denticity_holds_for_new_pairs_too(tmp_path, monkeypatch):
    path = tmp_path / "new.csv"
    path.write_text("ligand,smiles\nglycine,NCC(=O)O\nammonia,N\n")
    found = extended(real_pool(n=(1, 2)), path, [], rule=3)
    rows = found[["ligand", "n_ligands"]].to_numpy().tolist()
    assert sorted(rows) == [["ammonia", 1], ["ammonia", 2], ["glycine", 1]]
    with pytest.raises(CampaignError, match="or are complexes with more than 1 donors"):
        extended(real_pool(n=(2,)), path, [], rule=1)


def test_new_ligands_meet_the_metals_and_numbers_of_the_pool(tmp_path, monkeypatch):
    path = tmp_path / "new.csv"
    path.write_text("ligand,smiles\nglycine,NCC(=O)O\n")
    found = extended(real_pool(n=(1, 2)), path, [])
    assert found["pair_id"].tolist() == [
        "Ni+2:L1:DHMQDGOQFOQNFH-UHFFFAOYSA-N",
        "Ni+2:L2:DHMQDGOQFOQNFH-UHFFFAOYSA-N",
    ]
    assert found[["temperature_C", "ionic_strength_M"]].drop_duplicates().to_numpy().tolist() == [
        [25.0, 0.1]
    ]


def test_ligands_and_metals_that_are_there_are_named_and_the_new_ones_counted(
    tmp_path, monkeypatch
):
    path = tmp_path / "new.csv"
    path.write_text("ligand,smiles\nglycine,NCC(=O)O\n")
    pool = extended(real_pool(), path, [])
    path.write_text("ligand,smiles\naminoacetic acid,OC(=O)CN\nmalonic acid,OC(=O)CC(=O)O\n")
    found = extended(pool, path, [])
    assert found["ligand"].tolist() == ["malonic acid"]
    assert found.attrs["there"] == ["aminoacetic acid (glycine)"]
    path.write_text("ligand,smiles\nglycine,OC(=O)CN\n")
    with pytest.raises(CampaignError, match=r"in the pool already \(glycine, Ni\+2\)\."):
        extended(pool, path, ["Ni+2"])
    found = extended(pool, None, ["Ni+2", "Zn+2"])
    assert found["metal"].tolist() == ["Zn"]
    assert found.attrs["there"] == ["Ni+2"]


def test_a_table_of_new_ligands_may_have_another_encoding(tmp_path):
    path = tmp_path / "new.csv"
    path.write_bytes("ligand,smiles\nЩавелевая кислота,O=C(O)C(=O)O\n".encode("cp1251"))
    found = extended(real_pool(), path, [], encoding="cp1251")
    assert found["ligand"].tolist() == ["Щавелевая кислота"]


def test_new_metals_meet_all_ligands_old_and_new(tmp_path, monkeypatch):
    path = tmp_path / "new.csv"
    path.write_text("ligand,smiles\nglycine,NCC(=O)O\n")
    found = extended(real_pool(), path, ["Co+2"])
    keys = {(m, s) for m, s in zip(found["metal"], found["smiles"], strict=True)}
    assert keys == {("Ni", "NCC(=O)O"), ("Co", "NCC(=O)O"), ("Co", "C"), ("Co", "CC")}
    again = pd.concat([real_pool(), found], ignore_index=True)
    with pytest.raises(CampaignError, match="in the pool already"):
        extended(again, path, ["Co+2"])


def test_extensions_that_cannot_be(tmp_path, monkeypatch):
    with pytest.raises(CampaignError, match="Nothing to add"):
        extended(real_pool(), None, [])
    with pytest.raises(DataError, match="Unobtainium"):
        extended(real_pool(), None, ["Unobtainium"])
    with pytest.raises(CampaignError, match="2 different conditions"):
        extended(real_pool(conditions=(25.0, 37.0)), None, ["Co+2"])
    path = tmp_path / "new.csv"
    path.write_text("ligand,smiles\nglycine,NCC(=O)O\n")
    for metals in ([], ["Co+2"]):
        with pytest.raises(CampaignError, match="columns cost"):
            extended(real_pool().assign(cost=1.0), path, metals)
    crossed = extended(real_pool().assign(cost=[1.0, 2.0]), None, ["Co+2"])
    assert crossed["cost"].tolist() == [1.0, 2.0]
