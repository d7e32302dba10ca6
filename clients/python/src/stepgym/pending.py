"""Requests that wait for their replies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .encoding import Frame
from .errors import GymError, error_of, reading, unframed


@dataclass
class Pending:
    """Request without a reply; it is sent again unchanged over another socket.

    Attributes:
        kind: Type of the request, and of its reply.
        text: The request as it is sent.
        take: Called with the reply; with each frame of a reply in several.
        answered: What the last call of ``take`` returned, or why there is none.
    """

    kind: str
    text: str
    take: Callable[[Frame], Any]
    answered: asyncio.Future[Any]

    def answer(self, reply: Frame) -> None:
        """Ends the wait with a reply of the server, whatever it says."""
        try:
            with reading("a reply"):
                self._settle(reply)
        except GymError as error:
            self.fail(error)

    def fail(self, error: GymError) -> None:
        """Ends the wait without a reply."""
        if not self.answered.done():
            self.answered.set_exception(error)

    def _settle(self, reply: Frame) -> None:
        if reply["type"] == "error":
            # A step may have been taken although its reply is an error.
            if reply.get("step") is not None and self.kind == "step":
                self.take({**reply["step"], "type": "step"})
            raise error_of(reply.get("code"), reply.get("message"))
        if reply["type"] != self.kind:
            raise unframed(f"the server answered {self.kind} with {reply['type']}")
        taken = self.take(reply)
        if reply.get("isLast", True) is not False and not self.answered.done():
            self.answered.set_result(taken)
