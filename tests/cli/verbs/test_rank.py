"""The whole pool ranked, a person's picks, and the form as a workbook, as a user types them."""

import io
import json
import shlex
import shutil
import subprocess

import openpyxl
import pandas as pd
import pytest
from command_line import run
from embedded import few

from bo_loop import Campaign
from bo_loop.campaign.rounds import decide
from bo_loop.data import TablePool
from bo_loop.models import PairGP

LIGANDS = """ligand,smiles,cost
EDTA,OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O,10
CDTA,OC(=O)CN(CC(=O)O)C1CCCCC1N(CC(=O)O)CC(=O)O,40
NTA,OC(=O)CN(CC(=O)O)CC(=O)O,10
IDA,OC(=O)CNCC(=O)O,5
"ethylenediamine (en)",NCCN,5
"1,10-phenanthroline",c1cnc2c(c1)ccc1cccnc12,20
picolinic acid,OC(=O)c1ccccn1,20
lactic acid,CC(O)C(=O)O,2
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """A campaign with Ni2+ whose model is fitted to few constants, in few steps."""
    path = tmp_path_factory.mktemp("lab")
    (path / "ligands.csv").write_text(LIGANDS, encoding="utf-8")
    Campaign.start(
        "ni",
        data=few("Ni+2"),
        pool=TablePool(path=str(path / "ligands.csv"), metals=["Ni+2"]),
        model=PairGP(max_iter=5),
        directory=path / "campaigns",
    )
    return path


@pytest.fixture
def lab(started, tmp_path):
    return shutil.copytree(started, tmp_path / "lab")


@pytest.fixture(scope="module")
def picked(started, tmp_path_factory):
    """The same, with a round that a person picked."""
    path = shutil.copytree(started, tmp_path_factory.mktemp("picked") / "lab")
    return path, run(path, "suggest", "name=ni", "pick=[phen,en]")


def test_every_open_pair_is_ranked_printed_and_written(lab):
    printed = run(lab, "rank", "name=ni", "show=3", "out=ranking.xlsx", columns=80)
    assert "the first 3 of 8 open pairs of Ni+2" in printed
    assert max(map(len, printed.split("To choose")[0].splitlines())) <= 80
    sheet = openpyxl.load_workbook(lab / "ranking.xlsx")["ranking"]
    header, *rows = sheet.iter_rows(values_only=True)
    at = {name: i for i, name in enumerate(header)}
    assert [row[at["rank"]] for row in rows] == list(range(1, 9))
    means = [row[at["predicted_log_beta"]] for row in rows]
    assert means == sorted(means, reverse=True)
    assert {row[at["cost"]] for row in rows} == {2, 5, 10, 20, 40}
    assert all(0 <= row[at["chance to beat the best"]] <= 1 for row in rows)
    assert all(row[at["nearest"]] for row in rows)
    assert len(sheet._images) == 8

    run(lab, "rank", "name=ni", "out=ranking.csv")
    table = pd.read_csv(lab / "ranking.csv")
    assert table["mean"].tolist() == pytest.approx(means)
    assert "exists already" in run(lab, "rank", "name=ni", "out=ranking.csv", code=2)
    assert ".xlsx" in run(lab, "rank", "name=ni", "out=ranking.doc", code=2)
    (line,) = [line for line in printed.splitlines() if line.startswith("  bo-loop suggest")]
    assert len(json.loads(run(lab, *shlex.split(line)[1:], "json=true"))) == 2


def test_a_ranking_says_what_a_round_would(lab):
    campaign = Campaign.open("ni", lab / "campaigns")
    ranked = campaign.rank().set_index("pair_id")
    predicted = campaign.predict(campaign.pool.head(2))
    assert campaign.state().seq == 1  # nothing is recorded
    own = ranked.loc[campaign.pool["pair_id"].head(2)]
    for name in ("mean", "sd"):
        assert predicted[name].tolist() == pytest.approx(own[name].tolist(), abs=1e-9)
    known = [
        [[near["log_beta"] for near in each] for each in t["nearest"]] for t in (predicted, own)
    ]
    assert known[0] == known[1]
    proposals = campaign.suggest(batch_size=8).set_index("pair_id")
    for name in ("mean", "sd", "outside_domain"):
        assert ranked[name].loc[proposals.index].tolist() == proposals[name].tolist()


def test_a_persons_choice_is_a_round_with_its_predictions(picked):
    path, printed = picked
    assert "chosen by hand" in printed
    campaign = Campaign.open("ni", path / "campaigns")
    (made,) = campaign.state().rounds
    assert {p.pair_id for p in made.proposals} == set(made.picked)
    assert {row["ligand"] for row in campaign.history().to_dict("records")[1:]} == {
        "ethylenediamine (en)", "1,10-phenanthroline",
    }  # fmt: skip
    checks = {check.what: check for check in campaign.verify().checks}
    assert checks["round 1"].outcome == "ok", checks["round 1"].detail
    assert checks["rounds/001/proposals.xlsx"].outcome == "ok"
    assert len(campaign.rank()) == 6


def test_what_cannot_be_picked_is_said_before_the_fit(picked, monkeypatch):
    path, _ = picked
    monkeypatch.setattr(decide, "fitted", None)  # nothing is to be fitted
    refused = run(path, "suggest", "name=ni", "pick=[phen,lactate]", code=2)
    assert "it is pending" in refused
    assert refused.count("  - ") == 1
    assert "Is it" in run(path, "suggest", "name=ni", "pick=phenn", code=2)


def workbook(path):
    return path / "campaigns" / "ni" / "rounds" / "001" / "proposals.xlsx"


def filled(book, values, extra=""):
    """Fill in log_beta by ligand, the rows in reverse order; return the workbook's bytes."""
    sheet = book["results"]
    header = [cell.value for cell in sheet[1]]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)][::-1]
    ligand, value = header.index("ligand"), header.index("log_beta")
    for r, row in enumerate(rows, start=2):
        row[value] = values.get(row[ligand])
        for c, cell in enumerate(row, start=1):
            sheet.cell(r, c).value = cell
        if extra:
            sheet.cell(r, len(header) + 1, "blue")
    if extra:
        sheet.cell(1, len(header) + 1, extra)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_form_is_a_workbook_made_to_be_filled_in(picked):
    path, printed = picked
    assert "proposals.xlsx" in printed
    book = openpyxl.load_workbook(workbook(path))
    sheet = book["results"]
    header = [cell.value for cell in sheet[1]]
    assert header[:7] == [
        "log_beta", "log_beta_sd", "status", "temperature (°C)", "ionic strength (mol/L)",
        "confirm", "note",
    ]  # fmt: skip
    colours = [cell.fill.start_color.rgb for cell in sheet[2]]
    assert len(set(colours[:7])) == 1
    assert colours[0] not in colours[7:]
    choices = {v.formula1 for v in sheet.data_validations.dataValidation}
    assert '"measured,in_progress,failed"' in choices
    assert len(sheet._images) == 2
    explained = {row[0] for row in book["columns"].iter_rows(values_only=True)}
    assert set(header) <= explained
    assert header.index("predicted_log_beta") > header.index("ligand")


