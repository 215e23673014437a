"""A campaign about log D and a recovery, of which few pairs have both."""

import json

import numpy as np
import pandas as pd
import pytest
from command_line import run

from bo_loop import Campaign
from bo_loop.acquisition import Maximise, Minimise, Pareto, PMetal
from bo_loop.base.errors import BoLoopError
from bo_loop.data import Csv, Minteq, TablePool
from bo_loop.models import PairGP
from bo_loop.report.map import map_page
from bo_loop.report.page import report

PROPERTIES = [
    {"name": "log D", "bounds": [-5, 5]},
    {"name": "recovery", "unit": "%", "transform": "logit", "bounds": [0, 100]},
]
QUICK = PairGP(max_iter=3, terms=["metal * ligand", "ligand"])
SMILES = {
    "gly": "NCC(=O)O", "en": "NCCN", "nta": "O=C(O)CN(CC(=O)O)CC(=O)O", "ox": "OC(=O)C(=O)O",
    "dien": "NCCNCCN", "ida": "OC(=O)CNCC(=O)O", "pic": "OC(=O)c1ccccn1", "cat": "Oc1ccccc1O",
}  # fmt: skip
LOG_D = ["0.5", "1.2", "2.5", "", "0.9", "1.8", "", ""]
RECOVERY = ["", "15", "92 ± 2", "44", "", "71", "30", "55"]
WANTED = Pareto(objectives=[Maximise(of="log D"), Minimise(of="recovery")])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    known = pd.DataFrame({"ligand": list(SMILES), "smiles": list(SMILES.values())})
    known.to_csv(folder / "pool.csv", index=False)
    table = known.assign(metal="Cu+2", **{"log D": LOG_D, "Recovery (%)": RECOVERY})
    table.to_csv(folder / "known.csv", index=False)
    return folder


def start(home, name="bath", **changes):
    given = {
        "pool": TablePool(path=str(home / "pool.csv"), metals=["Ni+2"]),
        "data": Csv(path=str(home / "known.csv")),
        "model": QUICK,
        "property": PROPERTIES,
        "objective": WANTED,
        "batch_size": 4,
        "directory": home / "campaigns",
    }
    return Campaign.start(name, **given | changes)


@pytest.fixture(scope="module")
def campaign(home):
    made = start(home)
    made.suggest()
    table = pd.DataFrame({"ligand": ["nta", "ida"], "log D": ["2.9", ""], "Recovery": ["9", ">80"]})
    table.to_csv(home / "wide.csv", index=False)
    made.log(home / "wide.csv", confirm=True)
    return made


