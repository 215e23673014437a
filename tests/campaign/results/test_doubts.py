"""Results that a chemist would look at twice."""

import re

import pandas as pd
import pytest
import small_campaign
from small_campaign import cheapen, pairs, results

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.campaign.rounds import decide as rounds

POOL = pd.concat([pairs("ABCD"), pairs("ABCD", n_ligands=2)], ignore_index=True)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        cheapen(patch, POOL)
        campaign = small_campaign.start(tmp_path_factory.mktemp("doubtful"))
        campaign.suggest(batch_size=8)
    return campaign


@pytest.fixture
def campaign(template, tmp_path, monkeypatch):
    """A, B, C, D with n = 1 and 2, each predicted to be 10 ± 1."""
    cheapen(monkeypatch, POOL)
    return small_campaign.copy(template, tmp_path / "small")


def table(folder, rows, columns="pair_id,log_beta"):
    path = folder / "r.csv"
    path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return path


def doubts(campaign, *rows, columns="pair_id,log_beta"):
    """What is said about a table; "" if it is taken at once."""
    before = campaign.state().seq
    path = table(campaign.path.parent, rows, columns)
    try:
        campaign.log(path)
        return ""
    except CampaignError as error:
        said = str(error)
    assert "confirm=true" in said
    assert campaign.state().seq == before
    return said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("13.9", ""),
        ("14.1", "row 2, Ni+2:L1:A: 14.1 where 10.00 ± 1.00 was predicted, 4.1 sd away"),
        ("6.1", ""),
        ("5.9", "4.1 sd away"),
        (">14.1", "4.1 sd away"),
        (">5.9", ""),  # the truth lies above
        ("<5.9", "4.1 sd away"),
        ("<14.1", ""),
        ("23.0", "is it ln β? log10 β would be 9.99"),
        ("21", "is it ln β? log10 β would be 9.12"),
        ("25.5", "15.5 sd away"),  # ln β would not fit either
        (">23", "13.0 sd away"),  # a bound is not a ln β, however well it would fit
        (">14", ""),
        ("12.5", ""),
    ],
)
def test_far_from_the_prediction_and_ln(campaign, value, words):
    said = doubts(campaign, f"Ni+2:L1:A,{value}")
    assert words in said
    assert bool(words) == bool(said)
    assert ("ln β" in words) == ("ln β" in said)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (">19", ""),  # a bound of 2.75 sd, which is not a surprise
        (">24.1", "24.1 where 8.00 ± 4.00 was predicted, 4.0 sd away"),
        ("19", ""),  # as ln β it fits better, but not so much
        ("21", "is it ln β? log10 β would be 9.12"),
        ("<3", ""),
    ],
)
def test_a_vague_prediction_asks_little(campaign, monkeypatch, value, words):
    vague = {"mean": 8.0, "sd": 4.0}
    made = small_campaign.decide

    def decide(*given):
        event = made(*given)
        return event | {"proposals": [p | vague for p in event["proposals"]]}

    monkeypatch.setattr(rounds, "decide", decide)
    campaign.withdraw("Ni+2:L1:A")
    campaign.extend(ligands="any.csv")
    campaign.suggest(batch_size=1)
    pair = campaign.state().rounds[-1].proposals[0].pair_id
    said = doubts(campaign, f"{pair},{value}")
    assert words in said
    assert bool(words) == bool(said)


@pytest.mark.parametrize(
    ("value", "words"),
    [("<8", "log β2 8 below log β1 10.2"), (">8", ""), ("<11", ""), (">11", "")],
)
def test_a_bound_beside_the_constant_of_another_n(campaign, value, words):
    said = doubts(campaign, "Ni+2:L1:A,10.2", f"Ni+2:L2:A,{value}")
    assert words in said
    assert bool(words) == bool(said)


