"""Trainers and an estimator of verl that take the advantages of a server as they are."""

from __future__ import annotations

from typing import Any

import torch
import transfer_queue as tq
from tensordict import TensorDict
from verl.trainer.ppo.core_algos import register_adv_est
from verl.trainer.ppo.v1 import PPOTrainerSync, register_trainer


@register_adv_est("stepgym_scores")
def stepgym_scores(
    token_level_rewards: torch.Tensor, response_mask: torch.Tensor, **rest: Any
) -> tuple[torch.Tensor, torch.Tensor]:
    """Estimator for rows with one score a token (``scores: advantages`` of the agent loop): the scores are the
    advantages.

    Args:
        token_level_rewards: Float (B, T).
        response_mask: 1 on sampled tokens, (B, T).
        rest: What verl gives every estimator.

    Returns:
        Advantages and returns, (B, T): both are the scores on sampled tokens.
    """
    advantages = token_level_rewards * response_mask
    return advantages, advantages


@register_trainer("stepgym_sync")
class StepCreditTrainer(PPOTrainerSync):
    """Trainer ``stepgym_sync`` (``trainer.v1.trainer_mode``): verl's synchronous one, whose advantages are those that
    the agent loop ``stepgym`` puts beside its rows. Rewards stay what they are; the estimator of the configuration
    makes the advantages that are replaced."""

    def _compute_advantage(self, batch: Any, metrics: dict[str, Any]) -> Any:
        super()._compute_advantage(batch, metrics)
        rows = tq.kv_batch_get(
            keys=batch.keys, partition_id=batch.partition_id, select_fields=["response_mask", "extra_fields"]
        )
        advantages = [
            _advantages_of(extra, len(mask))
            for extra, mask in zip(rows["extra_fields"], rows["response_mask"], strict=True)
        ]
        nested = torch.nested.as_nested_tensor(advantages, layout=torch.jagged)
        fields = TensorDict({"advantages": nested, "returns": nested}, batch_size=len(batch))
        return tq.kv_batch_put(keys=batch.keys, partition_id=batch.partition_id, fields=fields)


def _advantages_of(extra_fields: Any, length: int) -> torch.Tensor:
    """Advantages of a row, (T,)."""
    fields = getattr(extra_fields, "data", extra_fields)
    own = fields.get("stepgym") if isinstance(fields, dict) else None
    if own is None or len(own["token_advantages"]) != length:
        raise ValueError("a row has no advantages of stepgym: its agent_name must be stepgym")
    return torch.tensor(own["token_advantages"], dtype=torch.float32)
