"""Who may talk to the page: an ASGI layer before everything else. No framework, no campaign.

A request is let through if its ``Host`` is this machine under the page's port, if it does not come
from another page, if it knows the secret, and if its body is no larger than what the readers of
files take. Everything else is refused before any of it is read.
"""

import asyncio
import hmac
import ipaddress
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode

from markupsafe import Markup

from bo_loop.data.grids import MAX_FILE_BYTES
from bo_loop.web import texts

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

MAX_BODY_BYTES = MAX_FILE_BYTES + 2**20
"""The largest file that a reader takes, and what a form adds to it."""

_LOGIN = "/login"
_MAX_LOGIN_BYTES = 2**14
_AFTER_A_WRONG_WORD_S = 1.0

# The page's framework compiles its templates in the browser ('unsafe-eval') and starts from a
# script in the page; neither lets a page load, send or embed anything of another host.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: tuple[Header, ...] = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class _TooLarge(Exception):
    """A body is longer than what is taken, whatever its header said."""


@dataclass(frozen=True)
class Guard:
    """An application, and who may use it.

    Parameters
    ----------
    app : callable
        The ASGI application behind.
    port : int
        At which the page is served.
    token : str
        What the page's address carries, and then its cookie; a robot sends it as
        ``Authorization: Bearer …``.
    password : str, optional
        What a person types in place of the token.
    everywhere : bool
        Whether other machines may ask, too: then the names and addresses of this one are taken.
    """

    app: App
    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    password: str | None = None
    everywhere: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = _first_of_each(scope["headers"])
        if problem := self._problem(scope, headers):
            await _refuse(scope, send, 403, problem)
        elif scope["path"] == _LOGIN and scope["type"] == "http":
            await self._log_in(scope, receive, send)
        elif self._knows(headers):
            await self._pass_on(scope, headers, receive, send)
        elif scope["type"] == "http" and scope["method"] == "GET" and self._address_knows(scope):
            await self._let_in(scope, send)
        else:
            await self._ask(scope, headers, send)

    def _problem(self, scope: Scope, headers: Mapping[str, str]) -> str:
        """Say why a request is refused whoever sends it; empty if it is not."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            return texts.WRONG_HOST
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return texts.WRONG_ORIGIN
        site = headers.get("sec-fetch-site", "none")
        opened = scope["type"] == "http" and headers.get("sec-fetch-mode") == "navigate"
        if site in ("cross-site", "same-site") and not (opened and scope["method"] == "GET"):
            return texts.WRONG_ORIGIN
        return ""

    def _is_ours(self, host: str) -> bool:
        """Whether a ``Host`` names this machine, which a page elsewhere that points here cannot."""
        name, _, port = host.rpartition(":")
        if not name:
            name, port = host, "80"
        if port != str(self.port):
            return False
        name = name.strip("[]").lower().removesuffix(".")
        if name in ("127.0.0.1", "localhost", "::1"):
            return True
        return self.everywhere and (_is_address(name) or name in _own_names())

    def _knows(self, headers: Mapping[str, str]) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._is_secret(given.strip()):
            return True
        return hmac.compare_digest(
            _cookie(headers.get("cookie", ""), self._cookie_name).encode(), self.token.encode()
        )

    def _address_knows(self, scope: Scope) -> bool:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return any(_same(given, self.token) for given in query.get("token", ()))

    def _is_secret(self, given: str) -> bool:
        known = (self.token,) if self.password is None else (self.token, self.password)
        return any([_same(given, secret) for secret in known])

    @property
    def _cookie_name(self) -> str:
        return f"bo_loop_{self.port}"  # browsers send cookies to every port of a host

    async def _let_in(self, scope: Scope, send: Send) -> None:
        """Keep the token of an address in a cookie, and take it out of the address."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        query.pop("token")
        path = "/" + scope["path"].lstrip("/")  # never another host's: //elsewhere
        rest = f"?{urlencode(query, doseq=True)}" if query else ""
        await _redirect(send, f"{path}{rest}", self._cookie())

    def _cookie(self) -> Header:
        value = f"{self._cookie_name}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        return b"set-cookie", value.encode()

    async def _log_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await self._ask(scope, {"accept": "text/html"}, send)
            return
        try:
            body = await _Body(receive, _MAX_LOGIN_BYTES).whole()
        except _TooLarge:
            await _refuse(scope, send, 413, texts.TOO_LARGE)
            return
        given = parse_qs(body.decode("utf-8", "replace")).get("secret", [""])[0]
        if self._is_secret(given):
            await _redirect(send, "/", self._cookie())
            return
        await asyncio.sleep(_AFTER_A_WRONG_WORD_S)
        await self._ask(scope, {"accept": "text/html"}, send, texts.WRONG_SECRET)

    async def _ask(
        self, scope: Scope, headers: Mapping[str, str], send: Send, problem: str = ""
    ) -> None:
        """Ask a person for the secret; tell a program what it has to send."""
        if scope["type"] == "websocket" or "text/html" not in headers.get("accept", ""):
            await _refuse(scope, send, 401, texts.NO_TOKEN)
            return
        page = _LOGIN_PAGE.format(
            title=texts.LOGIN_TITLE,
            label=texts.LOGIN_PASSWORD if self.password else texts.LOGIN_TOKEN,
            hint=texts.LOGIN_PASSWORD_HINT if self.password else texts.LOGIN_TOKEN_HINT,
            button=texts.LOGIN_BUTTON,
            problem=problem,
        )
        await _answer(send, 401, page.encode(), b"text/html; charset=utf-8")

    async def _pass_on(
        self, scope: Scope, headers: Mapping[str, str], receive: Receive, send: Send
    ) -> None:
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            await _refuse(scope, send, 413, texts.TOO_LARGE)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        body, begun = _Body(receive, MAX_BODY_BYTES), False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if body.too_large and not begun:
                return  # what the application makes of it is not what is answered
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _with_ours(message.get("headers", ()))
            await send(message)

        try:
            await self.app(scope, body.receive, guarded)
        except Exception:  # whatever the application makes of a body that was cut short
            if not body.too_large:
                raise
        if body.too_large and not begun:
            await _refuse(scope, send, 413, texts.TOO_LARGE)


