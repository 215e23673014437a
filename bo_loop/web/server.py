"""``bo-loop app``: the page, served on this machine."""

import ipaddress
import os
import socket
import tempfile
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bo_loop.base.errors import ConfigError
from bo_loop.base.extras import optional
from bo_loop.web import texts

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bo_loop.web.desk import Desk
    from bo_loop.web.guard import Guard

_LEAST_PASSWORD = 8


def run(
    directory: Path,
    *,
    host: str,
    port: int,
    password: str | None,
    demo: bool,
    open_browser: bool,
    say: Callable[[str], None],
) -> None:
    """Serve the page until it is ended.

    Parameters
    ----------
    directory : Path
        Of the campaigns.
    host : str
        An address of this machine; anything but 127.0.0.1 lets others ask.
    port : int
        0: any that is free.
    password : str, optional
        Needed where others may ask.
    demo : bool
        Begin a campaign of embedded constants, if there is none.
    open_browser : bool
    say : callable
        Takes a line for the person who started it.

    Raises
    ------
    ConfigError
        If an option, or the address, cannot be used.
    """
    everywhere = not _is_loopback(host)
    _check(host, port, password, everywhere, directory)
    optional("app", "nicegui")  # told here and not by the pages, which are made of it
    uvicorn = optional("app", "uvicorn")
    bound = _bind(host, port)
    port = bound.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bo-loop-") as scratch:
        guard = protected(directory, Path(scratch), port, password, everywhere, demo=demo)
        address = f"http://{'127.0.0.1' if everywhere else _in_url(host)}:{port}/"
        config = uvicorn.Config(
            guard,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        say(texts.ADDRESS.format(address=f"{address}?token={guard.token}"))
        if everywhere:
            say(texts.OPEN_TO_ALL.format(name=socket.gethostname(), port=port))
        say(texts.HOW_TO_END)
        server = _Server(config, f"{address}?token={guard.token}" if open_browser else "")
        try:
            server.run(sockets=[bound])
        except KeyboardInterrupt:  # how it is meant to end
            return


def protected(
    directory: Path,
    scratch: Path,
    port: int,
    password: str | None = None,
    everywhere: bool = False,
    *,
    demo: bool = False,
) -> "Guard":
    """Return the page and the REST, behind their guard.

    Parameters
    ----------
    directory, port, password, everywhere, demo
        As for `run`.
    scratch : Path
        A folder for uploads, and for what the framework stores.
    """
    os.environ["NICEGUI_STORAGE_PATH"] = str(scratch)  # read when it is imported
    from bo_loop.web.desk import Desk
    from bo_loop.web.guard import Guard
    from bo_loop.web.pages import add_to
    from bo_loop.web.rest import application

    desk = Desk(directory)
    app = application(desk)
    _end_with_the_server(app, desk)
    add_to(app, desk, scratch, demo=demo)
    return Guard(app, port, password=password, everywhere=everywhere)


def _end_with_the_server(app: "FastAPI", desk: "Desk") -> None:
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def ending(app: Any) -> Any:
        async with inner(app) as state:
            yield state
        await desk.jobs.close()

    app.router.lifespan_context = ending


def _Server(config: Any, address: str) -> Any:
    """Return a server that opens a browser at `address`, if there is one, once it listens."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if address:
                webbrowser.open(address)

    return Server(config)


def _check(host: str, port: Any, password: Any, everywhere: bool, directory: Path) -> None:
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port < 2**16:
        raise ConfigError(texts.BAD_PORT.format(port=port))
    if everywhere and not password:
        raise ConfigError(texts.NEEDS_PASSWORD.format(host=host, directory=directory))
    if password is not None and len(str(password)) < _LEAST_PASSWORD:
        raise ConfigError(texts.WEAK_PASSWORD.format(least=_LEAST_PASSWORD))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with ExitStack() as undo:
            bound = undo.enter_context(socket.socket(family, kind, protocol))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen()  # whoever opens the address at once waits, and is not refused
            undo.pop_all()
    except OSError as error:
        why = error.strerror or str(error)
        raise ConfigError(texts.PORT_TAKEN.format(port=port, host=host, why=why)) from error
    bound.set_inheritable(True)
    return bound
