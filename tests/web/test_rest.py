"""A robot's closed loop through the REST; the same errors as the command line."""

import pytest
import small_campaign
from starlette.testclient import TestClient

from bo_loop import Campaign
from bo_loop.base.errors import BoLoopError
from bo_loop.web import tasks
from bo_loop.web.desk import Desk, plain_file_name
from bo_loop.web.jobs import Job, Jobs
from bo_loop.web.rest import application

HOSTILE = ["..", "a/../b", "..%2Fx", "%2e%2e%2fx", "con", ".hidden", "a%00b", "x" * 300]


@pytest.fixture
def client(tmp_path, monkeypatch):
    """Of a folder with one cheap campaign; jobs run in this process."""
    small_campaign.cheapen(monkeypatch)
    small_campaign.start(tmp_path)

    async def here(self, job: Job) -> None:
        try:
            job.result = tasks.TASKS[job.task](**job.arguments)
        except BoLoopError as error:
            job.error = error
        job.done.set()

    monkeypatch.setattr(Jobs, "_run", here)
    return TestClient(application(Desk(tmp_path)), base_url="http://127.0.0.1")


def fine(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_closed_loop(client, tmp_path):
    assert fine(client.get("/api/campaigns")) == ["small"]
    values = {"A": 9.5, "B": 10.4, "C": 8.8, "D": 11.2}
    for number in (1, 2):
        made = fine(client.post("/api/campaigns/small/rounds", json={"operator": "robot"}), 201)
        assert made["round"] == number
        rows = [
            {"pair_id": p["pair_id"], "log_beta": values[p["pair_id"][-1]]}
            for p in made["proposals"]
        ]
        logged = fine(client.post("/api/campaigns/small/results", json={"rows": rows}), 201)
        assert len(logged["recorded"]) == 2
    status = fine(client.get("/api/campaigns/small"))
    assert (status["rounds"], status["counts"]) == (2, {"measured": 4})
    assert status["best"]["log_beta"] == 11.2
    events = [row["event"] for row in fine(client.get("/api/campaigns/small/history"))]
    a_round = ["proposed", "proposed", "measured", "measured"]
    assert events == ["started", *a_round, *a_round]
    assert len(fine(client.get("/api/campaigns/small/measurements"))) == 4
    assert [p["rank"] for p in fine(client.get("/api/campaigns/small/rounds/2"))] == [1, 2]
    voided = fine(client.post("/api/campaigns/small/void", json={"reason": "wrong tube"}))
    assert [row["event"] for row in voided] == ["corrected", "corrected"]
    assert len(Campaign.open("small", tmp_path).measurements()) == 2


def test_numbers_are_read_as_labs_write_them_and_doubts_are_told_first(client):
    client.post("/api/campaigns/small/rounds", json={})
    rows = [
        {"pair_id": "Ni+2:L1:A", "log_beta": "10,3 ± 0.2"},
        {"pair_id": "Ni+2:L1:B", "log_beta": ">20", "note": "=cmd|' /C calc'!A0"},
    ]
    checked = fine(client.post("/api/campaigns/small/results/check", json={"rows": rows}))
    assert [row["result"] for row in checked["rows"]] == ["10.30 ± 0.20", "> 20.00"]
    assert checked["rows"][0]["doubts"] == []
    assert "10.0 sd away" in checked["rows"][1]["doubts"][0]
    assert any("10,3" in line for line in checked["understood"])
    assert fine(client.get("/api/campaigns/small/measurements")) == []
    refused = client.post("/api/campaigns/small/results", json={"rows": rows})
    assert refused.status_code == 409
    assert "Nothing was recorded" in refused.json()["detail"]
    body = {"rows": rows, "confirm": [3], "operator": "LIMS", "source": "../../etc/run 7.csv"}
    assert len(fine(client.post("/api/campaigns/small/results", json=body), 201)["recorded"]) == 2
    last = fine(client.get("/api/campaigns/small/history"))[-1]
    assert last["who"] == "LIMS"
    assert "confirmed although" in last["what"]
    assert "=cmd|' /C calc'!A0" in last["what"]


@pytest.mark.parametrize(
    ("rows", "status", "words"),
    [
        ([], 422, "No row of results"),
        ([{"pair_id": "Ni+2:L1:A", "log_beta": "twelve"}], 422, "row 2, log_beta: 'twelve'"),
        ([{"pair_id": "Ni+2:L1:Q", "log_beta": 1}], 422, "row 2, pair_id"),
        ([{"log_beta": 1}], 422, "missing columns pair_id"),
        ([{"pair_id": "Ni+2:L1:A", "log_beta": [1]}], 422, ""),
    ],
)
def test_what_cannot_be_taken_is_one_clear_error(client, tmp_path, rows, status, words):
    before = (tmp_path / "small" / "ledger.jsonl").read_bytes()
    answer = client.post("/api/campaigns/small/results", json={"rows": rows})
    assert answer.status_code == status
    assert words in str(answer.json()["detail"])
    assert (tmp_path / "small" / "ledger.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"acquisition": "nonsense"}, "does not exist"),
        ({"acquisition": {"_target_": "os.system"}}, "refused"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"pick": ["nobody"]}, "not a pair of this campaign's pool"),
        ({"directory": "/tmp"}, "extra"),
    ],
)
def test_a_round_that_cannot_be_is_one_clear_error(client, body, words):
    answer = client.post("/api/campaigns/small/rounds", json=body)
    assert 400 <= answer.status_code < 500
    assert words in str(answer.json()["detail"])
    assert fine(client.get("/api/campaigns/small"))["rounds"] == 0


@pytest.mark.parametrize("name", [*HOSTILE, "nobody"])
def test_a_name_that_is_none_reaches_no_file(client, tmp_path, name):
    before = sorted(tmp_path.rglob("*"))
    for answer in (
        client.get(f"/api/campaigns/{name}/history"),
        client.post(f"/api/campaigns/{name}/results", json={"rows": [{"a": 1}]}),
        client.post(f"/api/campaigns/{name}/rounds", json={}),
    ):
        assert 400 <= answer.status_code < 500
    assert sorted(tmp_path.rglob("*")) == before


def test_progress_is_told_and_a_round_that_is_not_is_refused(client):
    path = "/api/campaigns/small/rounds/progress"
    assert fine(client.get(path)) == {"under_way": False, "doing": "", "done": 0, "of": 0}
    assert fine(client.delete(path), 202) == {}
    assert client.get("/api/campaigns/small/rounds/7").status_code == 409


def test_it_is_documented_without_a_page_from_elsewhere(client):
    paths = fine(client.get("/api/openapi.json"))["paths"]
    assert {"get", "post"} <= {verb for path in paths.values() for verb in path}
    assert all(
        one["summary"] and one["description"] for path in paths.values() for one in path.values()
    )
    assert client.get("/docs").status_code == 404


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("results.csv", "results.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\lab\\run.xlsx", "run.xlsx"),
        ("a\x00b\n.csv", "ab.csv"),
        ("..", "table"),
        ("結果.xlsx", "結果.xlsx"),
        ("x" * 300 + ".csv", "x" * 80 + ".csv"),
    ],
)
def test_a_file_name_is_made_plain(given, plain):
    assert plain_file_name(given) == plain