def events(campaign, kind):
    lines = (campaign.path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    return [e["data"] for e in map(json.loads, lines) if e["event"] == kind]


def test_every_pair_has_a_row_for_each_property_and_the_literature_what_is_known(campaign):
    assert events(campaign, "started")[0]["property"][1]["name"] == "recovery"
    assert len(campaign.pool) == 2 * len(SMILES)
    known = campaign.literature
    assert known["property"].value_counts().to_dict() == {"logit recovery (%)": 6, "log D": 5}
    assert known["log_beta"].iloc[-6] == pytest.approx(np.log(15.0 / 85.0))
    assert known["log_beta_sd"].iloc[-5] == pytest.approx(2.0 * 100.0 / (92.0 * 8.0))
    schema = campaign.record.schema(campaign.state())
    assert list(schema.spreads) == ["log D", "logit recovery (%)"]


def test_a_round_asks_for_values_by_name_and_its_form_takes_them(campaign):
    (proposed,) = events(campaign, "proposed")
    asked = [p["pair_id"].split(":")[2] for p in proposed["proposals"]]
    assert asked == ["log_D", "recovery"] * 2  # two pairs, both values of each
    assert set(proposed["hyperparameters"]) == {"log D", "logit recovery (%)"}
    reason = proposed["proposals"][0]["reason"]
    assert "chance to extend the front of log D against logit recovery (%)" in reason
    form = pd.read_csv(campaign.form(1), encoding="utf-8-sig")
    assert form["property"].tolist() == ["log D", "recovery (%)"] * 2
    assert {"value", "value_sd", "predicted", "predicted_sd"} <= set(form)
    assert form["nearest"].str.contains("logit recovery").tolist() == [False, True] * 2
    filled = form.assign(value=["1.5", "44", "", ""], status=["", "", "failed", ""]).astype(str)
    filled.replace("nan", "").to_csv(campaign.form(1), index=False)
    found = campaign.check(campaign.form(1), replicate=True)
    assert found.rows["event"].tolist() == ["measured", "measured", "failed"]
    assert campaign.verify().failures == ()


def test_a_row_of_the_ledger_is_a_value_of_a_named_property(campaign):
    results = campaign.state().results
    told = [(r.pair_id.split(":")[2], r.log_beta, r.censoring) for r in results]
    assert told == [
        ("log_D", 2.9, "none"),
        ("recovery", pytest.approx(np.log(9 / 91)), "none"),
        ("recovery", pytest.approx(np.log(4.0)), "lower"),
    ]
    assert events(campaign, "measured")[1]["value"] == 9.0
    table = pd.read_csv(campaign.path / "measurements.csv", encoding="utf-8-sig")
    assert table["property"].tolist() == ["log D"] + ["logit recovery (%)"] * 2
    (front,) = campaign.status().front  # ida lacks a log D, so nothing is known of its compromise
    assert front["values"] == {"log D": 2.9, "logit recovery (%)": pytest.approx(np.log(9 / 91))}
    assert campaign.state().property_of(results[1].pair_id).name == "recovery"


def test_what_a_model_of_a_property_says_does_not_hang_on_values_of_another(home, campaign):
    table = pd.read_csv(home / "known.csv", dtype=str, keep_default_na=False)
    table["Recovery (%)"] = table["Recovery (%)"].replace({"15": "95", "71": "3"})
    table.to_csv(home / "others.csv", index=False)
    other = start(home, "other", data=Csv(path=str(home / "others.csv")))
    means = [
        made.rank().set_index("pair_id")["mean"].sort_index()
        for made in (start(home, "same"), other)
    ]
    is_log_d = means[0].index.str.contains("log_D")
    pd.testing.assert_series_equal(means[0][is_log_d], means[1][is_log_d])
    assert (means[0][~is_log_d] != means[1][~is_log_d]).all()


def test_pages_and_tables_speak_of_each_property(campaign):
    page = report(campaign)
    assert "best compromises of log D and logit recovery (%)" in page
    assert "11 values of log D and recovery" in page
    assert "Ni²⁺ + nta: log D" in page
    assert page.count("Results in the order in which they were logged") == 2
    shown = map_page(campaign, property="recovery", ligand="nta")
    assert "logit recovery (%)" in shown
    with pytest.raises(BoLoopError, match="the campaign is about log D, recovery"):
        map_page(campaign, property="yield")
    history = campaign.history("nta")["what"].str.cat(sep=" | ")
    assert "log D 2.9" in history
    assert "logit recovery (%)" in history
    predicted = campaign.predict(pd.DataFrame([{
        "metal": "Ni", "charge": 2, "ligand": "", "smiles": "NCCC(=O)O", "n_ligands": 1,
        "temperature_C": 25.0, "ionic_strength_M": 0.1,
    }]))  # fmt: skip
    assert predicted["property"].tolist() == ["log D", "logit recovery (%)"]


def test_a_pair_is_meant_with_all_its_values_or_with_the_one_that_is_said(campaign):
    taken = set(campaign.state().states)
    unasked = campaign.pool[~campaign.pool["pair_id"].isin(taken)]["ligand"].value_counts()
    free = unasked[unasked == 2].index.tolist()
    picked = campaign.consider(pick=[free[0], f"{free[1]}: recovery"])
    assert picked["property"].tolist().count("logit recovery (%)") == 2
    assert len(picked) == 3
    out = campaign.withdraw(free[2]).recorded
    assert out["property"].tolist() == ["log D", "logit recovery (%)"]
    assert len(campaign.restore(f"{free[2]}: log D").recorded) == 1
    with pytest.raises(BoLoopError, match="say which property is meant"):
        campaign.correct(pair="ida", void=True)
    done = campaign.correct(pair="nta: recovery", log_beta="12", log_beta_sd="1", confirm=True)
    assert len(done.recorded) == 1
    pd.DataFrame({"ligand": ["edta"], "smiles": ["O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"]}).to_csv(
        campaign.path.parent / "more.csv", index=False
    )
    campaign.extend(ligands=campaign.path.parent / "more.csv")
    assert campaign.pool["property"].tail(2).tolist() == ["log D", "logit recovery (%)"]
    assert len(campaign.suggest(objective=Maximise(of="recovery"), batch_size=2)) == 2
    assert campaign.verify().failures == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data": Minteq()}, "log D is not among the embedded constants"),
        ({"objective": "pareto"}, r"maximise log D, maximise recovery\]"),
        ({"objective": Maximise(of="yield")}, "objective Maximise of yield"),
        ({"objective": PMetal(pH=7.0)}, "stability constants, and the campaign is about log D"),
        ({"property": [*PROPERTIES, {"name": "rate"}]}, "no value of rate to learn from"),
        ({"property": [*PROPERTIES, PROPERTIES[0]]}, "each needs a name of its own"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(home, changes, said):
    with pytest.raises(BoLoopError, match=said):
        start(home, "refused", **changes)
    assert not (home / "campaigns" / "refused").exists()


def test_every_value_that_cannot_be_is_named_by_row_and_property(home, campaign):
    bad = pd.DataFrame(
        {"ligand": ["en", "en"], "property": ["log D", "yield"], "value": ["9", "1"]}
    )
    bad.to_csv(home / "bad.csv", index=False)
    with pytest.raises(BoLoopError) as refused:
        campaign.log(home / "bad.csv")
    assert "row 2, log_D: '9' — expected log D, a number between -5 and 5" in str(refused.value)
    assert "row 3, property: 'yield' — expected one of log D, recovery" in str(refused.value)
    pd.DataFrame({"ligand": ["en"], "log_beta": ["9"]}).to_csv(home / "bad.csv", index=False)
    with pytest.raises(BoLoopError, match="missing columns property and value, or any of log D"):
        campaign.log(home / "bad.csv")


def test_from_the_command_line(home, tmp_path):
    for name in ("pool.csv", "known.csv"):
        (tmp_path / name).write_bytes((home / name).read_bytes())
    said = run(
        tmp_path, "start", "name=bath", "pool=table", "pool.path=pool.csv", "pool.metals=[Ni+2]",
        "data=csv", "data.path=known.csv", "model.max_iter=3",
        'property=[{name: log D}, {name: recovery, unit: "%", transform: logit, bounds: [0, 100]}]',
        "objective=pareto", "objective.objectives=[maximise log D, maximise recovery]",
    )  # fmt: skip
    assert "11 values of log D and recovery" in said
    assert "8 pairs of 8 ligands" in said
    said = run(tmp_path, "suggest", "name=bath")
    assert ": logit recovery (%)" in said
    assert "or value in campaigns/bath/rounds/001/proposals.csv" in said
    pd.DataFrame({"ligand": ["nta"], "log D": ["2"], "recovery": ["88 ± 3"]}).to_csv(
        tmp_path / "r.csv", index=False
    )
    said = run(tmp_path, "log", "name=bath", "results=r.csv", "confirm=true")
    assert "Ni+2 + nta: logit recovery (%)" in said
    said = run(tmp_path, "status", "name=bath")
    assert "log D 2.00, logit recovery (%) 1.99, nta" in said
    said = run(tmp_path, "start", "name=other", "pool=table", "pool.path=pool.csv",
               "pool.metals=[Ni+2]", "data=csv", "data.path=known.csv",
               "property=[{name: log D}, {name: recovery}]", code=2)  # fmt: skip
    assert "objective.of='log D'" in said
    # The default data are constants with a memory of log β: one message says all that is needed.
    asked = ("start", "name=other", "pool.metals=[Ni+2]", "property={name: ΔH, unit: kJ/mol}")
    said = run(tmp_path, *asked, code=2)
    assert "ΔH is not among the embedded constants" in said
    assert "data=csv data.path=<table>" in said
