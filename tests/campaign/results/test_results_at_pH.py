"""Results that were logged at a pH: what they say of log β, and what is refused or doubted."""

import numpy as np
import pandas as pd
import pytest
from sample_events import STARTED, as_events

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.ledger.rules import new_events
from bo_loop.campaign.ledger.state import ProposedPair
from bo_loop.campaign.results.at_pH import acids_of, log_beta_of, log_k_of, require_acids
from bo_loop.campaign.results.doubts import confirmed
from bo_loop.campaign.results.reading import read_results
from bo_loop.solution.conditional import log_conditional, p_metal
from bo_loop.solution.embedded import complexes, hydrolysis, protonation
from bo_loop.solution.mixed import pk_of_mhl
from bo_loop.solution.species import Species, System

POOL = pd.DataFrame(
    {
        "pair_id": ["Ni+2:L1:A", "Ni+2:L2:A"],
        "metal": "Ni",
        "charge": 2,
        "smiles": "A",
        "ligand_group": "A",
        "n_ligands": [1, 2],
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
)
SAID = {"pair_id": "Ni+2:L1:A", "censoring": "none", "temperature_C": 25.0}
SAID |= {"ionic_strength_M": 0.1, "replicate": 1}


def corrected(seq, **values):
    return "corrected", {"corrects": seq, **values}


def read(tmp_path, text):
    path = tmp_path / "results.csv"
    path.write_text(text, encoding="utf-8")
    return read_results(path, POOL).events


def literature(*log_beta):
    """Protonation constants of the ligand A."""
    frame = pd.DataFrame({"log_beta": log_beta, "charge": range(1, len(log_beta) + 1)})
    return frame.assign(
        metal="H", smiles="A", ligand_group="A", n_ligands=1, censoring="none", source="book"
    )


def edta():
    species = (*protonation("edta"), *hydrolysis("Ni+2"))
    species += tuple(s for s in complexes("Ni+2", "edta") if s.name == "NiL")
    system = System({"Ni+2": 2, "L": -4}, species)
    constants = dict(zip([s.name for s in species], system.log_beta(0.1), strict=True))
    protons = np.full(8, -np.inf)
    protons[:6] = [constants[f"H{k}L".replace("H1L", "HL")] for k in range(1, 7)]
    return system, constants["NiL"], protons


@pytest.mark.parametrize("pH", [3.0, 7.4, 10.0])
@pytest.mark.parametrize("measured", [np.nan, 3.2])
def test_log_beta_comes_back_from_log_k_and_from_pM(pH, measured):
    system, log_beta, protons = edta()
    # MHL as it is measured or else estimated, as a species of the mass balance.
    estimated = float(pk_of_mhl(np.array(log_beta), protons, 2))
    pk = estimated if np.isnan(measured) else measured
    mixed = Species("NiHL", {"Ni+2": 1, "L": 1, "H+": 1}, log_beta + pk, 0.1)
    ml = Species("NiL", {"Ni+2": 1, "L": 1}, log_beta, 0.1)
    others = tuple(s for s in system.species if s.name != "NiL")
    system = System(system.charges, (*others, ml, mixed))
    at = {"pH": pH, "ionic_strength_M": 0.1}
    log_k = log_conditional(system, "Ni+2", "L", pH, ionic_strength_M=0.1)[0]
    found = log_beta_of({"log_K_cond": log_k, **at}, "Ni+2", 1, protons, measured)
    assert found == pytest.approx(log_beta, abs=1e-6)
    totals = {"total_metal_M": 1e-6, "total_ligand_M": 1e-5}
    free = p_metal(system, "Ni+2", {"Ni+2": 1e-6, "L": 1e-5}, pH, ionic_strength_M=0.1)[0]
    found = log_beta_of({"pM": free, **totals, **at}, "Ni+2", 1, protons, measured)
    assert found == pytest.approx(log_beta, abs=1e-5)


def test_the_slope_of_log_k_against_pM():
    data = {"pM": 6.3, "pH": 5.0, "ionic_strength_M": 0.1}
    data |= {"total_metal_M": 1e-6, "total_ligand_M": 2e-6}
    (low, slope), (high, _) = (log_k_of(data | {"pM": p}, "Ni+2") for p in (6.3, 6.3 + 1e-6))
    assert (high - low) / 1e-6 == pytest.approx(slope, rel=1e-4)
    assert slope > 2.0


def test_a_form_states_one_of_them(tmp_path):
    ((kind, data),) = read(tmp_path, "pair_id,log K',pH\nNi+2:L1:A,8.15(5),5\n")
    assert kind == "measured"
    assert data["log_K_cond"] == 8.15
    assert (data["log_beta_sd"], data["pH"]) == (0.05, 5.0)
    assert "log_beta" not in data
    text = "pair_id,pM,pH,total metal (µM),total_ligand_M\nNi+2:L1:A,> 9,7.4,1,1e-5\n"
    data = read(tmp_path, text)[0][1]
    assert (data["pM"], data["censoring"], data["total_metal_M"]) == (9.0, "lower", 1e-6)
    beside = "pair_id,log_beta,log_K_cond,pH\nNi+2:L1:A,18.5,,4.5\n"  # a form that names its pH
    data = read(tmp_path, beside)[0][1]
    assert data["log_beta"] == 18.5
    assert "pH" not in data


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("pair_id,log_K_cond\nNi+2:L1:A,8\n", "log_K_cond: '8' — give pH too"),
        ("pair_id,pM,pH\nNi+2:L1:A,8,7\n", "give total_metal_M and total_ligand_M too"),
        ("pair_id,log_beta,log_K_cond,pH\nNi+2:L1:A,18,8,5\n", "log_beta is given too"),
        ("pair_id,log_K_cond,pH\nNi+2:L1:A,8,15\n", "a pH between 0 and 14"),
        ("pair_id,log_K_cond,pH,ionic_strength_M\nNi+2:L1:A,8,5,2\n", "from 0 to 0.5"),
        ("pair_id,pM,pH,total_metal_M,total_ligand_M\nNi+2:L2:A,8,7,1e-6,1e-5\n", "1:1"),
        ("pair_id,pM,pH,total_metal_M,total_ligand_M\nNi+2:L1:A,5,7,1e-6,1e-5\n", "without any"),
        ("pair_id,pM,pH,total_metal_M,total_ligand_M\nNi+2:L1:A,9,7,1e-5,1e-6\n", "the totals"),
        ("pair_id,value\nNi+2:L1:A,9\n", r"missing columns log_beta \(or log_K_cond, or pM\)"),
    ],
)
def test_what_no_result_at_a_pH_can_be_is_refused(tmp_path, text, complaint):
    with pytest.raises(DataError, match=complaint):
        read(tmp_path, text)


