"""Client of one environment of a server, on asyncio."""

from __future__ import annotations

import asyncio
import uuid
import weakref
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Literal

from .address import addresses_of, socket_address
from .encoding import JSON, Frame, Integer, without_none
from .environment import EnvironmentView
from .episode import AsyncEpisode, Snapshot, Task
from .errors import GymError, error_of, invalid
from .feed import Event, Feed
from .group import AsyncGroup, CreditRequest
from .link import Link, Listener
from .requests import Stragglers, point_of, rules_of, start_of, starts_of
from .settings import Settings
from .vector import AsyncVector


async def connect_async(
    url: str | Sequence[str],
    *,
    token: str | None = None,
    timeout: float = 60.0,
    retries: int = 10,
    silence: float = 20.0,
    shard_key: str | None = None,
) -> AsyncGym:
    """Connects to an environment of a server over the native protocol.

    Args:
        url: ``http://HOST:PORT/ENVIRONMENT``; or a list of those of nodes that share shards: any says where the
            session's shard is, and is asked again whenever a connection is lost.
        token: Token of a role, if the server has tokens.
        timeout: Seconds for a reply, lost connections included.
        retries: Attempts in a row to come back after a lost connection.
        silence: Seconds without a sign of the server before it is sought over another socket.
        shard_key: Key of the session's shard, for nodes that share shards: sessions that share a group give the same.
            Default: one that no other session has.

    Raises:
        LostError: ``CONNECTION_LOST``: no server answers there.
        RefusedError: ``UNAUTHORIZED``, ``ENV_UNKNOWN``, ``CAPACITY_REACHED`` and what else the server refuses with.
    """
    addresses = addresses_of(url)
    nodes = () if isinstance(url, str) else addresses
    if shard_key is not None and not nodes:
        raise invalid("shard_key is for nodes that share shards: give a list of their addresses")
    settings = Settings(
        socket_address(addresses[0]),
        token=token,
        timeout=timeout,
        retries=retries,
        silence=silence,
        nodes=nodes,
        shard_key=uuid.uuid4().hex if shard_key is None else shard_key,
    )
    gym = AsyncGym(addresses[0], settings)
    await gym._open()
    return gym


