"""The constants of a row: one with its n, or a column for each n."""

import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.sources.csv import Csv

CU = "Cu+2,NCC(=O)O"


def read(tmp_path, text, **options):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    frame = Csv(path=tmp_path / "t.csv", **options).read()
    return frame[["n_ligands", "log_beta", "log_beta_sd", "censoring"]].fillna(-1).values.tolist()


def refusal(tmp_path, text, **options):
    with pytest.raises(DataError) as caught:
        read(tmp_path, text, **options)
    return str(caught.value)


pytestmark = pytest.mark.filterwarnings("ignore:.*read")


def test_stepwise_constants_are_summed(tmp_path):
    text = f"metal,smiles,logK1,logK2,logK3\n{CU},8.15,6.88,2.1\nNi+2,NCC(=O)O,5.78,4.8,\n"
    assert read(tmp_path, text) == [
        [1, 8.15, -1, "none"], [2, 15.03, -1, "none"], [3, 17.13, -1, "none"],
        [1, 5.78, -1, "none"], [2, 10.58, -1, "none"],
    ]  # fmt: skip


def test_overall_constants_are_taken_as_they_are(tmp_path):
    text = f"metal,smiles,log β2,log K1\n{CU},15.03,8.15\n"
    assert read(tmp_path, text) == [[1, 8.15, -1, "none"], [2, 15.03, -1, "none"]]


def test_the_sds_of_steps_add_in_squares(tmp_path):
    text = f"metal,smiles,log K1,sd log K1,log K2,log K2 sd\n{CU},8.15,0.03,6.88 ± 0.04,\n"
    assert read(tmp_path, text) == [[1, 8.15, 0.03, "none"], [2, 15.03, 0.05, "none"]]


def test_a_bound_is_not_summed(tmp_path):
    assert read(tmp_path, f"metal,smiles,log K1\n{CU},>8\n") == [[1, 8.0, -1, "lower"]]
    assert "log K1 is not given as a number" in refusal(
        tmp_path, f"metal,smiles,log K1,log K2\n{CU},>8,6.9\n"
    )
    assert "row 2, log K2: '6.9' — log β2 is the sum of the steps" in refusal(
        tmp_path, f"metal,smiles,log K1,log K2\n{CU},,6.9\n"
    )


def test_natural_logarithms_are_converted(tmp_path):
    text = f"metal,smiles,n,ln β\n{CU},1,18.420680743952367\n"
    assert read(tmp_path, text) == [[1, 8.0, -1, "none"]]


def test_log_k_is_log_beta_of_one_ligand_only(tmp_path):
    assert read(tmp_path, f"metal,smiles,n,log K\n{CU},1,8.15\n") == [[1, 8.15, -1, "none"]]
    assert "log K of n = 2 may be the stepwise constant" in refusal(
        tmp_path, f"metal,smiles,n,log K\n{CU},2,6.88\n"
    )


def test_n_comes_from_the_header_or_the_option_or_is_asked_for(tmp_path):
    text = f"metal,smiles,log_beta\n{CU},8.15\n"
    assert "or give n_ligands=1 for all rows" in refusal(tmp_path, text)
    assert read(tmp_path, text, n_ligands=1) == [[1, 8.15, -1, "none"]]
    text = f"metal,smiles,log K1\n{CU},8.15\n"
    assert read(tmp_path, text) == [[1, 8.15, -1, "none"]]
    text = f"metal,smiles,n,log K1\n{CU},2,8.15\n"
    assert "it is of n = 1, and n_ligands 2" in refusal(tmp_path, text)
    assert "keep one way of writing the constants" in refusal(
        tmp_path, f"metal,smiles,log_beta,log K1\n{CU},8,8\n"
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (">20,,", [1, 20.0, -1, "lower"]), ("20,,lower", [1, 20.0, -1, "lower"]),
        ("<1,,Upper", [1, 1.0, -1, "upper"]), ("12.34(5),,", [1, 12.34, 0.05, "none"]),
        ("8.15*,0.1,", [1, 8.15, 0.1, "none"]), ("8.15 ± 0.05,,", [1, 8.15, 0.05, "none"]),
        ('"12,34",,', [1, 12.34, -1, "none"]), ("\u20101.5,,", [1, -1.5, -1, "none"]),
    ],
)  # fmt: skip
def test_a_literature_table_is_read_by_the_numbers_of_the_form(tmp_path, row, expected):
    text = f"metal,smiles,n,log_beta,sd,censoring\n{CU},1,{row}\n"
    assert read(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1_2,,", "log_beta: '1_2' — expected a number"),
        ("6.9²,,", "log_beta: '6.9²' — a superscript"),
        ("4.5–5.2,,", "a range"),
        (">20,,upper", "censoring: 'upper' — log_beta says lower"),
        ("8 ± 0.1,0.2,", "log_beta says ± 0.1: state it once"),
        ("8,>0.2,", "expected a standard deviation"),
        (",,", "log_beta: empty — expected log10"),
        ("8,,above", "expected one of none, lower, upper"),
    ],
)
def test_what_the_form_refuses_is_refused_in_the_literature(tmp_path, row, words):
    text = f"metal,smiles,n,log_beta,sd,censoring\n{CU},1,{row}\n"
    assert words in refusal(tmp_path, text)
