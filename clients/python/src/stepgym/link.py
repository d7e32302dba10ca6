"""One session of the native protocol over as many sockets as it takes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .dial import CLOSE_SECONDS, close_error, dial, drop
from .encoding import Frame, decoded, encoded
from .errors import GymError, error_of, lost, reading
from .pending import Pending
from .process import OfOneProcess
from .reconnection import Reconnection
from .session import Session
from .settings import Settings

_EVENTS = frozenset({"rewards", "group.closed", "ended", "step.taken", "dropped"})
_ACK_EVERY = 64

T = TypeVar("T")


@dataclass(frozen=True)
class Listener:
    """What a session reports: events, a resumption from the server's record, and its end (once)."""

    on_event: Callable[[Frame], None]
    on_restored: Callable[[list[str]], None]
    on_end: Callable[[GymError], None]


class Link(OfOneProcess):
    """Session of the native protocol. What was lost with a socket is sent again: by the server from the last frame
    that was received, by the client from the first request without a reply.

    Attributes:
        session: The session, which sockets share.
        socket: The socket that is used now, or was used last; None before the first.
        failure: Why the session has ended; None while it runs.
    """

    def __init__(self, settings: Settings, listener: Listener) -> None:
        super().__init__()
        self._settings = settings
        self._listener = listener
        self._pending: dict[int, Pending] = {}
        self._is_connected = False
        self._max_bytes: int | None = None
        self._life: asyncio.Task[None] | None = None
        self.session = Session()
        self.socket: ClientConnection | None = None
        self.failure: GymError | None = None
        self._reconnection = Reconnection(settings, self.session, self._on_frame, listener.on_restored)

    async def open(self, take: Callable[[Frame], T]) -> T:
        """Starts the session. Tries once: a server that was never there may not exist.

        Args:
            take: Called with the server's welcome; what it returns is returned.

        Raises:
            GymError: ``CONNECTION_LOST``, ``UNAUTHORIZED``, ``ENV_UNKNOWN`` and what else the server refuses with.
        """
        socket, welcome = await dial(self._settings)
        try:
            with reading("the welcome of the server"):
                view = take(welcome)
                self.session.id = str(welcome["session"])
                self._max_bytes = int(welcome["limits"]["frameBytesIn"])
        except GymError:
            await drop(socket)
            raise
        self._life = asyncio.create_task(self._live(socket))
        return view

    async def ask(self, request: Frame, take: Callable[[Frame], Any] = lambda reply: reply) -> Any:
        """Sends a request, now or when there is a connection again.

        Args:
            request: Without its id.
            take: Called with the reply before anything that comes after it is read; with each frame of a reply in
                several. The result of the last call is returned.

        Raises:
            GymError: The server's; ``FRAME_TOO_LARGE`` before anything is sent; ``REPLY_LATE``; why the session ended.
        """
        self.expect_own_process()
        if self.failure:
            raise self.failure.copy()
        number = self.session.next_number()
        text = encoded({**request, "id": number, **self._ack()})
        self._expect_short(text)
        loop = asyncio.get_running_loop()
        pending = Pending(request["type"], text, take, loop.create_future())
        self._pending[number] = pending
        # Cheaper than `asyncio.wait_for`, which wraps the future in another.
        timer = loop.call_later(self._settings.timeout, self._late, pending)
        try:
            if self._is_connected:
                await self._send(text)
            return await pending.answered
        finally:
            timer.cancel()
            self._pending.pop(number, None)

    async def close(self) -> None:
        """Ends the session, in good order where there is a connection. In a fork of the process it does nothing."""
        if self.is_in_fork:
            return
        if self.failure is None and self._is_connected:
            with contextlib.suppress(GymError, asyncio.TimeoutError):
                await asyncio.wait_for(self.ask({"type": "close"}), CLOSE_SECONDS)
        self._fail(lost("the client was closed"))
        if self._life is not None:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life
        if self.socket is not None:
            await self.socket.close()

    async def _live(self, socket: ClientConnection) -> None:
        """Serves sockets one after the other until the session is over; however it ends, no request waits on."""
        try:
            while self.failure is None:
                self.socket = socket
                error = await self._serve(socket)
                try:
                    socket = await self._reconnection.socket(error)
                except GymError as final:
                    self._fail(final)
        finally:
            self._fail(lost("the client no longer serves its connection"))

    async def _serve(self, socket: ClientConnection) -> GymError:
        """Sends what waits for a reply, and reads until the socket is lost. Returns why."""
        try:
            await self._send_again()
            while True:
                text = await socket.recv()
                with reading("a frame of the server"):
                    self._on_frame(decoded(text))
                if self.session.last_seq - self.session.acked >= _ACK_EVERY:
                    await self._send(encoded({"type": "ack", **self._ack("seq")}))
        except ConnectionClosed as closed:
            return close_error(closed)
        except GymError as error:
            return error
        finally:
            self._is_connected = False
            await drop(socket)

    async def _send_again(self) -> None:
        """Sends all requests without a reply, in their order: none that is asked meanwhile comes before them."""
        self._is_connected = True
        for pending in list(self._pending.values()):
            await self._send(pending.text)

    def _on_frame(self, frame: Frame) -> None:
        if not self.session.is_new(frame):
            return
        if frame["type"] in _EVENTS:
            self._listener.on_event(frame)
        else:
            self._reconnection.succeeded()
            self._settle(frame)

    def _settle(self, reply: Frame) -> None:
        """Answers the request that a reply belongs to; without one it is ignored, as after a timeout."""
        number = reply.get("id")
        # An error for an unreadable request names none: it belongs to the only waiting one, where there is just one.
        if number is None and len(self._pending) == 1:
            number = next(iter(self._pending))
        pending = self._pending.get(number) if isinstance(number, int) else None
        if pending is not None:
            pending.answer(reply)

    def _ack(self, name: str = "ack") -> Frame:
        """Acknowledgement, where there is a socket that may carry it."""
        return self.session.ack(name) if self._is_connected else {}

    async def _send(self, text: str) -> None:
        """Writes a frame. It never waits while the socket is open (``dial`` sets no limit to what it may hold), so that
        frames keep their order. What a lost socket did not take is sent again over the next."""
        if self.socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self.socket.send(text)

    def _late(self, pending: Pending) -> None:
        pending.fail(error_of("REPLY_LATE", f"no reply to {pending.kind} within {self._settings.timeout:g} s"))

    def _expect_short(self, text: str) -> None:
        most = self._max_bytes
        if most is not None and len(text) * 4 > most and (size := len(text.encode())) > most:
            raise error_of("FRAME_TOO_LARGE", f"the request has {size} bytes, and a frame has at most {most}")

    def _fail(self, error: GymError) -> None:
        if self.failure is not None:
            return
        self.failure = error
        for pending in list(self._pending.values()):
            pending.fail(error.copy())
        self._listener.on_end(error)
