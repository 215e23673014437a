"""A memory in a folder, and what a model makes of it."""

import json
from dataclasses import replace

import numpy as np
import pytest
import small_memory
from small_memory import cut

from bo_loop.base.errors import BoLoopError, CampaignError, DataError
from bo_loop.base.types import PAIR_COLUMNS
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.library.memory import load, save
from bo_loop.models.gp.source_noise import MEMORY


def test_what_is_saved_comes_back(made, folder):
    found = load(folder)
    assert found.pairs.equals(made.pairs)
    assert found.hyperparameters == made.hyperparameters
    assert found.card["name"] == "small"
    assert found.card["training"]["rows"] == 92
    assert found.card["pairs"] == 60


def test_a_model_of_the_memory_says_what_the_large_one_says(made):
    large, small = small_memory.surrogate(), made.surrogate()
    one, other = (each.predict(made.pairs) for each in (large, small))
    assert np.abs(one["mean"] - other["mean"]).max() < 0.02
    assert np.abs(one["mean"] - made.pairs["mean"]).max() < 1e-4
    ratio = other["sd_latent"] / one["sd_latent"]
    assert ratio.between(0.8, 1.05).mean() > 0.9
    # A new measurement is as noisy as the large model says, whatever the pseudo-noise.
    assert small.noise_sds() == []
    assert small.model.noise_variance == pytest.approx(large.model.noise_variance)


def test_pseudo_observations_are_never_left_out_to_be_predicted(made):
    rows = small_memory.known().head(10)
    found = made.surrogate(rows)
    assert sum(len(part.observed) for part in found.left_out()) == 10
    assert set(found.features.source[:60]) == {MEMORY}


def test_it_holds_predictions_and_no_row_of_the_training_table(made):
    """At the standard conditions, which none of the constants has."""
    assert set(made.pairs["ionic_strength_M"]) == {0.1}
    assert not set(made.pairs["mean"]) & set(small_memory.known()["log_beta"])


def test_metal_ions_can_be_hidden(made):
    left = made.without(["Ni+2"]).pairs
    assert set(left["metal"]) == {"Cu", "Zn", "H"}
    assert len(left) < len(made.pairs)


def of_json(change):
    def damage(folder):
        path = folder / "card.json"
        card = json.loads(path.read_text(encoding="utf-8"))
        change(card)
        path.write_text(json.dumps(card), encoding="utf-8")

    return damage


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (cut("pairs.parquet"), "SHA-256"),
        (cut("model.json"), "SHA-256"),
        (cut("card.json"), "not plain JSON"),
        (lambda folder: (folder / "model.json").unlink(), "cannot be read"),
        (lambda folder: (folder / "card.json").unlink(), "holds no memory"),
        (of_json(lambda card: card.update(format=9)), "format 9"),
        (of_json(lambda card: card.update(cite=5)), "cite"),
        (of_json(lambda card: card.update(files={})), "SHA-256"),
        (of_json(lambda card: card.update(property="x" * 50)), "card.json.*property.name"),
        (of_json(lambda card: card.update(property="ΔH", bounds=5)), "card.json.*bounds"),
    ],
)
def test_a_damaged_folder_is_one_clear_error(sent, damage, said):
    damage(sent)
    with pytest.raises((DataError, CampaignError), match=said):
        load(sent)


def test_a_model_whose_parts_are_of_others_is_one_clear_error(made, tmp_path):
    foreign = {**made.model, "_target_": "os.system"}
    save(made.__class__(made.pairs, foreign, *list(vars(made).values())[2:]), tmp_path / "m")
    with pytest.raises(BoLoopError, match="refused"):
        load(tmp_path / "m")


def test_of_a_memory_the_pairs_that_matter_are_kept(made):
    copper = made.pairs[made.pairs["metal"].eq("Cu") & made.pairs["n_ligands"].eq(1)].head(3)
    near = made.near(copper, 45)
    assert len(near.pairs) == 45
    kept = {tuple(row) for row in near.pairs[["metal", "smiles", "n_ligands"]].to_numpy()}
    assert {tuple(row) for row in copper[["metal", "smiles", "n_ligands"]].to_numpy()} <= kept
    asked = copper[list(PAIR_COLUMNS)]
    found, whole = near.surrogate().predict(asked), made.surrogate().predict(asked)
    assert ((found["mean"] - whole["mean"]).abs() < 2.0 * found["sd_latent"]).all()
    assert (found["sd_latent"] >= whole["sd_latent"] - 1e-9).all()  # it knows less
    assert made.near(copper, 1000) is made


def test_its_card_states_the_property_that_it_knows(made):
    assert made.about() == LOG_BETA
    said = {"property": "rate", "unit": "1/h", "transform": "log10", "bounds": [0, None]}
    rate = replace(made, card=made.card | said)
    assert rate.about() == Property("rate", "1/h", "log10", (0.0, None))
