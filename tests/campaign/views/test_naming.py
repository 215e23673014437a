from sample_events import by_pair
from small_campaign import pairs

from bo_loop.campaign.ledger.state import CampaignState, Result
from bo_loop.campaign.views.naming import namer

POOL = pairs("ABC")
LITERATURE = pairs("BB").assign(
    log_beta=[17.94, 18.1], censoring=["none", "lower"], source=["NIST", "NIST"],
    smiles=["CC", "CC"], pair_id="Ni+2:L1:B",
)  # fmt: skip


def state_with(*results):
    made = [
        Result(
            seq=i, time="", pair_id=pair, log_beta=value, log_beta_sd=None, censoring=censoring,
            temperature_C=25.0, ionic_strength_M=0.1, replicate=1, round=None, method="", date="",
            operator="", note="",
        )
        for i, (pair, value, censoring) in enumerate(results)
    ]  # fmt: skip
    return CampaignState(results_by_pair=by_pair(made))


def test_an_item_is_named_with_where_it_is_from():
    name = namer(POOL, LITERATURE, state_with(("Ni+2:L1:A", 19.0, "lower")))
    assert name([0]) == "ligand A (measured here: > 19.00)"
    assert name([1]) == "ligand B (literature, NIST: 17.94, > 18.10)"
    assert name([2]) == "ligand C (predicted, no value is known)"
    assert name([1, 0]) == "ligand B (measured here and literature, NIST)"
    assert name([2, 2]) == "ligand C (predicted, no value is known)"


def test_the_same_structure_comes_before_its_isomers():
    isomer = LITERATURE.assign(smiles=["CC", "C/C"], source=["this", "isomer"])
    name = namer(POOL, isomer, state_with())
    assert name([1]) == "ligand B (literature, this: 17.94)"
    other = namer(POOL, isomer.iloc[1:], state_with())
    assert other([1]) == "ligand B (literature, isomer: > 18.10)"
