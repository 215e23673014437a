from types import SimpleNamespace

import pandas as pd

from bo_loop.campaign import known

ROWS = pd.DataFrame(
    {
        "metal": "Ni",
        "charge": 2,
        "smiles": ["NCCN", "NCC(=O)O"],
        "ligand": "",
        "n_ligands": 1,
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
        "log_beta": [7.4, 5.8],
    }
)


def test_answers_stand_in_the_order_of_the_pool(monkeypatch):
    monkeypatch.setattr(known, "read", lambda node, name: ROWS)
    pairs = known.with_pair_ids(ROWS)["pair_id"]
    pool = pd.DataFrame({"pair_id": pairs[::-1]})
    campaign = SimpleNamespace(config={"pool": {"data": {}}}, pool=pool)
    answers = known.known_answers(campaign)
    assert answers.index.tolist() == pool["pair_id"].tolist()
    assert answers.tolist() == [5.8, 7.4]
