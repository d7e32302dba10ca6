"""Parts of requests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from .encoding import JSON, Integer, plain, seed_of, without_none
from .episode import Snapshot
from .errors import invalid
from .group import CreditRequest

Stragglers: TypeAlias = Literal["truncate", "abort", "wait"]
"""What happens to members that still run at the deadline of their group."""


def rules_of(
    size: int | None, credit: Sequence[str | CreditRequest], stragglers: Stragglers, deadline: float | None
) -> dict[str, JSON]:
    """Fields with the rules of a group."""
    if isinstance(credit, (str, CreditRequest)):
        raise invalid(f"credit is a list: [{credit!r}]")
    return without_none(
        size=size,
        credit=[_credit_of(each) for each in credit] or None,
        stragglers=stragglers,
        deadlineMs=None if deadline is None else _milliseconds(deadline),
    )


def _credit_of(request: str | CreditRequest) -> JSON:
    if isinstance(request, (str, CreditRequest)):
        return (CreditRequest(estimator=request) if isinstance(request, str) else request).to_json()
    raise invalid(f"credit has {request!r}: give names of estimators, or a CreditRequest for each")


def _milliseconds(seconds: float) -> int:
    if not math.isfinite(seconds):
        raise invalid(f"deadline is a number of seconds, not {seconds}")
    return round(seconds * 1000)


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


def starts_of(slots: Integer | Sequence[dict[str, JSON]]) -> list[JSON]:
    """Starts of the slots of a vector."""
    if isinstance(slots, (int, np.integer)):
        return [{} for _ in range(slots)]
    starts: list[JSON] = plain(list(slots), "slots")
    return starts


def point_of(snapshot: Snapshot | bytes) -> dict[str, JSON]:
    """Fields that name a snapshot."""
    if isinstance(snapshot, bytes):
        return {"sealed": snapshot.decode(errors="replace")}
    if isinstance(snapshot, Snapshot):
        return {"snapshot": snapshot.handle}
    raise invalid(f"a snapshot is what snapshot or sealed_snapshot returned, not {snapshot!r}")