class AsyncGym:
    """Session with one environment of a server; an asynchronous context manager.

    A connection that breaks is reopened, and nothing that was requested is lost or executed twice, even if the server
    was killed and restarted on its record.

    Attributes:
        url: Address of the environment, as it was given; the first of several nodes.
        environment: The environment of the connection.
        role: ``agent``, ``trainer`` or ``observer``.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self.url = url
        self._link = Link(settings, Listener(self._on_event, self._on_restored, self._on_end))
        self._episodes: weakref.WeakValueDictionary[str, AsyncEpisode] = weakref.WeakValueDictionary()
        self._closings: dict[str, asyncio.Future[Frame]] = {}
        self._feeds: set[Feed] = set()
        self._subscribed: list[str] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closed = False
        self.environment: EnvironmentView
        self.role = ""

    @property
    def is_over(self) -> bool:
        """Whether the session has ended: it was closed, or lost for good."""
        return self._link.failure is not None

    async def _open(self) -> None:
        self.role, self.environment = await self._link.open(
            lambda welcome: (welcome["role"], EnvironmentView.of(welcome["environment"]))
        )

    async def __aenter__(self) -> AsyncGym:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def tasks(self, split: str | None = None, offset: int = 0, limit: int | None = None) -> list[Task]:
        """Tasks of a split (the first by default), without their private parts; one page of at most ``limit``."""
        tasks: list[Task] = await self._link.ask(
            without_none(type="tasks", split=split, offset=offset, limit=limit),
            lambda reply: [Task(task["id"], task["split"], task["public"]) for task in reply["tasks"]],
        )
        return tasks

    async def reset(
        self,
        *,
        task: str | None = None,
        split: str | None = None,
        index: Integer | None = None,
        seed: Integer | None = None,
        max_steps: Integer | None = None,
        agent: str | None = None,
    ) -> AsyncEpisode:
        """Starts an episode.

        Args:
            task: Task by its id; or ``split`` and ``index``, its zero-based place there.
            seed: Integer from 0 to 2^64 - 1; drawn by the server if it is left out.
            max_steps: Step limit, not above the environment's.
            agent: Who acts, for the record.

        Raises:
            RefusedError: ``TASK_UNKNOWN``, ``SEED_INVALID``, ``FORBIDDEN``, ``CAPACITY_REACHED``.
        """
        request = start_of(task=task, split=split, index=index, seed=seed, max_steps=max_steps, agent=agent)
        episode: AsyncEpisode = await self._link.ask({"type": "reset", **request}, self._began)
        return episode

    async def group(
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
    ) -> AsyncGroup:
        """Starts all members of a group from one state. Trainers only.

        Args:
            size: Number of members.
            credit: Estimators whose advantages the group closes with, by name or as requests with options.
            stragglers: What happens to members that still run at the deadline.
            deadline: Seconds from the start on; the server's limit by default.
            task, split, index, seed, max_steps, agent: As of ``reset``, for all members.

        Raises:
            RefusedError: ``ESTIMATOR_UNKNOWN``, ``SIGNAL_MISSING``, ``CONFIG_INVALID``; as ``reset``.
        """
        request = {"type": "group", **rules_of(size, credit, stragglers, deadline)}
        start = start_of(task=task, split=split, index=index, seed=seed, max_steps=max_steps, agent=agent)
        group: AsyncGroup = await self._link.ask({**request, **start}, self._grouped)
        return group

    async def join(
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
    ) -> AsyncGroup:
        """Starts one member of a group that other clients, of other processes too, join by the same name. Trainers
        only.

        Args:
            group: Name of the group, which no group has had before.
            size: Number of members; the first one must say it.
            member: Zero-based position in the group; the next free one by default.
            credit, stragglers, deadline, task, split, index, seed, max_steps, agent: As of ``group``; those of the
                first member apply to all.

        Returns:
            The group, with this member alone in ``episodes``; ``closed`` has all members.

        Raises:
            RefusedError: ``GROUP_INVALID`` for a group that is full or has closed, or a start that differs from the
                first member's; as ``group``.
        """
        joined = {"id": group, **rules_of(size, credit, stragglers, deadline)}
        start = start_of(task=task, split=split, index=index, seed=seed, max_steps=max_steps, agent=agent)
        request = without_none(type="reset", group=joined, member=member)
        place: AsyncGroup = await self._link.ask({**request, **start}, self._joined)
        return place

    async def vector(
        self,
        slots: Integer | Sequence[dict[str, JSON]],
        *,
        autoreset: Literal["disabled", "next-step", "same-step"] = "disabled",
        delivery: Literal["whole", "ready"] = "whole",
        agent: str | None = None,
    ) -> AsyncVector:
        """Opens a vector, with an episode in each slot.

        Args:
            slots: Number of slots with drawn seeds, or one start per slot: any of ``task``, or ``split`` and
                ``index``, ``seed``, ``maxSteps``, ``group``, ``member``.
            autoreset: What follows the end of an episode, as in Gymnasium.
            delivery: Whether slots are answered together, or each as soon as it is ready.
        """
        starts = starts_of(slots)
        vector = AsyncVector(self._link, self._began, len(starts), autoreset, delivery)
        request = without_none(type="vector.open", slots=starts, autoreset=autoreset, delivery=delivery, agent=agent)
        await self._link.ask(request, vector._opened)
        return vector

    async def fork(
        self, snapshot: Snapshot | bytes, count: int = 1, *, rng: Literal["fresh", "common"] = "fresh"
    ) -> list[AsyncEpisode]:
        """Episodes that continue from a snapshot, each with a random stream of its own or common ones."""
        request = {"type": "fork", **point_of(snapshot), "count": count, "rng": rng}
        forks: list[AsyncEpisode] = await self._link.ask(
            request, lambda reply: [self._began(view) for view in reply["episodes"]]
        )
        return forks

    async def restore(self, snapshot: Snapshot | bytes) -> AsyncEpisode:
        """Episode that continues from a snapshot exactly as its episode would have.

        Raises:
            RefusedError: ``SNAPSHOT_UNKNOWN``, ``SNAPSHOT_FOREIGN``.
        """
        episode: AsyncEpisode = await self._link.ask({"type": "restore", **point_of(snapshot)}, self._began)
        return episode

    async def subscribe(self, *events: Literal["rewards", "group.closed", "ended", "step.taken"]) -> None:
        """Requests events of the whole environment, beside those of this session. Trainers and observers only."""
        self._subscribed = list(events)
        await self._link.ask({"type": "subscribe", "events": self._subscribed})

    async def events(self) -> AsyncIterator[Event]:
        """Events from now on: late rewards, ends, closed groups, and what ``subscribe`` requested. Ends when the client
        is closed; raises if the session is lost. Of events that are not read in time the oldest are dropped, and a
        ``dropped`` event says how many."""
        feed = Feed()
        if self._link.failure is not None:
            feed.end(None if self._is_closed else self._link.failure)
        self._feeds.add(feed)
        try:
            while (event := await feed.next()) is not None:
                yield event
        finally:
            self._feeds.discard(feed)

    async def close(self) -> None:
        """Ends the session: its running episodes are aborted."""
        self._is_closed = True
        await self._link.close()

    def _began(self, view: Frame) -> AsyncEpisode:
        episode = AsyncEpisode(self._link, view, self._began)
        self._episodes[episode.id] = episode
        return episode

    def _grouped(self, reply: Frame) -> AsyncGroup:
        episodes = [self._began(view) for view in reply["episodes"]]
        return AsyncGroup(reply["group"], reply["startTag"], episodes, self._closing(reply["group"]))

    def _joined(self, view: Frame) -> AsyncGroup:
        place = view["group"]
        return AsyncGroup(place["id"], place["startTag"], [self._began(view)], self._closing(place["id"]))

    def _closing(self, group: str) -> asyncio.Future[Frame]:
        """Event that closes a group, which members of this session wait for together."""
        if group not in self._closings:
            closing: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
            closing.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._closings[group] = closing
        return self._closings[group]

    def _on_event(self, event: Event) -> None:
        if event["type"] == "rewards":
            for view in event["rewards"]:
                episode = self._episodes.get(view["episode"])
                if episode is not None:
                    episode._rewarded(view)
        elif event["type"] == "ended":
            episode = self._episodes.get(event["episode"])
            if episode is not None:
                episode._on_event(event)
        elif event["type"] == "group.closed":
            closing = self._closings.pop(event["group"], None)
            if closing is not None:
                closing.set_result(event)
        for feed in self._feeds:
            feed.put(event)

    def _on_restored(self, continued: list[str]) -> None:
        """After a restart of the server, groups that it cannot continue do not close; subscriptions are sent again."""
        message = (
            "the server was restarted and its record cannot continue this group: members continue alone. "
            "Start another group"
        )
        self._fail_groups(error_of("GROUP_INVALID", message), kept=continued)
        if self._subscribed:
            task = asyncio.ensure_future(self._link.ask({"type": "subscribe", "events": self._subscribed}))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _on_end(self, error: GymError) -> None:
        self._fail_groups(error)
        for feed in self._feeds:
            feed.end(None if self._is_closed else error)

    def _fail_groups(self, error: GymError, kept: Sequence[str] = ()) -> None:
        for group in [group for group in self._closings if group not in kept]:
            self._closings.pop(group).set_exception(error.copy())
