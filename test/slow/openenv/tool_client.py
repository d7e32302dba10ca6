"""Plays environments with the published MCPToolClient of OpenEnv, unchanged. Prints one JSON object."""

import asyncio
import json
import sys

import httpx
from openenv import GenericEnvClient
from openenv.core.env_server.mcp_types import CallToolAction, CallToolObservation, ListToolsAction
from openenv.core.mcp_client import MCPToolClient


def over_http(url):
    """Tools over POST /mcp, episodes over the socket of the same session, as the client does by default."""
    with MCPToolClient(base_url=url).sync() as env:
        before = [tool.name for tool in env.list_tools()]
        started = env.reset(task="train-0", episode_id="over-http")
        said = env.call_tool("respond", content="What is your name and zip code?")
        total = env.call_tool("calculate", expression="2 * 3")
        bad = env.call_tool("no_such_tool")
        tool = env.get_tool("calculate")
        state = env.state()
        ended = env.step(CallToolAction(tool_name="transfer_to_human_agents", arguments={"summary": ""}))
        return {
            "before": before,
            "started": started.observation.text,
            "said": said,
            "total": total,
            "bad": bad,
            "schema": tool.input_schema,
            "steps": state.step_count,
            "done": ended.done,
            "result": ended.observation.result,
        }


async def over_socket(url):
    """Tools as steps on the socket, as the client did before version 0.10, and as its actions still are."""
    async with MCPToolClient(base_url=url) as env:
        env.use_production_mode = False
        names = [tool.name for tool in await env.list_tools()]
        await env.reset(task="train-0")
        total = await env.call_tool("calculate", expression="2 * 3")
        try:
            await env.call_tool("no_such_tool")
            error = None
        except RuntimeError as raised:
            error = str(raised)
        listed = await env.step(ListToolsAction())
        stepped = await env.step(CallToolAction(tool_name="calculate", arguments={"expression": "1 + 1"}))
        assert isinstance(stepped.observation, CallToolObservation), stepped
        return {
            "names": names,
            "total": total,
            "error": error,
            "again": [tool.name for tool in listed.observation.tools],
            "step": stepped.metadata["step"],
            "reward": stepped.reward,
        }


async def as_verifiers(url):
    """What the OpenEnv taskset of verifiers does: it reads the schema, lists the tools, then resets and steps."""
    async with httpx.AsyncClient(timeout=10) as http:
        schema = (await http.get(f"{url}/schema")).json()["action"]
    assert schema["title"] in {"Action", "CallToolAction", "ListToolsAction"}, schema
    async with GenericEnvClient(base_url=url) as env:
        listed = await env.step({"type": "list_tools"})
        await env.reset(task="train-0")
        action = {"tool_name": "calculate", "arguments": {"expression": "2 * 3"}}
        stepped = await env.step(action)
        return {
            "required": CallToolAction.model_json_schema()["required"] == schema["required"],
            "tools": len(listed.observation["tools"]),
            "observation": stepped.observation,
        }


def with_token(url):
    with MCPToolClient(base_url=url, headers={"Authorization": "Bearer agents-token"}).sync() as env:
        env.reset(task="train-0")
        return {"total": env.call_tool("calculate", expression="2 * 3")}


def in_sandbox(url):
    """Writes, runs and tests code over several steps, and submits it."""
    with MCPToolClient(base_url=url).sync() as env:
        started = env.reset(task="train-0", episode_id="in-sandbox")
        wrote = env.call_tool("write_file", path="hello.py", content="print(6 * 7)")
        ran = env.call_tool("run", path="hello.py")
        tested = env.call_tool("run_tests")
        ended = env.step(CallToolAction(tool_name="submit", arguments={}))
        return {
            "tools": sorted(tool.name for tool in env.list_tools()),
            "started": started.observation.text,
            "wrote": wrote,
            "ran": ran,
            "tested": tested,
            "done": ended.done,
            "reward": ended.reward,
        }


SCENES = {scene.__name__: scene for scene in (over_http, over_socket, as_verifiers, with_token, in_sandbox)}

if __name__ == "__main__":
    scene = SCENES[sys.argv[1]]
    shown = asyncio.run(scene(sys.argv[2])) if asyncio.iscoroutinefunction(scene) else scene(sys.argv[2])
    print(json.dumps(shown))
