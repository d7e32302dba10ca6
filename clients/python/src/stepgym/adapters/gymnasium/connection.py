"""Client of a Gymnasium environment."""

from __future__ import annotations

from ...environment import EnvironmentView
from ...sync import Gym, connect
from .space import TextSpace
from .spaces import actions_of, observations_of

LARGEST_DRAWN_SEED = 2**48


class Connection:
    """Client that an environment plays by: its own, or one that is given and stays open.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``, or a client.
        token: Token of a role, if the server has tokens.

    Attributes:
        gym: The client.
        is_own: Whether it is the environment's own.
        observations, actions: Spaces of one episode.

    Raises:
        GymError: As ``stepgym.connect``.
    """

    def __init__(self, server: str | Gym, token: str | None) -> None:
        self.is_own = isinstance(server, str)
        self.gym = connect(server, token=token) if isinstance(server, str) else server
        self.observations: TextSpace = observations_of(self.environment)
        self.actions: TextSpace = actions_of(self.environment)

    @property
    def environment(self) -> EnvironmentView:
        """The environment of the connection."""
        return self.gym.environment

    def close(self) -> bool:
        """Ends the connection if it is the environment's own. Returns whether it was."""
        if self.is_own:
            self.gym.close()
        return self.is_own
