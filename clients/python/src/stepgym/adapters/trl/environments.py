"""Environments of a server as classes for ``GRPOTrainer(environment_factory=...)``."""

from __future__ import annotations

import contextlib
import math
import weakref
from typing import Any

from ...encoding import JSON
from ...errors import EpisodeOverError, invalid
from ...sync import Episode, Gym
from ..shared import shared_gym
from ..signals import value_of_signal
from ..tool_methods import tool_methods
from .starts import START_FIELDS

_RESERVED = ("reset", "get_reward")


def environment_factory(
    server: str, *, token: str | None = None, reward: str = "env", truncated: str = "the model stopped", **start: Any
) -> type[Any]:
    """Class of environments for ``environment_factory``: each instance plays one episode at a time.

    Its methods are the tools of the environment, or ``act`` where it has none of its own. One scalar a rollout reaches
    TRL's loss: with ``rollout_func`` every step has its own advantage (``StepRollout``).

    A rollout ends with ``get_reward``, which TRL calls once for each, also where the model stopped early: the episode
    is then truncated, and never aborted by the next ``reset``.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``.
        token: Token of a role that may truncate episodes (trainer), if the server has tokens.
        reward: Signal that ``get_reward`` returns: its sum over the steps, or its value for the whole trajectory if
            it is an outcome. None ("not scored") if a part of it was not computed.
        truncated: Reason in the record of episodes that the model left.
        start: Defaults of the columns ``task``, ``split``, ``index``, ``seed``, ``max_steps``; the tools are those
            of an episode with this start.

    Raises:
        GymError: As ``stepgym.connect`` and ``Gym.reset``.
    """
    unknown = sorted(set(start) - set(START_FIELDS))
    if unknown:
        raise invalid(f"a start has {', '.join(START_FIELDS)}, not {', '.join(unknown)}")
    gym = shared_gym(server, token)
    tools, call = _tools_of(gym, start)
    methods = tool_methods(tools, call)
    if reserved := sorted(set(methods) & set(_RESERVED)):
        raise invalid(f"TRL reserves the name of the tool {reserved[0]}")
    settings = {"_server": (server, token), "_start": start, "_signal": reward, "_truncated": truncated}
    described = f"One episode of {gym.environment.id} at a time."
    return type("StepgymEnvironment", (_Rollout,), {**methods, **settings, "__doc__": described})


class _Rollout:
    """What all environments share. To TRL every method without a leading underscore is a tool, inherited ones too."""

    _server: tuple[str, str | None]
    _start: dict[str, Any]
    _signal: str
    _truncated: str

    def __init__(self) -> None:
        self._episodes: list[Episode] = []
        # TRL never closes its environments.
        weakref.finalize(self, _leave_soon, self._episodes, self._truncated)

    def reset(self, **row: Any) -> str:
        """Starts the episode of a row, and returns its first observation, which TRL puts behind the prompt."""
        self._end()
        given = {name: row[name] for name in START_FIELDS if row.get(name) is not None}
        episode = shared_gym(*self._server).reset(**self._start | given)
        self._episodes[:] = [episode]
        return f"\n{episode.observation}"

    def get_reward(self) -> float | None:
        """Ends the episode if it still runs, and returns its reward; None if it was not computed."""
        self._end()
        if not self._episodes:
            return None
        [episode] = self._episodes
        value = value_of_signal(self._signal, [step.rewards for step in episode.steps], episode.outcome)
        return None if math.isnan(value) else value

    def _act(self, action: JSON) -> str:
        if not self._episodes:
            raise invalid("the environment has no episode: reset it first")
        return self._episodes[0].step(action).observation

    def _end(self) -> None:
        for episode in self._episodes:
            if episode.ending is None:
                # A deadline may end the episode meanwhile.
                with contextlib.suppress(EpisodeOverError):
                    episode.truncate(self._truncated)


def _leave_soon(episodes: list[Episode], reason: str) -> None:
    for episode in episodes:
        if episode.ending is None:
            episode.truncate_soon(reason)


def _tools_of(gym: Gym, start: dict[str, Any]) -> tuple[Any, Any]:
    """Tools of an environment, and what a call of one does."""
    with_tools = gym.reset(**start, agent="tools")
    tools = with_tools.list_tools()
    with_tools.abort()
    if tools is not None:
        return tools, lambda self, name, arguments: self._act({"name": name, "arguments": arguments})
    schema = gym.environment.action_schema or {"type": "string"}
    act = {
        "name": "act",
        "description": "Takes one action.",
        "inputSchema": {"type": "object", "properties": {"action": schema}, "required": ["action"]},
    }
    return [act], lambda self, name, arguments: self._act(arguments["action"])
