"""Who may talk to the page: refused before anything behind it sees the request."""

import asyncio
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from bo_loop.web import guard as guards
from bo_loop.web.guard import Guard

PORT, TOKEN, PASSWORD = 8642, "t" * 43, "correct horse"
OURS = f"http://127.0.0.1:{PORT}"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Wrong words cost a second each."""
    monkeypatch.setattr(guards, "_AFTER_A_WRONG_WORD_S", 0.0)


@pytest.fixture
def seen():
    """What came through."""
    return []


@pytest.fixture
def client(seen):
    return made(seen)


def made(seen, base_url=OURS, **options):
    async def answer(request):
        seen.append((request.method, request.url.path, await request.body()))
        return PlainTextResponse("in")

    async def socket(websocket):
        seen.append(("websocket", websocket.url.path, b""))
        await websocket.accept()
        await websocket.close()

    methods = ["GET", "POST", "DELETE"]
    routes = [Route("/{path:path}", answer, methods=methods), WebSocketRoute("/ws", socket)]
    app = Starlette(routes=routes[::-1])
    guard = Guard(app, PORT, TOKEN, **options)
    return TestClient(guard, base_url=base_url, follow_redirects=False)


def bearer(secret=TOKEN, **headers):
    return {"authorization": f"Bearer {secret}"} | headers


def test_the_address_with_the_token_lets_in_and_the_cookie_stays(client, seen):
    answer = client.get("/campaign/a?token=" + TOKEN + "&b=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/campaign/a?b=1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert client.get("/campaign/a").text == "in"
    assert seen == [("GET", "/campaign/a", b"")]


def test_the_address_loses_its_token_for_who_is_known_already_too(client, seen):
    client.cookies.set("bo_loop_8642", TOKEN)
    answer = client.get(f"/campaign/a?token={TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/campaign/a")
    assert seen == []


def test_guesses_wait_for_one_another(monkeypatch):
    monkeypatch.setattr(guards, "_AFTER_A_WRONG_WORD_S", 0.05)
    guard = Guard(None, PORT, TOKEN, password=PASSWORD)
    headers = [(b"host", b"127.0.0.1:8642"), (b"authorization", b"Bearer wrong horse")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    sent = []

    async def send(message):
        sent.append(message)

    async def guess():
        await asyncio.gather(*(guard(dict(scope), None, send) for _ in range(4)))

    begun = time.monotonic()
    asyncio.run(guess())
    assert time.monotonic() - begun >= 0.2
    assert [m["status"] for m in sent if "status" in m] == [401] * 4


def test_what_is_answered_may_load_nothing_from_elsewhere(client):
    policy = client.get("/", headers=bearer()).headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"cookie": "bo_loop_8642=wrong"},
        {"cookie": f"bo_loop_1={TOKEN}"},
        {"authorization": "Bearer ü"},
    ],
)
def test_without_the_token_nothing_is_told(client, seen, headers):
    headers = {name: value.encode() for name, value in headers.items()}
    assert client.get("/", headers=headers).status_code == 401
    assert client.post("/", headers=headers).status_code == 401
    assert client.post(f"/?token={TOKEN}", headers=headers).status_code == 401
    assert seen == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8642", "127.0.0.1", "127.0.0.1:1", "10.0.0.7:8642", "",
             "localhost.evil.example:8642", "127.0.0.1:8642, evil.example"],
)  # fmt: skip
def test_another_host_is_refused_even_with_the_token(client, seen, host):
    assert client.get("/", headers=bearer(host=host)).status_code == 403
    assert seen == []


@pytest.mark.parametrize("host", ["localhost:8642", "[::1]:8642", "LOCALHOST.:8642"])
def test_all_names_of_this_machine_are_taken(client, host):
    assert client.get("/", headers=bearer(host=host)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:8642"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"},
    ],
)
def test_another_page_is_refused_even_with_the_cookie(client, seen, headers):
    client.cookies.set("bo_loop_8642", TOKEN)
    assert client.post("/", headers=headers).status_code == 403
    if "sec-fetch-site" in headers:
        assert client.get("/", headers=headers).status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws", headers=headers):
        pass
    assert seen == []


def test_our_own_page_is_not(client, seen):
    client.cookies.set("bo_loop_8642", TOKEN)
    ours = {"origin": OURS, "sec-fetch-site": "same-origin"}
    assert client.post("/", headers=ours, content=b"x").text == "in"
    with client.websocket_connect("/ws", headers={**ours, "host": f"127.0.0.1:{PORT}"}):
        pass
    assert [method for method, *_ in seen] == ["POST", "websocket"]


def test_a_link_from_elsewhere_asks_for_the_token(client, seen):
    opened = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "accept": "text/html"}
    answer = client.get("/", headers=opened)
    assert answer.status_code == 401
    assert "<form" in answer.text
    assert seen == []


def test_a_redirect_never_leaves_this_machine(client):
    answer = client.get(f"//evil.example/%0d%0aset-cookie:x?token={TOKEN}")
    assert not answer.headers["location"].startswith("//")
    assert "x" not in answer.cookies


@pytest.mark.parametrize("length", [guards.MAX_BODY_BYTES + 1, 2**30, -1, "many"])
def test_a_gigabyte_is_refused_before_it_is_read(client, seen, length):
    headers = bearer(**{"content-length": str(length)})
    assert client.post("/", headers=headers).status_code == 413
    assert seen == []


def test_a_body_that_hides_its_length_is_refused_where_it_grows_too_long(client, seen, monkeypatch):
    monkeypatch.setattr(guards, "MAX_BODY_BYTES", 1000)
    chunks = (b"x" * 400 for _ in range(4))
    assert client.post("/", headers=bearer(), content=chunks).status_code == 413
    assert seen == []


def test_a_password_is_taken_by_the_form_only_if_it_is_right(seen):
    client = made(seen, f"http://10.0.0.7:{PORT}", password=PASSWORD, everywhere=True)
    for wrong in ("", "wrong", TOKEN[:-1], "x" * 20_000):
        answer = client.post("/login", data={"secret": wrong})
        assert answer.status_code in (401, 413)
        assert "set-cookie" not in answer.headers
    elsewhere = {"origin": "http://evil.example"}
    data = {"secret": PASSWORD}
    assert client.post("/login", data=data, headers=elsewhere).status_code == 403
    assert client.post("/login", data=data).status_code == 303
    assert client.get("/").text == "in"
    assert seen == [("GET", "/", b"")]


def test_open_to_all_means_addresses_and_the_own_name_no_name_of_others(seen):
    client = made(seen, password=PASSWORD, everywhere=True)
    assert client.get("/", headers=bearer(PASSWORD, host="192.168.1.5:8642")).text == "in"
    assert client.get("/", headers=bearer(host="evil.example:8642")).status_code == 403
