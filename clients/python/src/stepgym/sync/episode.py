"""Episodes, without asyncio."""

from __future__ import annotations

from ..encoding import JSON
from ..episode import AsyncEpisode, LateReward, Snapshot, Step, Task
from .waiting import Waiting, waits_for


class Episode(Waiting[AsyncEpisode]):
    """Episode on the server. Its attributes and methods are those of ``AsyncEpisode``."""

    def __repr__(self) -> str:
        return f"<Episode {self._inner._state()}>"

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

    @waits_for(AsyncEpisode.step)
    def step(self, step: Step) -> Step:
        return step

    @waits_for(AsyncEpisode.observe)
    def observe(self, observation: str) -> str:
        return observation

    @waits_for(AsyncEpisode.list_tools)
    def list_tools(self, tools: list[JSON] | None) -> list[JSON] | None:
        return tools

    @waits_for(AsyncEpisode.fork)
    def fork(self, forks: list[AsyncEpisode]) -> list[Episode]:
        return [Episode(self._loop, fork) for fork in forks]

    @waits_for(AsyncEpisode.snapshot)
    def snapshot(self, snapshot: Snapshot) -> Snapshot:
        return snapshot

    @waits_for(AsyncEpisode.sealed_snapshot)
    def sealed_snapshot(self, sealed: bytes) -> bytes:
        return sealed

    @waits_for(AsyncEpisode.truncate)
    def truncate(self, _: None) -> None:
        return None

    def truncate_soon(self, reason: str) -> None:
        """Ends the episode as truncated without waiting for it, as finalizers must; does nothing if the client is
        closed."""
        self._loop.post(self._inner.truncate(reason))

    @waits_for(AsyncEpisode.abort)
    def abort(self, _: None) -> None:
        return None
