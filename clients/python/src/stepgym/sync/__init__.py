"""The client without asyncio: the same objects, whose requests run on the event loop of a thread of its own."""

from .episode import Episode
from .group import Group
from .gym import Gym, connect, connect_then
from .vector import Vector

__all__ = ["Episode", "Group", "Gym", "Vector", "connect", "connect_then"]
