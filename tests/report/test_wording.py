import pandas as pd

from bo_loop.report.wording import in_words, ion, named_options, pair_name

POOL = pd.DataFrame(
    {
        "pair_id": ["a", "b", "c", "d"],
        "metal": "Ni",
        "charge": 2,
        "ligand": ["glycine", "en", "", "edta"],
        "smiles": ["NCC(=O)O", "NCCN", "CCO", "O"],
        "n_ligands": [1, 2, 1, 1],
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
)


def test_names_for_print():
    assert ion("Ni", 2) == "Ni²⁺"
    assert ion("Ag", 1) == "Ag⁺"
    assert ion("Cl", -1) == "Cl⁻"
    assert [pair_name(row) for row in POOL.itertuples()][1:3] == ["Ni²⁺ + 2 en", "Ni²⁺ + CCO"]


def test_a_config_node_in_words():
    node = {"_target_": "bo_loop.acquisition.UCB", "beta": 4.0}
    assert named_options("acquisition", node) == "UCB"  # as its option has it
    words = in_words("acquisition", node | {"beta": 9.0})
    assert words.startswith("Upper confidence bound")
    assert words.endswith("(UCB, beta = 9.0)")
    model = {"_target_": "bo_loop.models.PairGP", "max_iter": 30, "terms": ["metal"]}
    assert named_options("model", model) == "PairGP, max iter = 30"
