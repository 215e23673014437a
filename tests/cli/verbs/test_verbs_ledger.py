"""The verbs that amend, tell and check a record, as a user types them."""

import json
import os
import shlex
import shutil
import subprocess

import pytest
from command_line import BO_LOOP, fill, run
from embedded import without

NAME = "name=ニッケル [1]"
FEW = f"data.without_metals=[{','.join(without('Ni+2'))}]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A campaign with one round, its first pair measured: event 3."""
    path = tmp_path_factory.mktemp("lab")
    run(path, "start", "campaign=nickel_demo", "name=ニッケル [1]", "model.max_iter=10", FEW)
    run(path, "suggest", NAME, "operator=Kei")
    form = path / "campaigns" / "ニッケル [1]" / "rounds" / "001" / "proposals.csv"
    fill(form, ["20,1 ± 0.1", "", ""])
    printed = run(
        path, "log", NAME, f"results={form.relative_to(path)}", "operator=Ada Łukasz",
        "method=potentiometry, 3 titrations", "date=20250131",
    )  # fmt: skip
    assert "row 2, log_beta: '20,1 ± 0.1' was read as 20.1, sd 0.1" in printed
    return path


def told(folder, *arguments):
    return json.loads(run(folder, "history", NAME, "json=true", *arguments))


def test_a_record_is_amended_told_and_checked(folder):
    rows = told(folder)
    assert [row["event"] for row in rows] == ["started", *["proposed"] * 3, "measured"]
    assert [row["who"] for row in rows][1:] == ["Kei"] * 3 + ["Ada Łukasz"]
    assert rows[-1]["what"] == "log β 20.1 ± 0.1; potentiometry, 3 titrations; 20250131"
    first, second = rows[1]["pair_id"], rows[2]["pair_id"]
    assert rows[-1]["mean"] == rows[1]["mean"]

    assert "log_beta 20.1 → 19.9" in run(
        folder, "correct", NAME, "event=3", "log_beta=19,9", "reason=typing = error", "by=Kei"
    )
    assert "censoring none → lower" in run(folder, "correct", NAME, "event=3", "log_beta=>20")
    run(folder, "correct", NAME, "event=3", "log_beta=20.1", "log_beta_sd=null")
    assert "holds this already" in run(folder, "correct", NAME, "event=3", "log_beta=20.1")
    assert "withdrawn" in run(folder, "withdraw", NAME, f"pair={second}", "reason=none left")
    assert "restored" in run(folder, "restore", NAME, f"pair={second}")
    assert [row["event"] for row in told(folder, f"pair={first}")] == [
        "proposed", "measured", "corrected", "corrected", "corrected",
    ]  # fmt: skip
    assert "Ada Łukasz" in run(folder, "history", NAME)


def test_a_record_that_holds_and_one_that_does_not(folder):
    printed = run(folder, "verify", NAME)
    assert "round 1" in printed
    view = folder / "campaigns" / "ニッケル [1]" / "measurements.csv"
    honest = view.read_bytes()
    view.write_bytes(honest.replace(b"20.1", b"21.1"))
    refused = run(folder, "verify", NAME, code=2)
    assert "measurements.csv: shows results that the ledger does not" in refused
    view.write_bytes(honest)


def test_settings_change_for_good(folder):
    printed = run(folder, "config", NAME, "batch_size=1", "acquisition=ucb", "acquisition.beta=2",
               columns=80)  # fmt: skip
    assert [line.split() for line in printed.splitlines()[1:]] == [
        ["batch_size", "3", "→", "1"],
        ["acquisition", "auto", "→", "ucb"],
        ["acquisition.beta", "2"],
    ]
    assert "Changed for all rounds to come (event" in printed
    printed = run(folder, "config", NAME, "acquisition.beta=3")  # of the option chosen before
    assert printed.splitlines()[1].split() == ["acquisition.beta", "2", "→", "3"]
    shown = json.loads(run(folder, "config", NAME))
    assert shown["batch_size"] == 1
    assert shown["acquisition"]["_target_"].endswith("UCB")
    assert shown["acquisition"]["beta"] == 3
    proposals = json.loads(run(folder, "suggest", NAME, "json=true"))
    assert len(proposals) == 1
    run(folder, "config", NAME, "acquisition=log_ei")  # no beta is left behind
    assert "beta" not in json.loads(run(folder, "config", NAME))["acquisition"]


