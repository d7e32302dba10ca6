"""Events of a session, queued for those who read them."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from .errors import GymError

Event = dict[str, Any]
"""Event of the server in its form on the wire (docs/wire-native.md): ``type`` and the fields of that type."""

_QUEUED_EVENTS = 65_536


class Feed:
    """Bounded queue of events for one reader."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._dropped = 0
        self._error: GymError | None = None
        self._is_over = False
        self._changed = asyncio.Event()

    def put(self, event: Event) -> None:
        if len(self._events) >= _QUEUED_EVENTS:
            self._events.popleft()
            self._dropped += 1
        self._events.append(event)
        self._changed.set()

    def end(self, error: GymError | None) -> None:
        self._is_over, self._error = True, error
        self._changed.set()

    async def next(self) -> Event | None:
        """Next event; None at the end. Raises the error that the session was lost with."""
        while not self._events and not self._is_over:
            self._changed.clear()
            await self._changed.wait()
        if self._dropped:
            count, self._dropped = self._dropped, 0
            return {"type": "dropped", "count": count}
        if self._events:
            return self._events.popleft()
        if self._error is not None:
            raise self._error.copy()
        return None
