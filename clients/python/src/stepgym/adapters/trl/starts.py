"""Starts of episodes as prompts: TRL gives a ``rollout_func`` nothing but the prompt of each row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ...errors import invalid

START_FIELDS = ("task", "split", "index", "seed", "max_steps")

Row = dict[str, str]


def row_of(**start: Any) -> Row:
    """Row of a data set whose prompt is the start of an episode, as JSON.

    Args:
        start: Any of ``task``, or ``split`` and ``index``; ``seed``; ``max_steps``.
    """
    unknown = sorted(set(start) - set(START_FIELDS))
    if unknown:
        raise invalid(f"a start has {', '.join(START_FIELDS)}, not {', '.join(unknown)}")
    return {"prompt": json.dumps({name: value for name, value in start.items() if value is not None})}


def start_of(prompt: Any) -> dict[str, Any]:
    """Start in a prompt; of messages, in the last one.

    Raises:
        RefusedError: ``CONFIG_INVALID`` for a prompt that is no start.
    """
    text = prompt[-1]["content"] if isinstance(prompt, list) and prompt else prompt
    try:
        start = json.loads(text)
        row_of(**start)
    except (TypeError, ValueError) as error:
        raise invalid(
            f'a prompt is the start of an episode, such as {{"split": "train", "index": 3}}, not {text!r:.100}'
        ) from error
    return dict(start)


def groups_of(prompts: Sequence[Any], size: int) -> list[dict[str, Any]]:
    """Start of each group of neighbours.

    Args:
        prompts: One per member, the members of a group side by side.
        size: Number of members.

    Raises:
        RefusedError: ``CONFIG_INVALID`` where a group is not whole: it is spread over processes.
    """
    chunks = [prompts[at : at + size] for at in range(0, len(prompts), size)]
    if any(len(chunk) != size or any(each != chunk[0] for each in chunk) for chunk in chunks):
        raise invalid(
            f"{len(prompts)} prompts are not whole groups of {size}: choose a batch of each process that is a multiple"
            " of num_generations"
        )
    return [start_of(chunk[0]) for chunk in chunks]
