import pytest

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data import Csv, Minteq
from bo_loop.data.property import Property
from bo_loop.data.sources.property_tables import read_property

OF = Property("enthalpy", unit="kJ/mol")
HEADER = "metal,charge,smiles,enthalpy,enthalpy_sd\n"


@pytest.fixture
def table(tmp_path):
    def table(text, **options):
        path = tmp_path / "lab.csv"
        path.write_text(text, encoding="utf-8")
        return Csv(path=str(path), **options)

    return table


def test_a_column_of_that_name_with_its_sd(table):
    (row,) = read_property(table(HEADER + "Ni,2,OC(=O)CN,-20.5,1.5\n"), OF).to_dict("records")
    assert (row["metal"], row["charge"], row["smiles"]) == ("Ni", 2, "NCC(=O)O")
    assert (row["log_beta"], row["log_beta_sd"], row["n_ligands"]) == (-20.5, 1.5, 1)
    assert row["source"] == "lab"


def test_every_bad_value_is_named_by_its_row(table):
    text = HEADER + "Ni,2,NCC(=O)O,much,1\nNi,2,NCCN,-30,1\nNi,2,CC(=O)O,1,?\n"
    with pytest.raises(DataError) as refused:
        read_property(table(text), OF)
    assert "row 2, enthalpy: 'much'" in str(refused.value)
    assert "row 4, enthalpy_sd: '?'" in str(refused.value)
    assert "row 3" not in str(refused.value)


def test_what_is_about_constants_is_refused(table):
    with pytest.raises(ConfigError, match="give a table that has it"):
        read_property(Minteq(), OF)
    with pytest.raises(DataError, match="has no column enthalpy"):
        read_property(table("metal,charge,smiles\nNi,2,NCCN\n"), OF)
