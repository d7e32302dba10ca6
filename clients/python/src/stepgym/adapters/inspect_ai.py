"""Environments of a server as tasks of Inspect AI, for ``inspect eval``."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..encoding import JSON
from ..episode import AsyncEpisode, Step
from ..errors import EpisodeOverError
from .action_text import action_in
from .extras import needs
from .shared import gym_of, shared_async_gym
from .signals import value_of_signal

with needs("inspect"):
    import anyio
    from inspect_ai import Task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageTool, ChatMessageUser
    from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
    from inspect_ai.solver import Generate, Solver, TaskState, solver
    from inspect_ai.tool import Tool, ToolDef, ToolParams

_LEFT = "the model stopped"


def episode_task(
    server: str,
    *,
    split: str | None = None,
    offset: int = 0,
    limit: int | None = None,
    seeds: Sequence[int] = (0,),
    max_steps: int | None = None,
    signal: str = "env",
    system: str | None = None,
    pattern: str | None = None,
    token: str | None = None,
) -> Task:
    """Task that evaluates a model on an environment: a sample is an episode, its score the reward of the episode.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``.
        split: Split of the tasks; the environment's first by default.
        offset: First task.
        limit: Most tasks; one page of the server by default.
        seeds: Seeds of the episodes that each task is played with.
        max_steps: Step limit of an episode.
        signal: The environment's reward (``env``) or a hook of the server: the score is its outcome, else its sum over
            the steps, and NaN ("unscored") if a part was not computed.
        system: Message to the model before the first observation; the policy of the task by default, if it has one.
        pattern: Regular expression whose first group is the action in what the model writes; the whole text by default.
            Models call the tools of environments that have some.
        token: Token of a role that may truncate episodes (trainer), if the server has tokens.

    Raises:
        GymError: As ``stepgym.connect`` and ``Gym.tasks``.
    """
    gym = gym_of(server, token)
    tasks = gym.tasks(split, offset, limit)
    samples = [_sample(task.id, task.public, seed, max_steps) for task in tasks for seed in seeds]
    return Task(
        dataset=MemoryDataset(samples, name=gym.environment.id),
        solver=play_episode(server, system=system, pattern=pattern, token=token),
        scorer=episode_reward(signal),
        name=gym.environment.name,
        version=gym.environment.id.rpartition("@")[2],
    )


@solver
def play_episode(
    server: str, *, system: str | None = None, pattern: str | None = None, token: str | None = None
) -> Solver:
    """Solver that plays the episode of a sample: a message of the model is a step, or a step for each tool it calls.

    ``state.metadata["episode"]`` then has ``id``, ``task``, ``seed``, ``ending``, ``outcome`` and ``steps``, each with
    ``action``, ``reward``, ``rewards``, ``valid`` and ``info``: None where a signal was not computed. A model that
    reaches a limit of Inspect leaves its episode truncated.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``.
        system: As in ``episode_task``.
        pattern: As in ``episode_task``.
        token: As in ``episode_task``.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        gym = await shared_async_gym(server, token)
        episode = await gym.reset(**state.metadata["start"], agent=str(state.model))
        actions: list[JSON] = []
        try:
            state.tools = [_tool(tool) for tool in await episode.list_tools() or []]
            state.messages = _beginning(episode, system)
            while episode.ending is None:
                state = await generate(state, tool_calls="none")
                state.messages.extend(await _steps(state, episode, pattern, actions))
        finally:
            await _leave(episode)
            state.metadata["episode"] = _record(episode, actions)
        return state

    return solve


@scorer(metrics=[mean(), stderr()])
def episode_reward(signal: str = "env") -> Scorer:
    """Scorer of an episode that ``play_episode`` has played.

    Args:
        signal: As in ``episode_task``.
    """

    async def score(state: TaskState, target: Target) -> Score:
        episode = state.metadata["episode"]
        rewards = [_with_nan(step["rewards"]) for step in episode["steps"]]
        value = value_of_signal(signal, rewards, _with_nan(episode["outcome"]))
        return Score(
            value=value,
            answer=state.output.completion,
            explanation=f"{signal} of an episode of {len(rewards)} steps that ended as {episode['ending']}",
            reason="scoring_failed" if math.isnan(value) else None,
        )

    return score


def _sample(task: str, public: JSON, seed: int, max_steps: int | None) -> Sample:
    start = {"task": task, "seed": seed} | ({} if max_steps is None else {"max_steps": max_steps})
    return Sample(input=task, id=f"{task} seed {seed}", metadata={"start": start, "task": public})


def _beginning(episode: AsyncEpisode, system: str | None) -> list[ChatMessage]:
    public = episode.task.public
    policy = public.get("policy") if isinstance(public, Mapping) else None
    said = system if system is not None else policy
    first = [ChatMessageSystem(content=said)] if isinstance(said, str) else []
    return [*first, ChatMessageUser(content=episode.observation)]


def _tool(described: JSON) -> Tool:
    """Tool that Inspect shows to the model; what it calls is a step, valid or not, and never runs here."""
    described = _object(described)
    schema = _object(described["inputSchema"])

    async def call(**kwargs: Any) -> str:
        raise NotImplementedError(f"{described['name']} is called in its episode")

    return ToolDef(
        call,
        name=str(described["name"]),
        description=str(described["description"]),
        parameters=ToolParams.model_validate({key: schema[key] for key in _SCHEMA if key in schema}),
    ).as_tool()


_SCHEMA = ("properties", "required", "additionalProperties")


def _object(value: JSON) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


async def _steps(
    state: TaskState, episode: AsyncEpisode, pattern: str | None, actions: list[JSON]
) -> list[ChatMessage]:
    """Takes the steps of the last message, and returns what they led to."""
    message = state.output.message
    if not message.tool_calls:
        step = await _step(episode, action_in(message.text, pattern), actions)
        return [] if step.ending else [ChatMessageUser(content=step.observation)]
    answers: list[ChatMessage] = []
    for call in message.tool_calls:
        content = "The episode has ended: this call was not made."
        if episode.ending is None:
            action: JSON = {"name": call.function, "arguments": call.arguments}
            content = (await _step(episode, action, actions)).observation
        answers.append(ChatMessageTool(content=content, tool_call_id=call.id, function=call.function))
    return answers


async def _step(episode: AsyncEpisode, action: JSON, actions: list[JSON]) -> Step:
    step = await episode.step(action)
    actions.append(action)
    return step


async def _leave(episode: AsyncEpisode) -> None:
    """Ends an episode that still runs as truncated, also where its sample was cancelled."""
    if episode.ending is None:
        # A deadline may end the episode meanwhile.
        with anyio.CancelScope(shield=True), contextlib.suppress(EpisodeOverError):
            await episode.truncate(_LEFT)


def _record(episode: AsyncEpisode, actions: Sequence[JSON]) -> dict[str, Any]:
    return {
        "id": episode.id,
        "task": episode.task.id,
        "seed": episode.seed,
        "ending": episode.ending or "truncated",
        "outcome": _without_nan(episode.outcome),
        "steps": [_recorded(step, action) for step, action in zip(episode.steps, actions, strict=True)],
    }


def _recorded(step: Step, action: JSON) -> dict[str, Any]:
    return {
        "action": action,
        "reward": None if math.isnan(step.reward) else step.reward,
        "rewards": _without_nan(step.rewards),
        "valid": step.valid,
        "info": step.info,
    }


def _without_nan(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in values.items()}


def _with_nan(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: math.nan if value is None else value for name, value in values.items()}
