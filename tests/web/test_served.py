"""The running server: what it serves, to whom, and what it leaves behind."""

import os
import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
import small_campaign
from page_server import served

PAGES = ["", "new", *(f"campaign/small/{tab}" for tab in (
    "round", "results", "look", "pool", "what-if", "history",
))]  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "campaigns"
    with pytest.MonkeyPatch.context() as patch:
        small_campaign.cheapen(patch)
        small_campaign.start(folder).suggest()
    with served(folder) as (found, _):
        yield found, folder


@pytest.fixture
def client(address):
    with httpx.Client(base_url=address[0].partition("?")[0], timeout=120.0) as made:
        made.get(f"/?{urlsplit(address[0]).query}")
        yield made


def state(folder):
    files = (path for path in folder.parent.rglob("*") if path.is_file())
    return {path: path.stat().st_size for path in files}


@pytest.mark.parametrize("page", PAGES)
def test_pages_load_nothing_from_elsewhere(client, page):
    answer = client.get(f"/{page}")
    assert answer.status_code == 200
    found = re.findall(r"""(?:src|href)=["']([^"']*)|url\(["']?([^"')]*)""", answer.text)
    assert len(found) > 5
    assert not [one for pair in found for one in pair if one and not re.match(r"/(?!/)|data:", one)]
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_the_editor_is_served_from_here_with_its_licence(client):
    assert "JSApplet" in client.get("/static/editor.js").text
    assert client.get("/static/jsme/jsme.nocache.js").status_code == 200
    assert "Redistribution and use" in client.get("/static/jsme/license.txt").text


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "POST", "headers": {"origin": "http://evil.example"}}, 403),
        ({"method": "POST", "headers": {"host": "evil.example"}}, 403),
        ({"method": "POST", "cookies": False}, 401),
    ],
)
def test_strangers_are_refused_and_nothing_is_written(address, client, request_, status):
    before = state(address[1])
    request = dict(request_)
    if request.pop("cookies", True) is False:
        client.cookies.clear()
    for path in ("/api/campaigns/small/void", "/_nicegui/client/x/upload/1"):
        assert client.request(url=path, **request).status_code == status
    assert state(address[1]) == before


def test_a_gigabyte_is_refused_before_it_is_sent(address):
    before, url = state(address[1]), urlsplit(address[0])
    token = url.query.removeprefix("token=")
    for path in ("/api/campaigns/small/results", "/_nicegui/client/x/upload/1"):
        connection = HTTPConnection(url.netloc, timeout=120)
        connection.putrequest("POST", path)
        connection.putheader("Authorization", f"Bearer {token}")
        connection.putheader("Content-Length", str(2**30))
        connection.endheaders(b"log_beta")
        assert connection.getresponse().status == 413
        connection.close()
    assert state(address[1]) == before


@pytest.mark.parametrize(
    "path",
    [
        "/files/%2e%2e/report.html",
        "/files/..%2f..%2fetc/form/1",
        "/static/..%2f..%2fserver.py",
        "/static/jsme/%2e%2e/%2e%2e/server.py",
        "/campaign/%2e%2e/round",
        "/api/campaigns/%2e%2e%2fsmall",
    ],
)
def test_no_path_leads_out(address, client, path):
    before = state(address[1])
    answer = client.get(path)
    assert "import" not in answer.text or "<html" in answer.text
    assert answer.status_code in (200, 404, 409)
    assert answer.status_code != 200 or "refused" in answer.text
    assert state(address[1]) == before


def test_it_leaves_nothing_behind_in_the_working_folder(address):
    assert os.listdir(address[1].parent) == ["campaigns"]
