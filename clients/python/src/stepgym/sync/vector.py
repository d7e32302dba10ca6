"""Vectors, without asyncio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..encoding import JSON
from ..errors import GymError
from ..evidence import Evidence
from ..vector import AsyncVector, VectorStep
from .episode import Episode
from .loop import Loop

Slots = Sequence[int] | npt.NDArray[np.integer[Any]]


class Vector:
    """Vector of episodes on the server, one per slot. Its attributes are those of ``AsyncVector``."""

    def __init__(self, loop: Loop, inner: AsyncVector) -> None:
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
