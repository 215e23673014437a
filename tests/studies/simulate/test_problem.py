import numpy as np
import pandas as pd
import pytest
from known_constants import FEATURES, LIGANDS, MAXIMISE, MINIMISE, observations

from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data.observations import with_keys
from bo_loop.solution.species import log_proton
from bo_loop.studies.simulate.problem import Setting, first_experiments, judged, maximin, problem

TABLE = observations()


def species(frame):
    return set(zip(frame["metal"], frame["charge"], frame["n_ligands"], strict=True))


def test_a_warm_start_knows_every_other_metal_and_nothing_of_the_target():
    found = problem(TABLE, Setting(["Ni+2"]), 0)
    assert species(found.pool) == {("Ni", 2, 1)}
    assert species(found.literature) == {
        *(("Cu", 2, n) for n in (1, 2)),
        *(("Mn", 2, n) for n in (1, 2)),
        ("H", 1, 1),
    }


def test_mirror_images_are_one_experiment():
    own = TABLE[(TABLE["metal"] == "Ni") & (TABLE["n_ligands"] == 1)].iloc[:3]
    drawings = ["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "CC(N)C(=O)O"]
    alanine = own.assign(smiles=drawings, ligand="alanine", log_beta=[5.0, 5.5, 7.0])
    alanine = with_keys(alanine.drop(columns=["pair_id", "ligand_group"]), "the table")
    assert alanine["pair_id"].nunique() == 3
    found = problem(pd.concat([TABLE, alanine]), Setting(["Ni+2"], start="cold"), 0)
    kept = found.pool[found.pool["ligand"] == "alanine"]
    assert len(found.pool) == len(LIGANDS) + 1
    first = kept["pair_id"].item()
    assert first == alanine["pair_id"].min()
    assert kept["smiles"].item() == alanine.set_index("pair_id")["smiles"][first]
    assert found.truth[first] == 5.5


def test_a_protonation_start_knows_protons_only():
    found = problem(TABLE, Setting(["Ni+2"], start="protonation"), 0)
    assert species(found.literature) == {("H", 1, 1)}
    assert species(found.pool) == {("Ni", 2, 1)}


def test_a_cold_start_knows_nothing_and_may_propose_every_pair():
    found = problem(TABLE, Setting(["Ni+2", "Cu+2"], start="cold"), 0)
    assert found.literature.empty
    assert species(found.pool) == {("Ni", 2, 1), ("Cu", 2, 1)}
    assert len(found.pool) == 2 * len(LIGANDS)


def test_the_whole_table_is_all_metals_but_no_protons():
    found = problem(TABLE, Setting("all", start="cold"), 0)
    assert species(found.pool) == {("Ni", 2, 1), ("Cu", 2, 1), ("Mn", 2, 1)}


def test_each_seed_draws_its_own_share_whatever_the_order_of_rows():
    setting = Setting(["Ni+2"], share=0.5)
    first, second = problem(TABLE, setting, 0), problem(TABLE, setting, 1)
    assert len(first.pool) == len(second.pool) == len(LIGANDS) / 2
    assert set(first.pool["pair_id"]) != set(second.pool["pair_id"])
    shuffled = TABLE.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(problem(shuffled, setting, 0).pool, first.pool)


def test_the_lab_answers_with_the_median_of_a_pair():
    own = TABLE[(TABLE["metal"] == "Ni") & (TABLE["n_ligands"] == 1)].iloc[:1]
    more = [own.assign(log_beta=own["log_beta"] + d) for d in (1.0, 30.0)]
    found = problem(pd.concat([TABLE, *more]), Setting(["Ni+2"], start="cold"), 0)
    assert found.truth[own["pair_id"].item()] == own["log_beta"].item() + 1
    assert len(found.pool) == len(LIGANDS)


def test_censored_values_are_refused():
    with pytest.raises(DataError, match="2 of 98 observations are censored"):
        problem(TABLE.assign(censoring=["lower"] * 2 + ["none"] * 96), Setting(["Ni+2"]), 0)


def test_a_target_that_the_table_lacks_is_named():
    with pytest.raises(DataError, match=r"no constant of Zn\+2"):
        problem(TABLE, Setting(["Ni+2", "Zn+2"]), 0)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"target": "Ni+2"}, "list of metal ions"),
        ({"target": []}, "list of metal ions"),
        ({"target": "all"}, "start=warm needs"),
        ({"target": ["Ni+2"], "start": "hot"}, "start is 'hot'"),
        ({"target": ["Ni+2"], "share": 0}, "share is 0"),
        ({"target": ["Ni+2"], "start": "cold", "initial": 0}, "initial is 0"),
        ({"target": ["Ni+2"], "start": "cold", "initial": 50}, "fewer than experiments=50"),
        ({"target": ["Ni+2"], "experiments": 0}, "experiments is 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options, reason):
    with pytest.raises(ConfigError, match=reason):
        Setting(**options)


def test_maximin_takes_the_farthest_each_time_and_every_point_once():
    line = np.array([[0.0], [1.0], [2.0], [10.0]])
    assert maximin(line, 4, 0) == [0, 3, 2, 1]
    assert maximin(np.zeros((3, 2)), 3, 1) == [1, 0, 2]


def test_maximin_does_not_depend_on_units():
    points = np.random.default_rng(0).standard_normal((20, 3))
    assert maximin(points * [1, 1000, 1e-3], 8, 4) == maximin(points, 8, 4)


def test_designs_begin_alike_and_only_cold_starts_have_one():
    setting = Setting(["Ni+2"], start="cold", initial=5)
    given = problem(TABLE, setting, 0)
    schema = build(FEATURES).fit(given.pool)
    designs = [first_experiments(given, schema, setting, d, 0) for d in ("random", "maximin")]
    assert [len(set(design)) for design in designs] == [5, 5]
    assert designs[0][0] == designs[1][0]
    assert designs[0] != designs[1]
    warm = Setting(["Ni+2"])
    assert first_experiments(problem(TABLE, warm, 0), schema, warm, "random", 0) == []
    with pytest.raises(ConfigError, match="design is 'grid'"):
        first_experiments(given, schema, setting, "grid", 0)


def test_values_are_judged_by_the_objective():
    given = problem(TABLE, Setting(["Ni+2"], n_ligands=(1, 2), start="cold"), 0)
    with pytest.raises(ConfigError, match="mixes numbers of ligands"):
        judged(given, MAXIMISE)
    stated = judged(given, MAXIMISE | {"free_ligand_M": 1e-3})
    n_ligands = given.pool.set_index("pair_id")["n_ligands"]
    assert np.allclose(given.truth - stated, 3 * n_ligands)
    one = problem(TABLE, Setting(["Ni+2"], start="cold"), 0)
    assert (judged(one, MINIMISE) == -one.truth).all()


def test_at_a_pH_pairs_are_judged_by_measured_pKa():
    known = TABLE[~((TABLE["metal"] == "H") & (TABLE["ligand"] == "pyridine"))]
    objective = {"_target_": "bo_loop.acquisition.Conditional", "pH": 5.0}
    setting = Setting(target=["Ni+2"], share=1.0, experiments=5)
    given = problem(known, setting, 0, objective)
    assert "pyridine" in set(problem(known, setting, 0).pool["ligand"])
    assert "pyridine" not in set(given.pool["ligand"])  # nobody knows its pKa
    values = judged(given, objective)
    glycine = given.pool.set_index("ligand").loc["glycine", "pair_id"]
    taken = np.log10(1 + 10 ** (4.0 + 5.8 / 2 + float(log_proton(5.0, 0.1))))
    assert values[glycine] == pytest.approx(given.truth[glycine] - taken, abs=1e-3)
    with pytest.raises(ConfigError, match="conditional or pM"):
        judged(given, {"_target_": "bo_loop.acquisition.Target", "log_beta": 5.0})
