"""Values of signals for whole trajectories."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..errors import invalid


def value_of_signal(signal: str, rewards: Sequence[Mapping[str, float]], outcome: Mapping[str, float]) -> float:
    """Value of a signal for a trajectory: its outcome, else its sum over the steps.

    Args:
        signal: Name of the environment's reward (``env``) or of a hook.
        rewards: Reward vector of each step by signal, NaN where one was not computed.
        outcome: Rewards of the whole trajectory by signal.

    Returns:
        NaN if a part was not computed.

    Raises:
        RefusedError: ``CONFIG_INVALID`` for a signal that the server does not compute.
    """
    if signal in outcome:
        return outcome[signal]
    known = {name for step in rewards for name in step} | {"env"}
    if rewards and signal not in known:
        raise invalid(f"the server computes no signal {signal!r}; it has {sorted(known | set(outcome))}")
    if not rewards and signal != "env":
        return math.nan
    return math.fsum(step.get(signal, math.nan) for step in rewards)
