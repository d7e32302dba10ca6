"""The client without asyncio: the same objects, whose requests run on the event loop of a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from types import TracebackType
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from .encoding import JSON, Integer
from .episode import AsyncEpisode, LateReward, Snapshot, Step, Task
from .errors import EpisodeOverError, GymError, lost
from .evidence import Evidence
from .group import AsyncGroup, Choice, Closed, CreditRequest, choice_of
from .gym import AsyncGym, EnvironmentView, Event, connect_async
from .vector import AsyncVector, VectorStep

T = TypeVar("T")
Slots = Sequence[int] | npt.NDArray[np.integer[Any]]


class _Loop:
    """Event loop on a thread, which ends with the process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stepgym", daemon=True)
        self._thread.start()

    def run(self, request: Coroutine[Any, Any, T]) -> T:
        """Runs a request and waits for it. An interrupt cancels the wait."""
        if self._loop.is_closed():
            request.close()
            raise lost("the client was closed")
        future = asyncio.run_coroutine_threadsafe(request, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Ends the thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


class Episode:
    """Episode on the server. Its attributes are those of ``AsyncEpisode``."""

    def __init__(self, loop: _Loop, inner: AsyncEpisode) -> None:
        self._loop = loop
        self._inner = inner

    @property
    def id(self) -> str:
        """Identifier of the episode and its trajectory."""
        return self._inner.id

    @property
    def task(self) -> Task:
        """Its task, without the private part."""
        return self._inner.task

    @property
    def seed(self) -> int | None:
        """Its seed; None for agents."""
        return self._inner.seed

    @property
    def member(self) -> int:
        """Position in its group."""
        return self._inner.member

    @property
    def fork_path(self) -> str:
        """Forks that led here, '' for none."""
        return self._inner.fork_path

    @property
    def max_steps(self) -> int:
        """Step limit."""
        return self._inner.max_steps

    @property
    def group_id(self) -> str | None:
        """Identifier of its group; None without one."""
        return self._inner.group_id

    @property
    def observation(self) -> str:
        """What to act on."""
        return self._inner.observation

    @property
    def actions(self) -> list[JSON] | None:
        """Admissible actions; None if the environment lists none or the episode has ended."""
        return self._inner.actions

    @property
    def index(self) -> int:
        """Steps that were taken, those before a fork included."""
        return self._inner.index

    @property
    def ending(self) -> str | None:
        """None while the episode runs; else ``terminated``, ``truncated`` or ``aborted``."""
        return self._inner.ending

    @property
    def ending_reason(self) -> str | None:
        """Why it was truncated or aborted, if it was."""
        return self._inner.ending_reason

    @property
    def outcome(self) -> dict[str, float]:
        """Rewards of the whole trajectory by signal, once it has ended."""
        return self._inner.outcome

    @property
    def steps(self) -> list[Step]:
        """Steps that this client took."""
        return self._inner.steps

    @property
    def late_rewards(self) -> list[LateReward]:
        """Rewards that arrived after their steps, so far."""
        return self._inner.late_rewards

    def step(self, action: JSON, *, evidence: Evidence | None = None) -> Step:
        """Takes a step, as ``AsyncEpisode.step``."""
        return self._loop.run(self._inner.step(action, evidence=evidence))

    def observe(self, view: str = "text") -> str:
        """Current observation in a view of the environment."""
        return self._loop.run(self._inner.observe(view))

    def list_tools(self) -> list[JSON] | None:
        """Tools of the current turn; None if the environment has none of its own."""
        return self._loop.run(self._inner.list_tools())

    def fork(
        self, count: int = 1, *, rng: Literal["fresh", "common"] = "fresh", number: int | None = None
    ) -> list[Episode]:
        """Episodes that continue from the same past, as ``AsyncEpisode.fork``."""
        forks = self._loop.run(self._inner.fork(count, rng=rng, number=number))
        return [Episode(self._loop, fork) for fork in forks]

    def snapshot(self) -> Snapshot:
        """Point of the episode, kept by the server for this session."""
        return self._loop.run(self._inner.snapshot())

    def sealed_snapshot(self) -> bytes:
        """Point of the episode, encrypted, kept by the client."""
        return self._loop.run(self._inner.sealed_snapshot())

    def truncate(self, reason: str) -> None:
        """Ends the episode as truncated: it keeps its credit. Trainers only."""
        self._loop.run(self._inner.truncate(reason))

    def abort(self) -> None:
        """Ends the episode as aborted: it gets no credit."""
        self._loop.run(self._inner.abort())


class Group:
    """Members that started from one state. Its attributes are those of ``AsyncGroup``."""

    def __init__(self, loop: _Loop, inner: AsyncGroup) -> None:
        self._loop = loop
        self._inner = inner
        self.id = inner.id
        self.start_tag = inner.start_tag
        self.episodes = [Episode(loop, episode) for episode in inner.episodes]

    def play(self, policy: Callable[[Episode], Choice]) -> Closed:
        """Plays all members to their end and returns the closed group.

        The policy is called for each running member in turn, then all their steps are taken at once.

        Args:
            policy: Chooses the next action of a member: an action, an action with evidence, or None to end the member
                as truncated. If it raises, all members are aborted and the exception is raised here.
        """
        try:
            while running := [episode for episode in self.episodes if episode.ending is None]:
                choices = [policy(episode) for episode in running]
                self._loop.run(_act(running, choices))
        except BaseException:
            self._loop.run(self._inner.abort())
            raise
        return self.closed()

    def closed(self, timeout: float | None = None) -> Closed:
        """Waits until all members have ended and every hook has judged, as ``AsyncGroup.closed``."""
        return self._loop.run(self._inner.closed(timeout))


async def _act(episodes: Sequence[Episode], choices: Sequence[Choice]) -> None:
    await asyncio.gather(*(_act_one(each._inner, choice) for each, choice in zip(episodes, choices, strict=True)))


async def _act_one(episode: AsyncEpisode, choice: Choice) -> None:
    action, evidence = choice_of(choice)
    # A deadline may end the member between two of its steps.
    try:
        if choice is None:
            await episode.truncate("the policy stopped")
        else:
            await episode.step(action, evidence=evidence)
    except EpisodeOverError:
        return


class Vector:
    """Vector of episodes on the server, one per slot. Its attributes are those of ``AsyncVector``."""

    def __init__(self, loop: _Loop, inner: AsyncVector) -> None:
        self._loop = loop
        self._inner = inner

    def __len__(self) -> int:
        return len(self._inner)

    @property
    def observations(self) -> list[str | None]:
        """Observation of each slot, to act on."""
        return self._inner.observations

    @property
    def actions(self) -> list[list[JSON] | None]:
        """Admissible actions of each slot."""
        return self._inner.actions

    @property
    def episodes(self) -> list[Episode | None]:
        """Current episode of each slot; None where none could be started."""
        return [Episode(self._loop, each) if each else None for each in self._inner.episodes]

    @property
    def errors(self) -> list[GymError | None]:
        """Last failure of each slot; None where its last request succeeded."""
        return self._inner.errors

    def step(
        self, actions: Sequence[JSON], *, slots: Slots | None = None, evidence: Sequence[Evidence | None] | None = None
    ) -> VectorStep:
        """Takes a step in each slot, or in those that are named, as ``AsyncVector.step``."""
        return self._loop.run(self._inner.step(actions, slots=slots, evidence=evidence))

    def reset(self, *, slots: Slots | None = None, starts: Sequence[dict[str, JSON]] | None = None) -> VectorStep:
        """Starts other episodes, as ``AsyncVector.reset``."""
        return self._loop.run(self._inner.reset(slots=slots, starts=starts))

    def send(
        self, actions: Sequence[JSON], *, slots: Slots | None = None, evidence: Sequence[Evidence | None] | None = None
    ) -> None:
        """Requests steps without waiting for them: ``recv`` returns each slot as it gets ready."""
        self._loop.run(self._inner.send(actions, slots=slots, evidence=evidence))

    def recv(self, timeout: float | None = None) -> VectorStep:
        """Slots that got ready since the last call, as ``AsyncVector.recv``."""
        return self._loop.run(self._inner.recv(timeout))

    def close(self) -> None:
        """Aborts the running episodes of the slots."""
        self._loop.run(self._inner.close())


class Gym:
    """Session with one environment of a server; a context manager."""

    def __init__(self, loop: _Loop, inner: AsyncGym, on_close: Callable[[], None] = lambda: None) -> None:
        self._loop = loop
        self._inner = inner
        self._on_close = on_close
        self._is_closed = False

    def __enter__(self) -> Gym:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def environment(self) -> EnvironmentView:
        """The environment of the connection."""
        return self._inner.environment

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
        stragglers: Literal["truncate", "abort", "wait"] = "truncate",
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

    def vector(
        self,
        slots: int | Sequence[dict[str, JSON]],
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
        """Ends the session: its running episodes are aborted. A second call does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._loop.run(self._inner.close())
        finally:
            self._loop.stop()
            self._on_close()


def connect(
    url: str, *, token: str | None = None, timeout: float = 60.0, retries: int = 10, silence: float = 20.0
) -> Gym:
    """Connects to an environment of a server, as ``connect_async``."""
    return connect_then(lambda: None, url, token=token, timeout=timeout, retries=retries, silence=silence)


def connect_then(on_close: Callable[[], None], url: str, **settings: Any) -> Gym:
    """Connects, and calls a function when the client is closed or could not connect."""
    loop = _Loop()
    try:
        return Gym(loop, loop.run(connect_async(url, **settings)), on_close)
    except BaseException:
        loop.stop()
        on_close()
        raise
