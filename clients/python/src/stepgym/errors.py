"""Errors of the client, with the server's codes (docs/errors.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class GymError(RuntimeError):
    """Error with a code of the closed set in docs/errors.md.

    Attributes:
        code: The code, such as ``GROUP_INVALID``.
        message: What is wrong, where, and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return (error_of, (self.code, self.message))

    def copy(self) -> GymError:
        """Same error for another caller: each that is raised has a traceback of its own."""
        return error_of(self.code, self.message)


class RefusedError(GymError):
    """Request that the server, or the client before it was sent, refused. Nothing has changed."""


class EpisodeOverError(GymError):
    """Step or other request to an episode that has ended (``EPISODE_ENDED``, ``EPISODE_ABORTED``)."""


class LateError(GymError):
    """No reply in time (``REPLY_LATE``). The request may have been executed: the same step may be requested again."""


class LostError(GymError):
    """Connection or session that is lost for good: ``CONNECTION_LOST``, ``SESSION_UNKNOWN``, ``SERVER_STOPPING``,
    ``SHARD_LOST``."""


class FencedError(GymError):
    """Session that another client has taken over (``SESSION_FENCED``)."""


_CLASSES: dict[str, type[GymError]] = {
    "EPISODE_ENDED": EpisodeOverError,
    "EPISODE_ABORTED": EpisodeOverError,
    "REPLY_LATE": LateError,
    "CONNECTION_LOST": LostError,
    "SESSION_UNKNOWN": LostError,
    "SESSION_IDLE": LostError,
    "SERVER_STOPPING": LostError,
    "SHARD_LOST": LostError,
    "SESSION_FENCED": FencedError,
}


def error_of(code: object, message: object) -> GymError:
    """Error of the class that belongs to a code."""
    name = code if isinstance(code, str) else "ENV_FAILED"
    text = message if isinstance(message, str) else "the server gave no message"
    return _CLASSES.get(name, RefusedError)(name, text)


def lost(message: str) -> GymError:
    """Lost connection."""
    return error_of("CONNECTION_LOST", message)


def invalid(message: str) -> GymError:
    """Setting or argument that cannot be used as it is."""
    return error_of("CONFIG_INVALID", message)


def unframed(message: str) -> GymError:
    """Frame that is not a valid message."""
    return error_of("FRAME_INVALID", message)


_LONGEST = 200


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Reads within what a server sent: that fields are missing, or are something else, is the server's error.

    Args:
        what: Noun for the message, such as ``a reply``.

    Raises:
        RefusedError: ``FRAME_INVALID`` instead of what Python raises at a value of another type or size.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise unframed(f"{what} lacks its fields: {repr(error)[:_LONGEST]}") from error