def test_the_second_constant_below_the_first(campaign):
    said = doubts(campaign, "Ni+2:L1:A,10.2", "Ni+2:L2:A,8.1")
    assert (
        "row 3, Ni+2:L2:A: log β2 8.1 below log β1 10.2: is it the stepwise log K2? log β is the "
        "overall constant; log K2 8.1 would be log β2 18.3"
    ) in said
    assert doubts(campaign, "Ni+2:L1:A,10.2", "Ni+2:L2:A,12.5") == ""


def test_a_first_constant_above_the_second_that_is_recorded(campaign):
    assert doubts(campaign, "Ni+2:L2:A,10.5") == ""
    assert "log β1 11.5 is above log β2 10.5" in doubts(campaign, "Ni+2:L1:A,11.5")


def test_a_stepwise_constant_above_the_first_is_told_by_the_prediction(campaign):
    # K2 entered as β2: 7.5 is far from 10 ± 1, but 7.5 + 2.4 is not
    said = doubts(campaign, "Ni+2:L1:B,2.4", "Ni+2:L2:B,7.5")
    assert "log β2 7.5 beside log β1 2.4: is it the stepwise log K2?" in said


def test_a_constant_of_the_literature_counts_too(tmp_path, monkeypatch):
    cheapen(monkeypatch, POOL.assign(metal="Cu", pair_id=POOL["pair_id"].str.replace("Ni", "Cu")))
    campaign = small_campaign.start(tmp_path)
    literature = campaign.literature
    literature.loc[0, ["ligand_group", "log_beta"]] = ["A", 9.0]
    said = doubts(campaign, "Cu+2:L2:A,6.0")
    assert "log β2 6 below log β1 9" in said


def test_the_constant_of_the_ligand_itself_counts_before_an_isomer_s(tmp_path, monkeypatch):
    """A and B are isomers: one group, two structures."""
    alike = POOL.assign(ligand_group=POOL["ligand_group"].replace("B", "A"))
    cheapen(monkeypatch, alike)
    campaign = small_campaign.start(tmp_path)
    campaign.log(table(tmp_path, ["Ni+2:L1:A,9.0"]))
    campaign.log(table(tmp_path, ["Ni+2:L1:B,5.0"]))
    assert "below log β1 9" in doubts(campaign, "Ni+2:L2:A,7.0")
    assert doubts(campaign, "Ni+2:L2:B,7.0") == ""


def test_an_isomer_s_constant_counts_where_the_ligand_s_own_is_not_known(tmp_path, monkeypatch):
    alike = POOL.assign(ligand_group=POOL["ligand_group"].replace("B", "A"))
    cheapen(monkeypatch, alike)
    campaign = small_campaign.start(tmp_path)
    campaign.log(table(tmp_path, ["Ni+2:L1:A,9.0"]))
    assert "below log β1 9" in doubts(campaign, "Ni+2:L2:B,7.0")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("metal", "Cu", "the column metal says 'Cu', but the pair is of Ni"),
        ("charge", "3", "the column charge says '3', but the pair is of 2"),
        ("n_ligands", "2", "the column n_ligands says '2', but the pair is of 1"),
        ("smiles", "CC", "the column smiles says 'CC', but the pair is of C"),
        ("smiles", "no such", "the column smiles says 'no such', but the pair is of C"),
        ("smiles", "[CH4]", ""),
        ("metal", "Ni", ""),
        ("charge", "2.0", ""),
        ("charge", "", ""),
    ],
)
def test_a_metal_or_charge_that_is_not_the_proposals(campaign, column, value, words):
    said = doubts(campaign, f"Ni+2:L1:A,10,{value}", columns=f"pair_id,log_beta,{column}")
    assert words in said
    assert bool(words) == bool(said)


