"""Groups: members of one task that start from one state, and what is known of them once the group has closed."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .encoding import JSON, Frame, plain, without_none
from .episode import NAN, AsyncEpisode, values_of
from .errors import EpisodeOverError, error_of, invalid, reading
from .evidence import CategoricalEvidence, Evidence, TokenEvidence


@dataclass(frozen=True, kw_only=True)
class CreditRequest:
    """Advantages that a group closes with.

    Attributes:
        estimator: Name, among those that the server has (docs/credit.md).
        options: Options that replace its defaults.
        recipe: Name of a recipe that combines signals first.
        progress: Progress of training from 0 to 1, for a recipe with a schedule.
        name: Name of the result, needed if one estimator is requested twice; the estimator's by default.
    """

    estimator: str
    options: Mapping[str, float | bool | str] | None = None
    recipe: str | None = None
    progress: float | None = None
    name: str | None = None

    def to_json(self) -> dict[str, JSON]:
        """Form on the wire."""
        return without_none(
            estimator=self.estimator,
            options=None if self.options is None else plain(self.options, f"options of {self.estimator}"),
            recipe=self.recipe,
            progress=self.progress,
            **{"as": self.name},
        )


Choice: TypeAlias = JSON | tuple[JSON, Evidence] | None
"""What a policy returns: an action, an action with evidence, or None to end the episode as truncated."""


@dataclass(frozen=True)
class Member:
    """Trajectory of a closed group, without its observations.

    Attributes:
        episode: Identifier of the episode.
        member: Position in the group.
        ending, ending_reason: How it ended.
        rewards: Rewards of the whole trajectory by signal; NaN where a signal was not computed.
        steps: Reward vector of each of the T_m steps by signal, late rewards included. Empty if the frame could not
            hold them (``Closed.abridged``).
    """

    episode: str
    member: int
    ending: str
    ending_reason: str | None
    rewards: dict[str, float]
    steps: list[dict[str, float]]


@dataclass(frozen=True)
class Closed:
    """Closed group: all members have ended and every hook has judged.

    Attributes:
        group: Identifier.
        members: Members that terminated or truncated, in order.
        aborted: Members that were aborted; they are never part of credit.
        advantages: For each credit request by its name, one float64 array of shape (T_m,) per member, in the order of
            ``members``; the values of ``stepgym credit`` to the last bit, NaN where a step has no advantage.
        reasons: For each credit request, why values of a member are NaN; None where none is.
        diagnostics: For each credit request, the warnings and counts of its estimator.
        abridged: Why rewards of steps, and perhaps advantages, are left out; None if everything is here.
    """

    group: str
    members: list[Member]
    aborted: list[Member]
    advantages: dict[str, list[npt.NDArray[np.float64]]]
    reasons: dict[str, list[str | None]]
    diagnostics: dict[str, JSON]
    abridged: str | None

    def on_tokens(self, name: str, step_of: Sequence[npt.NDArray[np.integer[Any]]]) -> list[npt.NDArray[np.float32]]:
        """Advantages of one credit request on tokens.

        Args:
            name: Name of the credit request.
            step_of: For each member an array of shape (L_m,): the zero-based step that sampled each token, -1 for
                tokens that the policy did not sample.

        Returns:
            For each member a float32 array of shape (L_m,): 0 where ``step_of`` is -1 (mask those tokens), NaN where
            the step has no advantage.

        Raises:
            RefusedError: ``CONFIG_INVALID`` for an unknown name, another number of members, or a step that a member
                does not have.
        """
        if name not in self.advantages:
            raise invalid(f"the group has no credit {name!r}; it has {sorted(self.advantages)}")
        arrays = self.advantages[name]
        if len(step_of) != len(arrays):
            raise invalid(f"step_of has {len(step_of)} arrays for {len(arrays)} members")
        return [_spread(advantages, np.asarray(steps)) for advantages, steps in zip(arrays, step_of, strict=True)]


def _spread(advantages: npt.NDArray[np.float64], steps: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.float32]:
    if steps.ndim != 1 or not np.issubdtype(steps.dtype, np.integer):
        raise invalid(
            f"step_of has an array of shape {steps.shape} of {steps.dtype}: integers of shape (L,) are needed"
        )
    if steps.size and (steps.min() < -1 or steps.max() >= len(advantages)):
        raise invalid(f"step_of names steps from {steps.min()} to {steps.max()} of a member of {len(advantages)} steps")
    padded = np.append(advantages, 0.0)
    spread: npt.NDArray[np.float32] = padded[steps].astype(np.float32)
    return spread


def closed_of(event: Frame, steps_of: Callable[[str], int]) -> Closed:
    """Closed group of its event.

    Args:
        event: ``group.closed``.
        steps_of: Number of steps of an episode, for members whose rewards were left out.
    """
    members = [_member(view) for view in event["members"]]
    lengths = [len(member.steps) or steps_of(member.episode) for member in members]
    credit = {view["as"]: view for view in event["credit"]}
    return Closed(
        group=event["group"],
        members=members,
        aborted=[_member(view) for view in event["aborted"]],
        advantages={name: _advantages(view, lengths) for name, view in credit.items()},
        reasons={name: _reasons(view, len(members)) for name, view in credit.items()},
        diagnostics={name: view["diagnostics"] for name, view in credit.items()},
        abridged=event["abridged"],
    )


def _member(view: Frame) -> Member:
    return Member(
        episode=view["episode"],
        member=view["member"],
        ending=view["ending"],
        ending_reason=view["endingReason"],
        rewards=values_of(view["rewards"]),
        steps=[values_of(step) for step in view["steps"]],
    )


def _advantages(view: Frame, lengths: Sequence[int]) -> list[npt.NDArray[np.float64]]:
    if view["members"] is None:
        return [np.full(length, np.nan) for length in lengths]
    return [
        np.array([NAN if value is None else value for value in member["advantages"]], dtype=np.float64)
        for member in view["members"]
    ]


def _reasons(view: Frame, members: int) -> list[str | None]:
    if view["members"] is None:
        return [f"{view['reason']['code']}: {view['reason']['message']}"] * members
    return [member["reason"] for member in view["members"]]


def choice_of(choice: Choice) -> tuple[JSON, Evidence | None]:
    """Action and evidence of what a policy returned."""
    if isinstance(choice, tuple) and len(choice) == 2 and isinstance(choice[1], (TokenEvidence, CategoricalEvidence)):
        return choice[0], choice[1]
    return choice, None


class AsyncGroup:
    """Members that started from one state.

    Attributes:
        id: Identifier.
        start_tag: Equal for groups that started from one state; it reveals nothing about the state.
        episodes: Members, in order.
    """

    def __init__(self, id: str, start_tag: str, episodes: list[AsyncEpisode], closing: asyncio.Future[Frame]) -> None:
        self.id = id
        self.start_tag = start_tag
        self.episodes = episodes
        self._closing = closing

    async def play(self, policy: Callable[[AsyncEpisode], Choice | Awaitable[Choice]]) -> Closed:
        """Plays all members to their end, concurrently, and returns the closed group.

        Args:
            policy: Chooses the next action of a running member; it may be a coroutine function. None ends the member
                as truncated. If it raises, all members are aborted and the exception is raised here.
        """
        players = [asyncio.ensure_future(self._play_one(episode, policy)) for episode in self.episodes]
        try:
            await asyncio.gather(*players)
        except BaseException:
            for player in players:
                player.cancel()
            await asyncio.gather(*players, return_exceptions=True)
            await self.abort()
            raise
        return await self.closed()

    async def closed(self, timeout: float | None = None) -> Closed:
        """Waits until all members have ended and every hook has judged.

        Args:
            timeout: Seconds to wait; None for no limit of the client's own (the server has a deadline).

        Raises:
            LateError: ``REPLY_LATE`` after the timeout; wait again at any time.
            RefusedError: ``GROUP_INVALID`` if the server was restarted meanwhile and cannot continue the group.
        """
        try:
            event = await asyncio.wait_for(asyncio.shield(self._closing), timeout)
        except asyncio.TimeoutError:
            raise error_of("REPLY_LATE", f"group {self.id} did not close within {timeout:g} s") from None
        lengths = {episode.id: episode.index for episode in self.episodes}
        with reading("the event group.closed"):
            return closed_of(event, lambda episode: lengths.get(episode, 0))

    async def abort(self) -> None:
        """Aborts all members that still run."""
        running = [episode.abort() for episode in self.episodes if episode.ending is None]
        await asyncio.gather(*running, return_exceptions=True)

    async def _play_one(
        self, episode: AsyncEpisode, policy: Callable[[AsyncEpisode], Choice | Awaitable[Choice]]
    ) -> None:
        while episode.ending is None:
            chosen = policy(episode)
            choice = await chosen if inspect.isawaitable(chosen) else chosen
            if choice is None:
                await episode.truncate("the policy stopped")
                return
            action, evidence = choice_of(choice)
            # A deadline may end the member between two of its steps.
            with contextlib.suppress(EpisodeOverError):
                await episode.step(action, evidence=evidence)
