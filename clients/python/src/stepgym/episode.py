"""Episodes on a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .encoding import JSON, Frame, plain, without_none
from .errors import error_of, unframed
from .evidence import Evidence, evidence_json
from .link import Link

NAN = float("nan")


@dataclass(frozen=True)
class Task:
    """Task without its private part.

    Attributes:
        id: Identifier, stable across runs.
        split: Split that it belongs to.
        public: What agents may see.
    """

    id: str
    split: str
    public: JSON


@dataclass(frozen=True)
class Step:
    """Step that turn hooks have judged and the record contains.

    Attributes:
        index: Zero-based step index.
        observation: What the action led to.
        reward: The environment's own reward; NaN if the step was not judged.
        rewards: Reward vector by signal, ``env`` first; NaN where a signal was not computed. Empty for agents.
        reasons: Why signals are NaN, by signal.
        terminated, truncated: How the episode ended with this step, if it did.
        valid: Whether the action could be read and did something.
        info: As the environment returned it.
        actions: Admissible next actions; None if the environment lists none.
        ending: ``terminated``, ``truncated`` or ``aborted`` with the last step, else None.
        outcome: Rewards of the whole trajectory by signal, with its last step; else empty.
    """

    index: int
    observation: str
    reward: float
    rewards: dict[str, float]
    terminated: bool
    truncated: bool
    valid: bool
    info: dict[str, JSON]
    actions: list[JSON] | None
    ending: str | None
    outcome: dict[str, float]
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LateReward:
    """Reward that arrived after its step.

    Attributes:
        index: Zero-based step index; None for the trajectory as a whole.
        name: Signal.
        value: NaN if it was not computed.
        reason: Why it is NaN, else None.
        per_token: One value per token of the action, if the hook has them.
    """

    index: int | None
    name: str
    value: float
    reason: str | None
    per_token: list[float] | None


@dataclass(frozen=True)
class Snapshot:
    """Handle of a point of an episode that the server keeps for this session."""

    handle: str
    episode: str
    index: int


def value_of(reward: Mapping[str, Any]) -> float:
    """Value of one signal; NaN where it is null."""
    value = reward["value"]
    return NAN if value is None else float(value)


def values_of(rewards: Sequence[Mapping[str, Any]] | None) -> dict[str, float]:
    """Reward vector by signal, in the order of the hooks."""
    return {reward["name"]: value_of(reward) for reward in rewards or ()}


def reasons_of(rewards: Sequence[Mapping[str, Any]] | None) -> dict[str, str]:
    """Reasons of the signals that are NaN."""
    return {reward["name"]: reward["reason"] for reward in rewards or () if reward["value"] is None}


def step_of(reply: Frame) -> Step:
    """Step of a reply."""
    rewards = reply.get("rewards")
    return Step(
        index=reply["index"],
        observation=reply["observation"],
        reward=NAN if reply["reward"] is None else float(reply["reward"]),
        rewards=values_of(rewards),
        reasons=reasons_of(rewards),
        terminated=reply["terminated"],
        truncated=reply["truncated"],
        valid=reply["isActionValid"],
        info=reply.get("info", {}),
        actions=reply.get("actions"),
        ending=reply["ending"],
        outcome=values_of(reply.get("outcome")),
    )


class AsyncEpisode:
    """Episode on the server, as its replies describe it.

    Attributes:
        id: Identifier of the episode and its trajectory.
        task: Its task.
        seed: Its seed; None for agents, because hidden content may be derived from it.
        member: Position in its group.
        fork_path: Forks that led here, '' for none.
        max_steps: Step limit.
        group_id: Identifier of its group; None without one.
        observation: What to act on.
        actions: Admissible actions; None if the environment lists none or the episode has ended.
        index: Steps that were taken, those before a fork included.
        ending: None while the episode runs; else ``terminated``, ``truncated`` or ``aborted``.
        ending_reason: Why it was truncated or aborted, if it was.
        outcome: Rewards of the whole trajectory by signal, once it has ended.
        steps: Steps that this client took.
        late_rewards: Rewards that arrived after their steps.
    """

    def __init__(self, link: Link, view: Frame, began: Callable[[Frame], AsyncEpisode]) -> None:
        self._link = link
        self._began = began
        self._requested: set[int] = set()
        self.id: str = view["episode"]
        self.task = Task(view["task"]["id"], view["task"]["split"], view["task"]["public"])
        self.seed: int | None = None if view.get("seed") is None else int(view["seed"])
        self.member: int = view["member"]
        self.fork_path: str = view["forkPath"]
        self.max_steps: int = view["maxSteps"]
        self.group_id: str | None = (view.get("group") or {}).get("id")
        self.observation: str = view["observation"]
        self.actions: list[JSON] | None = view["actions"]
        self.index: int = view["index"]
        self.ending: str | None = view["ending"]
        self.ending_reason: str | None = view["endingReason"]
        self.outcome: dict[str, float] = {}
        self.steps: list[Step] = []
        self.late_rewards: list[LateReward] = []

    def __repr__(self) -> str:
        return f"<AsyncEpisode {self._state()}>"

    def _state(self) -> str:
        """What a notebook shows of it."""
        return f"{self.id}: index {self.index}, {self.ending or 'running'}"

    async def step(self, action: JSON, *, evidence: Evidence | None = None) -> Step:
        """Takes a step. A step may be requested before the one before is answered: they are taken in order.

        After ``REPLY_LATE``, or where the wait was interrupted or cancelled, request the same step again: the server
        does not take it twice.

        Args:
            action: As the environment reads it; NumPy values are accepted.
            evidence: How the action was sampled, recorded for trainers.

        Raises:
            EpisodeOverError: The episode has ended.
            RefusedError: ``EVIDENCE_INVALID``, ``REQUEST_CONFLICT``, ``FRAME_INVALID``; ``FRAME_TOO_LARGE`` of a reply:
                the step was taken, and ``steps[-1]`` has what fitted.
            GymError: ``ENV_FAILED``, ``ENV_TIMEOUT``, ``REPLY_LATE``, ``CONNECTION_LOST``.
        """
        index = self._next_index()
        request = without_none(type="step", episode=self.id, index=index, evidence=evidence_json(evidence))
        # An action may be None, unlike any other field.
        request["action"] = plain(action)
        self._requested.add(index)
        try:
            step: Step = await self._link.ask(request, self._stepped)
        finally:
            self._requested.discard(index)
        return step

    async def observe(self, view: str = "text") -> str:
        """Current observation in a view of the environment."""
        request = {"type": "observe", "episode": self.id, "view": view}
        return str(await self._link.ask(request, lambda reply: reply["observation"]))

    async def list_tools(self) -> list[JSON] | None:
        """Tools of the current turn; None if the environment has none of its own."""
        reply = await self._link.ask({"type": "observe", "episode": self.id, "tools": True})
        tools: list[JSON] | None = reply.get("tools")
        return tools

    async def fork(
        self, count: int = 1, *, rng: Literal["fresh", "common"] = "fresh", number: int | None = None
    ) -> list[AsyncEpisode]:
        """Episodes that continue from the same past.

        Args:
            count: How many.
            rng: ``fresh`` gives each its own random stream; with ``common``, forks of the same step with the same
                number share one.
            number: Number of the first common stream.
        """
        request = without_none(type="fork", episode=self.id, count=count, rng=rng, number=number)
        forks: list[AsyncEpisode] = await self._link.ask(
            request, lambda reply: [self._began(view) for view in reply["episodes"]]
        )
        return forks

    async def snapshot(self) -> Snapshot:
        """Point of the episode, kept by the server for this session."""
        snapshot: Snapshot = await self._link.ask(
            {"type": "snapshot", "episode": self.id},
            lambda reply: Snapshot(reply["snapshot"], self.id, reply["index"]),
        )
        return snapshot

    async def sealed_snapshot(self) -> bytes:
        """Point of the episode, encrypted, kept by the client: any server with the same key can restore it."""
        request = {"type": "snapshot", "episode": self.id, "sealed": True}
        sealed: bytes = await self._link.ask(request, lambda reply: str(reply["sealed"]).encode())
        return sealed

    async def truncate(self, reason: str) -> None:
        """Ends the episode as truncated, such as when the model stops: it keeps its credit. Trainers only."""
        await self._link.ask({"type": "close", "episode": self.id, "truncate": reason})

    async def abort(self) -> None:
        """Ends the episode as aborted: it gets no credit."""
        await self._link.ask({"type": "close", "episode": self.id})

    def _next_index(self) -> int:
        """First step that is neither taken nor requested."""
        index = self.index
        while index in self._requested:
            index += 1
        return index

    def _stepped(self, reply: Frame) -> Step:
        if reply["episode"] == self.id and reply["index"] in self._requested and reply["index"] > self.index:
            raise error_of("REPLY_LATE", f"step {self.index} has no reply yet: request it again, then this one")
        if reply["index"] != self.index or reply["episode"] != self.id:
            raise unframed(f"step {self.index} of {self.id} was answered by {reply['index']} of {reply['episode']}")
        step = step_of(reply)
        self._apply(step, reply.get("endingReason"))
        return step

    def _apply(self, step: Step, ending_reason: str | None) -> None:
        self.index = step.index + 1
        self.observation = step.observation
        self.actions = step.actions
        self.steps.append(step)
        if step.ending is not None:
            self._ended(step.ending, ending_reason, step.outcome)

    def _ended(self, ending: str, reason: str | None, outcome: dict[str, float]) -> None:
        self.ending = ending
        self.ending_reason = reason
        self.outcome = outcome
        self.actions = None

    def _on_event(self, event: Frame) -> None:
        if event["type"] == "ended":
            self._ended(event["ending"], event["endingReason"], values_of(event.get("outcome")))

    def _rewarded(self, view: Frame) -> None:
        reward = view["reward"]
        self.late_rewards.append(
            LateReward(view["step"], reward["name"], value_of(reward), reward.get("reason"), reward.get("perToken"))
        )
