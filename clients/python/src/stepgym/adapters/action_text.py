"""Actions in what models write."""

from __future__ import annotations

import re


def action_in(text: str, pattern: str | None) -> str:
    """Action in what a model wrote.

    Args:
        text: Text of the turn.
        pattern: Regular expression whose first group is the action, the last match counts; None for the whole text.

    Returns:
        The action without space around it. If nothing matches it is the whole text, for the environment to refuse.
    """
    found = [] if pattern is None else list(re.finditer(pattern, text, re.DOTALL))
    return (found[-1][1] if found else text).strip()
