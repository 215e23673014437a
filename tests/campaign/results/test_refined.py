import pytest
import small_campaign
from simulated_titrations import curve_files
from small_campaign import pairs

from bo_loop.base.errors import CampaignError
from bo_loop.lab.titration.refine import refine

GLYCINE = "NCC(=O)O"
POOL = pairs("AB", metal="Cu").assign(
    ligand=["Glycine", "Glycine"],
    smiles=GLYCINE,
    ligand_group="gly",
    n_ligands=[1, 2],
    pair_id=["Cu+2:L1:gly", "Cu+2:L2:gly"],
)


@pytest.fixture(scope="module")
def done():
    return refine(*curve_files())


@pytest.fixture(scope="module")
def doubtful():
    return refine(*curve_files(ligand="glycine", acid=2e-4))


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    small_campaign.cheapen(monkeypatch, POOL)
    return small_campaign.start(tmp_path)


def outcomes(campaign):
    return {check.what: (check.outcome, check.detail) for check in campaign.verify().checks}


def test_ml_n_are_logged_with_what_they_rest_on(campaign, done):
    logged = campaign.log_refined(done)
    assert logged.recorded["pair_id"].tolist() == ["Cu+2:L1:gly", "Cu+2:L2:gly"]
    results = campaign.state().results
    assert [r.log_beta for r in results] == [value for value, _ in done.log_beta.values()]
    assert [r.log_beta_sd for r in results] == [sd for _, sd in done.log_beta.values()]
    assert results[0].method == "potentiometric titration"
    assert "HL 9.57" in results[0].note
    event = campaign.record.ledger.read().events[-1]
    assert event.data["refined"] == done.record()
    assert event.data["source"] == "cu_gly.csv"
    held = {path.name for path in (campaign.path / "raw").iterdir()}
    sha = done.record()["curves"][0]["sha256"]
    assert f"{sha}.csv" in held
    assert (campaign.path / "raw" / f"{sha}.csv").read_bytes() == done.curves[0][1]
    assert not campaign.verify().failures
    assert campaign.log_refined(done).n_known == 2


def test_what_is_doubtful_is_not_logged_unless_confirmed(campaign, doubtful):
    assert doubtful.faults
    with pytest.raises(CampaignError, match="strong acid"):
        campaign.log_refined(doubtful)
    assert not campaign.state().results
    assert not (campaign.path / "raw").exists()
    campaign.log_refined(doubtful, confirm=True)
    data = campaign.record.ledger.read().events[-1].data
    assert any("strong acid" in text for text in data["confirmed"])


@pytest.mark.slow
def test_species_that_are_no_pair_are_left_out_by_name(campaign, done):
    logged = campaign.log_refined(refine(*curve_files(), species=["CuL", "CuL2", "HL"]))
    assert any("HL is not ML_n" in text for text in logged.understood)
    assert len(logged.recorded) == 2


@pytest.mark.slow
def test_another_ligand_is_refused(campaign):
    other = refine(*curve_files(ligand="alanine"))
    with pytest.raises(CampaignError, match="none of the refined species is a pair"):
        campaign.log_refined(other)


def test_verify_finds_a_changed_curve_and_a_changed_constant(campaign, done, tmp_path):
    campaign.log_refined(done)
    sha = done.record()["curves"][0]["sha256"]
    path = campaign.path / "raw" / f"{sha}.csv"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\n", b"\n ", 3))
    assert "its SHA-256 is another" in outcomes(campaign)["event 2, Cu+2:L1:gly"][1]
    path.unlink()
    assert "is missing" in outcomes(campaign)["event 2, Cu+2:L1:gly"][1]
    path.write_bytes(content)
    (path.parent / "stray.csv").write_text("x")
    found = outcomes(campaign)
    assert found["event 2, Cu+2:L1:gly"][0] == "ok"
    assert found["raw/stray.cs….csv"][0] == "note"


@pytest.mark.slow
def test_verify_refines_again(campaign, done, monkeypatch):
    record = done.record()
    record["log_beta"]["CuL"][0] += 1e-4
    monkeypatch.setattr(type(done), "record", lambda self: record)
    campaign.log_refined(done)
    outcome, detail = outcomes(campaign)["event 2, Cu+2:L1:gly"]
    assert outcome == "failed"
    assert "refined again, log β of CuL is 8.2" in detail or "not 8." in detail


@pytest.mark.parametrize(
    "change",
    [
        {"curves": [{"name": "a.csv", "sha256": "../../etc/passwd"}]},
        {"curves": []},
        {"fixed": {"HL": "9.57"}},
        {"log_beta": {"CuL": [8.2]}},
        {"species": "CuL"},
    ],
)
def test_a_ledger_with_another_shape_is_refused(campaign, done, change):
    from bo_loop.campaign.ledger.fields import check

    data = {
        "pair_id": "x", "log_beta": 1.0, "censoring": "none", "temperature_C": 25.0,
        "ionic_strength_M": 0.1, "replicate": 1, "refined": done.record(),
    }  # fmt: skip
    check("measured", data)
    with pytest.raises(ValueError, match="refined is"):
        check("measured", data | {"refined": done.record() | change})


@pytest.mark.slow
def test_what_is_not_determined_is_not_logged(campaign):
    unsure = refine(*curve_files(), species=["CuL", "CuL2", "CuHL"])
    with pytest.raises(CampaignError, match="CuHL not determined: refine fewer species"):
        campaign.log_refined(unsure, confirm=True)
    assert not campaign.state().results
