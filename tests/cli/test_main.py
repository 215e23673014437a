"""The command, as a user types it."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from command_line import fill, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one campaign and its first round."""
    path = tmp_path_factory.mktemp("lab")
    run(path, "start", "campaign=nickel_demo", "name=ニッケル [1]", "model.max_iter=20")
    return path


NAME = "name=ニッケル [1]"


def test_a_campaign_from_start_to_second_round(folder):
    first = run(folder, "suggest", NAME)
    assert "round 1" in first
    assert "ethylenediaminetetraacetic acid" in first
    form = folder / "campaigns" / "ニッケル [1]" / "rounds" / "001" / "proposals.csv"
    assert str(form.relative_to(folder)) in first
    assert "Waiting for 3 results" in run(folder, "status", NAME)

    predicted = pd.read_csv(form, encoding="utf-8-sig")["predicted_log_beta"]
    fill(form, ["20.1", "", f"{predicted[2]:.2f}"])
    log = ["log", NAME, f"results={form.relative_to(folder)}"]
    assert "20.10" in run(folder, *log)
    assert "2 results were in the ledger already and added nothing" in run(folder, *log)

    second = json.loads(
        run(folder, "suggest", NAME, "batch_size=6", "acquisition=ucb", "acquisition.beta=4",
            "json=true")
    )  # fmt: skip
    measured = set(pd.read_csv(form, encoding="utf-8-sig")["pair_id"])
    assert len(second) == 6
    assert not {row["pair_id"] for row in second} & measured
    state = json.loads(run(folder, "status", NAME, "json=true"))
    assert state["counts"] == {"measured": 2, "pending": 7}
    assert state["best"]["log_beta"] == 20.1
    events = (folder / "campaigns" / "ニッケル [1]" / "ledger.jsonl").read_text(encoding="utf-8")
    overrides = json.loads(events.splitlines()[-1])["data"]["overrides"]
    assert overrides["acquisition"]["beta"] == 4
    assert overrides["batch_size"] == 6
    assert [path.name for path in folder.iterdir()] == ["campaigns"]  # no folder for each command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sugest"], "Did you mean 'suggest'?"),
        (["status"], "needs name"),
        (["status", "name=nobody"], "There is no campaign in"),
        (["status", "name=../up"], "is refused"),
        (["suggest", NAME, "batchsize=3"], "has no option 'batchsize'. Did you mean batch_size?"),
        (
            ["suggest", NAME, "acquisition=uct"],
            "there is no acquisition=uct. Choose one of auto, ei",
        ),
        (["suggest", NAME, "acquisition=ucb", "acquisition.bta=3"], "acquisition.bta"),
        (["suggest", NAME, "+acquisition.bta=3"], "unexpected keyword argument 'bta'"),
        (["suggest", NAME, "+acquisiton.beta=3"], "has no option 'acquisiton.beta'"),
        (["suggest", NAME, "+colour=red"], "has no option 'colour'"),
        (["suggest", NAME, "++pool.colour=red"], "has no option 'pool.colour'"),
        (["suggest", NAME, "~json"], "would take an option away"),
        (["suggest", NAME, "json"], "options are written key=value"),
        (["suggest", NAME, "batch_size=many"], "batch_size is 'many'"),
        (["log", NAME, "results=no such [file].csv"], "no such [file].csv"),
        (["start", "campaign=nickle"], "nickel_chelators"),
        (["start", "campaign=nickel_demo", NAME], "exists already"),
        (["start", "name=x"], "needs pool.metals"),
    ],
)
def test_bad_input_ends_with_one_message_and_code_2(folder, arguments, words):
    printed = run(folder, *arguments, code=2)
    assert printed.count("error: ") == 1
    assert words in printed
    for of_hydra in ("To append", "Config search path", "hydra.cc"):
        assert of_hydra not in printed


def test_cfg_job_shows_the_config_with_overrides(folder):
    shown = run(folder, "start", "campaign=copper_chelators", "seed=7", "--cfg", "job")
    assert "seed: 7" in shown
    assert "Cu+2" in shown


def test_local_conf_comes_before_the_packaged_one(folder):
    (folder / "conf" / "campaign").mkdir(parents=True)
    (folder / "conf" / "campaign" / "mine.yaml").write_text(
        "# @package _global_\nname: mine\nbatch_size: 9\npool: {metals: [Co+2]}\n",
        encoding="utf-8",
    )
    assert "batch_size: 9" in run(folder, "start", "campaign=mine", "--cfg", "job")


def test_protons_are_not_counted_as_metal_ions(tmp_path):
    (tmp_path / "lit.csv").write_text(
        "metal,charge,smiles,n_ligands,log_beta\nCu,2,NCCN,1,10.5\nCu,2,NCC(=O)O,1,8.2\n"
    )
    (tmp_path / "acids.csv").write_text(
        "smiles,equilibrium,temperature_C,ionic_strength_M,log_K\n"
        "NCCN,[HL]/[H][L],25,0.1,9.9\nNCCN,[H2L]/[HL][H],25,0.1,6.9\n"
    )
    told = run(
        tmp_path, "start", "name=cu", "data=csv", "data.path=lit.csv",
        "data.protonation=acids.csv", "pool.metals=[Cu+2]",
    )  # fmt: skip
    words = "4 constants of 1 metal ions and 2 ligands; 2 of them are protonation constants"
    assert words in " ".join(told.split())
    run(tmp_path, "report", "name=cu")
    page = (tmp_path / "campaigns/cu/report.html").read_text(encoding="utf-8")
    assert "4 constants (2 of them of protonation) of 1 metal ions with 2 ligands" in page


def test_reading_verbs_leave_no_run_folder_and_start_without_torch(tmp_path, folder):
    run(tmp_path, "status", NAME, f"directory={folder / 'campaigns'}")
    assert list(tmp_path.iterdir()) == []
    code = (
        "import sys; from bo_loop.cli.main import main; "
        f"sys.argv = ['bo-loop', 'status', {NAME!r}]; main(); "
        "heavy = {'torch', 'rdkit', 'mordred', 'scipy', 'matplotlib', 'mendeleev', 'jinja2'}; "
        "assert not heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
