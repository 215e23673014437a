import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.observations import (
    OBSERVATION_COLUMNS,
    PAIR_COLUMNS,
    standardised,
    validate_observations,
    validate_pairs,
    with_pair_ids,
)


def observations(**changes):
    row = {
        "metal": "Ni",
        "charge": 2,
        "ligand": "glycine",
        "smiles": "NCC(=O)O",
        "n_ligands": 1,
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
        "log_beta": 5.78,
        "log_beta_sd": 0.02,
        "censoring": "none",
        "source": "by hand",
    }
    return pd.DataFrame([row, row | changes])


def test_valid_table_gets_its_types_and_order():
    text = observations(metal=" VO ", log_beta_sd="", ligand=None).astype(object)
    text["charge"] = ["2", "2.0"]
    text["log_beta"] = ["5.78", "1e1"]
    text["note"] = ["a", "b"]
    checked = validate_observations(text[["note", *reversed(OBSERVATION_COLUMNS)]], "lit.csv")
    assert list(checked.columns) == [*OBSERVATION_COLUMNS, "note"]
    assert checked.dtypes.astype(str).to_dict() == {
        "metal": "str",
        "charge": "int64",
        "ligand": "str",
        "smiles": "str",
        "n_ligands": "int64",
        "temperature_C": "float64",
        "ionic_strength_M": "float64",
        "log_beta": "float64",
        "log_beta_sd": "float64",
        "censoring": "str",
        "source": "str",
        "note": str(text["note"].dtype),
    }
    assert checked["metal"].tolist() == ["Ni", "VO"]
    assert checked["ligand"].tolist() == ["glycine", ""]
    assert checked["log_beta"].tolist() == [5.78, 10.0]
    assert np.isnan(checked["log_beta_sd"][1])


def test_argument_is_not_changed():
    frame = observations(charge="2")
    before = frame.copy(deep=True)
    validate_observations(frame, "lit.csv")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("metal", "Cl", "formula without charge"),
        ("metal", "Ni+2", "formula without charge"),
        ("charge", 0, "from 1 to 8"),
        ("charge", 2.5, "whole number"),
        ("charge", "", "empty"),
        ("charge", True, "whole number"),
        ("smiles", "", "SMILES"),
        ("n_ligands", 7, "from 1 to 6"),
        ("temperature_C", None, "empty"),
        ("temperature_C", 298.15e3, "Celsius"),
        ("ionic_strength_M", -0.1, "mol/L"),
        ("log_beta", "abc", "'abc'"),
        ("log_beta", 60.1, "between −10 and 60"),
        ("log_beta", np.nan, "empty"),
        ("log_beta", np.inf, "between −10 and 60"),
        ("log_beta_sd", -0.1, "0 or more"),
        ("log_beta_sd", "about 1", "0 or more"),
        ("censoring", "above", "none, lower, upper"),
        ("source", "", "where the value comes from"),
    ],
)
def test_bad_value_is_told_with_row_column_and_fix(column, value, told):
    with pytest.raises(
        DataError, match=rf"lit.csv: 1 value cannot(.|\n)*row 3, {column}: "
    ) as error:
        validate_observations(observations().astype(object).pipe(put, column, value), "lit.csv")
    assert told in str(error.value)


def put(frame, column, value):
    return frame.assign(**{column: pd.Series([frame[column].iloc[0], value], dtype=object)})


def test_all_bad_rows_are_listed_in_order():
    frame = pd.concat([observations(charge=99), observations(metal="X", log_beta=-11)])
    with pytest.raises(DataError) as error:
        validate_observations(frame, "lit.csv")
    assert [p.split(":")[0] for p in error.value.problems] == [
        "row 3, charge",
        "row 5, metal",
        "row 5, log_beta",
    ]


def test_missing_columns_are_named_with_those_found():
    with pytest.raises(DataError, match="missing columns charge, smiles"):
        validate_pairs(observations().drop(columns=["charge", "smiles"]), "pairs.csv")


def test_pairs_need_no_measurement():
    pairs = validate_pairs(observations()[list(PAIR_COLUMNS)], "pairs.csv")
    assert list(pairs.columns) == list(PAIR_COLUMNS)


def test_empty_table_is_valid():
    assert len(validate_pairs(observations().iloc[:0], "pairs.csv")) == 0


def test_structures_are_standardised_and_nothing_else_changes():
    frame = observations(smiles="[NH3+]CC(=O)[O-]")
    result = standardised(frame, "lit.csv")
    assert result["smiles"].tolist() == ["NCC(=O)O", "NCC(=O)O"]
    pd.testing.assert_frame_equal(
        result.drop(columns="smiles"), frame.drop(columns="smiles"), check_dtype=True
    )


def test_every_row_with_an_unusable_structure_is_listed():
    frame = pd.concat([observations(smiles="C1CC"), observations(smiles="[Fe]Cl")])
    with pytest.raises(DataError, match=r"lit.csv: 2 rows") as error:
        standardised(frame, "lit.csv")
    assert error.value.problems[0].startswith("row 3, smiles: SMILES 'C1CC' cannot be read")
    assert error.value.problems[1].startswith("row 5, smiles: SMILES '[Fe]Cl' holds Fe")


def test_pair_id_is_metal_number_of_ligands_and_inchikey():
    frame = observations(metal="VO", n_ligands=2, smiles="[NH3+]CC(=O)[O-]")
    assert with_pair_ids(frame)["pair_id"].tolist() == [
        "Ni+2:L1:DHMQDGOQFOQNFH-UHFFFAOYSA-N",
        "VO+2:L2:DHMQDGOQFOQNFH-UHFFFAOYSA-N",
    ]


def test_import_is_cheap():
    heavy = "{'rdkit', 'mordred', 'torch', 'mendeleev', 'phreeqc'}"
    code = f"import sys, bo_loop.data.observations; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
