"""A server between a client and another server, which changes what either says."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("stepgym.v1")

Change = Callable[[int, str], Sequence[str | bytes]]
"""Frames in the place of a frame, which is given with its number among those of its direction."""


def unchanged(_: int, text: str) -> Sequence[str | bytes]:
    """The frame itself."""
    return [text]


@contextlib.asynccontextmanager
async def between(url: str, replies: Change, requests: Change = unchanged) -> AsyncIterator[str]:
    """Address of a server that hands on what another says, and what it is asked, as these change it."""
    counts = {replies: 0, requests: 0}

    async def hand_on(source: Any, sink: Any, change: Change) -> None:
        with contextlib.suppress(Exception):
            async for text in source:
                counts[change] += 1
                for frame in change(counts[change] - 1, str(text)):
                    await sink.send(frame)
        await sink.close()

    async def handle(client: ServerConnection) -> None:
        async with connect(url.replace("http", "ws") + "/ws", subprotocols=[PROTOCOL]) as up:
            await asyncio.gather(hand_on(client, up, requests), hand_on(up, client, replies))

    async with serve(handle, "127.0.0.1", 0, subprotocols=[PROTOCOL]) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/guess-number"
