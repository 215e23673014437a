"""Constants of protonated complexes MHL: of SRD 46, and as a table of their own."""

import pandas as pd
import pytest
import srd46_dump as dump

from bo_loop.base.errors import DataError
from bo_loop.data import Csv
from bo_loop.data.sources import srd46

ROWS = (
    "metal,charge,smiles,equilibrium,log K,temperature_C,ionic_strength_M\n"
    "Cu,2,NCC(=O)O,[MHL]/[ML][H],3.0,25,0.1\n"
    "Fe,3,NCC(=O)O,[MHL] / [M][HL],10.1,298.15 K,0.1\n"
)


def read(tmp_path, text):
    path = tmp_path / "mhl.csv"
    path.write_text(text, encoding="utf-8")
    return Csv(path="none.csv", mhl=path).protonated()


def test_a_table_is_read(tmp_path):
    found = read(tmp_path, ROWS)
    assert found["log_K"].tolist() == [3.0, 10.1]
    assert found["equilibrium"].tolist() == ["[MHL]/[ML][H]", "[MHL]/[M][HL]"]
    assert (found["charge"].tolist(), found["temperature_C"].tolist()) == ([2, 3], [25.0, 25.0])
    assert found["source"].tolist() == ["mhl", "mhl"]
    assert Csv(path="none.csv").protonated().empty


def test_every_bad_cell_is_named(tmp_path):
    bad = ROWS.replace("[MHL]/[ML][H]", "[ML]/[M][L]").replace("10.1", "much")
    with pytest.raises(DataError) as caught:
        read(tmp_path, bad)
    assert "row 2, equilibrium" in str(caught.value)
    assert "row 3, log" in str(caught.value)
    with pytest.raises(DataError, match="no column equilibrium"):
        read(tmp_path, ROWS.replace("equilibrium", "kind"))


def test_srd46_tells_them_from_log_beta(tmp_path):
    content = dump.tables()
    content["verkn_ligand_metal"] += [
        dump.constant(900_001, dump.EDTA, dump.NICKEL, "788", "3.2"),
        dump.constant(900_002, dump.EDTA, dump.COPPER, "779", "9.1", i="0.5"),
        dump.constant(900_003, dump.EDTA, dump.COPPER, "788", ">5"),
    ]
    zipped = dump.zipped(tmp_path / "d.zip", content)
    found = srd46.protonated_complexes(zipped)
    assert found[["metal", "equilibrium", "log_K", "ionic_strength_M"]].to_numpy().tolist() == [
        ["Ni", "[MHL]/[ML][H]", 3.2, 0.1], ["Cu", "[MHL]/[M][HL]", 9.1, 0.5]
    ]  # fmt: skip
    assert not set(srd46.read(zipped)[0]["vlm_id"]) & {"900001", "900002", "900003"}
    again = Csv(path="none.csv", mhl=zipped).protonated()
    pd.testing.assert_frame_equal(again, found)
