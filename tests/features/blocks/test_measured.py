import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.features import ChemistryRecipe
from bo_loop.features.blocks.ligand import groups
from bo_loop.features.blocks.measured import read_measurements
from bo_loop.features.schema import FeatureSchema

SMILES = ["NCCN", "NCC(=O)O", "OC(=O)C(=O)O", "c1ccncc1", "CC(=O)O", "NCCNCCN"]
GROUP = dict(zip(SMILES, groups(SMILES).tolist(), strict=True))


def pairs(smiles=SMILES):
    return pd.DataFrame(
        {
            "metal": "Ni", "charge": 2, "ligand": "", "smiles": smiles, "n_ligands": 1,
            "temperature_C": 25.0, "ionic_strength_M": 0.1,
        }
    )  # fmt: skip


def wide(path, **columns):
    pd.DataFrame({"smiles": SMILES[: len(next(iter(columns.values())))], **columns}).to_csv(
        path, index=False
    )
    return path


def peaks(path, positions, seed=0):
    """Write a peak about 400 of every ligand, and for the second half one about 500."""
    rng = np.random.default_rng(seed)
    rows = []
    for i, smiles in enumerate(SMILES):
        for k, centre in enumerate((400.0, 500.0)[: 1 + (i >= 2)]):
            position = positions.get((i, k), centre + rng.normal())
            rows.append((f"r{i}", smiles, "UV-vis", position, 20.0, 1.0 + i + k, ""))
    names = ["record", "smiles", "method", "position", "width", "area", "label"]
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    return path


def test_what_is_missing_stays_missing_and_the_rest_is_scaled(tmp_path):
    path = wide(tmp_path / "m.csv", pKa=[9.9, 9.6, 4.3, 5.2], shift=[1.0, None, 2.0, 4.0])
    schema = ChemistryRecipe(measured=str(path)).fit(pairs())
    table = schema.transform(pairs()).ligand["measured"]
    assert np.isnan(table[4:]).all()
    assert np.isnan(table[1, 1])
    assert np.nanmean(table, axis=0) == pytest.approx([0.0, 0.0])
    assert np.nanstd(table, axis=0) == pytest.approx([1.0, 1.0])


def test_the_schema_holds_what_was_measured_when_it_was_fitted(tmp_path):
    path = wide(tmp_path / "m.csv", pKa=[9.9, 9.6, 4.3, 5.2])
    schema = ChemistryRecipe(measured=str(path)).fit(pairs())
    stored = schema.to_json()
    path.unlink()
    again = FeatureSchema.from_json(stored)
    np.testing.assert_array_equal(
        again.transform(pairs()).ligand["measured"], schema.transform(pairs()).ligand["measured"]
    )


def test_without_measured_the_schema_is_as_it_was():
    assert "measured" not in ChemistryRecipe().fit(pairs()).to_json()


@pytest.mark.parametrize("latent", [None, "pca", "nmf"])
def test_a_ligand_held_back_has_no_part_in_what_is_learned(tmp_path, latent):
    rng = np.random.default_rng(0)
    curves = {f"x{i}": rng.uniform(0.1, 1.0, len(SMILES)) for i in range(8)}
    found = read_measurements(wide(tmp_path / "a.csv", **curves), latent, 2)
    for values in curves.values():
        values[0] *= 50.0
    other = read_measurements(wide(tmp_path / "b.csv", **curves), latent, 2)
    train = [GROUP[s] for s in SMILES[1:]]
    one, two = found.encoded(train), other.encoded(train)
    assert one.names == two.names
    for each in ("centre", "scale"):
        np.testing.assert_array_equal(getattr(one, each), getattr(two, each))
    for group in train:
        np.testing.assert_array_equal(one.values[group], two.values[group])
    assert not np.array_equal(one.values[GROUP[SMILES[0]]], two.values[GROUP[SMILES[0]]])


def test_peaks_held_back_do_not_move_the_columns(tmp_path):
    train = [GROUP[s] for s in SMILES[1:]]
    one = read_measurements(peaks(tmp_path / "a.csv", {})).encoded(train)
    two = read_measurements(peaks(tmp_path / "b.csv", {(0, 0): 412.0})).encoded(train)
    assert one.names == two.names
    assert len(one.names) == 2
    for group in train:
        np.testing.assert_array_equal(one.values[group], two.values[group])


def test_a_record_without_a_peak_has_area_0_and_no_record_has_none(tmp_path):
    found = read_measurements(peaks(tmp_path / "a.csv", {})).encoded(list(GROUP.values()))
    assert found.values[GROUP[SMILES[0]]].tolist() == [1.0, 0.0]
    assert found.values[GROUP[SMILES[5]]].tolist() == [6.0, 7.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("smiles,pKa\nNCCN,high\n", "row 2, pKa: 'high' is not a number"),
        ("smiles,pKa\nnonsense(,1\n", "row 2"),
        ("name,pKa\nen,1\n", "needs a column smiles or ligand"),
        ("ligand,pKa\nunobtainium,1\n", "row 2"),
        ("smiles\nNCCN\n", "no column of numbers"),
        ("smiles,pKa\nNCCN,1\nNCC(=O)O,2\n", "only 2 of the ligands"),
        ("smiles,pKa\nNCCN,1\nNCC(=O)O,1\nCC(=O)O,1\n", "no feature varies"),
    ],
)
def test_a_table_that_says_nothing_is_refused(tmp_path, text, said):
    path = tmp_path / "m.csv"
    path.write_text(text)
    with pytest.raises(DataError) as refused:
        ChemistryRecipe(measured=str(path)).fit(pairs())
    assert said in str(refused.value)


def test_options_that_cannot_be():
    with pytest.raises(ConfigError, match="latent"):
        ChemistryRecipe(measured="m.csv", latent="magic")
    with pytest.raises(ConfigError, match="needs features"):
        ChemistryRecipe(latent="pca")
    with pytest.raises(ConfigError, match="components"):
        ChemistryRecipe(components=0)
