"""bo-loop speciate, as it is typed."""

import json

import numpy as np
import pandas as pd
import pytest
from command_line import run
from small_campaign import cheapen, results, start

from bo_loop.solution.conditional import log_conditional
from bo_loop.solution.distribution import system_of
from bo_loop.solution.embedded import complexes, protonation


def test_embedded_constants_as_a_table_with_a_figure(tmp_path):
    printed = run(tmp_path, "speciate", "metal=Ni+2", "ligand=edta", "out=nickel.svg")
    for text in ("ethylenediaminetetraacetic acid", "20.54", "ThermoChimie 12a", "NiHL 93%"):
        assert text in printed
    assert (tmp_path / "nickel.svg").read_bytes().startswith(b"<?xml")


def test_as_json_the_numbers_are_those_of_the_library(tmp_path):
    told = json.loads(
        run(tmp_path, "speciate", "metal=Ca+2", "ligand=edta", "pH_min=7", "pH_max=10",
            "pH_step=3", "json=true")
    )  # fmt: skip
    system = system_of(["Ca+2"], -4, (*protonation("edta"), *complexes("Ca+2", "edta")))
    expected = log_conditional(system, "Ca+2", "L", [7.0, 10.0], ionic_strength_M=0.1)
    assert told["pH"] == [7.0, 10.0]
    assert told["log_K_cond"]["Ca+2"] == pytest.approx(expected.tolist())
    assert set(told["log_c"]) == {"Ca+2", "L", "H+"} | {s["species"] for s in told["constants"]}
    calcium = sum(10 ** np.array(v) for k, v in told["log_c"].items() if k.startswith("Ca"))
    assert calcium == pytest.approx([1e-3, 1e-3])


def test_metals_in_one_solution_and_a_hydroxide_that_may_precipitate(tmp_path, capsys):
    printed = run(tmp_path, "speciate", "metal=[Cu+2,Zn+2]", "ligand=glycine")
    assert "Distribution of Cu+2" in printed
    assert "Distribution of Zn+2" in printed
    assert "CuL2" in printed
    assert "ZnL" in printed


def table(folder):
    rows = [
        ("Ni", 2, "NCC(=O)O", 1, 5.74), ("Ni", 2, "NCC(=O)O", 2, 10.6), ("Ni", 2, "NCCN", 1, 7.3),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["metal", "charge", "smiles", "n_ligands", "log_beta"])
    frame.to_csv(folder / "own.csv", index=False)
    acid = {"equilibrium": "[HL]/[L][H]", "temperature_C": 25, "ionic_strength_M": 0.1}
    pd.DataFrame([{"smiles": "NCC(=O)O", "log_K": 9.57, **acid}]).to_csv(
        folder / "acid.csv", index=False
    )
    return ["data=csv", "data.path=own.csv", "data.protonation=acid.csv"]


def test_constants_of_ones_own(tmp_path):
    own = table(tmp_path)
    told = json.loads(run(tmp_path, "speciate", "metal=Ni+2", "ligand=NCC(=O)O", *own, "json=true"))
    values = {each["species"]: each["log_beta"] for each in told["constants"]}
    assert values["NiL"] == 5.74
    assert values["HL"] == 9.57
    assert values["Ni(OH)"] == -9.54


def test_a_pair_of_a_campaign_with_the_result_that_was_logged(tmp_path, monkeypatch):
    cheapen(monkeypatch)
    campaign = start(tmp_path / "campaigns")
    campaign.log(results(tmp_path, {"A": 6.5}))
    told = json.loads(run(tmp_path, "speciate", "name=small", "pair=Ni+2:L1:A", "json=true"))
    values = {each["species"]: each["log_beta"] for each in told["constants"]}
    assert values["NiL"] == 6.5
    complaint = run(tmp_path, "speciate", "name=small", "pair=Ni+2:L1:B", code=2)
    assert "no constant of Ni+2" in complaint


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["metal=Ni+2"], "needs metal= and ligand="),
        (["metal=Ni+2", "ligand=edta", "name=x"], "needs metal= and ligand="),
        (["metal=Ni+2", "ligand=nonsense"], "is not among the embedded ligands"),
        (["metal=Sc+3", "ligand=edta"], "no constant of Sc+3"),
        (["metal=Xx+2", "ligand=edta"], "not"),
        (["metal=Ni+2", "ligand=edta", "pH_step=0"], "not a range of pH"),
        (["metal=Ni+2", "ligand=edta", "pH_step=a"], "expected a number"),
        (["metal=Ni+2", "ligand=edta", "total_metal_M=0"], "number above 0"),
        (["metal=Ni+2", "ligand=edta", "ionic_strength_M=2"], "hold from 0 to 0.5"),
        (["metal=Ni+2", "ligand=edta", "out=a.txt"], "only .svg, .png and .pdf files are written"),
    ],
)
def test_bad_input_is_one_message(tmp_path, arguments, why):
    assert why in run(tmp_path, "speciate", *arguments, code=2)
    assert not list(tmp_path.iterdir())
