"""One session of the native protocol over as many sockets as it takes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from .address import without_token
from .encoding import decoded, encoded
from .errors import GymError, error_of, lost, unframed

Frame = dict[str, Any]

PROTOCOL = "stepgym.v1"
_EVENTS = frozenset({"rewards", "group.closed", "ended", "step.taken", "dropped"})
_ACK_EVERY = 64
_PASSING = frozenset({1001, 1005, 1006, 1011, 1012, 1013, 1014})
_MAY_TRY_AGAIN = frozenset({"CONNECTION_LOST", "SERVER_STOPPING", "CAPACITY_REACHED"})
_CLOSE_SECONDS = 2.0


@dataclass(frozen=True)
class Settings:
    """Settings of a connection.

    Attributes:
        address: Of the socket.
        token: Sent in a header; None where the server has no tokens.
        timeout: Seconds for a reply, lost connections included.
        connect_timeout: Seconds for a connection, and as many for the server's first frame.
        silence: Seconds between pings, and as many for their answer, before the server is sought over another socket.
        retries: Attempts in a row, without a reply in between, to come back after a lost connection.
        base_pause, longest_pause: Seconds before the first attempt, doubling up to the longest.
    """

    address: str
    token: str | None = None
    timeout: float = 60.0
    connect_timeout: float = 40.0
    silence: float = 20.0
    retries: int = 10
    base_pause: float = 0.1
    longest_pause: float = 5.0


@dataclass(frozen=True)
class Listener:
    """What a session reports: events, a resumption from the server's record, and its end (once)."""

    on_event: Callable[[Frame], None]
    on_restored: Callable[[], None]
    on_end: Callable[[GymError], None]


@dataclass
class _Pending:
    """Request without a reply; it is sent again unchanged over another socket."""

    kind: str
    text: str
    take: Callable[[Frame], Any]
    answered: asyncio.Future[Any]

    def settle(self, reply: Frame) -> None:
        if reply["type"] == "error":
            # A step may have been taken although its reply is an error.
            if reply.get("step") is not None and self.kind == "step":
                self.take({**reply["step"], "type": "step"})
            raise error_of(reply.get("code"), reply.get("message"))
        if reply["type"] != self.kind:
            raise unframed(f"the server answered {self.kind} with {reply['type']}")
        taken = self.take(reply)
        if _is_last(reply) and not self.answered.done():
            self.answered.set_result(taken)

    def fail(self, error: GymError) -> None:
        if not self.answered.done():
            self.answered.set_exception(error)


