"""Sessions, without asyncio."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any

from ..environment import EnvironmentView
from ..episode import AsyncEpisode, Task
from ..feed import Event
from ..group import AsyncGroup
from ..gym import AsyncGym, connect_async
from ..vector import AsyncVector
from .episode import Episode
from .group import Group
from .loop import Loop
from .vector import Vector
from .waiting import Waiting, waits_for


class Gym(Waiting[AsyncGym]):
    """Session with one environment of a server; a context manager. Its methods are those of ``AsyncGym``.

    Attributes:
        is_closed: Whether ``close`` was called.
    """

    def __init__(self, loop: Loop, inner: AsyncGym, on_close: Callable[[], None] = lambda: None) -> None:
        super().__init__(loop, inner)
        self._on_close = on_close
        self.is_closed = False

    def __enter__(self) -> Gym:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_over(self) -> bool:
        """Whether the session has ended: it was closed, or lost for good."""
        return self._inner.is_over

    @property
    def environment(self) -> EnvironmentView:
        """The environment of the connection."""
        return self._inner.environment

    @property
    def url(self) -> str:
        """Address of the environment, as it was given."""
        return self._inner.url

    @property
    def role(self) -> str:
        """``agent``, ``trainer`` or ``observer``."""
        return self._inner.role

    @waits_for(AsyncGym.tasks)
    def tasks(self, tasks: list[Task]) -> list[Task]:
        return tasks

    @waits_for(AsyncGym.reset)
    def reset(self, started: AsyncEpisode) -> Episode:
        return Episode(self._loop, started)

    @waits_for(AsyncGym.group)
    def group(self, started: AsyncGroup) -> Group:
        return Group(self._loop, started)

    @waits_for(AsyncGym.join)
    def join(self, joined: AsyncGroup) -> Group:
        return Group(self._loop, joined)

    @waits_for(AsyncGym.vector)
    def vector(self, opened: AsyncVector) -> Vector:
        return Vector(self._loop, opened)

    @waits_for(AsyncGym.fork)
    def fork(self, forks: list[AsyncEpisode]) -> list[Episode]:
        return [Episode(self._loop, fork) for fork in forks]

    @waits_for(AsyncGym.restore)
    def restore(self, restored: AsyncEpisode) -> Episode:
        return Episode(self._loop, restored)

    @waits_for(AsyncGym.subscribe)
    def subscribe(self, _: None) -> None:
        return None

    def events(self) -> Iterator[Event]:
        """Events from the first use of the iterator on, as ``AsyncGym.events``."""
        feed = self._inner.events()

        async def following() -> Event | None:
            return await anext(feed, None)

        while (event := self._loop.run(following())) is not None:
            yield event

    def close(self) -> None:
        """Ends the session: its running episodes are aborted. A second call does nothing, nor does one in a fork of the
        process, where the session continues."""
        if self.is_closed or self._loop.is_in_fork:
            return
        self.is_closed = True
        try:
            self._loop.run(self._inner.close())
        finally:
            self._loop.stop()
            self._on_close()


def connect(
    url: str | Sequence[str],
    *,
    token: str | None = None,
    timeout: float = 60.0,
    retries: int = 10,
    silence: float = 20.0,
    shard_key: str | None = None,
) -> Gym:
    """Connects to an environment of a server, as ``connect_async``."""
    settings = {"token": token, "timeout": timeout, "retries": retries, "silence": silence, "shard_key": shard_key}
    return connect_then(lambda: None, url, **settings)


def connect_then(on_close: Callable[[], None], url: str | Sequence[str], **settings: Any) -> Gym:
    """Connects, and calls a function when the client is closed or could not connect."""
    loop = Loop()
    try:
        return Gym(loop, loop.run(connect_async(url, **settings)), on_close)
    except BaseException:
        loop.stop()
        on_close()
        raise
