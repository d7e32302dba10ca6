"""What a server says about an environment."""

from __future__ import annotations

from dataclasses import dataclass

from .encoding import JSON, Frame


@dataclass(frozen=True)
class EnvironmentView:
    """Environment of a connection.

    Attributes:
        name: In addresses.
        id: ``name@version``.
        max_steps: Step limit of an episode.
        fork: ``value``, ``replay`` or ``none``.
        views: Views that ``observe`` takes.
        splits: Splits of its tasks.
        action_schema: JSON Schema of actions, or None.
    """

    name: str
    id: str
    max_steps: int
    fork: str
    views: list[str]
    splits: list[str]
    action_schema: JSON

    @staticmethod
    def of(view: Frame) -> EnvironmentView:
        """Environment of a welcome."""
        return EnvironmentView(
            name=view["name"],
            id=view["id"],
            max_steps=view["maxSteps"],
            fork=view["fork"],
            views=view["views"],
            splits=view["splits"],
            action_schema=view["actionSchema"],
        )
