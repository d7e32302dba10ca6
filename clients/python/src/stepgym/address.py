"""Addresses of servers."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from .errors import invalid

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def socket_address(url: str) -> str:
    """Address of the socket of ``http://HOST:PORT/ENVIRONMENT``: ``ws://HOST:PORT/ENVIRONMENT/ws``.

    Raises:
        RefusedError: ``CONFIG_INVALID`` for anything that is not an address of a server.
    """
    parts = urlsplit(url if "://" in url else f"ws://{url}")
    if parts.scheme not in _SCHEMES or not parts.netloc or parts.fragment:
        raise invalid(f"{without_token(url)[:100]!r} is not the address of a server: give http://HOST:PORT/ENVIRONMENT")
    names = [name for name in parts.path.split("/") if name]
    path = "/".join(["", *(names[:-1] if names[-1:] == ["ws"] else names), "ws"])
    return urlunsplit((_SCHEMES[parts.scheme], parts.netloc, path, parts.query, ""))


def without_token(url: str) -> str:
    """Address that is fit for messages."""
    head, token, tail = url.partition("/t/")
    return f"{head}/t/***{tail[tail.find('/') :] if '/' in tail else ''}" if token else head
