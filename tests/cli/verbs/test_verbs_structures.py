"""bo-loop structures, as it is typed."""

import json
import re

import pytest
from command_line import run

pytest.importorskip("tblite", reason="the extra structures is not installed")


def test_show_writes_a_complex_and_says_what_it_is(tmp_path):
    typed = ("structures", "show", "pair=Au+1/2 ammonia", "n_conformers=1", "out=au.xyz")
    printed = run(tmp_path, *typed)
    assert "Au+1 + 2 ammonia" in printed
    assert "+1, 0 unpaired electrons" in printed
    lines = (tmp_path / "au.xyz").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "9"
    printed = run(tmp_path, "structures", "show", "ligand=O", "n_conformers=1")
    assert re.search(r"^3\s+O; charge \+0;.*\s^O  ", printed, re.MULTILINE)
    assert "already" in run(tmp_path, *typed, code=2)


def test_show_prints_a_ligand_as_json(tmp_path):
    printed = run(tmp_path, "structures", "show", "ligand=O", "n_conformers=1", "json=true")
    found = json.loads(printed)
    assert found["symbols"] == ["O", "H", "H"]
    assert found["donors"] == []
    assert len(found["positions_A"]) == 3


def test_build_counts_goes_on_and_names_what_it_leaves_out(tmp_path):
    typed = ("structures", "build", "out=s.db", "metals=[Au+1,UO2+2]", "n_ligands=2")
    typed += ("n_conformers=1", "json=true")
    first = json.loads(run(tmp_path, *typed, "ligands=[ammonia]"))
    assert first["counts"]["ligand"]["molecules"] == 1
    assert first["counts"]["complex"]["minima"] == 1
    assert set(first["elements"]) == {"H", "N", "Au"}
    assert first["problems"] == [
        "UO2+2 + 2 ammonia: GFN2-xTB has no parameters for U; it knows hydrogen to radon."
    ]
    second = json.loads(run(tmp_path, *typed, "ligands=[ammonia]", "figure=forces.svg"))
    assert second == first
    assert (tmp_path / "forces.svg").read_bytes().startswith(b"<?xml")
    shown = run(tmp_path, "structures", "build", "out=s.db", "ligands=[O]", "n_conformers=1")
    assert "Structures with forces" in shown
    assert "median |F|" in shown


def test_forces_are_learned_and_used(tmp_path):
    ligands = "ligands=[O,ammonia,CO,CN]"
    run(tmp_path, "structures", "build", "out=s.db", ligands, "n_conformers=1", "processes=1")
    typed = ("structures", "learn", "database=s.db", "out=f.npz", "n_members=2", "epochs=1")
    printed = run(tmp_path, *typed, "processes=1")
    assert "of 4 ligands" in printed
    assert "Ligands held out, mhartree/bohr" in printed
    assert "already" in run(tmp_path, *typed, code=2)
    alone = json.loads(run(tmp_path, "structures", "show", "ligand=CO", "json=true"))
    typed = ("ligand=CO", "forces=f.npz", "json=true")
    found = json.loads(run(tmp_path, "structures", "show", *typed))
    assert found["energy_eV"] == pytest.approx(alone["energy_eV"], abs=5e-3)
    typed = ("out=t.db", "ligands=[CO]", "forces=f.npz", "n_conformers=1", "json=true")
    counts = json.loads(run(tmp_path, "structures", "build", *typed))["counts"]
    assert counts["ligand"]["minima"] == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([], "needs to know what to do"),
        (["draw"], "needs to know what to do"),
        (["show"], "needs pair= or ligand=, one of the two"),
        (["show", "pair=Ni+2"], "give metal ion and ligand"),
        (["show", "pair=Ni+2/edta", "out=a.pdb"], "only .xyz and .sdf files are written"),
        (["show", "pair=Fe+2/edta", "unpaired=3"], "3 of them cannot be unpaired"),
        (["show", "ligand=O", "n_conformers=0"], "n_conformers is 0"),
        (["show", "ligand=O", "forces=none.npz"], "none.npz cannot be read as learned forces"),
        (["build"], "needs out="),
        (["build", "out=a.db", "forces=none.npz"], "none.npz cannot be read as learned forces"),
        (["learn", "out=a.npz"], "needs database= and out="),
        (["learn", "out=a.npz", "database=none.db"], "none.db is not there"),
        (["learn", "out=a.txt", "database=none.db"], "only .npz files are written"),
        (["learn", "out=a.npz", "database=none.db", "n_members=1"], "n_members is 1"),
        (["build", "out=a.txt"], "give a file that ends in .db"),
        (["build", "out=a.db", "figure=a.doc"], "only .svg, .png and .pdf files are written"),
        (["build", "out=a.db", "ligands=none.csv"], "none.csv"),
        (["build", "out=a.db", "ligands=[nothing]"], "looks like a name"),
        (["build", "out=a.db", "metals=[Xx+2]"], "'Xx' is not a metal ion"),
    ],
)
def test_bad_input_is_one_error(tmp_path, typed, said):
    assert said in run(tmp_path, "structures", *typed, code=2)
    assert list(tmp_path.iterdir()) == []