class Link:
    """Session of the native protocol. What was lost with a socket is sent again: by the server from the last frame
    that was received, by the client from the first request without a reply."""

    def __init__(self, settings: Settings, listener: Listener) -> None:
        self._settings = settings
        self._listener = listener
        self._pending: dict[int, _Pending] = {}
        self._outbox: asyncio.Queue[str] | None = None
        self._socket: ClientConnection | None = None
        self._session = ""
        self._max_bytes: int | None = None
        self._next_id = 1
        self._last_seq = 0
        self._acked = 0
        self._attempts = 0
        self._life: asyncio.Task[None] | None = None
        self.failure: GymError | None = None

    async def open(self) -> Frame:
        """Starts the session and returns the server's welcome. Tries once: a server that was never there may not exist.

        Raises:
            GymError: ``CONNECTION_LOST``, ``UNAUTHORIZED``, ``ENV_UNKNOWN`` and what else the server refuses with.
        """
        socket, welcome = await self._dial()
        self._session = welcome["session"]
        self._max_bytes = welcome.get("limits", {}).get("frameBytesIn")
        self._life = asyncio.create_task(self._live(socket))
        return welcome

    async def ask(self, request: Frame, take: Callable[[Frame], Any] = lambda reply: reply) -> Any:
        """Sends a request, now or when there is a connection again.

        Args:
            request: Without its id.
            take: Called with the reply before anything that comes after it is read; with each frame of a reply in
                several. The result of the last call is returned.

        Raises:
            GymError: The server's; ``FRAME_TOO_LARGE`` before anything is sent; ``REPLY_LATE``; why the session ended.
        """
        if self.failure:
            raise self.failure
        number = self._next_id
        self._next_id += 1
        text = encoded({**request, "id": number, **self._ack()})
        self._expect_short(text)
        pending = _Pending(request["type"], text, take, asyncio.get_running_loop().create_future())
        self._pending[number] = pending
        self._send(text)
        try:
            return await asyncio.wait_for(pending.answered, self._settings.timeout)
        except asyncio.TimeoutError:
            raise error_of("REPLY_LATE", f"no reply to {request['type']} within {self._settings.timeout:g} s") from None
        finally:
            self._pending.pop(number, None)

    async def close(self) -> None:
        """Ends the session, in good order where there is a connection."""
        if self.failure is None and self._outbox is not None:
            with contextlib.suppress(GymError, asyncio.TimeoutError):
                await asyncio.wait_for(self.ask({"type": "close"}), _CLOSE_SECONDS)
        self._fail(lost("the client was closed"))
        if self._life is not None:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life
        if self._socket is not None:
            await self._socket.close()

    async def _live(self, socket: ClientConnection | None) -> None:
        """Serves sockets one after the other until the session is over."""
        while socket is not None and self.failure is None:
            self._use(socket)
            error = await self._serve(socket)
            self._outbox = None
            socket = await self._come_back(error) if error.code in _MAY_TRY_AGAIN else None
            if socket is None:
                self._fail(error)

    def _use(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._outbox = asyncio.Queue()
        for pending in self._pending.values():
            self._outbox.put_nowait(pending.text)

    async def _serve(self, socket: ClientConnection) -> GymError:
        """Sends and reads until the socket is lost. Returns why."""
        writer = asyncio.create_task(self._write(socket))
        try:
            while True:
                self._on_frame(decoded(await socket.recv()))
        except ConnectionClosed as closed:
            return _close_error(closed)
        except GymError as error:
            return error
        except (KeyError, TypeError, ValueError) as error:
            return unframed(f"the server sent a frame that lacks its fields: {error!r}")
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await writer
            await _drop(socket)

    async def _write(self, socket: ClientConnection) -> None:
        outbox = self._outbox
        while outbox is not None:
            await socket.send(await outbox.get())

    def _on_frame(self, frame: Frame) -> None:
        seq = frame["seq"]
        if seq <= self._last_seq:
            return
        self._last_seq = seq
        if frame["type"] in _EVENTS:
            self._listener.on_event(frame)
        else:
            self._attempts = 0
            self._settle(frame)
        if self._last_seq - self._acked >= _ACK_EVERY:
            self._send(encoded({"type": "ack", **self._ack("seq")}))

    def _settle(self, reply: Frame) -> None:
        """Answers the request that a reply belongs to; without one it is ignored, as after a timeout."""
        number = reply.get("id")
        # An error for an unreadable request names none: it belongs to the only waiting one, where there is just one.
        if number is None and len(self._pending) == 1:
            number = next(iter(self._pending))
        pending = self._pending.get(number) if isinstance(number, int) else None
        if pending is None:
            return
        try:
            pending.settle(reply)
        except GymError as error:
            pending.fail(error)
        except (KeyError, TypeError, ValueError) as error:
            pending.fail(unframed(f"a reply lacks its fields: {error!r}"))

    async def _come_back(self, why: GymError) -> ClientConnection | None:
        """Reconnects with growing pauses. Returns None, and ends the session, if the attempts are used up."""
        while self._attempts < self._settings.retries:
            longest = min(self._settings.longest_pause, self._settings.base_pause * 2**self._attempts)
            self._attempts += 1
            await asyncio.sleep(longest / 2 * (1 + random.random()))
            try:
                return await self._resume()
            except GymError as error:
                why = error
            # A session starts on the server with its first request, which may never have arrived.
            if why.code == "SESSION_UNKNOWN" and self._last_seq == 0:
                self._session = ""
            elif why.code not in _MAY_TRY_AGAIN:
                break
        tried = f" (tried {self._attempts} times)" if why.code in _MAY_TRY_AGAIN and self._attempts else ""
        self._fail(lost(f"{why.message}{tried}") if tried else why)
        return None

    async def _resume(self) -> ClientConnection:
        socket, welcome = await self._dial()
        try:
            if self._session == "":
                self._session = welcome["session"]
            else:
                await asyncio.wait_for(self._ask_to_resume(socket), self._settings.connect_timeout)
            return socket
        except asyncio.TimeoutError:
            await _drop(socket)
            raise lost("the session was not resumed in time") from None
        except ConnectionClosed as closed:
            raise _close_error(closed) from None
        except BaseException:
            await _drop(socket)
            raise

    async def _ask_to_resume(self, socket: ClientConnection) -> None:
        number = self._next_id
        self._next_id += 1
        request = {"type": "resume", "id": number, "session": self._session, "lastSeq": self._last_seq}
        await socket.send(encoded(request))
        while True:
            frame = decoded(await socket.recv())
            if frame.get("id") != number:
                self._on_frame(frame)
            elif frame["type"] == "error":
                raise error_of(frame.get("code"), frame.get("message"))
            else:
                self._last_seq = max(self._last_seq, frame["seq"])
                if frame.get("restored"):
                    self._listener.on_restored()
                return

    async def _dial(self) -> tuple[ClientConnection, Frame]:
        """Opens a socket and waits for its welcome."""
        settings = self._settings
        where = without_token(settings.address)
        headers = {} if settings.token is None else {"Authorization": f"Bearer {settings.token}"}
        try:
            socket = await connect(
                settings.address,
                subprotocols=[Subprotocol(PROTOCOL)],
                additional_headers=headers,
                open_timeout=settings.connect_timeout,
                ping_interval=settings.silence,
                ping_timeout=settings.silence,
                close_timeout=_CLOSE_SECONDS,
                compression=None,
                max_size=None,
                proxy=None,
            )
        except InvalidStatus as refused:
            raise _refusal(refused, where) from None
        except (OSError, asyncio.TimeoutError, InvalidHandshake) as error:
            raise lost(f"no connection to {where}: {error or type(error).__name__}") from error
        try:
            return socket, _welcome(decoded(await asyncio.wait_for(socket.recv(), settings.connect_timeout)))
        except asyncio.TimeoutError:
            await _drop(socket)
            raise lost("the server opened a socket and sent no welcome in time") from None
        except ConnectionClosed as closed:
            raise _close_error(closed) from None
        except GymError:
            await _drop(socket)
            raise

    def _ack(self, name: str = "ack") -> Frame:
        """Acknowledgement of all that was received, if there is anything new."""
        if self._outbox is None or self._last_seq == self._acked:
            return {}
        self._acked = self._last_seq
        return {name: self._acked}

    def _send(self, text: str) -> None:
        if self._outbox is not None:
            self._outbox.put_nowait(text)

    def _expect_short(self, text: str) -> None:
        most = self._max_bytes
        if most is not None and len(text) * 4 > most and (size := len(text.encode())) > most:
            raise error_of("FRAME_TOO_LARGE", f"the request has {size} bytes, and a frame has at most {most}")

    def _fail(self, error: GymError) -> None:
        if self.failure is not None:
            return
        self.failure = error
        for pending in list(self._pending.values()):
            pending.fail(error)
        self._listener.on_end(error)


def _is_last(reply: Frame) -> bool:
    return reply.get("isLast", True) is not False


def _welcome(frame: Frame) -> Frame:
    if frame["type"] == "error":
        raise error_of(frame.get("code"), frame.get("message"))
    if frame["type"] != "welcome" or frame.get("protocol") != PROTOCOL:
        raise unframed(f"the server sent no welcome of {PROTOCOL}: is it a stepgym server of this version?")
    return frame


def _close_error(closed: ConnectionClosed) -> GymError:
    """Error that the closing reason ``CODE: message`` names. Without one: a lost connection where the session may be
    resumed, else a refused frame."""
    status, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
    named = re.match(r"([A-Z_]+)(?:: (.*))?$", reason, re.DOTALL)
    if named:
        return error_of(named[1], named[2] or "the server closed the connection")
    detail = f"the connection was closed with {status}{f': {reason}' if reason else ''}"
    return lost(detail) if status in _PASSING else unframed(detail)


def _refusal(refused: InvalidStatus, where: str) -> GymError:
    """Error in the body of an HTTP answer; without one, its status."""
    try:
        error = json.loads(refused.response.body or b"")["error"]
        return error_of(error["code"], error["message"])
    except (ValueError, KeyError, TypeError):
        return lost(f"{where} answered {refused.response.status_code} instead of opening a socket")


async def _drop(socket: ClientConnection) -> None:
    """Leaves a socket without waiting for its other end."""
    with contextlib.suppress(Exception):
        socket.transport.abort()
        await socket.wait_closed()
