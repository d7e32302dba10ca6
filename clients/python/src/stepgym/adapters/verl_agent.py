"""Groups of a server as an environment manager with the methods that verl-agent's rollout loop calls.

It needs nothing of verl-agent: its GiGPO and HGPO find the rewards, anchors and validity of steps where they look for
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import invalid
from ..sync import Episode, Gym
from ..sync.group import take_choices
from .action_text import action_in
from .shared import gym_of

Observations = dict[str, Any]
Infos = list[dict[str, Any]]
Prompt = Callable[[Episode], str]


def plain_prompt(episode: Episode) -> str:
    """Observation and listed actions of an episode, as a message to the model."""
    listed = "" if episode.actions is None else "\n\nActions:\n" + "\n".join(str(each) for each in episode.actions)
    return f"{episode.observation}{listed}"


class StepgymEnvironmentManager:
    """``env_num`` groups of ``group_n`` members, stepped together in the order of verl-agent: members side by side.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``, or a client. The server needs the hook of ``success``.
        env_num: Number of groups.
        group_n: Members of each.
        token: Token of a trainer, if the server has tokens.
        split: Split of the tasks, which are played one after the other; the environment's first by default.
        seed: Seed of the first group, those of later ones follow it; drawn by the server by default.
        pattern: Regular expression whose first group is the action in what the model writes.
        prompt: Message to the model about an episode.
        success: Outcome that is 1 for an episode that was won.
    """

    def __init__(
        self,
        server: str | Gym,
        env_num: int,
        group_n: int,
        *,
        token: str | None = None,
        split: str | None = None,
        seed: int | None = None,
        pattern: str = "<action>(.*?)</action>",
        prompt: Prompt = plain_prompt,
        success: str = "success",
    ) -> None:
        self._gym = gym_of(server, token)
        self._split = split or self._gym.environment.splits[0]
        self._seed = seed
        self._size = group_n
        self._groups = env_num
        self._pattern = pattern
        self._prompt = prompt
        self._success = success
        self._started = 0
        self._tasks = self._count()
        self.episodes: list[Episode] = []

    def reset(self, kwargs: Any = None) -> tuple[Observations, Infos]:
        """Starts the next groups; episodes that still run are truncated.

        Args:
            kwargs: One mapping per member, such as verl-agent's ``env_kwargs``; ``stepgym`` in the first of a group
                replaces its start.
        """
        self._leave()
        self.episodes = []
        for at in range(self._groups):
            start = self._next_start() | _start_in(kwargs, at * self._size)
            self.episodes += self._gym.group(self._size, agent="verl-agent", **start).episodes
        return self._observations(), [self._info(episode) for episode in self.episodes]

    def step(
        self, text_actions: Sequence[str]
    ) -> tuple[Observations, npt.NDArray[np.float64], npt.NDArray[np.bool_], Infos]:
        """Takes a step with what the model wrote, in every episode that has not ended; others keep what they are.

        Returns:
            Observations, rewards float64 (B,), 0 for episodes that had ended and NaN for steps that were not judged;
            ends bool (B,); infos.
        """
        if len(text_actions) != len(self.episodes):
            raise invalid(f"{len(text_actions)} actions for {len(self.episodes)} episodes")
        running = [at for at, episode in enumerate(self.episodes) if episode.ending is None]
        before = {at: len(self.episodes[at].steps) for at in running}
        take_choices(
            [self.episodes[at] for at in running], [action_in(text_actions[at], self._pattern) for at in running]
        )
        taken = [len(episode.steps) > before.get(at, len(episode.steps)) for at, episode in enumerate(self.episodes)]
        rewards = [episode.steps[-1].reward if new else 0.0 for episode, new in zip(self.episodes, taken, strict=True)]
        dones = [episode.ending is not None for episode in self.episodes]
        infos = [self._info(episode) for episode in self.episodes]
        return self._observations(), np.array(rewards), np.array(dones), infos

    def success_evaluator(self, **kwargs: Any) -> dict[str, npt.NDArray[np.float64]]:
        """Share of episodes that were won, from ``total_infos`` and ``total_batch_list``: by the last active step of
        each."""
        won = []
        for infos, batch in zip(kwargs["total_infos"], kwargs["total_batch_list"], strict=True):
            active = [info for info, item in zip(infos, batch, strict=False) if item["active_masks"]]
            won.append(float(active[-1]["won"]) if active else 0.0)
        return {"success_rate": np.array(won)}

    def build_text_obs(self) -> list[str]:
        """Message to the model about each episode."""
        return [self._prompt(episode) for episode in self.episodes]

    def close(self) -> None:
        """Truncates what still runs. The client stays open: others may share it."""
        self._leave()

    def _count(self) -> int:
        """Number of tasks that are played in turn."""
        return max(1, len(self._gym.tasks(self._split)))

    def _next_start(self) -> dict[str, Any]:
        at = self._started
        self._started += 1
        seed = {} if self._seed is None else {"seed": self._seed + at}
        return {"split": self._split, "index": at % self._tasks, **seed}

    def _observations(self) -> Observations:
        return {
            "text": self.build_text_obs(),
            "image": None,
            "anchor": [episode.observation for episode in self.episodes],
        }

    def _info(self, episode: Episode) -> dict[str, Any]:
        last = episode.steps[-1] if episode.steps else None
        return {
            "is_action_valid": np.array(last is None or last.valid),
            "won": self._has_won(episode),
            "rewards": {} if last is None else last.rewards,
            "available_actions": episode.actions,
            "episode": episode.id,
            "data_source": self._gym.environment.name,
        }

    def _has_won(self, episode: Episode) -> bool:
        if episode.ending is None or not episode.outcome:
            return False
        value = episode.outcome.get(self._success)
        if value is None:
            raise invalid(f"the server computes no outcome {self._success!r}: give it that hook, or name another")
        return not math.isnan(value) and value >= 1

    def _leave(self) -> None:
        running = [episode for episode in self.episodes if episode.ending is None]
        take_choices(running, [None] * len(running))


def _start_in(kwargs: Any, at: int) -> dict[str, Any]:
    row: Mapping[str, Any] = {} if kwargs is None or at >= len(kwargs) else (kwargs[at] or {})
    return dict(row.get("stepgym") or {})
