"""Settings of a connection."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import invalid


@dataclass(frozen=True)
class Settings:
    """Settings of a connection.

    Attributes:
        address: Of the socket; of nodes that share shards, that of the first.
        token: Sent in a header; None where the server has no tokens.
        timeout: Seconds for a reply, lost connections included.
        connect_timeout: Seconds for a connection, and as many for the server's first frame.
        silence: Seconds between pings, and as many for their answer, before the server is sought over another socket.
        retries: Attempts in a row, without a reply in between, to come back after a lost connection.
        nodes: Addresses of nodes that share shards; they are asked where the session is before every connection.
        shard_key: Key of the session's shard.
        base_pause, longest_pause: Seconds before the first attempt, doubling up to the longest.

    Raises:
        RefusedError: ``CONFIG_INVALID`` for a value that cannot be used.
    """

    address: str
    token: str | None = None
    timeout: float = 60.0
    connect_timeout: float = 40.0
    silence: float = 20.0
    retries: int = 10
    base_pause: float = 0.1
    longest_pause: float = 5.0
    nodes: tuple[str, ...] = ()
    shard_key: str = ""

    def __post_init__(self) -> None:
        for name, value in (("timeout", self.timeout), ("silence", self.silence)):
            if not isinstance(value, (int, float)) or not value > 0:
                raise invalid(f"{name} must be a number of seconds above 0, not {value!r}")
        if not isinstance(self.retries, int) or self.retries < 0:
            raise invalid(f"retries must be a whole number from 0, not {self.retries!r}")
        if self.token is not None and not (isinstance(self.token, str) and re.fullmatch("[!-~]*", self.token)):
            raise invalid("a token is a text of visible ASCII characters")
