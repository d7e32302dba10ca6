"""``GRPOTrainer`` whose loss takes an advantage for every token."""

from __future__ import annotations

from typing import Any

import torch
from trl import GRPOTrainer
from trl.trainer.utils import pad

from ...errors import invalid
from .rollout import TOKEN_ADVANTAGES, episode_reward

_LOSSES = ("dapo", "grpo", "bnpo", "dr_grpo", "cispo", "sapo")


class StepCreditTrainer(GRPOTrainer):
    """``GRPOTrainer`` with advantages of shape (B, T) from a ``StepRollout``, in place of one scalar a completion.

    Its arguments are those of ``GRPOTrainer``; ``reward_funcs`` is ``episode_reward`` by default, and only shown in the
    logs.

    Raises:
        RefusedError: ``CONFIG_INVALID`` for settings under which the loss needs one advantage a completion.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("rollout_func") is None:
            raise invalid("step credit needs rollout_func=StepRollout(...)")
        if len(args) < 2:
            kwargs.setdefault("reward_funcs", episode_reward)
        super().__init__(*args, **kwargs)
        self._expect_tokens()

    def _expect_tokens(self) -> None:
        refused = {
            f"loss_type={self.loss_type!r}": self.loss_type not in _LOSSES,
            f"importance_sampling_level={self.importance_sampling_level!r}": self.importance_sampling_level != "token",
            "off_policy_mask_threshold": self.off_policy_mask_threshold is not None,
        }
        for setting in (name for name, is_refused in refused.items() if is_refused):
            raise invalid(f"{setting} needs one advantage a completion: step credit has one a token")

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        # Members of a group may share a row, and what a rollout returns is put into rows.
        rows = [dict(row) for row in inputs]
        output: dict[str, Any] = super()._generate_and_score_completions(rows)
        advantages = pad(
            [torch.tensor(row[TOKEN_ADVANTAGES], dtype=torch.float32) for row in rows],
            padding_value=0.0,
            padding_side="right",
            pad_to_multiple_of=self.pad_to_multiple_of,
        )
        if advantages.shape != output["completion_ids"].shape:
            raise invalid(
                f"advantages of shape {tuple(advantages.shape)} for completions of shape"
                f" {tuple(output['completion_ids'].shape)}: the rollout cuts or adds tokens"
            )
        output["advantages"] = advantages.to(output["advantages"].device)
        return output
