"""Policies of guess-number."""

from collections.abc import Sequence

import stepgym


def halved(answers: Sequence[str]) -> int:
    """Middle of the numbers that the answers so far leave, where each guess was such a middle."""
    low, high = 1, 100
    for answer in answers:
        guess = (low + high) // 2
        low, high = (guess + 1, high) if "higher" in answer else (low, guess - 1)
    return (low + high) // 2


def halving(episode: stepgym.Episode) -> str:
    """Finds the number."""
    return str(halved([step.observation for step in episode.steps]))
