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
    """Info of a step: nothing in it is random, timed, or differs between equal runs.

    Signals that were not computed are left out: a missing reward is not zero.
    """
    info = {"rewards": judged(step.rewards), "valid": step.valid, "info": step.info, **info_of_start(step.actions)}
    if step.ending is not None:
        info |= {"ending": step.ending, "outcome": judged(step.outcome)}
    return info


def judged(rewards: dict[str, float]) -> dict[str, float]:
    """Signals that have a value."""
    return {name: value for name, value in rewards.items() if not math.isnan(value)}
