"""A server whose frames have other values than they should: every request ends, and with an error of the client."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Server
from frame_proxy import between

import stepgym

ODD: tuple[Any, ...] = (
    *(None, True, -1, 1.5, 10**400, 1e308, float("nan"), "x", "", "\ud800", 2**70),
    *([], {}, [1], [None], [[]], [{}], {"a": 1}, {"value": None}),
)
FRAMES = 14
"""Frames of the server in one play."""

Path = tuple[Any, ...]


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*at, key)
        yield from paths(item, (*at, key))


def changed(rng: random.Random, text: str) -> str | bytes:
    """The frame with another value somewhere, without one, or as something else altogether."""
    kind = rng.random()
    if kind < 0.1:
        numeral = '{"type":"step","index":' + "9" * 5000 + "}"
        others: list[str | bytes] = ["[" * 100_000, numeral, text.encode(), "", "null"]
        return rng.choice(others)
    frame = json.loads(text)
    *above, last = rng.choice(list(paths(frame)))
    place = frame
    for key in above:
        place = place[key]
    if kind < 0.3 and isinstance(place, dict):
        del place[last]
    else:
        place[last] = rng.choice(ODD)
    return json.dumps(frame)


async def play(url: str) -> None:
    gym = await stepgym.connect_async(url, timeout=2.0, retries=1)
    try:
        episode = await gym.reset(seed=3)
        await episode.step("50")
        await gym.tasks()
        await gym.fork(await episode.snapshot(), 2)
        vector = await gym.vector(2)
        await vector.step(["50", "20"])
        await vector.send(["40", "30"])
        await vector.recv(2.0)
        group = await gym.group(2, seed=4, credit=["rloo"])
        await group.play(lambda _: "50")
    finally:
        await gym.close()


@pytest.mark.parametrize("seed", range(40))
def test_a_frame_with_another_value_ends_a_request_with_an_error_of_the_client(server: Server, seed: int) -> None:
    rng = random.Random(seed)
    target = rng.randrange(FRAMES)

    async def run() -> None:
        url = f"{server.url}/guess-number"
        async with between(url, lambda at, text: [changed(rng, text) if at == target else text]) as changing:
            with contextlib.suppress(stepgym.GymError):
                await asyncio.wait_for(play(changing), 30)

    asyncio.run(run())


def test_a_frame_that_cannot_be_read_ends_all_that_waits(server: Server) -> None:
    async def run() -> None:
        async with between(f"{server.url}/guess-number", lambda at, text: ["[" * 100_000 if at == 2 else text]) as url:
            gym = await stepgym.connect_async(url)
            group = await gym.group(2, seed=4)
            waiting = asyncio.create_task(group.closed())
            with pytest.raises(stepgym.RefusedError, match="FRAME_INVALID: the server sent something that is not JSON"):
                await group.episodes[0].step("50")
            with pytest.raises(stepgym.RefusedError, match="not JSON"):
                await waiting
            with pytest.raises(stepgym.RefusedError, match="not JSON"):
                await gym.reset()
            await gym.close()

    asyncio.run(run())


def test_a_welcome_without_its_fields_is_refused_and_the_socket_is_left(server: Server) -> None:
    async def run() -> None:
        def without_limits(_: int, text: str) -> list[str]:
            return [json.dumps({**json.loads(text), "limits": []})]

        async with between(f"{server.url}/guess-number", without_limits) as url:
            with pytest.raises(stepgym.RefusedError, match="the welcome of the server lacks its fields"):
                await stepgym.connect_async(url)

    asyncio.run(run())
