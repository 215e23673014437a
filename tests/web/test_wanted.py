"""A form's answers, as what `Campaign.start` takes."""

import pandas as pd
import pytest

from bo_loop.base.errors import BoLoopError, ConfigError, DataError
from bo_loop.campaign import options
from bo_loop.web import demo, wanted
from bo_loop.web.wanted import LISTED, UPLOADED, Upload, Wanted, ligand_table


def test_the_usual_form_needs_one_answer(tmp_path):
    found = wanted.given(Wanted(metals="Ni2+"), tmp_path)
    assert found["pool"]["_target_"] == "bo_loop.data.CommonChelators"
    assert found["pool"]["metals"] == ["Ni+2"]
    assert found["objective"]["_target_"] == "bo_loop.acquisition.Maximise"
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_names_structures_and_both_becomes_a_table(tmp_path):
    lines = "EDTA\n\n NCC(=O)O \nmine; OC(=O)CC(O)(CC(=O)O)C(=O)O\n1,10-phenanthroline\nx\tNCCN"
    form = Wanted(metals="Cu+2, Zn+2", ligands=LISTED, lines=lines, n_ligands="1, 2")
    found = wanted.pool(form, tmp_path)
    table = pd.read_csv(found["path"], keep_default_na=False, encoding="utf-8-sig")
    assert table["ligand"].tolist() == ["EDTA", "", "mine", "1,10-phenanthroline", "x"]
    assert (found["metals"], found["n_ligands"]) == (["Cu+2", "Zn+2"], [1, 2])


def test_all_lines_that_are_no_ligand_are_told():
    with pytest.raises(DataError, match=r"(?s)line 1: 'what'.*line 3: .*C1CC"):
        ligand_table("what\nEDTA\nname; C1CC")
    with pytest.raises(DataError, match="No ligand is listed"):
        ligand_table(" \n")


def test_a_table_of_constants_is_curated_as_on_the_command_line(tmp_path):
    import yaml

    from bo_loop.base.config import packaged_conf

    lit, acids = Upload("lit.csv", b"a"), Upload("acids.csv", b"b")
    found = wanted.given(Wanted(metals="Ni+2", literature=lit, acids=acids), tmp_path)["data"]
    own = yaml.safe_load((packaged_conf() / "data" / "csv.yaml").read_text(encoding="utf-8"))
    assert found.pop("path").endswith("/lit.csv")
    assert found.pop("protonation").endswith("/acids.csv")
    assert found == {key: own[key] for key in found}
    assert found["curation"]["quarantine_only"] is True
    with pytest.raises(ConfigError, match="beside a table of constants"):
        wanted.given(Wanted(metals="Ni+2", acids=acids), tmp_path)


def test_an_uploaded_table_lies_where_its_name_cannot_lead(tmp_path):
    upload = Upload("../../evil/x.csv", b"ligand,smiles\n")
    found = wanted.pool(Wanted(metals="Ni+2", ligands=UPLOADED, table=upload), tmp_path)
    (path,) = tmp_path.rglob("*.csv")
    assert found["path"] == str(path)
    assert path.name == "x.csv"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (Wanted(metals=" "), "No metal ion"),
        (Wanted(metals="Xx+2"), "Xx"),
        (Wanted(metals="Ni+2", n_ligands="two"), "'two' is not a number"),
        (Wanted(metals="Ni+2", ligands=UPLOADED), "No table"),
        (Wanted(metals="Ni+2", objective="target"), "target needs log_beta"),
        (Wanted(metals="Ni+2", objective="target", objective_values={"log_beta": "["}), "read"),
    ],
)
def test_what_cannot_be_is_one_clear_error(tmp_path, form, words):
    with pytest.raises(BoLoopError, match=words):
        wanted.given(form, tmp_path)


def test_values_are_read_as_they_are_typed_on_a_command_line():
    typed = {"metal": "Ni+2", "competitors": "Zn+2, Ca+2", "pH": "7.4"}
    found = wanted.node("objective", "selectivity", typed)
    assert found["competitors"] == ["Zn+2", "Ca+2"]
    assert found["pH"] == 7.4
    assert found["tolerance"] == 0.1


@pytest.mark.parametrize("group", ["objective", "acquisition"])
def test_every_option_has_a_form(group):
    for name in options.names(group):
        assert options.summary(group, name)
        fields = wanted.fields(group, name)
        typed = {field.name: "1" for field in fields if field.needed}
        assert wanted.node(group, name, typed)["_target_"] == options.target(group, name)


def test_a_target_from_elsewhere_is_refused_when_it_is_used():
    from bo_loop.campaign.settings import check_values

    found = wanted.node("objective", "pareto", {"objectives": "[{_target_: os.system}]"})
    with pytest.raises(ConfigError, match="refused"):
        check_values({"objective": found})


def test_the_demo_is_that_of_the_command_line():
    import yaml

    from bo_loop.base.config import packaged_conf

    read = (packaged_conf() / "campaign" / "nickel_demo.yaml").read_text(encoding="utf-8")
    own, node = yaml.safe_load(read), demo.given()
    assert own["name"] == demo.NAME
    assert node["batch_size"] == own["batch_size"]
    assert node["pool"]["metals"] == own["pool"]["metals"]
    assert node["data"]["without_metals"] == own["data"]["without_metals"]
    both = yaml.safe_load((packaged_conf() / "demo.yaml").read_text(encoding="utf-8"))
    assert node["model"]["fit_rows"] == both["model"]["fit_rows"]
