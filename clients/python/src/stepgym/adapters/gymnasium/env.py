"""One episode at a time as a Gymnasium environment."""

from __future__ import annotations

from typing import Any

import gymnasium

from ...episode import Step
from ...errors import invalid
from ...sync import Episode, Gym
from .connection import LARGEST_DRAWN_SEED, Connection
from .spaces import action_of, info_of_start, info_of_step


class StepgymEnv(gymnasium.Env[str, str]):
    """Environment of a server. Observations and actions are texts; actions that are no texts are given as JSON.

    ``info`` of a step has ``rewards`` by signal (those that were not computed are left out), ``valid``, ``info`` of the
    environment and the listed ``actions``; with the last one ``ending`` and ``outcome``. Ids are in ``episode``.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``, or a client, which stays open when the environment is closed.
        token: Token of a role, if the server has tokens.
        task, split, index, max_steps: Start of each episode, as of ``Gym.reset``; ``options`` of a reset replace them.
        render_mode: ``ansi`` or None.

    Raises:
        GymError: As ``stepgym.connect``.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012 (Gymnasium declares it so)

    def __init__(
        self,
        server: str | Gym,
        *,
        token: str | None = None,
        task: str | None = None,
        split: str | None = None,
        index: int | None = None,
        max_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        self._connection = Connection(server, token)
        self._start: dict[str, Any] = {"task": task, "split": split, "index": index, "max_steps": max_steps}
        self.render_mode = render_mode
        self.observation_space = self._connection.observations
        self.action_space = self._connection.actions
        self.episode: Episode | None = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Starts an episode; one that still runs is aborted.

        Args:
            seed: Seed of the episode and of ``np_random``; without one the episode's is drawn from ``np_random``.
            options: Any of ``task``, ``split``, ``index``, ``max_steps``, for this episode.
        """
        super().reset(seed=seed)
        drawn = int(self.np_random.integers(LARGEST_DRAWN_SEED)) if seed is None else seed
        self._leave()
        self.episode = self._connection.gym.reset(seed=drawn, **self._start | (options or {}))
        return self.episode.observation, info_of_start(self.episode.actions)

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Takes a step. The reward is the environment's own; NaN if the step was not judged.

        Raises:
            EpisodeOverError: The episode has ended: reset first.
            RefusedError: ``CONFIG_INVALID`` before the first reset.
        """
        if self.episode is None:
            raise invalid("the environment has no episode: reset it before the first step")
        step: Step = self.episode.step(action_of(action, self._connection.environment))
        return step.observation, step.reward, step.terminated, step.truncated, info_of_step(step)

    def render(self) -> str | None:
        """Current observation in mode ``ansi``."""
        return self.episode.observation if self.render_mode == "ansi" and self.episode is not None else None

    def close(self) -> None:
        """Ends the connection if it is the environment's own, else the running episode."""
        if not self._connection.close():
            self._leave()

    def _leave(self) -> None:
        if self.episode is not None and self.episode.ending is None:
            self.episode.abort()
