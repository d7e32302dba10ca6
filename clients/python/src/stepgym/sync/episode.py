"""Episodes, without asyncio."""

from __future__ import annotations

from typing import Literal

from ..encoding import JSON
from ..episode import AsyncEpisode, LateReward, Snapshot, Step, Task
from ..evidence import Evidence
from .loop import Loop


class Episode:
    """Episode on the server. Its attributes are those of ``AsyncEpisode``."""

    def __init__(self, loop: Loop, inner: AsyncEpisode) -> None:
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

    def truncate_soon(self, reason: str) -> None:
        """Ends the episode as truncated without waiting for it, as finalizers must; does nothing if the client is
        closed."""
        self._loop.post(self._inner.truncate(reason))

    def abort(self) -> None:
        """Ends the episode as aborted: it gets no credit."""
        self._loop.run(self._inner.abort())