def test_it_is_logged_in_any_order_and_columns_of_ones_own_are_named(picked, tmp_path):
    path = shutil.copytree(picked[0], tmp_path / "lab")
    form = workbook(path)
    book = openpyxl.load_workbook(form)
    form.write_bytes(filled(book, {"ethylenediamine (en)": 7.4}, extra="colour"))
    printed = run(path, "log", "name=ni", f"results={form}")
    assert "not read: 'colour'" in printed
    for own in ("structure", "predicted_sd", "nearest", "smiles"):
        assert f"'{own}'" not in printed
    assert "7.40" in printed
    assert json.loads(run(path, "status", "name=ni", "json=true"))["counts"] == {
        "measured": 1, "pending": 1,
    }  # fmt: skip
    checks = Campaign.open("ni", path / "campaigns").verify().checks
    outcomes = {check.what: check.outcome for check in checks}
    assert outcomes["rounds/001/proposals.xlsx"] == "ok"


def test_what_was_changed_of_ours_in_the_workbook_is_found(picked, tmp_path):
    path = shutil.copytree(picked[0], tmp_path / "lab")
    book = openpyxl.load_workbook(workbook(path))
    at = [cell.value for cell in book["results"][1]].index("predicted_log_beta") + 1
    book["results"].cell(2, at).value = 99
    book.save(workbook(path))
    assert "predicted_log_beta of" in run(path, "verify", "name=ni", code=2)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_converts_the_form_there_and_back(picked, tmp_path):
    path = shutil.copytree(picked[0], tmp_path / "lab")
    form = workbook(path)
    form.write_bytes(filled(openpyxl.load_workbook(form), {"1,10-phenanthroline": 8.6}))
    for kind, given in (("ods", form), ("xlsx", tmp_path / "proposals.ods")):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
             "--convert-to", kind, "--outdir", tmp_path, given],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
    back = tmp_path / "proposals.xlsx"
    (recorded,) = json.loads(run(path, "log", "name=ni", f"results={back}", "json=true"))[
        "recorded"
    ]
    assert recorded["log_beta"] == 8.6
    assert recorded["ligand"] == "1,10-phenanthroline"
    assert len(openpyxl.load_workbook(back)["results"]._images) == 2
    shutil.copy(back, form)
    assert "our columns as proposed" in run(path, "verify", "name=ni")
