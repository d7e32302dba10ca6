"""Clients that all adapters of a process share: one session for each environment and token, however many rollouts."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import weakref

from ..gym import AsyncGym, connect_async
from ..sync import Gym, connect

_gyms: dict[tuple[int, str, str | None], Gym] = {}
_lock = threading.Lock()


def shared_gym(server: str, token: str | None = None) -> Gym:
    """Client of an environment, opened at its first use, and again after its session was lost; closed with the process.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``.
        token: Token of a role, if the server has tokens.

    Raises:
        GymError: As ``stepgym.connect``.
    """
    # A forked process has no thread for its parent's sessions.
    key = (os.getpid(), server, token)
    with _lock:
        if key in _gyms and _gyms[key].is_over:
            atexit.unregister(_gyms[key].close)
            _gyms.pop(key).close()
        if key not in _gyms:
            _gyms[key] = connect(server, token=token)
            atexit.register(_gyms[key].close)
        return _gyms[key]


_Opening = dict[tuple[str, str | None], "asyncio.Task[AsyncGym]"]
_async_gyms: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Opening] = weakref.WeakKeyDictionary()


async def shared_async_gym(server: str, token: str | None = None) -> AsyncGym:
    """Client of an environment that all tasks of an event loop share, opened at its first use, and again after its
    session was lost.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``.
        token: Token of a role, if the server has tokens.

    Raises:
        GymError: As ``stepgym.connect_async``; the next call tries again.
    """
    gyms = _async_gyms.setdefault(asyncio.get_running_loop(), {})
    opening = gyms.get((server, token))
    if opening is None or _is_over(opening):
        opening = gyms[server, token] = asyncio.ensure_future(connect_async(server, token=token))
    return await asyncio.shield(opening)


def _is_over(opening: asyncio.Task[AsyncGym]) -> bool:
    """Whether there is no session: it could not be opened, or has ended."""
    return opening.done() and (opening.cancelled() or opening.exception() is not None or opening.result().is_over)


def gym_of(server: str | Gym, token: str | None = None) -> Gym:
    """Client of an adapter: the one that is given, or the shared one of an address."""
    return shared_gym(server, token) if isinstance(server, str) else server
