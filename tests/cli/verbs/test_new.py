"""A guided start: questions, the command they come to, and what the campaign rests on."""

import io
import sys
from pathlib import Path

import pytest
from command_line import run

from bo_loop import Campaign
from bo_loop.data.stored_validation import stored


@pytest.fixture
def answer(monkeypatch):
    def typed(*answers):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{each}\n" for each in answers)))

    return typed


def test_five_answers_come_to_a_command_that_starts_a_campaign(tmp_path, answer):
    (tmp_path / "mine.csv").write_text("ligand,smiles\nen,NCCN\nglycine,NCC(=O)O\n")
    answer("nickel", "Ni2+", "none", "nothing.csv", "mine.csv", "", "3", "yes")
    printed = run(tmp_path, "new")
    assert "says no charge" in printed  # asked again
    assert "there is no file nothing.csv" in printed
    command = (
        "bo-loop start name=ni2 'pool.metals=[Ni+2]' batch_size=3 pool=table pool.path=mine.csv"
    )
    assert command in printed
    campaign = Campaign.open("ni2", tmp_path / "campaigns")
    assert len(campaign.pool) == 2
    assert campaign.config["batch_size"] == 3

    known = stored()
    said = " ".join(printed.split())
    assert f"{len(campaign.literature)} constants of" in said
    assert f"misses log β (n = 1) by {known['embedded']['mae']:.1f} on average" in said
    assert f"With {known['srd46']['data']} that was {known['srd46']['mae']:.1f}" in said
    assert "bo-loop import source=srd46" in said


def test_a_metal_ion_to_win_over_others(tmp_path, answer):
    answer("Cu+2", "Zn2+, Ni+2", "", "", "", "no")
    printed = run(tmp_path, "new", "name=mine")
    assert (
        "bo-loop start name=mine 'pool.metals=[Cu+2,Zn+2,Ni+2]' batch_size=5 objective=selectivity "
        "objective.metal=Cu+2 'objective.competitors=[Zn+2,Ni+2]'"
    ) in printed
    assert "Nothing was started." in printed
    assert not (tmp_path / "campaigns").exists()


def test_answers_that_end_are_one_clear_error(tmp_path, answer):
    answer("Ni+2")
    assert "The answers ended before the questions" in run(tmp_path, "new", code=2)


def test_the_number_of_srd46_is_that_of_the_benchmarks():
    page = Path(__file__).parents[3].joinpath("docs", "benchmarks.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| ligands | `pair_gp` |"))
    assert f"{stored()['srd46']['mae']:.2f}" in row


def test_other_data_are_not_said_to_have_been_judged(tmp_path):
    printed = run(tmp_path, "start", "name=x", "pool.metals=[Ni+2]", "data.without_metals=[Ni+2]")
    assert "misses log β" not in printed
