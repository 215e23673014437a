"""Mirror images and isomers in a campaign: what is open, what is answered, what is logged."""

import pandas as pd
import pytest

from bo_loop.acquisition.objectives.limits import parse_limit
from bo_loop.campaign.extension import pairs_of_ligands
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.mirrors import mirror_images
from bo_loop.campaign.results.reading import read_results
from bo_loop.campaign.rounds.decide import candidates_of
from bo_loop.chemistry.ligands import inchikey, standardise
from bo_loop.data.observations import with_keys

LEFT, RIGHT = "OC(=O)[C@H](O)[C@@H](O)C(=O)O", "OC(=O)[C@@H](O)[C@H](O)C(=O)O"
MESO, FLAT = "OC(=O)[C@@H](O)[C@@H](O)C(=O)O", "OC(=O)C(O)C(O)C(=O)O"
R_ALANINE, ALANINE = "C[C@@H](N)C(=O)O", "CC(N)C(=O)O"


def pairs(*smiles, metal="Ni"):
    frame = pd.DataFrame({"metal": metal, "charge": 2, "ligand": "", "smiles": smiles})
    frame = frame.assign(n_ligands=1, temperature_C=25.0, ionic_strength_M=0.1)
    return with_keys(frame, "test")


def observations(*smiles, metal="Ni"):
    return pairs(*smiles, metal=metal).assign(
        log_beta=3.0, log_beta_sd=0.1, censoring="none", source="literature"
    )


@pytest.mark.parametrize(
    ("known", "drawn", "answered"),
    [
        (LEFT, RIGHT, True),
        (MESO, RIGHT, False),
        (FLAT, MESO, True),
        (MESO, FLAT, True),
        (ALANINE, R_ALANINE, True),
        ("OC(=O)/C=C/C(=O)O", "OC(=O)/C=C\\C(=O)O", False),
        ("N[C@@H]1CCCC[C@H]1N", "N[C@@H]1CCCC[C@@H]1N", False),
    ],
)
def test_literature_answers_the_same_isomer_or_an_undrawn_one(known, drawn, answered):
    pool = pairs(drawn)
    _, found = candidates_of(observations(known), pool, CampaignState(), include_known=False)
    assert found.answered[0] == answered
    assert found.open[0] != answered


def test_of_mirror_images_in_an_old_pool_one_is_open():
    pool = pairs(LEFT, MESO, RIGHT)
    _, found = candidates_of(observations(ALANINE), pool, CampaignState(), include_known=False)
    assert found.open[:3].tolist() == [True, True, False]


@pytest.mark.parametrize("taken", ["measured", "in_progress", "pending"])
def test_a_pair_is_not_open_while_its_mirror_image_is_known(taken):
    pool = pairs(LEFT, MESO, RIGHT)
    now = CampaignState(states={pool["pair_id"][2]: taken})
    _, found = candidates_of(observations(ALANINE), pool, now, include_known=False)
    assert found.open[:3].tolist() == [False, True, False]


def test_a_constraint_speaks_of_the_exact_isomer():
    pool = pd.concat([pairs(LEFT, MESO), pairs(MESO, metal="Zn")], ignore_index=True)
    limit = parse_limit("log_beta(Zn+2, n=1) < 5")
    rows, found = candidates_of(
        observations(ALANINE), pool, CampaignState(), include_known=False, predicted=[limit]
    )
    zinc = rows[rows["metal"] == "Zn"]
    assert zinc["pair_id"].tolist()[:2] == [
        f"Zn+2:L1:{inchikey(MESO)}",
        f"Zn+2:L1:{inchikey(LEFT)}",
    ]
    assert not found.open[zinc.index[1]]


def test_a_result_for_the_mirror_image_counts(tmp_path):
    pool = pairs(LEFT, R_ALANINE)
    mirrored = f"Ni+2:L1:{inchikey(RIGHT)}"
    undrawn = f"Ni+2:L1:{inchikey(ALANINE)}"
    path = tmp_path / "results.csv"
    path.write_text(f"pair_id,log_beta\n{mirrored},3.5\n{undrawn},5.2\n", encoding="utf-8")
    table = read_results(path, pool)
    assert [data["pair_id"] for _, data in table.events] == pool["pair_id"].tolist()
    assert f"row 2, pair_id: {mirrored} is the mirror image of" in table.understood[0]


def test_other_isomers_are_no_mirror_images():
    pool = pairs(LEFT)
    given = {f"Ni+2:L1:{inchikey(MESO)}", f"Cu+2:L1:{inchikey(RIGHT)}", pool["pair_id"][0]}
    assert mirror_images(given, pool) == {}


def test_an_extension_leaves_out_mirror_images_and_says_so():
    pool = pairs(LEFT)
    with pytest.warns(UserWarning, match="only the first of them stays in the pool"):
        new = pairs_of_ligands(pool, [standardise(RIGHT), standardise(MESO)])
    assert new["smiles"].tolist() == [standardise(MESO)]
