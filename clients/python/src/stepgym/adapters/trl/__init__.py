"""Environments of a server for TRL's ``GRPOTrainer``.

``StepRollout`` and ``StepCreditTrainer`` give every step its own advantage; ``environment_factory`` makes classes for
TRL's own loop of tools, where one scalar a rollout reaches the loss.
"""

from ..extras import needs

with needs("trl"):
    from .environments import environment_factory
    from .rollout import StepRollout, episode_reward
    from .starts import row_of
    from .trainer import StepCreditTrainer

__all__ = ["StepCreditTrainer", "StepRollout", "environment_factory", "episode_reward", "row_of"]
