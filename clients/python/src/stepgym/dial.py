"""Sockets to a server: opened, welcomed, and left; and what their failures mean."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from dataclasses import replace

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from .address import without_token
from .encoding import Frame, decoded
from .errors import GymError, error_of, invalid, lost, unframed
from .locate import owner_among
from .settings import Settings

PROTOCOL = "stepgym.v1"
CLOSE_SECONDS = 2.0
MAX_FRAME_BYTES = 256 * 2**20
_WRITE_LIMIT = 2**62
_PASSING = frozenset({1001, 1005, 1006, 1011, 1012, 1013, 1014})


async def dial(settings: Settings) -> tuple[ClientConnection, Frame]:
    """Opens a socket and waits for its welcome.

    Raises:
        GymError: ``CONNECTION_LOST``, ``UNAUTHORIZED``, ``ENV_UNKNOWN`` and what else the server refuses with.
    """
    if settings.nodes:
        address = await owner_among(settings.nodes, settings.shard_key, settings.token)
        settings = replace(settings, address=address)
    socket = await _opened(settings)
    if socket.subprotocol != PROTOCOL:
        await drop(socket)
        raise unframed(
            f"{without_token(settings.address)} does not speak {PROTOCOL}: it is a server of OpenEnv's protocol alone, "
            "or of another version of stepgym. Install the client of the server's version"
        )
    try:
        return socket, _welcome(decoded(await asyncio.wait_for(socket.recv(), settings.connect_timeout)))
    except asyncio.TimeoutError:
        await drop(socket)
        raise lost("the server opened a socket and sent no welcome in time") from None
    except ConnectionClosed as closed:
        raise close_error(closed) from None
    except GymError:
        await drop(socket)
        raise


async def _opened(settings: Settings) -> ClientConnection:
    where = without_token(settings.address)
    try:
        return await connect(
            settings.address,
            subprotocols=[Subprotocol(PROTOCOL)],
            additional_headers={} if settings.token is None else {"Authorization": f"Bearer {settings.token}"},
            open_timeout=settings.connect_timeout,
            ping_interval=settings.silence,
            ping_timeout=settings.silence,
            close_timeout=CLOSE_SECONDS,
            compression=None,
            max_size=MAX_FRAME_BYTES,
            write_limit=_WRITE_LIMIT,
            proxy=None,
        )
    except InvalidStatus as refused:
        raise _refusal(refused, where) from None
    except (InvalidURI, ValueError) as error:
        raise invalid(f"{where!r} is not the address of a server: {error}") from None
    except (OSError, asyncio.TimeoutError, InvalidHandshake) as error:
        raise lost(f"no connection to {where}: {error or type(error).__name__}") from error


def _welcome(frame: Frame) -> Frame:
    if frame["type"] == "error":
        raise error_of(frame.get("code"), frame.get("message"))
    if frame["type"] != "welcome" or frame.get("protocol") != PROTOCOL:
        raise unframed(f"the server sent no welcome of {PROTOCOL}: is it a stepgym server of this version?")
    return frame


def close_error(closed: ConnectionClosed) -> GymError:
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
    except (LookupError, RecursionError, TypeError, ValueError):
        return lost(f"{where} answered {refused.response.status_code} instead of opening a socket")


async def drop(socket: ClientConnection) -> None:
    """Leaves a socket without waiting for its other end."""
    with contextlib.suppress(Exception):
        socket.transport.abort()
        await socket.wait_closed()
