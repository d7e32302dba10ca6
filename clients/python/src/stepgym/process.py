"""The process that a client belongs to."""

from __future__ import annotations

import os
from typing import NoReturn

from .errors import invalid, lost


class OfOneProcess:
    """Part of a client. A fork of its process has the same sockets and must leave them alone, and no copy of it can be
    sent to another process."""

    def __init__(self) -> None:
        self._process = os.getpid()

    @property
    def is_in_fork(self) -> bool:
        """Whether this process is a fork of the one that it belongs to."""
        return os.getpid() != self._process

    def expect_own_process(self) -> None:
        """Refuses to work in a fork.

        Raises:
            LostError: ``CONNECTION_LOST``.
        """
        if self.is_in_fork:
            raise lost("the client belongs to the process that this one is a fork of: connect again here")

    def __reduce__(self) -> NoReturn:
        raise invalid("a client cannot be copied or pickled: connect again where it is needed, with its url")
