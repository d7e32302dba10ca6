"""Spaces, actions and infos of an environment of a server."""

from __future__ import annotations

import json
import math
from typing import Any

from ...encoding import JSON
from ...environment import EnvironmentView
from ...episode import Step
from .space import TextSpace

_LONGEST_OBSERVATION = 2**30
_LONGEST_ACTION = 65_536


def observations_of(environment: EnvironmentView) -> TextSpace:
    """Space of its observations."""
    return TextSpace(_LONGEST_OBSERVATION, examples=[environment.name])


def actions_of(environment: EnvironmentView) -> TextSpace:
    """Space of its actions. If its schema lists them, those are the samples."""
    schema = environment.action_schema
    listed = schema.get("enum", []) if isinstance(schema, dict) else []
    return TextSpace(_LONGEST_ACTION, examples=[text_of(action) for action in listed])


def text_of(action: JSON) -> str:
    """Action as the space has it: what is not a text is JSON."""
    return action if isinstance(action, str) else json.dumps(action, ensure_ascii=False)


def action_of(text: str, environment: EnvironmentView) -> JSON:
    """Action as the environment reads it: JSON where its actions are no texts. What is not JSON is sent as it is."""
    schema = environment.action_schema
    if not isinstance(schema, dict) or schema.get("type") == "string" or ("enum" in schema and text in schema["enum"]):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def info_of_start(actions: list[JSON] | None) -> dict[str, Any]:
    """Info of a reset: the listed actions, if there are any."""
    return {} if actions is None else {"actions": [text_of(action) for action in actions]}


def info_of_step(step: Step) -> dict[str, Any]:
    """Info of a step, with the actions that are listed after it."""
    taken = info_of_taken(
        rewards=step.rewards, outcome=step.outcome, valid=step.valid, info=step.info, ending=step.ending
    )
    return {**taken, **info_of_start(step.actions)}


def info_of_taken(
    *, rewards: dict[str, float], outcome: dict[str, float], valid: bool, info: dict[str, JSON], ending: str | None
) -> dict[str, Any]:
    """Info of what a step did: nothing in it is random, timed, or differs between equal runs.

    Signals that were not computed are left out: a missing reward is not zero.
    """
    taken = {"rewards": _judged(rewards), "valid": valid, "info": info}
    return taken if ending is None else {**taken, "ending": ending, "outcome": _judged(outcome)}


def _judged(rewards: dict[str, float]) -> dict[str, float]:
    """Signals that have a value."""
    return {name: value for name, value in rewards.items() if not math.isnan(value)}