def doubts(value, known, **more):
    """What is said of log K′ where log β 12 ± 1 was predicted."""
    pair = "Ni+2:L1:A"
    data = {**SAID, "log_K_cond": value, "pH": 5.0, **more}
    state = fold(as_events(STARTED))
    made = ProposedPair(pair, 1, 1, 12.0, 1.0, 0.9, 0.0, "")
    state.proposals[pair] = made
    table = type("T", (), {"events": [("measured", data)], "labels": ["row 2"], "differing": {}})
    table.confirmed = set()
    try:
        confirmed([("measured", data)], table, state, POOL, known, confirm=False)
    except CampaignError as error:
        return str(error)
    return ""


def test_log_k_is_doubted_as_the_log_beta_that_it_means():
    # pKa 9 and 5: at pH 5 (log [H] −4.89) α_L is 10^4.1 + 10^4.2, 4.47 in all.
    known = literature(9.0, 14.0)
    protons = acids_of(known)("A")
    assert log_beta_of({"log_K_cond": 7.5, "pH": 5.0, "ionic_strength_M": 0.1}, "Ni+2", 1,
                       protons) == pytest.approx(12.0, abs=0.1)  # fmt: skip
    assert doubts(7.5, known) == ""
    assert "log_K_cond 12 at pH 5 (log β 16.46" in doubts(12.0, known)
    assert "by the measured pKa) where log β 12.00 ± 1.00 was predicted" in doubts(12.0, known)
    unknown = known.assign(smiles="B", ligand_group="B")
    assert doubts(7.5, unknown) == ""  # protons may take any part of it
    assert "log β is above log K′ 17" in doubts(17.0, unknown)
    assert doubts(17.0, unknown, censoring="upper") == ""


def test_a_result_at_a_pH_needs_protonation_constants_to_learn_from():
    at_pH = ("measured", {**SAID, "log_K_cond": 7.5, "pH": 5.0})
    plain = ("measured", {**SAID, "log_beta": 7.5})
    require_acids([at_pH, plain], lambda: True)
    require_acids([plain, ("withdrawn", {})], lambda: pytest.fail("asked in vain"))
    with pytest.raises(CampaignError, match="log_K_cond cannot be taken: neither"):
        require_acids([at_pH], lambda: False)


def test_the_ledger_tells_them_apart():
    state = fold(as_events(STARTED))
    cond = ("measured", {**SAID, "log_K_cond": 8.0, "pH": 5.0})
    (event,), _ = new_events(state, [cond])
    state = fold(as_events(STARTED, event))
    assert state.results[0].quantity == "log_K_cond"
    assert state.results[0].log_beta is None
    assert new_events(state, [cond]) == ([], 1)
    for other in ({**cond[1], "pH": 6.0}, {**SAID, "log_beta": 8.0}):
        with pytest.raises(CampaignError, match=r"is answered: log_K_cond 8 \(pH 5"):
            new_events(state, [("measured", other)])
    with pytest.raises(CampaignError, match="lacks pH"):
        new_events(state, [("measured", {**SAID, "log_K_cond": 8.0})])
    with pytest.raises(CampaignError, match="states log_K_cond, so log_beta cannot be corrected"):
        new_events(state, [corrected(2, log_beta=8.0)])
    ((_, data),), _ = new_events(state, [corrected(2, pH=5.5)])
    assert fold(as_events(STARTED, event, ("corrected", data))).results[0].pH == 5.5
