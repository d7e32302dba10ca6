"""Sessions, without asyncio."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Literal

from ..encoding import JSON, Integer
from ..environment import EnvironmentView
from ..episode import Snapshot, Task
from ..feed import Event
from ..group import CreditRequest
from ..gym import AsyncGym, connect_async
from ..requests import Stragglers
from .episode import Episode
from .group import Group
from .loop import Loop
from .vector import Vector


class Gym:
    """Session with one environment of a server; a context manager.

    Attributes:
        is_closed: Whether ``close`` was called.
    """

    def __init__(self, loop: Loop, inner: AsyncGym, on_close: Callable[[], None] = lambda: None) -> None:
        self._loop = loop
        self._inner = inner
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

    def tasks(self, split: str | None = None, offset: int = 0, limit: int | None = None) -> list[Task]:
        """Tasks of a split, without their private parts, as ``AsyncGym.tasks``."""
        return self._loop.run(self._inner.tasks(split, offset, limit))

    def reset(
        self,
        *,
        task: str | None = None,
        split: str | None = None,
        index: Integer | None = None,
        seed: Integer | None = None,
        max_steps: Integer | None = None,
        agent: str | None = None,
    ) -> Episode:
        """Starts an episode, as ``AsyncGym.reset``."""
        request = self._inner.reset(task=task, split=split, index=index, seed=seed, max_steps=max_steps, agent=agent)
        return Episode(self._loop, self._loop.run(request))

    def group(
        self,
        size: int,
        *,
        credit: Sequence[str | CreditRequest] = (),
        stragglers: Stragglers = "truncate",
        deadline: float | None = None,
        task: str | None = None,
        split: str | None = None,
        index: Integer | None = None,
        seed: Integer | None = None,
        max_steps: Integer | None = None,
        agent: str | None = None,
    ) -> Group:
        """Starts all members of a group from one state, as ``AsyncGym.group``."""
        request = self._inner.group(
            size,
            credit=credit,
            stragglers=stragglers,
            deadline=deadline,
            task=task,
            split=split,
            index=index,
            seed=seed,
            max_steps=max_steps,
            agent=agent,
        )
        return Group(self._loop, self._loop.run(request))

    def join(
        self,
        group: str,
        size: int | None = None,
        *,
        member: int | None = None,
        credit: Sequence[str | CreditRequest] = (),
        stragglers: Stragglers = "truncate",
        deadline: float | None = None,
        task: str | None = None,
        split: str | None = None,
        index: Integer | None = None,
        seed: Integer | None = None,
        max_steps: Integer | None = None,
        agent: str | None = None,
    ) -> Group:
        """Starts one member of a group that other clients join by the same name, as ``AsyncGym.join``."""
        request = self._inner.join(
            group,
            size,
            member=member,
            credit=credit,
            stragglers=stragglers,
            deadline=deadline,
            task=task,
            split=split,
            index=index,
            seed=seed,
            max_steps=max_steps,
            agent=agent,
        )
        return Group(self._loop, self._loop.run(request))

    def vector(
        self,
        slots: Integer | Sequence[dict[str, JSON]],
        *,
        autoreset: Literal["disabled", "next-step", "same-step"] = "disabled",
        delivery: Literal["whole", "ready"] = "whole",
        agent: str | None = None,
    ) -> Vector:
        """Opens a vector, with an episode in each slot, as ``AsyncGym.vector``."""
        request = self._inner.vector(slots, autoreset=autoreset, delivery=delivery, agent=agent)
        return Vector(self._loop, self._loop.run(request))

    def fork(
        self, snapshot: Snapshot | bytes, count: int = 1, *, rng: Literal["fresh", "common"] = "fresh"
    ) -> list[Episode]:
        """Episodes that continue from a snapshot."""
        forks = self._loop.run(self._inner.fork(snapshot, count, rng=rng))
        return [Episode(self._loop, fork) for fork in forks]

    def restore(self, snapshot: Snapshot | bytes) -> Episode:
        """Episode that continues from a snapshot exactly as its episode would have."""
        return Episode(self._loop, self._loop.run(self._inner.restore(snapshot)))

    def subscribe(self, *events: Literal["rewards", "group.closed", "ended", "step.taken"]) -> None:
        """Requests events of the whole environment. Trainers and observers only."""
        self._loop.run(self._inner.subscribe(*events))

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
