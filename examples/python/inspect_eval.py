"""Evaluates a model with Inspect AI on an environment of a server.

npx stepgym serve --env webshop --hook progress
inspect eval examples/python/inspect_eval.py --model openai/gpt-5-mini -T limit=20
"""

from inspect_ai import Task, task

from stepgym.adapters.inspect_ai import episode_task


@task
def stepgym_episodes(
    server: str = "http://127.0.0.1:8000/webshop",
    split: str | None = None,
    limit: int = 10,
    signal: str = "env",
) -> Task:
    """Episodes of an environment: the score is the sum of its reward, or that of a hook of the server."""
    return episode_task(server, split=split, limit=limit, signal=signal)
