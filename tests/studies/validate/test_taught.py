"""What sources know inside a fold: nothing of what it holds back."""

import json

import numpy as np
import pandas as pd
import pytest
import small_memory
from command_line import run

from bo_loop.base.errors import DataError
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.features.blocks.ligand import groups
from bo_loop.library.model_folder import save
from bo_loop.studies.validate import taught as module
from bo_loop.studies.validate.taught import Taught


@pytest.fixture(scope="module")
def rows():
    table = small_memory.known()
    return table.assign(ligand_group=groups(table["smiles"].tolist())).reset_index(drop=True)


@pytest.fixture(scope="module")
def source():
    return small_memory.surrogate()


def known_groups(model):
    return set(model.features.ligand_group[model.features.ligand_row].tolist())


def known_metals(model):
    return np.unique(
        np.hstack(list(model.features.metal.values()))[model.features.metal_row], axis=0
    )


def of(monkeypatch, source, data, about=LOG_BETA):
    monkeypatch.setattr(module, "found", lambda names, folder: {"model:m": (source, about)})
    return Taught.of(["model:m"], data)


def test_without_sources_there_is_nothing_to_teach(rows):
    assert Taught.of([], rows) is None


def test_of_the_same_property_the_pairs_of_the_data_are_forgotten(monkeypatch, source, rows):
    data = rows[rows["metal"] == "Ni"]
    taught = of(monkeypatch, source, data)
    assert len(taught.models["model:m"].y) == len(source.y) - len(data)
    assert taught.same == {"model:m"}
    assert taught.fingerprint() != of(monkeypatch, source, data.tail(-3)).fingerprint()


def test_a_ligand_or_a_metal_ion_that_is_held_back_is_forgotten_whatever_it_is_bound_to(
    monkeypatch, source, rows
):
    data = rows[rows["metal"] == "Ni"].reset_index(drop=True)
    taught = of(monkeypatch, source, data)
    held = data["ligand_group"].unique()[:3]
    judged = np.flatnonzero(data["ligand_group"].isin(held))
    train = np.flatnonzero(~data["ligand_group"].isin(held))
    (inside,) = taught.inside(data, train, judged).models
    # Copper and zinc of these ligands, and their protons, are gone; the other ligands stay.
    assert known_groups(inside).isdisjoint(held.tolist())
    before = known_groups(taught.models["model:m"])
    assert known_groups(inside) == before - set(held.tolist())
    # All of nickel is held back: what the source knows of it, of other ligands, goes too.
    every = rows.reset_index(drop=True)
    nickel = (every["metal"] == "Ni").to_numpy()
    few = every[~nickel].groupby("metal").head(3)
    mixed = pd.concat([few, every[nickel].head(4)], ignore_index=True)
    whole = of(monkeypatch, source, mixed)
    is_nickel = np.flatnonzero(mixed["metal"] == "Ni")
    (inside,) = whole.inside(mixed, np.flatnonzero(mixed["metal"] != "Ni"), is_nickel).models
    assert len(known_metals(inside)) == len(known_metals(whole.models["model:m"])) - 1


def test_a_source_of_another_property_stays_as_it_is(monkeypatch, source, rows):
    taught = of(monkeypatch, source, rows, Property("ΔH", unit="kJ/mol"))
    assert taught.models["model:m"] is source
    (inside,) = taught.inside(rows, np.arange(5), np.arange(5, len(rows))).models
    assert inside is source


def test_own_protonation_constants_do_not_make_a_ligand_known(monkeypatch, source, rows):
    data = rows[rows["metal"].isin(["Ni", "H"])].reset_index(drop=True)
    protons = data.index[data["metal"] == "H"]
    held = data.loc[protons, "ligand_group"].iloc[0]
    own = data["ligand_group"] == held
    judged = np.flatnonzero(own & (data["metal"] == "Ni"))
    train = np.flatnonzero(~own | (data["metal"] == "H"))
    (inside,) = of(monkeypatch, source, data).inside(data, train, judged).models
    assert held not in known_groups(inside)


def test_a_source_with_nothing_left_is_named(monkeypatch, source, rows):
    with pytest.raises(DataError, match="model:m rests on constants that are all in the data"):
        of(monkeypatch, source, rows)


@pytest.mark.slow
def test_from_the_command_line(source, rows, tmp_path):
    save(source, tmp_path / "m")
    columns = ["metal", "charge", "smiles", "n_ligands", "log_beta"]
    rows[rows["metal"] == "Ni"][columns].head(16).to_csv(tmp_path / "ni.csv", index=False)
    asked = ("data=csv", "data.path=ni.csv", "data.curation=null", "folds=2", "model.max_iter=2")
    said = run(
        tmp_path, "validate", "model=transfer", "sources=[model:m]", *asked, "out=v", "json=true"
    )
    (row,) = [r for r in json.loads(said)["metrics"] if (r["group"], r["set"]) == ("all", "test")]
    assert (row["model"], row["n"]) == ("transfer", 16)
    said = run(tmp_path, "validate", "model=pair_gp", "sources=[model:m]", *asked, "out=w", code=2)
    assert "sources are for model=transfer" in said
    said = run(tmp_path, "validate", "model=transfer", *asked, "out=w", code=2)
    assert "Name them with" in said
