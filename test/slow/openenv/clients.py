"""Drives a server with the published clients of OpenEnv, unchanged. Prints one JSON object; raises where one fails."""

import asyncio
import json
import math
import sys

from openenv import GenericEnvClient
from openenv.core.client_types import StepResult
from openenv.core.env_client import EnvClient
from openenv.core.env_server.types import Action, Observation, State


class EchoAction(Action):
    action: str


class EchoObservation(Observation):
    """Refuses fields that it does not know, as typed clients do."""

    text: str


class EchoEnv(EnvClient[EchoAction, EchoObservation, State]):
    def _step_payload(self, action):
        return action.model_dump()

    def _parse_result(self, payload):
        reward, done = payload.get("reward"), payload.get("done", False)
        observation = EchoObservation(**payload["observation"], reward=reward, done=done)
        return StepResult(observation=observation, reward=reward, done=done)

    def _parse_state(self, payload):
        return State(**payload)


def many_steps(url, count):
    with GenericEnvClient(base_url=url).sync() as env:
        env.reset(seed=1)
        for number in range(count):
            result = env.step({"action": f"step {number}"})
            assert result.observation == {"text": f"step {number}"}, result
            assert result.metadata["step"] == number, result
        state = env.state()
        last = env.step({"action": "stop"})
        return {"steps": state["step_count"], "done": last.done, "ending": last.metadata["ending"]}


async def typed(url):
    async with EchoEnv(base_url=url) as env:
        begun = await env.reset(seed=2**63 + 1, episode_id="typed", task="one")
        stepped = await env.step(EchoAction(action="hello", metadata={"note": "mine"}))
        state = await env.state()
        return {
            "begun": begun.observation.text,
            "reward": stepped.reward,
            "done": stepped.done,
            "text": stepped.observation.text,
            "state": state.model_dump(),
        }


def error_of(call):
    try:
        call()
    except RuntimeError as error:
        return str(error)
    raise AssertionError("no error was raised")


def errors(url):
    with GenericEnvClient(base_url=url).sync() as env:
        first = error_of(lambda: env.step({"action": "too early"}))
        env.reset()
        shape = error_of(lambda: env.step({"wrong": 1}))
        task = error_of(lambda: env.reset(task="none"))
        env.reset()
        odd = env.step({"action": math.nan})
        broken = error_of(lambda: env.step({"action": "throw"}))
        env.reset()
        return {
            "first": first,
            "shape": shape,
            "task": task,
            "odd": odd.metadata["info"]["code"],
            "broken": broken,
            "alive": env.step({"action": "alive"}).observation["text"],
        }


def full(url):
    with GenericEnvClient(base_url=url).sync() as holder:
        holder.reset()
        with GenericEnvClient(base_url=url).sync() as other:
            return {"full": error_of(other.reset), "holder": holder.step({"action": "on"}).observation["text"]}


async def member(url, group, size, steps):
    async with GenericEnvClient(base_url=url) as env:
        begun = await env.reset(group_id=group, group_size=size)
        for _ in range(steps):
            await env.step({"action": "on"})
        await env.step({"action": "stop"})
        return {"start": begun.observation["text"], **begun.metadata["group"]}


async def group(url, size):
    return await asyncio.gather(*(member(url, "from python", size, steps) for steps in range(size)))


async def gives_up(url):
    """A step outlasts the client's patience; what it gets next is the answer to what it asked next."""
    async with GenericEnvClient(base_url=url, message_timeout_s=0.3) as env:
        await env.reset()
        try:
            await env.step({"action": "slow"})
            raise AssertionError("the step was not slow")
        except asyncio.TimeoutError:
            pass
        begun = await env.reset()
        stepped = await env.step({"action": "fast"})
        return {"begun": begun.observation["text"], "text": stepped.observation["text"]}


SCENES = {
    "many_steps": lambda url: many_steps(url, 1000),
    "typed": lambda url: asyncio.run(typed(url)),
    "errors": errors,
    "full": full,
    "group": lambda url: asyncio.run(group(url, 4)),
    "gives_up": lambda url: asyncio.run(gives_up(url)),
}

print(json.dumps(SCENES[sys.argv[1]](sys.argv[2])))
