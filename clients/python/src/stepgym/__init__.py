"""Client of stepgym servers: episodes, groups with per-step advantages, vectors, forks, late rewards.

``local`` starts a server and connects, ``connect`` connects to one that runs; ``connect_async`` is the same on asyncio.
"""

from .encoding import JSON
from .environment import EnvironmentView
from .episode import AsyncEpisode, LateReward, Snapshot, Step, Task
from .errors import EpisodeOverError, FencedError, GymError, LateError, LostError, RefusedError
from .evidence import CategoricalEvidence, Evidence, TokenEvidence
from .feed import Event
from .group import AsyncGroup, Choice, Closed, CreditRequest, Member
from .gym import AsyncGym, connect_async
from .server import local
from .sync import Episode, Group, Gym, Vector, connect
from .vector import AsyncVector, VectorStep

__version__ = "0.1.0"

__all__ = [
    "JSON",
    "AsyncEpisode",
    "AsyncGroup",
    "AsyncGym",
    "AsyncVector",
    "CategoricalEvidence",
    "Choice",
    "Closed",
    "CreditRequest",
    "EnvironmentView",
    "Episode",
    "EpisodeOverError",
    "Event",
    "Evidence",
    "FencedError",
    "Group",
    "Gym",
    "GymError",
    "LateError",
    "LateReward",
    "LostError",
    "Member",
    "RefusedError",
    "Snapshot",
    "Step",
    "Task",
    "TokenEvidence",
    "Vector",
    "VectorStep",
    "connect",
    "connect_async",
    "local",
]
