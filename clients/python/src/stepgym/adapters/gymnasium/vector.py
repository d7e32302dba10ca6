"""Many episodes that one frame steps together as a Gymnasium vector environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from ...errors import GymError, invalid
from ...sync import Gym, Vector
from ...vector import VectorStep
from .connection import LARGEST_DRAWN_SEED, Connection
from .spaces import action_of, info_of_start, info_of_taken

_MODES = {
    "disabled": AutoresetMode.DISABLED,
    "next-step": AutoresetMode.NEXT_STEP,
    "same-step": AutoresetMode.SAME_STEP,
}

Array = npt.NDArray[Any]
Infos = dict[str, Any]


class StepgymVectorEnv(VectorEnv[tuple[str, ...], tuple[str, ...], Array]):
    """Environments of a server, stepped together.

    Args:
        num_envs: Number of episodes at a time.
        server: ``http://HOST:PORT/ENVIRONMENT``, or a client, which stays open when the environment is closed.
        token: Token of a role, if the server has tokens.
        autoreset: What follows an end: ``next-step``, ``same-step`` or ``disabled``.
        task, split, index, max_steps: Start of each episode, as of ``Gym.reset``.
        render_mode: ``ansi`` or None.

    Raises:
        GymError: As ``stepgym.connect``.
    """

    def __init__(
        self,
        num_envs: int,
        server: str | Gym,
        *,
        token: str | None = None,
        autoreset: Literal["disabled", "next-step", "same-step"] = "next-step",
        task: str | None = None,
        split: str | None = None,
        index: int | None = None,
        max_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        if autoreset not in _MODES:
            raise invalid(f"autoreset is one of {', '.join(_MODES)}, not {autoreset!r}")
        self.num_envs = num_envs
        self.metadata = {"render_modes": ["ansi"], "render_fps": 1, "autoreset_mode": _MODES[autoreset]}
        self.render_mode = render_mode
        self._autoreset = autoreset
        self._connection = Connection(server, token)
        start = {"task": task, "split": split, "index": index, "maxSteps": max_steps}
        self._start = {name: value for name, value in start.items() if value is not None}
        self.single_observation_space = self._connection.observations
        self.single_action_space = self._connection.actions
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.vector: Vector | None = None

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[tuple[str, ...], Infos]:
        """Starts episodes in all slots, or in those of ``options["reset_mask"]``, bool (num_envs,).

        Args:
            seed: Seed of the first slot, those of the others follow it; or one per slot. Drawn from ``np_random`` where
                there is none.
            options: ``reset_mask``.

        Raises:
            RefusedError: ``CONFIG_INVALID`` for a mask or seeds of another length.
        """
        super().reset(seed=seed if isinstance(seed, int) else None)
        slots = self._masked((options or {}).get("reset_mask"))
        starts = [{**self._start, "seed": each} for each in self._seeds(seed)]
        if self.vector is None:
            self.vector = self._connection.gym.vector(starts, autoreset=self._autoreset)
            _expect_none(dict(enumerate(self.vector.errors)))
        else:
            _expect_none(self.vector.reset(slots=slots, starts=[starts[slot] for slot in slots]).errors)
        infos: Infos = {}
        for slot in slots:
            infos = self._add_info(infos, info_of_start(self.vector.actions[slot]), slot)
        return self._observations(self.vector), infos

    def step(self, actions: Sequence[str]) -> tuple[tuple[str, ...], Array, Array, Array, Infos]:
        """Takes a step in each slot: observations, rewards float64, terminations and truncations bool (num_envs,).

        A reward is NaN where the step was not judged, and 0 where the slot started an episode instead.

        Raises:
            GymError: What failed in a slot; in mode ``disabled`` a slot whose episode has ended must be reset first.
        """
        if self.vector is None:
            raise invalid("the environment has no episodes: reset it before the first step")
        result = self.vector.step([action_of(action, self._connection.environment) for action in actions])
        _expect_none(result.errors)
        rewards = np.where(result.index < 0, 0.0, result.reward)
        return self._observations(self.vector), rewards, result.terminated, result.truncated, self._infos(result)

    def render(self) -> tuple[str, ...] | None:
        """Current observations in mode ``ansi``."""
        return self._observations(self.vector) if self.render_mode == "ansi" and self.vector is not None else None

    def close_extras(self, **kwargs: Any) -> None:
        """Ends the connection if it is the environment's own, else its episodes."""
        if not self._connection.close() and self.vector is not None:
            self.vector.close()

    def _seeds(self, seed: int | Sequence[int | None] | None) -> list[int]:
        given: Sequence[int | None] = [None] * self.num_envs if seed is None else []
        if isinstance(seed, int):
            given = [seed + slot for slot in range(self.num_envs)]
        elif seed is not None:
            given = seed
        if len(given) != self.num_envs:
            raise invalid(f"{len(given)} seeds for {self.num_envs} slots")
        return [int(self.np_random.integers(LARGEST_DRAWN_SEED)) if each is None else each for each in given]

    def _masked(self, mask: Array | None) -> list[int]:
        if mask is None or self.vector is None:
            return list(range(self.num_envs))
        if np.shape(mask) != (self.num_envs,):
            raise invalid(f"reset_mask has the shape {np.shape(mask)} for {self.num_envs} slots")
        return [int(slot) for slot in np.flatnonzero(mask)]

    def _infos(self, result: VectorStep) -> Infos:
        infos: Infos = {}
        for row, slot in enumerate(result.slots.tolist()):
            info = _info_of_row(result, row)
            final = result.final_observation[row]
            if final is not None:
                infos = self._add_info(infos, {"final_obs": final, "final_info": info}, slot)
                info = info_of_start(result.actions[row])
            infos = self._add_info(infos, info, slot)
        return infos

    def _observations(self, vector: Vector) -> tuple[str, ...]:
        return tuple(observation or "" for observation in vector.observations)


def _info_of_row(result: VectorStep, row: int) -> Infos:
    """Info of the step that a slot took, as of ``StepgymEnv``; of its start if it took none."""
    listed = info_of_start(result.actions[row]) if result.final_observation[row] is None else {}
    if result.index[row] < 0:
        return listed
    ending = "terminated" if result.terminated[row] else "truncated" if result.truncated[row] else None
    taken = info_of_taken(
        rewards={name: float(column[row]) for name, column in result.rewards.items()},
        outcome={name: float(column[row]) for name, column in result.outcome.items()},
        valid=bool(result.valid[row]),
        info=result.info[row],
        ending=ending,
    )
    return {**taken, **listed}


def _expect_none(errors: Mapping[int, GymError | None]) -> None:
    """Raises what failed first in a slot."""
    for slot, error in errors.items():
        if error is not None:
            raise type(error)(error.code, f"slot {slot}: {error.message}")
