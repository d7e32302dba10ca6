"""Reconnection: another socket for the session of a lost one."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .dial import close_error, dial, drop
from .encoding import Frame, decoded, encoded
from .errors import GymError, error_of, lost, reading
from .session import Session
from .settings import Settings

_MAY_TRY_AGAIN = frozenset({"CONNECTION_LOST", "SERVER_STOPPING", "CAPACITY_REACHED", "SHARD_LOST"})


class Reconnection:
    """Attempts to come back, with growing pauses, as many in a row as the settings have.

    Args:
        settings: Settings of the connection.
        session: Session to resume.
        on_frame: Called with each frame that the server sends again.
        on_restored: Called if the server resumed the session from its record, with the groups that continue.
    """

    def __init__(
        self,
        settings: Settings,
        session: Session,
        on_frame: Callable[[Frame], None],
        on_restored: Callable[[list[str]], None],
    ) -> None:
        self._settings = settings
        self._session = session
        self._on_frame = on_frame
        self._on_restored = on_restored
        self._attempts = 0

    def succeeded(self) -> None:
        """Notes a reply: the attempts are counted from the start again."""
        self._attempts = 0

    async def socket(self, why: GymError) -> ClientConnection:
        """Another socket, on which the session continues.

        Args:
            why: Why the last one was lost.

        Raises:
            GymError: ``CONNECTION_LOST`` if the attempts are used up; why the session is lost for good.
        """
        while why.code in _MAY_TRY_AGAIN and self._attempts < self._settings.retries:
            await self._pause()
            try:
                return await self._resumed()
            except GymError as error:
                why = self._start_again(error)
        if why.code in _MAY_TRY_AGAIN and self._attempts:
            cause = why.message if why.code == "CONNECTION_LOST" else str(why)
            raise lost(f"{cause} (tried {self._attempts} times)")
        raise why

    async def _pause(self) -> None:
        longest = min(self._settings.longest_pause, self._settings.base_pause * 2**self._attempts)
        self._attempts += 1
        await asyncio.sleep(longest / 2 * (1 + random.random()))

    def _start_again(self, error: GymError) -> GymError:
        """Error of an attempt. A session starts on the server with its first request, which may never have arrived:
        then the next attempt starts one."""
        if error.code != "SESSION_UNKNOWN" or self._session.last_seq > 0:
            return error
        self._session.id = ""
        return lost(error.message)

    async def _resumed(self) -> ClientConnection:
        socket, welcome = await dial(self._settings)
        try:
            with reading("a frame of the server"):
                if self._session.id == "":
                    self._session.id = welcome["session"]
                else:
                    await asyncio.wait_for(self._resume(socket), self._settings.connect_timeout)
            return socket
        except asyncio.TimeoutError:
            await drop(socket)
            raise lost("the session was not resumed in time") from None
        except ConnectionClosed as closed:
            raise close_error(closed) from None
        except BaseException:
            await drop(socket)
            raise

    async def _resume(self, socket: ClientConnection) -> None:
        session, number = self._session, self._session.next_number()
        request = {"type": "resume", "id": number, "session": session.id, "lastSeq": session.last_seq}
        await socket.send(encoded(request))
        while (frame := decoded(await socket.recv())).get("id") != number:
            self._on_frame(frame)
        if frame["type"] == "error":
            raise error_of(frame.get("code"), frame.get("message"))
        session.last_seq = max(session.last_seq, frame["seq"])
        if frame.get("restored"):
            self._on_restored(frame.get("groups") or [])
