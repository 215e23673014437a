import json

import pytest
from command_line import run
from simulated_titrations import curve_files


@pytest.fixture
def folder(tmp_path):
    for files in curve_files():
        for path, content in files:
            (tmp_path / path).write_bytes(content)
    return tmp_path


FILES = ("curves=cu_gly.csv", "cell=cell.yaml")


def test_constants_and_a_page(folder):
    told = run(folder, "refine", *FILES, "out=page.html")
    for part in ("'V (mL)' as volume_mL", "CuL2", "95 % limits", "sigma of the fit"):
        assert part in told
    assert (folder / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "exists already" in run(folder, "refine", *FILES, "out=page.html", code=2)
    assert "Change its ending" in run(folder, "refine", *FILES, "out=page.pdf", code=2)


def test_json_holds_everything(folder):
    found = json.loads(run(folder, "refine", *FILES, "json=true"))
    assert found["log_beta"]["CuL"][0] == pytest.approx(8.2, abs=0.05)
    assert found["faults"] == []
    assert found["limits_95"]["CuL"][0] < found["log_beta"]["CuL"][0]


@pytest.mark.slow
def test_proposed_species_are_not_taken_unasked(folder):
    told = run(folder, "refine", *FILES, "species=auto")
    assert "Sets of species that were tried" in told
    assert "species=[CuL,CuL2], or with confirm=true" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("curves=none.csv",), "there is no file none.csv"),
        (("curves=cu_gly.csv",), "volume_mL"),
        ((*FILES, "species=[NiL]"), "NiL"),
        ((*FILES, "name=none"), "There is no campaign"),
        ((*FILES, "species={a:1}"), "species is"),
    ],
)
def test_what_cannot_be_is_one_error(folder, words, said):
    assert said in run(folder, "refine", *words, code=2)
