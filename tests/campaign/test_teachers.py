"""Campaigns that learn from other models: what is sealed, and what is refused."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from embedded import few

from bo_loop import Campaign
from bo_loop.base.errors import BoLoopError
from bo_loop.campaign.teachers import teachers
from bo_loop.data import Minteq, TablePool
from bo_loop.features import ChemistryRecipe
from bo_loop.features.schema import FeatureSchema
from bo_loop.library.model_folder import load, save
from bo_loop.models import PairGP, Transfer
from bo_loop.surrogate import Surrogate

QUICK = {"max_iter": 2, "terms": ["metal * ligand", "ligand"]}
LIGANDS = "ligand,smiles\ngly,NCC(=O)O\nen,NCCN\nnta,O=C(O)CN(CC(=O)O)CC(=O)O\nox,OC(=O)C(=O)O\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A campaign of zinc with two results, and a model of all constants of lead."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "ligands.csv").write_text(LIGANDS)
    first = start(folder, "zinc", "Zn+2", model=PairGP(**QUICK), hidden="Zn+2")
    first.suggest()
    results = pd.DataFrame({"pair_id": first.pool["pair_id"].head(2), "log_beta": [5.2, 6.0]})
    results.to_csv(folder / "results.csv", index=False)
    first.log(folder / "results.csv", confirm=True)
    start(folder, "untouched", "Zn+2", model=PairGP(**QUICK), hidden="Zn+2")
    known = Minteq().read()
    known = known[known["metal"].eq("Pb") & known["charge"].eq(2)]
    schema = ChemistryRecipe().fit(known)
    save(Surrogate.fit(schema, PairGP(**QUICK), known), folder / "lead")
    return folder


def start(folder, name, metal, *, hidden, sources=(), model=None):
    return Campaign.start(
        name,
        pool=TablePool(path=str(folder / "ligands.csv"), metals=[metal]),
        data=few(hidden),
        model=model or Transfer(**QUICK),
        sources=sources,
        batch_size=2,
        directory=folder / "campaigns",
    )


@pytest.mark.filterwarnings("ignore::bo_loop.models.gp.linalg.FitWarning")
def test_a_campaign_keeps_what_it_learns_from_and_can_be_rebuilt_without_it(home, tmp_path):
    named = ["campaign:*", f"model:{home / 'lead'}"]
    begun = start(home, "nickel", "Ni+2", hidden="Ni+2", sources=named)
    labels = ("campaign:zinc", named[1])
    names = begun.record.schema(begun.state()).blocks["sources"].names
    assert names == tuple(f"{what} by {label}" for label in labels for what in ("mean", "sd"))
    schema = begun.record.schema(begun.state())
    assert set(schema.kernels) == set(labels)
    assert FeatureSchema.from_json(json.loads(json.dumps(schema.to_json()))).kernels == (
        schema.kernels
    )
    sealed = begun.state().sealed
    assert {"predictions.parquet", "sources/1/model.json", "sources/2/training.npz"} <= set(sealed)
    # What it learned from goes; the campaign is moved, and goes on.
    alone = Campaign(Path(shutil.copytree(begun.path, tmp_path / "nickel")))
    alone.suggest()
    form = alone.form(1)
    first = pd.read_csv(form, encoding="utf-8-sig", keep_default_na=False)
    first.assign(log_beta=["9.1", "8.7"]).to_csv(form, index=False)
    alone.log(form, confirm=True)
    proposals = alone.suggest()
    assert len(proposals) == 2
    fit = alone.state().rounds[-1].fit
    assert set(fit["sources"]) == set(labels)
    assert set(fit["left_out_median"]) == {"with", "with_all", "without"}
    assert alone.verify().failures == ()
    # A new ligand, of which nothing was predicted at the start.
    (tmp_path / "more.csv").write_text("ligand,smiles\nala,CC(N)C(=O)O\n")
    alone.extend(ligands=str(tmp_path / "more.csv"))
    assert len(alone.rank()) == 1
    (alone.path / "sources" / "1" / "model.json").write_text("{}")
    with pytest.raises(BoLoopError, match="is not the file that was sealed"):
        alone.rank()


def test_a_source_has_not_seen_what_the_data_hold(home):
    begun = start(home, "nickel_again", "Ni+2", hidden="Ni+2", sources=["campaign:zinc"])
    source = load(begun.path / "sources" / "1")
    # Of the literature of zinc, that of nickel lacks nickel alone; and it has no results.
    zinc = Campaign.open("zinc", home / "campaigns")
    of_nickel = zinc.literature.loc[zinc.literature["metal"].eq("Ni"), "log_beta"]
    known = set(begun.literature["pair_id"])
    results = zinc.measurements()
    new = results.loc[~results["pair_id"].isin(known), "log_beta"].astype(float)
    assert len(of_nickel) > 10
    assert sorted(source.y) == pytest.approx(sorted([*of_nickel, *new]))
    alike = start(home, "zinc_again", "Zn+2", hidden="Zn+2", sources=["campaign:zinc"])
    assert sorted(load(alike.path / "sources" / "1").y) == [5.2, 6.0]
    with pytest.raises(BoLoopError, match="campaign:untouched rests on constants that are all in"):
        start(home, "none", "Zn+2", hidden="Zn+2", sources=["campaign:untouched"])


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (["model:nowhere"], "model:nowhere cannot be used. nowhere holds no model"),
        (["campaign:nowhere"], "There is no campaign in"),
        (["library:nowhere"], "no model 'nowhere'"),
        (["nowhere"], "'nowhere' is not a source: write model:DIR"),
        (["campaign:zinc", "campaign:*"], "sources names campaign:zinc twice"),
    ],
)
def test_a_source_that_cannot_be_is_refused(home, sources, said):
    with pytest.raises(BoLoopError, match=said):
        teachers(sources, home / "campaigns", Campaign.open("zinc", home / "campaigns").literature)


def test_where_no_campaign_has_results_there_is_none_to_learn_from(home, tmp_path):
    with pytest.raises(BoLoopError, match="finds no campaign with results"):
        teachers(["campaign:*"], tmp_path, pd.DataFrame())


def test_sources_and_model_belong_together_and_nothing_is_left(home):
    with pytest.raises(BoLoopError, match="sources are for model=transfer"):
        start(home, "r", "Ni+2", hidden="Ni+2", sources=["campaign:zinc"], model=PairGP(**QUICK))
    with pytest.raises(BoLoopError, match="learns from other models, and there is none"):
        start(home, "r", "Ni+2", hidden="Ni+2")
    with pytest.raises(BoLoopError, match="sources is 'model:m': give a list"):
        start(home, "r", "Ni+2", hidden="Ni+2", sources="model:m")
    assert not (home / "campaigns" / "r").exists()
