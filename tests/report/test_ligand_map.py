from types import SimpleNamespace

import pandas as pd

from bo_loop.report import ligand_map


def test_each_ligand_once_with_the_furthest_that_came_of_it():
    columns = ["pair_id", "ligand_group", "ligand", "smiles"]
    pool = pd.DataFrame(
        [["a", "1", "gly", "NCC(=O)O"], ["b", "1", "gly", "NCC(=O)O"], ["c", "2", "en", "NCCN"]],
        columns=columns,
    )
    literature = pd.DataFrame([["2", "en", "NCCN"], ["3", "ac", "CC(=O)O"]], columns=columns[1:])
    states = {"a": "pending", "b": "measured", "c": "open"}
    facts = SimpleNamespace(
        pool=pool, literature=literature, state=SimpleNamespace(state_of=states.get)
    )
    found = ligand_map.ligands_of(facts).set_index("ligand")["state"]
    assert found.index.is_unique
    assert (found["gly"], found["ac"]) == ("measured", "literature")
    states["b"] = "open"
    assert ligand_map.ligands_of(facts).set_index("ligand")["state"]["gly"] == "waiting"


def test_of_too_many_those_stay_of_which_something_has_come(monkeypatch):
    monkeypatch.setattr(ligand_map, "MOST", 4)
    states = ["open", "measured", *["literature"] * 8, "waiting"]
    ligands = pd.DataFrame({"ligand_group": range(11), "state": states})
    found = ligand_map.thinned(ligands)
    assert found["ligand_group"].tolist() == [1, 10, 0, 9]
    assert ligand_map.thinned(ligands.head(3)).equals(ligands.head(3))
