"""TRL's GRPOTrainer with an advantage for every step: a tiny random model learns to walk on ice, on a CPU.

pip install './clients/python[trl]' && python examples/python/trl_step_credit.py
"""

import tempfile

import torch
from datasets import Dataset
from tiny_model import all_but, tiny_model, tiny_tokenizer
from trl import GRPOConfig

import stepgym
from stepgym.adapters.trl import StepCreditTrainer, StepRollout

MOVES = ["up", "right", "down", "left"]
tokenizer = tiny_tokenizer(MOVES)
model = tiny_model(tokenizer)


class Checked(StepCreditTrainer):
    """Compares the gradient of every loss with that of the formula: -sum(advantage * log-probability) / tokens."""

    checked = 0

    def _compute_loss(self, model, inputs):
        loss = super()._compute_loss(model, inputs)
        advantages, mask = inputs["advantages"], inputs["completion_mask"] * inputs["tool_mask"]
        assert (advantages * (1 - mask)).abs().sum() == 0, "an advantage on a token that the model did not sample"
        length = inputs["completion_ids"].size(1)
        ids = torch.cat([inputs["prompt_ids"], inputs["completion_ids"]], 1)
        attention = torch.cat([inputs["prompt_mask"], inputs["completion_mask"]], 1)
        logits = model(ids, attention_mask=attention).logits[:, -length - 1 : -1] / self.temperature
        log_probs = logits.log_softmax(-1).gather(-1, inputs["completion_ids"].unsqueeze(-1)).squeeze(-1)
        expected = -(advantages * mask * log_probs).sum() / inputs["num_items_in_batch"]
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        found = torch.autograd.grad(loss, weights, retain_graph=True)
        for one, other in zip(found, torch.autograd.grad(expected, weights), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
        if any(gradient.abs().max() > 0 for gradient in found):
            Checked.checked += 1
        return loss


with stepgym.local("grid", world="slippery", size=3, noise=0) as gym:
    rollout = StepRollout(gym, credit="gigpo", turn_tokens=1)
    trainer = Checked(
        model=model,
        args=GRPOConfig(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=8,
            num_generations=8,
            max_steps=4,
            max_completion_length=1500,
            learning_rate=1e-2,
            generation_kwargs={"suppress_tokens": all_but(tokenizer, MOVES)},
            use_cpu=True,
            bf16=False,
            report_to=[],
            save_strategy="no",
            logging_steps=1,
        ),
        train_dataset=Dataset.from_list(rollout.rows("train", 4)),
        processing_class=tokenizer,
        rollout_func=rollout,
    )
    trainer.train()
    for transcript in rollout.transcripts:
        print(len(transcript.actions), "steps:", " ".join(transcript.actions[:12]))
assert Checked.checked > 0, "no group had an advantage"
print(f"{Checked.checked} of {trainer.state.global_step} gradients are those of the advantages on their own tokens")
