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
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from bo_loop.data.grids import MAX_FILE_BYTES
from bo_loop.web import answers, texts
from bo_loop.web.answers import Header, Message, Scope, Send

Receive = Callable[[], Awaitable[Message]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = MAX_FILE_BYTES + 2**20
"""The largest file that a reader takes, and what a form adds to it."""

_LOGIN = "/login"
_MAX_LOGIN_BYTES = 2**14
_AFTER_A_WRONG_WORD_S = 1.0


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
    _guesses: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = _first_of_each(scope["headers"])
        if problem := self._problem(scope, headers):
            await answers.refuse(scope, send, 403, problem)
        elif scope["path"] == _LOGIN and scope["type"] == "http":
            await self._log_in(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "GET" and self._address_knows(scope):
            await self._let_in(scope, send)
        elif self._knows(headers):
            await self._pass_on(scope, headers, receive, send)
        else:
            if "authorization" in headers:
                await self._wait()
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
        await answers.redirect(send, f"{path}{rest}", self._cookie())

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
            await answers.refuse(scope, send, 413, texts.TOO_LARGE)
            return
        given = parse_qs(body.decode("utf-8", "replace")).get("secret", [""])[0]
        if self._is_secret(given):
            await answers.redirect(send, "/", self._cookie())
            return
        await self._wait()
        await self._ask(scope, {"accept": "text/html"}, send, texts.WRONG_SECRET)

    async def _wait(self) -> None:
        """Let whoever guesses wait, one guess after the other: a password has few words."""
        async with self._guesses:
            await asyncio.sleep(_AFTER_A_WRONG_WORD_S)

    async def _ask(
        self, scope: Scope, headers: Mapping[str, str], send: Send, problem: str = ""
    ) -> None:
        """Ask a person for the secret; tell a program what it has to send."""
        if scope["type"] == "websocket" or "text/html" not in headers.get("accept", ""):
            await answers.refuse(scope, send, 401, texts.NO_TOKEN)
            return
        await answers.ask(send, by_password=self.password is not None, problem=problem)

    async def _pass_on(
        self, scope: Scope, headers: Mapping[str, str], receive: Receive, send: Send
    ) -> None:
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            await answers.refuse(scope, send, 413, texts.TOO_LARGE)
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
                message["headers"] = answers.with_ours(message.get("headers", ()))
            await send(message)

        try:
            await self.app(scope, body.receive, guarded)
        except Exception:
            # The application meets `_TooLarge` where it reads the body, and may turn it into any
            # error of its own; only then is the error not passed on, and 413 answered below.
            if not body.too_large:
                raise
        if body.too_large and not begun:
            await answers.refuse(scope, send, 413, texts.TOO_LARGE)


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
