"""What a client knows of its session, which may outlive many sockets."""

from __future__ import annotations

from dataclasses import dataclass

from .encoding import Frame


@dataclass
class Session:
    """Session of the native protocol, from the client's end.

    Attributes:
        id: Identifier; '' before the first welcome.
        last_seq: Sequence number of the last frame that was received.
        acked: Sequence number of the last frame whose receipt the server was sent.
        requests: Requests that were numbered so far.
    """

    id: str = ""
    last_seq: int = 0
    acked: int = 0
    requests: int = 0

    def next_number(self) -> int:
        """Number of another request, from 1."""
        self.requests += 1
        return self.requests

    def is_new(self, frame: Frame) -> bool:
        """Whether a frame has not been received before; from now on it has."""
        if frame["seq"] <= self.last_seq:
            return False
        self.last_seq = frame["seq"]
        return True

    def ack(self, name: str = "ack") -> Frame:
        """Acknowledgement of all that was received, if there is anything new."""
        if self.last_seq == self.acked:
            return {}
        self.acked = self.last_seq
        return {name: self.acked}
