"""What the guard answers by itself."""

import asyncio

import pytest

from bo_loop.web import answers, texts

HTTP, SOCKET = {"type": "http"}, {"type": "websocket"}


def sent(answer, *given, **more):
    """Return the messages of an answer."""
    messages = []

    async def send(message):
        messages.append(message)

    where = (HTTP, send) if answer is answers.refuse else (send,)
    asyncio.run(answer(*where, *given, **more))
    return messages


def test_a_refusal_says_why_and_is_kept_nowhere():
    begun, body = sent(answers.refuse, 403, "Refused: ü")
    assert (begun["status"], body["body"].decode()) == (403, "Refused: ü")
    headers = dict(begun["headers"])
    assert headers[b"content-length"] == b"11"
    assert headers[b"cache-control"] == b"no-store"


def test_a_socket_is_closed_before_it_opens():
    messages = []

    async def send(message):
        messages.append(message)

    asyncio.run(answers.refuse(SOCKET, send, 401, "x" * 200))
    assert messages == [{"type": "websocket.close", "code": 1008, "reason": "x" * 120}]


@pytest.mark.parametrize(
    ("by_password", "label"), [(True, texts.LOGIN_PASSWORD), (False, texts.LOGIN_TOKEN)]
)
def test_the_secret_is_asked_for_by_its_name_and_nothing_is_taken_for_html(by_password, label):
    begun, body = sent(answers.ask, by_password=by_password, problem="<script>")
    page = body["body"].decode()
    assert begun["status"] == 401
    assert f'<label for="secret">{label}</label>' in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_our_headers_take_the_place_of_the_applications():
    own = [(b"X-Frame-Options", b"ALLOWALL"), (b"content-type", b"text/html")]
    found = answers.with_ours(own)
    assert (b"content-type", b"text/html") in found
    assert [value for name, value in found if name.lower() == b"x-frame-options"] == [b"DENY"]


def test_a_redirect_has_one_line_for_each_header():
    begun, _ = sent(answers.redirect, "/a\u2028b", (b"set-cookie", b"c=1"))
    assert dict(begun["headers"])[b"location"] == b"/ab"