_LOGIN_PAGE = Markup("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; form-action 'self'">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 4rem auto; padding: 1rem }}
input, button {{ font: inherit; padding: .4rem .6rem }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{hint}</p>
<p role="alert">{problem}</p>
<form method="post" action="/login">
<label for="secret">{label}</label>
<input id="secret" name="secret" type="password" autocomplete="current-password" autofocus required>
<button type="submit">{button}</button>
</form>
</body>
</html>
""")


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


def _first_of_each(headers: Iterable[Header]) -> dict[str, str]:
    """Return headers by name; one that is given twice as both, which nothing then equals."""
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_names() -> frozenset[str]:
    name = socket.gethostname().lower()
    return frozenset({name, f"{name.partition('.')[0]}.local", name.partition(".")[0]})


class _Body:
    """The body of a request, which ends with an error behind `most` bytes."""

    def __init__(self, receive: Receive, most: int):
        self._receive, self._most, self._received = receive, most, 0

    @property
    def too_large(self) -> bool:
        """Whether more came."""
        return self._received > self._most

    async def receive(self) -> Message:
        """Return the next part."""
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self.too_large:
            raise _TooLarge
        return message

    async def whole(self) -> bytes:
        """Return all of it."""
        body, more = b"", True
        while more:
            message = await self.receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        return body


def _with_ours(headers: Iterable[Header]) -> list[Header]:
    ours = {name for name, _ in _HEADERS}
    return [*((name, value) for name, value in headers if name.lower() not in ours), *_HEADERS]


async def _refuse(scope: Scope, send: Send, status: int, problem: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": problem[:120]})
        return
    await _answer(send, status, problem.encode(), b"text/plain; charset=utf-8")


async def _redirect(send: Send, to: str, cookie: Header) -> None:
    where = (b"location", to.encode("ascii", "ignore"))
    await _answer(send, 303, b"", b"text/plain", where, cookie)


async def _answer(send: Send, status: int, body: bytes, kind: bytes, *more: Header) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    headers += [(b"cache-control", b"no-store"), (b"x-frame-options", b"DENY"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
