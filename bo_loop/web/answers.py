"""What the guard answers by itself, and what it adds to all other answers. No application."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from markupsafe import Markup

from bo_loop.web import texts

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

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


def with_ours(headers: Iterable[Header]) -> list[Header]:
    """Return the headers of an answer with those that keep a browser on this page."""
    ours = {name for name, _ in _HEADERS}
    return [*((name, value) for name, value in headers if name.lower() not in ours), *_HEADERS]


async def refuse(scope: Scope, send: Send, status: int, problem: str) -> None:
    """Answer that nothing was done, and why; close a WebSocket before it opens."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": problem[:120]})
        return
    await _answer(send, status, problem.encode(), b"text/plain; charset=utf-8")


async def redirect(send: Send, to: str, cookie: Header) -> None:
    """Send a browser to a path of this page, with a cookie."""
    where = (b"location", to.encode("ascii", "ignore"))
    await _answer(send, 303, b"", b"text/plain", where, cookie)


async def ask(send: Send, *, by_password: bool, problem: str = "") -> None:
    """Answer with a page that asks for the secret.

    Parameters
    ----------
    by_password : bool
        Whether it is called a password, or a token.
    problem : str
        What was wrong with the last one.
    """
    page = _LOGIN_PAGE.format(
        title=texts.LOGIN_TITLE,
        label=texts.LOGIN_PASSWORD if by_password else texts.LOGIN_TOKEN,
        hint=texts.LOGIN_PASSWORD_HINT if by_password else texts.LOGIN_TOKEN_HINT,
        button=texts.LOGIN_BUTTON,
        problem=problem,
    )
    await _answer(send, 401, page.encode(), b"text/html; charset=utf-8")


async def _answer(send: Send, status: int, body: bytes, kind: bytes, *more: Header) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    headers += [(b"cache-control", b"no-store"), (b"x-frame-options", b"DENY"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