def test_all_doubts_are_listed_and_confirmed_ones_recorded(campaign, tmp_path):
    rows = ["Ni+2:L1:A,15", "Ni+2:L1:B,10", "Ni+2:L1:C,3"]
    said = doubts(campaign, *rows)
    assert "2 things look doubtful" in said
    assert said.count("sd away") == 2
    campaign.log(table(tmp_path, rows), confirm=True)
    recorded = [e.data.get("confirmed") for e in campaign.record.ledger.read().events[-3:]]
    assert recorded == [
        ["15 where 10.00 ± 1.00 was predicted, 5.0 sd away"],
        None,
        ["3 where 10.00 ± 1.00 was predicted, 7.0 sd away"],
    ]
    assert "confirmed although 15 where" in campaign.history("Ni+2:L1:A")["what"].iloc[-1]
    again = campaign.log(table(tmp_path, rows))  # what the ledger holds is not asked again
    assert (len(again.recorded), again.n_known) == (0, 3)


DOUBTFUL = ["Ni+2:L1:A,15", "Ni+2:L1:B,10", "Ni+2:L1:C,3"]


@pytest.mark.parametrize(
    "confirm",
    [
        [2, 4],
        ["row 2", "4"],
        ["Ni+2:L1:A", "Ni+2:L1:C"],
        [2, 3, "Ni+2:L1:C"],  # of a row without doubt, it says nothing new
    ],
)
def test_doubts_are_confirmed_row_by_row(campaign, tmp_path, confirm):
    path = table(tmp_path, DOUBTFUL)
    with pytest.raises(CampaignError) as caught:
        campaign.log(path, confirm=[2])
    assert "row 4, Ni+2:L1:C: 3 where" in str(caught.value)
    assert "row 2, " not in str(caught.value)
    assert "confirm=[2,4]" in str(caught.value)  # what was confirmed is to be said again
    assert campaign.state().results == ()
    assert len(campaign.log(path, confirm=confirm).recorded) == 3
    recorded = [bool(e.data.get("confirmed")) for e in campaign.record.ledger.read().events[-3:]]
    assert recorded == [True, False, True]
    assert campaign.log(path, confirm=confirm).n_known == 3  # and once more


def test_one_row_or_pair_needs_no_brackets(campaign, tmp_path):
    assert len(campaign.log(table(tmp_path, ["Ni+2:L1:A,15"]), confirm=2).recorded) == 1
    path = table(tmp_path, ["Ni+2:L1:B,15"])
    assert len(campaign.log(path, confirm="Ni+2:L1:B").recorded) == 1


@pytest.mark.parametrize(
    ("confirm", "named"),
    [
        ([9], "9"),
        (["Ni+2:L1:Z", 2], "Ni+2:L1:Z"),
        ("no", "no"),
        ([2, 4, True], "True"),
        (2.5, "2.5"),
    ],
)
def test_a_confirmation_of_nothing_is_refused(campaign, tmp_path, confirm, named):
    with pytest.raises(CampaignError, match=f"confirm names {re.escape(named)}, where the file"):
        campaign.log(table(tmp_path, DOUBTFUL), confirm=confirm)
    assert campaign.state().results == ()


def test_the_form_itself_may_confirm(campaign, tmp_path):
    columns = "pair_id,log_beta,confirm"
    rows = [f"{row},{said}" for row, said in zip(DOUBTFUL, ["yes", "", "no"], strict=True)]
    with pytest.raises(CampaignError) as caught:
        campaign.log(table(tmp_path, rows, columns))
    assert "one thing looks doubtful" in str(caught.value)
    rows = [f"{row},{said}" for row, said in zip(DOUBTFUL, ["YES", "", "true"], strict=True)]
    assert len(campaign.log(table(tmp_path, rows, columns)).recorded) == 3
    with pytest.raises(DataError, match="row 2, confirm: 'perhaps' — expected yes"):
        campaign.log(table(tmp_path, ["Ni+2:L1:D,10,perhaps"], columns))


def test_a_pair_that_was_never_proposed_has_no_prediction_to_differ_from(tmp_path, monkeypatch):
    cheapen(monkeypatch, POOL)
    campaign = small_campaign.start(tmp_path)
    assert len(campaign.log(results(tmp_path, {"A": "50"})).recorded) == 1
