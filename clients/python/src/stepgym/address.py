"""Addresses of servers."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from .errors import invalid

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def addresses_of(url: str | Sequence[str]) -> tuple[str, ...]:
    """Addresses of a server, or of the nodes that share its work.

    Raises:
        RefusedError: ``CONFIG_INVALID`` for anything but a text, or a list with one at least.
    """
    if isinstance(url, str):
        return (url,)
    if isinstance(url, (list, tuple)) and url:
        return tuple(url)
    raise invalid(f"give the address of a server, or a list with that of one node at least, not {url!r}")


def socket_address(url: str) -> str:
    """Address of the socket of ``http://HOST:PORT/ENVIRONMENT``: ``ws://HOST:PORT/ENVIRONMENT/ws``.

    Raises:
        RefusedError: ``CONFIG_INVALID`` for anything that is not an address of a server.
    """
    if not isinstance(url, str):
        raise invalid(f"{url!r} is not the address of a server: give http://HOST:PORT/ENVIRONMENT as a text")
    try:
        parts = urlsplit(url if "://" in url else f"ws://{url}")
    except ValueError as error:
        raise invalid(f"{without_token(url)[:100]!r} is not the address of a server: {error}") from None
    if parts.scheme not in _SCHEMES or not parts.netloc or parts.fragment:
        raise invalid(f"{without_token(url)[:100]!r} is not the address of a server: give http://HOST:PORT/ENVIRONMENT")
    names = [name for name in parts.path.split("/") if name]
    path = "/".join(["", *(names[:-1] if names[-1:] == ["ws"] else names), "ws"])
    return urlunsplit((_SCHEMES[parts.scheme], parts.netloc, path, parts.query, ""))


def without_token(url: str) -> str:
    """Address that is fit for messages."""
    head, token, tail = url.partition("/t/")
    return f"{head}/t/***{tail[tail.find('/') :] if '/' in tail else ''}" if token else head
