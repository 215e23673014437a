"""A campaign about the recovery of a metal ion in percent: columns, words and checks follow."""

import json

import numpy as np
import pandas as pd
import pytest

from bo_loop import Campaign
from bo_loop.acquisition import Maximise, Minimise, PMetal
from bo_loop.base.errors import BoLoopError
from bo_loop.data import Csv, Minteq, TablePool
from bo_loop.models import PairGP
from bo_loop.report.page import report

RECOVERY = {"name": "recovery", "unit": "%", "transform": "logit", "bounds": [0, 100]}
QUICK = PairGP(max_iter=3, terms=["metal * ligand", "ligand"])
SMILES = {
    "gly": "NCC(=O)O", "en": "NCCN", "nta": "O=C(O)CN(CC(=O)O)CC(=O)O", "ox": "OC(=O)C(=O)O",
    "dien": "NCCNCCN", "ida": "OC(=O)CNCC(=O)O", "pic": "OC(=O)c1ccccn1", "cat": "Oc1ccccc1O",
    "acac": "CC(=O)CC(C)=O", "ala": "CC(N)C(=O)O",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    known = pd.DataFrame({"ligand": list(SMILES), "smiles": list(SMILES.values())})
    known.to_csv(folder / "pool.csv", index=False)
    values = np.linspace(15.0, 92.0, 8)
    table = known.head(8).assign(metal="Cu+2", Recovery=[f"{v:.1f}" for v in values])
    table.loc[0, "Recovery"] = "15.0 ± 2"
    table.to_csv(folder / "known.csv", index=False)
    return folder


def start(home, name="bath", **changes):
    given = {
        "pool": TablePool(path=str(home / "pool.csv"), metals=["Ni+2"]),
        "data": Csv(path=str(home / "known.csv")),
        "model": QUICK,
        "property": RECOVERY,
        "batch_size": 2,
        "directory": home / "campaigns",
    }
    return Campaign.start(name, **given | changes)


@pytest.fixture(scope="module")
def campaign(home):
    made = start(home)
    made.suggest()
    form = pd.read_csv(made.form(1), encoding="utf-8-sig", dtype=str, keep_default_na=False)
    form.assign(recovery=["88", "> 95"], recovery_sd=["2", ""]).to_csv(made.form(1), index=False)
    made.log(made.form(1), confirm=True)
    return made


def test_the_form_asks_for_the_property_and_the_record_holds_it_as_measured(campaign):
    form = pd.read_csv(campaign.form(1), encoding="utf-8-sig")
    assert {"predicted_logit_recovery", "recovery", "recovery_sd"} <= set(form)
    assert not [name for name in form if "beta" in name]
    lines = (campaign.path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert events[0]["data"]["property"]["name"] == "recovery"
    first, second = (e["data"] for e in events if e["event"] == "measured")
    assert (first["value"], second["value"], second["censoring"]) == (88.0, 95.0, "lower")
    assert first["log_beta"] == pytest.approx(np.log(88.0 / 12.0))
    assert first["log_beta_sd"] == pytest.approx(2.0 * 100.0 / (88.0 * 12.0))
    reason = next(e for e in events if e["event"] == "proposed")["data"]["proposals"][0]["reason"]
    assert "logit recovery (%)" in reason
    assert "β" not in reason


def test_literature_is_modelled_on_its_scale_without_what_the_medium_does_to_log_beta(campaign):
    known = campaign.literature
    assert known["log_beta"].iloc[0] == pytest.approx(np.log(15.0 / 85.0))
    assert known["log_beta_sd"].iloc[0] == pytest.approx(2.0 * 100.0 / (15.0 * 85.0))
    schema = campaign.record.schema(campaign.state())
    assert "medium_effect" not in schema.blocks["pair"].names
    assert schema.spread == pytest.approx(known["log_beta"].std(ddof=0))


def test_all_that_a_person_reads_is_about_the_property(campaign):
    campaign.suggest(objective=Minimise())
    page = report(campaign)
    for text in (page, str(campaign.status()), campaign.history()["what"].str.cat()):
        assert "log β" not in text.replace("log β-", "")
        assert "recovery" in text
    assert "Which ligand has the highest logit recovery (%) with Ni" in page
    measured = (campaign.path / "measurements.csv").read_text(encoding="utf-8-sig")
    assert "recovery" in measured.splitlines()[0]
    assert "log_beta" not in measured
    assert campaign.verify().failures == ()
    assert len(campaign.rank()) > 0


def test_every_value_outside_the_bounds_is_named(home, campaign, tmp_path):
    bad = pd.read_csv(home / "known.csv").astype({"Recovery": str})
    bad.loc[[1, 3], "Recovery"] = ["-3", "100"]
    bad.to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(BoLoopError) as refused:
        start(home, "bad", data=Csv(path=str(tmp_path / "bad.csv")))
    said = str(refused.value)
    assert "row 3, Recovery: '-3' — expected recovery, a number strictly between 0 and 100" in said
    assert "row 5, Recovery: '100'" in said
    assert not (home / "campaigns" / "bad").exists()
    pairs = campaign.pool["pair_id"].iloc[[0, 1]]
    pd.DataFrame({"pair_id": pairs, "recovery": ["120", "50"]}).to_csv(tmp_path / "r.csv")
    with pytest.raises(BoLoopError, match=r"row 2, recovery: '120' — expected recovery"):
        campaign.log(tmp_path / "r.csv")
    pd.DataFrame({"pair_id": pairs, "log_beta": ["5", "50"]}).to_csv(tmp_path / "r.csv")
    with pytest.raises(BoLoopError, match="missing columns recovery"):
        campaign.log(tmp_path / "r.csv")


def test_a_correction_is_in_the_unit_that_was_measured(home):
    made = start(home, "corrected")
    pair = made.pool["pair_id"].iloc[0]
    pd.DataFrame({"pair_id": [pair], "recovery": ["40"]}).to_csv(home / "r.csv", index=False)
    made.log(home / "r.csv")
    made.correct(2, log_beta="60", log_beta_sd="3")
    (result,) = made.state().results
    assert result.log_beta == pytest.approx(np.log(1.5))
    with pytest.raises(BoLoopError, match="recovery: expected recovery, a number strictly"):
        made.correct(2, log_beta="160")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data": Minteq()}, "recovery is not among the embedded constants"),
        (
            {"objective": PMetal(pH=7.0, total_metal_M=1e-3, total_ligand_M=1e-2)},
            "objective PMetal",
        ),
        ({"objective": Maximise(constraints=["log_beta(Ca+2, n=1) < 5"])}, "constraints"),
        ({"property": {"name": "log D"}}, "has no column log D; it has"),
        ({"property": RECOVERY | {"transform": "ln"}}, "property.transform is 'ln'"),
    ],
)
def test_what_belongs_to_stability_constants_alone_is_refused(home, changes, said):
    with pytest.raises(BoLoopError, match=said):
        start(home, "refused", **changes)
    assert not (home / "campaigns" / "refused").exists()
