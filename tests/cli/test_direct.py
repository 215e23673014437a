import json
import subprocess
import sys

import pytest
from command_line import run

from bo_loop import Campaign
from bo_loop.cli import compose, direct

READING = ("status", "history")
PLAIN = [
    ("status", ["name=nickel"]),
    ("status", ["name=ニッケル-2", "directory=/tmp/a folder/b", "json=true"]),
    ("status", ["name=1e3", "json=false", "directory=null"]),
    ("history", ["name=a", "pair=Ni+2:L1:AAAA-BB-N"]),
    ("history", ["name=a.b_c~d", "name=other"]),
    ("log", ["name=a", "results=-", "confirm=true", "date=2025-01-31", "note=done twice"]),
    ("withdraw", ["name=a", "pair=Ni+2:L1:A", "reason=none left"]),
    ("report", ["name=a", "out=b/c.html"]),
    ("verify", ["name=a", "refit=true"]),
]


def composed(monkeypatch, verb, arguments):
    """Return the config that Hydra hands to a verb."""
    found = []
    monkeypatch.setattr(direct, "read_config", lambda *_: None)
    monkeypatch.setattr(compose, "_function_of", lambda _: lambda config: found.append(config))
    compose.run(verb, arguments)
    return found[0]


@pytest.mark.parametrize(("verb", "arguments"), PLAIN)
def test_plain_arguments_are_read_as_hydra_reads_them(verb, arguments, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    found = direct.read_config(verb, arguments)
    assert found == composed(monkeypatch, verb, arguments)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("start", ["name=a"]),
        ("suggest", ["name=a", "batch_size=3"]),
        ("suggest", ["name=a", "acquisition=ucb"]),
        ("log", ["name=a", "results=b.csv", "confirm=[5]"]),
        ("status", []),
        ("status", ["name="]),
        ("status", ["name=a", "jsn=true"]),
        ("status", ["name=a", "json=yes"]),
        ("status", ["name=a [1]"]),
        ("status", ["name='a'"]),
        ("status", ["name=${oc.env:HOME}"]),
        ("status", ["name=a", "pair=b"]),
        ("status", ["name=a", "+x=1"]),
        ("status", ["name=a", "hydra.run.dir=b"]),
        ("status", ["--help"]),
        ("status", ["name=a", "--cfg", "job"]),
    ],
)
def test_anything_else_is_left_to_hydra(verb, arguments, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert direct.read_config(verb, arguments) is None


def test_a_conf_of_the_user_s_own_is_left_to_hydra(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "conf" / "status.yaml"
    own.parent.mkdir()
    assert direct.read_config("status", ["name=a"]) is not None
    own.write_text("name: ???\n", encoding="utf-8")
    assert direct.read_config("status", ["name=a"]) is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A campaign with a result."""
    path = tmp_path_factory.mktemp("lab")
    run(path, "start", "campaign=nickel_demo", "name=ni")
    pool = Campaign.open("ni", path / "campaigns").pool
    (path / "results.csv").write_text(f"pair_id,log_beta\n{pool['pair_id'][0]},9.5\n")
    run(path, "log", "name=ni", "results=results.csv")
    return path


def test_reading_verbs_start_without_what_is_slow_to_import(folder):
    heavy = {"pandas", "hydra", "omegaconf", "torch", "rdkit", "scipy", "pyarrow.compute"}
    for verb in READING:
        code = (
            "import sys; from bo_loop.cli.main import main; "
            f"sys.argv = ['bo-loop', {verb!r}, 'name=ni']; main(); "
            f"print(sorted({heavy} & set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True
        )
        assert done.stdout.splitlines()[-1] == "[]"


def test_both_ways_show_the_same(folder, monkeypatch):
    directly = [run(folder, verb, "name=ni", "json=true") for verb in READING]
    status = json.loads(directly[0])
    assert (status["n_pool"], status["best"]["log_beta"]) == (26, 9.5)
    monkeypatch.setattr(direct, "read_config", lambda *_: None)
    assert [run(folder, verb, "name=ni", "json=true") for verb in READING] == directly


def test_a_suggest_without_overrides_takes_the_campaign_s_own_settings(tmp_path):
    started = ["campaign=nickel_demo", "name=ni", "batch_size=2", "model.max_iter=3"]
    run(tmp_path, "start", *started)
    assert direct.read_config("suggest", ["name=ni"])["name"] == "ni"
    printed = run(tmp_path, "suggest", "name=ni")
    assert "pairs were open" not in printed
    made = Campaign.open("ni", tmp_path / "campaigns").state().rounds[0]
    assert (len(made.proposals), made.overrides) == (2, {})
