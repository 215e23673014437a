"""`bo-loop expand`, as a user types it."""

import json

import pandas as pd
import pytest
from command_line import run
from embedded import without

from bo_loop.chemistry.ligands import standardise

NO_DATA = ("out=a.csv", "metals=[Cu+2]", "data=csv", "data.path=nowhere.csv")
FEW = ("n=6", "oversample=1", "attempts=400", "generator.best=30")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A campaign whose own acquisition is not the default."""
    path = tmp_path_factory.mktemp("lab")
    run(
        path, "start", "campaign=nickel_demo", "name=ni", "model.max_iter=10", "acquisition=ucb",
        f"data.without_metals=[{','.join(without('Ni+2'))}]",
    )  # fmt: skip
    return path


def test_a_campaign_is_expanded_and_proposes_what_was_made(folder):
    printed = run(folder, "expand", "name=ni", *FEW, "operator=Kei")
    assert "6 new ligands" in printed
    assert "proposed" in printed
    assert "made from" in printed
    assert "bo-loop suggest name=ni" in printed
    told = json.loads(run(folder, "history", "name=ni", "json=true"))
    assert told[-1]["what"] == "6 pairs from 6 generated ligands"
    assert told[-1]["who"] == "Kei"
    run(folder, "config", "name=ni", "batch_size=16")
    proposals = json.loads(run(folder, "suggest", "name=ni", "json=true"))
    made = [row for row in proposals if "generated (mutate)" in row["reason"]]
    assert 1 <= len(made) <= 8  # at most half of the round
    without = json.loads(
        run(folder, "suggest", "name=ni", "pool.generated=false", "json=true", "batch_size=6")
    )
    assert not [row for row in without if "generated" in row["reason"]]


def test_json_says_what_was_made_and_what_was_refused(folder):
    chosen = ("generator=substituents", "seed=4", "keep=2", "json=true")
    done = json.loads(run(folder, "expand", "name=ni", *FEW, *chosen))
    assert len(done["ligands"]) == 2
    assert {row["generator"] for row in done["ligands"]} == {"substituents"}
    assert done["counts"]["proposed"] >= 6


def test_a_table_without_a_campaign_can_be_a_pool(folder):
    printed = run(
        folder, "expand", "out=new.csv", "metals=[Cu+2]", "model.max_iter=10", *FEW,
        "filters.max_sa_score=4.0", "generator=crossover",
    )  # fmt: skip
    assert "They are in new.csv" in printed
    table = pd.read_csv(folder / "new.csv", encoding="utf-8-sig", keep_default_na=False)
    assert len(table) == 6
    assert (table["sa_score"] <= 4.0).all()
    assert all(standardise(smiles) == smiles for smiles in table["smiles"])
    assert all(len(parents.split(";")) == 2 for parents in table["parents"])
    run(
        folder, "start", "name=cu", "pool=table", "pool.path=new.csv", "pool.metals=[Cu+2]",
        "model.max_iter=10",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "needs name= of a campaign"),
        (["out=pool.csv"], "out= and metals="),
        (["out=pool.txt", "metals=[Cu+2]"], "pool.txt"),
        (["out=a.csv", "metals=[Xx+2]"], "'Xx' is not a metal ion"),
        (["out=a.csv", "metals=Cu+2"], "metals is 'Cu+2': give a list"),
        (["out=a.csv", "metals=[Cu+2]", "n_ligands=1"], "n_ligands is 1: give a list"),
        (["out=a.csv", "metals=[Cu+2]", "n_ligands=[]"], "n_ligands is []: give a list"),
        (["name=ni", "data=minteq"], "data cannot be set for a campaign"),
        (["name=ni", "metals=[Cu+2]"], "metals cannot be set for a campaign"),
        (["name=ni", "generator=magic"], "magic"),
        (["name=ni", "filters.unwanted.mine='[C'"], "filters.unwanted.mine"),
        (["name=ni", "filters.min_similarity=2"], "filters.min_similarity is 2"),
        ([*NO_DATA, "filters.min_similarity=2"], "filters.min_similarity is 2"),
        (["name=nobody"], "There is no campaign"),
        (["name=ni", "filters.heavy_atoms=[59,60]", "n=2", "attempts=2"], "No new ligand passed"),
    ],
)
def test_bad_input_ends_with_one_message(folder, arguments, words):
    printed = run(folder, "expand", *arguments, code=2)
    assert printed.count("error: ") == 1
    assert words in printed
