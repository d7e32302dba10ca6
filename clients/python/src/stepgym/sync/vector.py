"""Vectors, without asyncio."""

from __future__ import annotations

from ..encoding import JSON
from ..errors import GymError
from ..vector import AsyncVector, VectorStep
from .episode import Episode
from .waiting import Waiting, waits_for


class Vector(Waiting[AsyncVector]):
    """Vector of episodes on the server, one per slot. Its attributes and methods are those of ``AsyncVector``."""

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

    @waits_for(AsyncVector.step)
    def step(self, taken: VectorStep) -> VectorStep:
        return taken

    @waits_for(AsyncVector.reset)
    def reset(self, started: VectorStep) -> VectorStep:
        return started

    @waits_for(AsyncVector.send)
    def send(self, _: None) -> None:
        return None

    @waits_for(AsyncVector.recv)
    def recv(self, ready: VectorStep) -> VectorStep:
        return ready

    @waits_for(AsyncVector.close)
    def close(self, _: None) -> None:
        return None
