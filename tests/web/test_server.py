"""What the page is started with: refused before anything listens."""

import socket
from pathlib import Path

import pytest
from command_line import run

from bo_loop.base.errors import ConfigError
from bo_loop.web import server


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["host=0.0.0.0"], "needs password="),
        (["host=::"], "needs password="),
        (["host=0.0.0.0", "password=short"], "shorter than 8"),
        (["password="], "shorter than 8"),
        (["port=70000"], "0 to 65535"),
        (["port=http"], "0 to 65535"),
        (["host=203.0.113.7", "password=long enough"], "cannot be used"),
        (["demo=perhaps"], "demo"),
    ],
)
def test_what_cannot_be_is_one_clear_error(tmp_path, arguments, words):
    assert words in run(tmp_path, "app", "open=false", *arguments, code=2)


def test_a_port_that_is_taken_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port={port} of 127.0.0.1 cannot be used"):
            server._bind("127.0.0.1", port)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "nicegui", None)
    options = {"password": None, "demo": False, "open_browser": False, "say": print}
    with pytest.raises(ConfigError, match=r"pip install 'bo-loop\[app\]'"):
        server.run(Path(), host="127.0.0.1", port=0, **options)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("lab-pc", False),
    ],
)
def test_only_this_machine_needs_no_password(host, loopback):
    assert server._is_loopback(host) is loopback
