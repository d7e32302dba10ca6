"""Drives a server with the SDK of the Open Reward Standard, unchanged. Prints one JSON object; raises where one fails."""

import asyncio
import json
import sys
from dataclasses import replace

from openreward import AsyncOpenReward, OpenReward
from openreward.api.errors import ToolCallError, ToolFailed


def environment(url, name, **options):
    return OpenReward(api_key=options.pop("token", "")).environments.get(name, base_url=url, **options)


def tasks(url):
    env = environment(url, "echo")
    listed = env.list_tasks("train")
    return {
        "splits": env.list_splits(),
        "number": env.num_tasks("train"),
        "listed": [task.task_spec for task in listed],
        "one": env.get_task("test", 0).task_spec["id"],
        "range": [task.task_spec["id"] for task in env.get_task_range("train", 1)],
        "tools": [tool.name for tool in env.list_tools()],
        "openai": env.list_tools(format="openai")[0]["parameters"]["required"],
    }


def played(url):
    """An episode by its task with a seed, and what follows its end."""
    env = environment(url, "echo")
    task = env.get_task("train", 1)
    with env.session(task=replace(task, task_spec={**task.task_spec, "seed": 7})) as session:
        prompt = session.get_prompt()[0]
        first = session.call_tool("act", {"action": "hello"})
        last = session.call_tool("act", {"action": "stop"})
        try:
            session.call_tool("act", {"action": "more"})
        except ToolCallError as error:
            late = error.reason
        return {
            "prompt": prompt.text,
            "detail": prompt.detail,
            "messages": [message.role for message in session.get_messages()],
            "tools": [tool.name for tool in session.list_tools()],
            "first": [first.blocks[0].text, first.reward, first.finished],
            "rewards": [reward["name"] for reward in first.metadata["rewards"]],
            "last": [last.reward, last.finished, last.metadata["ending"]],
            "late": late,
        }


def whole(url):
    """Results of any text, longer than one event and one line of the reader."""
    said = [" " * 9000, "\u00a0\u2028\u00e9\U0001f600" * 4000, "\r\n\r\ndata: x\n\n", '"\\' * 5000, "x" * 60_000]
    with environment(url, "echo").session(split="train", index=0) as session:
        return [session.call_tool("act", {"action": text}).blocks[0].text == text for text in said]


async def many(url):
    """Sessions at once, whose calls the proxy cuts off."""

    async def play(env, index):
        async with env.session(split="train", index=index % 2) as session:
            results = [await session.call_tool("act", {"action": f"{index} {step}"}) for step in range(5)]
            return [(result.blocks[0].text, result.metadata["step"]) for result in results]

    async with AsyncOpenReward(api_key="").environments as environments:
        env = environments.get("echo", base_url=url)
        return await asyncio.gather(*(play(env, index) for index in range(16)))


def refused(url):
    """What is refused, by the class or status of the error."""

    def outcome(act):
        try:
            act()
        except (ToolCallError, ToolFailed) as error:
            return [type(error).__name__, getattr(error, "reason", None)]
        except Exception as error:
            return [type(error).__name__, getattr(error, "status", None)]
        return None

    def within(env, act, **start):
        def run():
            with env.session(**start) as session:
                return act(session)

        return outcome(run)

    env = environment(url, "echo", token="trainers-token")
    first = {"split": "train", "index": 0}
    return {
        "token": outcome(lambda: environment(url, "echo", token="not-the-token").list_splits()),
        "environment": outcome(lambda: environment(url, "none", variant="none", token="trainers-token").list_splits()),
        "split": outcome(lambda: env.list_tasks("none")),
        "index": within(env, lambda session: None, split="train", index=99),
        "tool": within(env, lambda session: session.call_tool("none", {}), **first),
        "number": within(env, lambda session: session.call_tool("act", {"action": float("nan")}), **first),
        "failure": within(env, lambda session: session.call_tool("act", {"action": "throw"}), **first),
        "toolset": within(env, lambda session: None, toolset="codex", **first),
    }


def retail(url):
    with environment(url, "tools/retail").session(split="train", index=0) as session:
        found = session.call_tool("get_user_details", {"user_id": "nobody"})
        return {"tools": len(session.list_tools()), "found": found.blocks[0].text, "step": found.metadata["step"]}


SCENES = {scene.__name__: scene for scene in (tasks, played, whole, many, refused, retail)}

if __name__ == "__main__":
    scene = SCENES[sys.argv[1]]
    shown = asyncio.run(scene(sys.argv[2])) if asyncio.iscoroutinefunction(scene) else scene(sys.argv[2])
    print(json.dumps(shown))
