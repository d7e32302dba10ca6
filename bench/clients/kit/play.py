"""Plays episodes on a server, in one way, for as long as each line of the input says; answers each with one line.

Arguments: the way (a name of ``WAYS``), the address of the environment, and the episodes at a time. A line of the input
is a number of seconds, and its answer a JSON object: ``steps``, ``seconds``, ``cpu`` (seconds of this process), and
``p50`` and ``p99`` (milliseconds of a step as its caller waits for it). The first line of the output is ``{}``: all
connections are open and all episodes have begun.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

import numpy as np

OPENED_AT_ONCE = 32


class Clock:
    """Time of a round, and how long its steps took."""

    def __init__(self, seconds: float) -> None:
        self.began, self._cpu = time.perf_counter(), time.process_time()
        self._until = self.began + seconds
        self.steps = 0
        self._waits: list[float] = []

    def runs(self) -> bool:
        return time.perf_counter() < self._until

    def stepped(self, since: float, steps: int = 1) -> None:
        self.steps += steps
        self._waits.append(time.perf_counter() - since)

    def figures(self) -> dict[str, float]:
        p50, p99 = np.quantile(self._waits, [0.5, 0.99]) * 1000
        seconds, cpu = time.perf_counter() - self.began, time.process_time() - self._cpu
        return {"steps": self.steps, "seconds": seconds, "cpu": cpu, "p50": p50, "p99": p99}


Play = Callable[[Clock], Awaitable[None]]


async def together(plays: list[Play], clock: Clock) -> None:
    await asyncio.gather(*(play(clock) for play in plays))


async def opened(count: int, make: Callable[[int], Awaitable[Play]]) -> list[Play]:
    """Connections, a few at a time: listening queues are short."""
    plays: list[Play] = []
    while len(plays) < count:
        some = range(len(plays), min(count, len(plays) + OPENED_AT_ONCE))
        plays += await asyncio.gather(*(make(at) for at in some))
    return plays


async def openenv_sockets(url: str, count: int) -> list[Play]:
    """openenv's own client: one socket an episode."""
    from openenv import GenericEnvClient

    async def make(at: int) -> Play:
        env = GenericEnvClient(base_url=url)
        await env.connect()
        await env.reset(seed=at)

        async def play(clock: Clock) -> None:
            while clock.runs():
                since = time.perf_counter()
                result = await env.step({"action": f"step {clock.steps}"})
                clock.stepped(since)
                if result.done:
                    await env.reset(seed=at)

        return play

    return await opened(count, make)


async def openenv_blocking(url: str, _: int) -> list[Play]:
    """openenv's own client without asyncio: one episode."""
    from openenv import GenericEnvClient

    env = GenericEnvClient(base_url=url).sync()
    env.connect()
    env.reset(seed=0)

    async def play(clock: Clock) -> None:
        while clock.runs():
            since = time.perf_counter()
            result = env.step({"action": f"step {clock.steps}"})
            clock.stepped(since)
            if result.done:
                env.reset(seed=0)

    return [play]


async def sockets(url: str, count: int) -> list[Play]:
    """One socket an episode."""
    import stepgym

    async def make(at: int) -> Play:
        gym = await stepgym.connect_async(url)
        return await episode_of(gym, at)

    return await opened(count, make)


async def shared(url: str, count: int) -> list[Play]:
    """All episodes over one socket."""
    import stepgym

    gym = await stepgym.connect_async(url)
    return [await episode_of(gym, at) for at in range(count)]


async def episode_of(gym, at: int) -> Play:
    episode = await gym.reset(seed=at)

    async def play(clock: Clock) -> None:
        nonlocal episode
        while clock.runs():
            since = time.perf_counter()
            step = await episode.step(f"step {clock.steps}")
            clock.stepped(since)
            if step.ending is not None:
                episode = await gym.reset(seed=at)

    return play


async def blocking(url: str, _: int) -> list[Play]:
    """One episode without asyncio."""
    import stepgym

    gym = stepgym.connect(url)
    episode = gym.reset(seed=0)

    async def play(clock: Clock) -> None:
        nonlocal episode
        while clock.runs():
            since = time.perf_counter()
            step = episode.step(f"step {clock.steps}")
            clock.stepped(since)
            if step.ending is not None:
                episode = gym.reset(seed=0)

    return [play]


async def vector(url: str, count: int) -> list[Play]:
    """All episodes as slots of one vector."""
    import stepgym

    gym = await stepgym.connect_async(url)
    slots = await gym.vector([{"seed": at} for at in range(count)], autoreset="same-step")

    async def play(clock: Clock) -> None:
        while clock.runs():
            since = time.perf_counter()
            await slots.step([f"step {clock.steps + at}" for at in range(count)])
            clock.stepped(since, count)

    return [play]


async def parsed(url: str, count: int) -> list[Play]:
    """The ceiling: reads the reply to a step, of a vector where there are several slots, over and over without a server:
    the frame of a WebSocket, and its JSON."""
    from websockets.client import ClientProtocol
    from websockets.frames import Frame, Opcode
    from websockets.protocol import State
    from websockets.uri import parse_uri

    frames = await reply_to_step(url, count)
    reply = b"".join(Frame(Opcode.TEXT, frame).serialize(mask=False) for frame in frames)

    async def play(clock: Clock) -> None:
        protocol = ClientProtocol(parse_uri("ws://127.0.0.1/"), state=State.OPEN, max_size=None)
        while clock.runs():
            since = time.perf_counter()
            protocol.receive_data(reply)
            for frame in protocol.events_received():
                json.loads(frame.data)
            clock.stepped(since, count)

    return [play]


async def reply_to_step(url: str, count: int) -> list[bytes]:
    """Reply as the server sends it, which may be in several frames."""
    from websockets.asyncio.client import connect

    async with connect(f"{url.replace('http', 'ws')}/ws", subprotocols=["stepgym.v1"], max_size=None) as socket:

        async def ask(**request: object) -> list[bytes]:
            await socket.send(json.dumps(request))
            frames = [await socket.recv(decode=False)]
            while json.loads(frames[-1]).get("isLast") is False:
                frames.append(await socket.recv(decode=False))
            return frames

        await socket.recv()
        if count > 1:
            [opened, *_] = await ask(type="vector.open", id=1, slots=[{"seed": at} for at in range(count)])
            step = {"type": "vector.step", "vector": json.loads(opened)["vector"], "actions": ["step 10000"] * count}
        else:
            [begun] = await ask(type="reset", id=1, seed=0)
            step = {"type": "step", "episode": json.loads(begun)["episode"], "index": 0, "action": "step 10000"}
        replies = await ask(**step, id=2)
        assert json.loads(replies[0])["type"] == step["type"], replies[0]
        return replies


WAYS = {way.__name__: way for way in (openenv_sockets, openenv_blocking, sockets, shared, blocking, vector, parsed)}


async def main(way: str, url: str, count: int) -> None:
    plays = await WAYS[way](url, count)
    print("{}", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        clock = Clock(float(line))
        await together(plays, clock)
        print(json.dumps(clock.figures()), flush=True)


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
