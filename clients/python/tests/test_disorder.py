"""Frames that arrive twice, late, or after later ones, in either direction: a play is what it is without that."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from conftest import Server
from frame_proxy import Change, between, unchanged

import stepgym

T = TypeVar("T")
ACTIONS = ["50", "25", "75", "10"]


def disturbed(kind: str, seed: int) -> Change:
    """Some frames twice, or each after the next one. Those that open a session stay as they are."""
    rng = random.Random(seed)
    held: list[str] = []

    def change(_: int, text: str) -> list[str]:
        if '"welcome"' in text or '"resume"' in text or rng.random() > 0.3:
            return [text, *(held.pop() for _ in held[:])]
        if kind == "twice":
            return [text, text]
        held.append(text)
        return []

    return change


async def again(ask: Callable[[], Awaitable[T]]) -> T:
    """Asks until there is a reply."""
    while True:
        try:
            return await ask()
        except stepgym.LateError:
            continue


async def play(url: str) -> list[object]:
    async with await stepgym.connect_async(url, timeout=0.3) as gym:
        episode = await again(lambda: gym.reset(seed=3))
        for action in ACTIONS:
            await again(lambda action=action: episode.step(action))  # type: ignore[misc]
        vector = await again(lambda: gym.vector([{"seed": 4}, {"seed": 5}]))
        steps = [await again(lambda action=action: vector.step([action] * 2)) for action in ACTIONS]  # type: ignore[misc]
        return [episode.steps, [(step.index.tolist(), step.observation) for step in steps]]


@pytest.mark.parametrize("kind", ["twice", "after the next"])
@pytest.mark.parametrize("where", ["requests", "replies", "both"])
def test_disorder_changes_nothing(server: Server, kind: str, where: str) -> None:
    async def scenario() -> None:
        url = f"{server.url}/guess-number"
        expected = await play(url)
        for seed in range(2):
            replies = unchanged if where == "requests" else disturbed(kind, seed)
            requests = unchanged if where == "replies" else disturbed(kind, seed + 10)
            async with between(url, replies, requests) as disorderly:
                assert await asyncio.wait_for(play(disorderly), 60) == expected

    asyncio.run(scenario())