def test_the_pool_grows_by_real_ligands(folder):
    malonic, picolinic = "OC(=O)C(Cc1ccccc1)C(O)=O", "OC(=O)c1ccccn1"
    (folder / "new [1].csv").write_text(
        f"ligand,smiles\nbenzylmalonic acid,{malonic}\n2-picolinic acid,{picolinic}\n",
        encoding="utf-8",
    )
    (added,) = json.loads(run(folder, "extend", NAME, "ligands=new [1].csv", "json=true"))
    assert added["what"] == "2 pairs from new [1].csv"
    printed = run(folder, "extend", NAME, "ligands=new [1].csv", code=2)
    assert "in the pool already (benzylmalonic acid, 2-picolinic acid)" in printed
    (folder / "more.csv").write_text(
        f"ligand,smiles\nBMA,{malonic}\nsuberic acid,OC(=O)CCCCCCC(O)=O\n", encoding="utf-8"
    )
    (recorded,) = json.loads(run(folder, "extend", NAME, "ligands=more.csv", "json=true"))
    assert recorded["what"] == (
        "1 pairs from more.csv, of 1 ligands; in the pool already: BMA (benzylmalonic acid)"
    )
    proposals = json.loads(run(folder, "suggest", NAME, "batch_size=99", "json=true"))
    assert {"benzylmalonic acid", "2-picolinic acid"} <= {row["ligand"] for row in proposals}


def test_results_through_a_pipe(folder):
    pair = told(folder)[2]["pair_id"]
    done = subprocess.run(
        [BO_LOOP, "log", NAME, "results=-", "confirm=true", "json=true"],
        cwd=folder, capture_output=True, input=f"pair_id;log_beta\n{pair};>9,5\n".encode(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["recorded"][0]["censoring"] == "lower"
    assert found["understood"] == ["row 2, log_beta: '>9,5' was read as above 9.5"]


@pytest.fixture(scope="module")
def doubtful(folder, tmp_path_factory):
    """A copy of the campaign with a file whose row is doubtful, and the pair of the row."""
    pair = told(folder)[3]["pair_id"]
    lab = shutil.copytree(folder, tmp_path_factory.mktemp("doubtful") / "lab")
    (lab / "r.csv").write_text(f"pair_id,log_beta\n{pair},45\n", encoding="utf-8")
    return lab, pair


def test_a_doubtful_row_is_asked_about(doubtful):
    lab, pair = doubtful
    refused = run(lab, "log", NAME, "results=r.csv", code=2)
    assert f"row 2, {pair}: 45 where" in refused
    assert "confirm=[2]" in refused
    wrong = run(lab, "log", NAME, "results=r.csv", "confirm=[3]", code=2)
    assert "confirm names 3, where the file has no result" in wrong


@pytest.mark.parametrize("form", ["confirm=[2]", "confirm=2", "confirm=[{}]", "confirm={}"])
def test_a_doubtful_row_is_confirmed_by_its_number_or_pair(doubtful, tmp_path, form):
    lab, pair = shutil.copytree(doubtful[0], tmp_path / "lab"), doubtful[1]
    run(lab, "log", NAME, "results=r.csv", form.format(pair))
    assert "confirmed although 45 where" in told(lab, f"pair={pair}")[-1]["what"]


def test_a_doubtful_correction_is_asked_about(folder):
    refused = run(folder, "correct", NAME, "event=3", "log_beta=45", code=2)
    assert "event 3, " in refused
    assert "confirm=true" in refused


def test_a_closed_campaign_can_be_reopened(folder):
    run(folder, "close", NAME, "reason=paper sent")
    assert "was closed by event" in run(folder, "suggest", NAME, code=2)
    run(folder, "reopen", NAME)
    assert "not closed: nothing to reopen" in run(folder, "reopen", NAME, code=2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["correct", NAME, "log_beta=5"], "needs event"),
        (["correct", NAME, "event=1", "log_beta=5"], "Event 1 is not a measurement"),
        (["correct", NAME, "event=3", "log_beta=n.d."], "no value"),
        (["withdraw", NAME, "pair=Ni+2:L1:X"], "is not a pair of this campaign's pool"),
        (["config", NAME, "seed=3"], "bo-loop config has no option 'seed'"),
        (["extend", NAME], "Nothing to add"),
        (["extend", NAME, "metals=[Xx+2]"], "'Xx' is not a metal ion"),
        (["correct", NAME, "event=3", "void=no"], "void is 'no': it must be true or false"),
        (["correct", NAME, "event=abc", "log_beta=3"], "event is 'abc'"),
        (["correct", NAME, "event=3", "date=2025-02-31"], "there is no such day"),
        (["correct", NAME, "event=3", "date=20990101"], "lies in the future"),
        (["history", NAME, "pair=Ni+2:L1:X"], "is not a pair of this campaign's pool"),
    ],
)
def test_bad_input_ends_with_one_message(folder, arguments, words):
    printed = run(folder, *arguments, code=2)
    assert printed.count("error: ") == 1
    assert words in printed


def test_what_to_type_next_can_be_typed(folder):
    printed = run(folder, "status", NAME)
    lines = [line.strip() for line in printed.splitlines() if line.startswith("  bo-loop ")]
    assert {shlex.split(line)[2] for line in lines} == {NAME}


def test_a_reader_who_has_had_enough_is_no_error(folder):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [BO_LOOP, "history", NAME, "json=true"], cwd=folder, stdout=writer, stderr=subprocess.PIPE
    )
    os.close(writer)
    assert done.stderr == b""
