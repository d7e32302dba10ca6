"""Environments of a server as text environments of SkyRL-gym.

``skyrl_gym.register(id="stepgym", entry_point="stepgym.adapters.skyrl:StepgymTextEnv")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..episode import Step
from ..errors import EpisodeOverError, invalid
from ..sync import Episode
from .action_text import action_in
from .extras import needs
from .shared import shared_gym

with needs("skyrl"):
    from skyrl_gym.envs.base_text_env import BaseTextEnv, BaseTextEnvStepOutput

Message = dict[str, str]


class StepgymTextEnv(BaseTextEnv):
    """One episode of a server. All environments of a process share one session for each server.

    The reward of a turn is the environment's own, 0 where it was not judged: SkyRL adds rewards up and has no value for
    a missing one. ``metadata`` has all signals, NaN where one was not computed, and ``ending``.

    Args:
        env_config: ``server`` (``http://HOST:PORT/ENVIRONMENT``); ``token``, if it has tokens; ``pattern``, a regular
            expression whose first group is the action in what the model writes (the whole text by default).
        extras: Row of the data set. ``extras["stepgym"]`` names the start: any of ``task``, ``split``, ``index``,
            ``seed``, ``max_steps``; and ``server``, if it differs from that of ``env_config``.
    """

    def __init__(self, env_config: Any = None, extras: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        start = dict((extras or {}).get("stepgym") or {})
        config = dict(env_config or {})
        server = start.pop("server", None) or config.get("server")
        if server is None:
            raise invalid('an environment needs its server: env_config["server"] = "http://HOST:PORT/ENVIRONMENT"')
        self._gym = shared_gym(server, config.get("token"))
        self._pattern = config.get("pattern")
        self._start = {name: value for name, value in start.items() if value is not None}
        self.max_turns = self._start.get("max_steps") or self._gym.environment.max_steps
        self.episode: Episode | None = None

    def init(self, prompt: list[Message]) -> tuple[list[Message], dict[str, Any]]:
        """Starts the episode: the prompt with the first observation behind it, as a message of the user.

        Returns:
            The prompt, and ``{"episode", "task", "seed", "actions"}``.
        """
        self.episode = episode = self._gym.reset(**self._start)
        self.turns = 0
        metadata = {
            "episode": episode.id,
            "task": episode.task.id,
            "seed": episode.seed,
            "actions": episode.actions,
        }
        return [*prompt, _said(episode.observation)], metadata

    def step(self, action: str) -> BaseTextEnvStepOutput:
        """Takes a step with what the model wrote."""
        if self.episode is None:
            raise invalid("the environment has no episode: init it before the first step")
        step = self.episode.step(action_in(action, self._pattern))
        self.turns += 1
        return BaseTextEnvStepOutput(
            observations=[] if step.ending else [_said(step.observation)],
            reward=0.0 if step.reward != step.reward else step.reward,
            done=step.ending is not None,
            metadata=_metadata(step),
            postprocessed_action=None,
        )

    def get_metrics(self) -> dict[str, Any]:
        """Steps, share of them that the environment could read, and rewards of the trajectory by signal."""
        steps = self.episode.steps if self.episode is not None else []
        valid = sum(step.valid for step in steps) / len(steps) if steps else 0.0
        outcome = self.episode.outcome if self.episode is not None else {}
        return {"steps": len(steps), "valid": valid, **outcome}

    def close(self) -> None:
        """Ends the episode as truncated if it still runs, as when the model has reached its last token."""
        if self.episode is not None and self.episode.ending is None:
            try:
                self.episode.truncate("the rollout ended")
            except EpisodeOverError:
                return


def _said(text: str) -> Message:
    return {"role": "user", "content": text}


def _metadata(step: Step) -> dict[str, Any]:
    return {
        "rewards": step.rewards,
        "outcome": step.outcome,
        "valid": step.valid,
        "actions": step.actions,
        "ending": step.ending,
    }
