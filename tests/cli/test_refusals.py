"""Overrides that nothing reads, and Hydra's errors in our words."""

import subprocess

import command_line
import pytest

from bo_loop.base.errors import ConfigError
from bo_loop.cli.refusals import composition_error, refuse_foreign

TABLE = "metal,charge,smiles,n_ligands,log_beta\nCu,2,NCC(=O)O,1,8.15\n"
SIMULATED = ("simulate", "out=o", "target=[Cu+2]")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("+colour=red", "has no option 'colour'"),
        ("++colour=red", "has no option 'colour'"),
        ("+colour.of=red", "has no option 'colour.of'"),
        ("colour=red", "has no option 'colour'"),
        ("+hydra.colour=red", "has no option 'hydra.colour'"),
        ("+columns.colour=red", "names colour"),
        ("+curation.colour=red", "curation has no option colour"),
        ("curation.bound=keep", "Did you mean curation.bounds?"),
        ("+generator=mutate", "has no option 'generator'"),
    ],
)
def test_an_option_that_nothing_reads_is_refused(tmp_path, option, words):
    (tmp_path / "lab.csv").write_text(TABLE)
    printed = command_line.run(tmp_path, "import", "path=lab.csv", "out=o.csv", option, code=2)
    assert words in printed
    assert "append" not in printed
    assert [path.name for path in tmp_path.iterdir()] == ["lab.csv"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fit", "data=csv", "model_dir=m", "model=5"), "takes the name of an option"),
        (("fit", "data=null", "model_dir=m"), "takes the name of an option"),
        (("fit", "data=csv", "data.path=[5]", "model_dir=m"), "path: [5] — expected text or a"),
        (("fit", "data=csv", "data.path=l.csv", "data.columns=5", "model_dir=m"), "columns: 5 —"),
        (("fit", "data=csv", "data.path=l.csv", "model_dir=[]"), "model_dir is []: give one text"),
        (("import", "path=[5]", "out=o.csv"), "path: [5] — expected text"),
        (("import", "path=l.csv", "out=[o]"), "out is ['o']: give one text"),
    ],
)
def test_a_value_of_another_shape_is_refused(tmp_path, arguments, words):
    assert words in command_line.run(tmp_path, *arguments, code=2)


def test_an_added_option_that_is_read_is_taken(tmp_path):
    (tmp_path / "lab.csv").write_text(TABLE)
    command_line.run(tmp_path, "import", "path=lab.csv", "out=o.csv", "++json=true")
    assert (tmp_path / "o.csv").is_file()


def test_no_option_is_taken_away():
    refuse_foreign("status", ["json=true", "--cfg", "job"])
    with pytest.raises(ConfigError, match="'~json' would take an option away"):
        refuse_foreign("status", ["~json"])


@pytest.mark.parametrize(
    "setting",
    [
        *("hydra.run.dir=x", "+hydra.job.name=x", "++hydra.verbose=true", "hydra/launcher=basic"),
        *("hydra=default", "hydra@x=default"),
    ],
)
def test_hydra_s_own_settings_are_no_options(setting):
    with pytest.raises(ConfigError, match="bo-loop start has no option 'hydra"):
        refuse_foreign("start", [setting])


@pytest.mark.parametrize(
    "flag",
    ["--multirun", "-m", "--multi", "--run", "--config-dir=x", "--config-name", "-p", "--resolve"],
)
def test_hydra_s_flags_are_refused(flag):
    with pytest.raises(ConfigError, match=f"has no flag '{flag.partition('=')[0]}'"):
        refuse_foreign("start", [flag, "seed=1"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("start", "name=a", "pool.metals=[Ni+2]", "objective={}"), "objective takes one name"),
        (("start", "name=a", "objective=[maximise,minimise]"), "objective takes one name"),
        (("start", "name=a", "pool.metals=[Ni+2]", "+model={max_iter: 2}"), "model takes one name"),
        (("start", "campaign={}"), "campaign takes one name"),
        (("start", "name=a", "objective="), "there is no objective=."),
        (("start", "name=a", "seed=1,2"), "'seed=1,2': one value is given"),
        (("start", "name=a", "pool=known_pairs", "pool.data={}"), "pool.data takes one name"),
        (("import", "path=l.csv", "out=o.csv", "curation={}"), "curation={} changes nothing"),
        ((*SIMULATED, "strategies=[log_ei objective={}]"), "objective takes one name"),
    ],
)
def test_what_would_change_nothing_is_refused(tmp_path, arguments, words):
    assert words in command_line.run(tmp_path, *arguments, code=2)
    assert not list(tmp_path.iterdir())


def test_what_hydra_says_loses_its_files_and_its_grammar():
    said = RuntimeError("In 'fit': odd\nConfig search path:\n\tprovider=main, path=file:///home/me")
    assert str(composition_error("fit", said)) == (
        "bo-loop fit: its options cannot be put together: In 'fit': odd"
    )


@pytest.mark.parametrize("arguments", [("fit", "--cfg", "job"), ("fit", "--info", "searchpath")])
def test_a_reader_that_closes_the_pipe_is_no_error(tmp_path, arguments):
    command = [command_line.BO_LOOP, *arguments]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        child.stdout.close()
        assert child.stderr.read() == b""
