"""Parts of requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from .encoding import JSON, Integer, plain, seed_of, without_none
from .episode import Snapshot
from .group import CreditRequest

Stragglers: TypeAlias = Literal["truncate", "abort", "wait"]
"""What happens to members that still run at the deadline of their group."""


def rules_of(
    size: int | None, credit: Sequence[str | CreditRequest], stragglers: Stragglers, deadline: float | None
) -> dict[str, JSON]:
    """Fields with the rules of a group."""
    requests = [CreditRequest(estimator=each) if isinstance(each, str) else each for each in credit]
    return without_none(
        size=size,
        credit=[each.to_json() for each in requests] or None,
        stragglers=stragglers,
        deadlineMs=None if deadline is None else round(deadline * 1000),
    )


def start_of(
    *,
    task: str | None,
    split: str | None,
    index: Integer | None,
    seed: Integer | None,
    max_steps: Integer | None,
    agent: str | None,
) -> dict[str, JSON]:
    """Fields of a start."""
    return without_none(
        task=task,
        split=split,
        index=plain(index, "index"),
        seed=None if seed is None else seed_of(seed),
        maxSteps=plain(max_steps, "max_steps"),
        agent=agent,
    )


def point_of(snapshot: Snapshot | bytes) -> dict[str, JSON]:
    """Fields that name a snapshot."""
    return {"sealed": snapshot.decode()} if isinstance(snapshot, bytes) else {"snapshot": snapshot.handle}
