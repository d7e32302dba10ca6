"""TRL's trainers over a server: advantages on the tokens of their steps."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import Server
from datasets import Dataset
from recorded import lines_of, run_in, written_by
from tiny_model import all_but, tiny_model, tiny_tokenizer
from trl_kit import settings_of

import stepgym
from stepgym.adapters.trl import StepCreditTrainer, StepRollout, row_of

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")
MOVES = ["up", "right", "down", "left"]
ICE = ("--env", "grid", "--set", "world=slippery", "--set", "size=3", "--set", "noise=0")


class Watched(StepCreditTrainer):
    """Keeps what the loss is given, and its gradient beside that of the formula."""

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> Any:
        loss = super()._compute_loss(model, inputs)
        mask = inputs["completion_mask"] * inputs["tool_mask"]
        length = inputs["completion_ids"].size(1)
        ids = torch.cat([inputs["prompt_ids"], inputs["completion_ids"]], 1)
        attention = torch.cat([inputs["prompt_mask"], inputs["completion_mask"]], 1)
        logits = model(ids, attention_mask=attention).logits[:, -length - 1 : -1] / self.temperature
        log_probs = logits.log_softmax(-1).gather(-1, inputs["completion_ids"].unsqueeze(-1)).squeeze(-1)
        scale = self.current_gradient_accumulation_steps / self.args.steps_per_generation
        expected = -(inputs["advantages"] * mask * log_probs).sum() / (inputs["num_items_in_batch"] * scale)
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        self.gradients = getattr(self, "gradients", [])
        self.gradients.append(
            (torch.autograd.grad(loss, weights, retain_graph=True), torch.autograd.grad(expected, weights))
        )
        self.seen = getattr(self, "seen", [])
        self.seen.append({name: value.clone() for name, value in inputs.items() if hasattr(value, "clone")})
        return loss


def test_every_advantage_lies_on_the_tokens_that_its_step_sampled(serve: Callable[..., Server], folder: Path) -> None:
    server = serve(*ICE, "--record", str(folder / "run"))
    tokenizer = tiny_tokenizer(MOVES)
    played: list[Any] = []

    class Kept(StepRollout):
        def __call__(self, prompts: list[Any], trainer: Any) -> dict[str, Any]:
            columns = super().__call__(prompts, trainer)
            played.extend(zip(self.episodes, self.transcripts, strict=True))
            return columns

    with stepgym.connect(f"{server.url}/grid") as gym:
        rollout = Kept(gym, credit="gigpo", turn_tokens=1, system="Walk.")
        trainer = Watched(
            model=tiny_model(tokenizer),
            args=settings_of(
                folder,
                max_steps=3,
                gradient_accumulation_steps=2,
                pad_to_multiple_of=8,
                generation_kwargs={"suppress_tokens": all_but(tokenizer, [*MOVES, "<|im_end|>"])},
            ),
            train_dataset=Dataset.from_list(rollout.rows("train", 3, seed=5)),
            processing_class=tokenizer,
            rollout_func=rollout,
        )
        trainer.train()
    server.close()
    for found, expected in trainer.gradients:
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
    sizes = [max(gradient.abs().max().item() for gradient in found) for found, _ in trainer.gradients]
    assert len(sizes) == 6 and max(sizes) > 1e-4

    # The record of the server, and what `stepgym credit` makes of it, know nothing of tokens or of TRL.
    actions: dict[tuple[str, int], str] = {}
    for line in lines_of(folder / "run"):
        if line["type"] == "step":
            actions[line["trajectoryId"], line["index"]] = line["action"]
    columns = written_by("credit", run_in(folder), "--estimator", "gigpo")
    credit = {(row["trajectoryId"], row["index"]): row["gigpo"] for row in columns}
    assert len(played) == 24 and len(credit) == len(actions) == sum(len(each.actions) for _, each in played)
    assert len(set(credit.values())) > 10

    rows = {}
    for batch in trainer.seen:
        assert batch["completion_ids"].size(1) % 8 == 0
        mask = batch["completion_mask"] * batch["tool_mask"]
        for ids, own, advantages in zip(batch["completion_ids"], mask, batch["advantages"], strict=True):
            assert advantages[own == 0].abs().sum() == 0
            rows[tuple(ids[: int(own.nonzero().max()) + 1].tolist())] = (own, advantages)
    for episode, transcript in played:
        # Equal completions of two members have equal advantages only in one group: compare those that are unique.
        ids = transcript.completion_ids[
            : len(transcript.step_of) - transcript.step_of[::-1].index(len(episode.steps) - 1)
        ]
        own, advantages = rows[tuple(ids)]
        for step in range(len(episode.steps)):
            places = [at for at, each in enumerate(transcript.step_of) if each == step]
            assert tokenizer.decode([ids[at] for at in places], skip_special_tokens=True) == actions[episode.id, step]
            assert own[places].tolist() == [1] * len(places)
        assert int(own.sum()) == sum(each >= 0 for each in transcript.step_of)
        if sum(other.completion_ids == transcript.completion_ids for _, other in played) == 1:
            expected = [0.0 if each < 0 else credit[episode.id, each] for each in transcript.step_of[: len(ids)]]
            assert advantages[: len(ids)].tolist() == np.array(expected, np.float32).tolist()


def test_settings_whose_loss_needs_one_advantage_a_completion_are_refused(server: Server, folder: Path) -> None:
    tokenizer = tiny_tokenizer()
    rollout = StepRollout(f"{server.url}/guess-number")
    common = {
        "model": tiny_model(tokenizer),
        "train_dataset": Dataset.from_list(rollout.rows("train", 1)),
        "processing_class": tokenizer,
    }
    for changed, named in (
        ({"loss_type": "luspo"}, "loss_type='luspo'"),
        ({"loss_type": "vespo"}, "loss_type='vespo'"),
        ({"importance_sampling_level": "sequence"}, "importance_sampling_level='sequence'"),
        ({"off_policy_mask_threshold": 0.5}, "off_policy_mask_threshold"),
    ):
        with pytest.raises(stepgym.RefusedError, match=named):
            StepCreditTrainer(args=settings_of(folder, **changed), rollout_func=rollout, **common)
    with pytest.raises(stepgym.RefusedError, match="needs rollout_func"):
        StepCreditTrainer(args=settings_of(folder), **common)


def test_prompts_that_are_no_whole_groups_of_starts_are_refused(server: Server) -> None:
    rollout = StepRollout(f"{server.url}/guess-number")

    class Trainer:
        num_generations = 2
        model = torch.nn.Linear(1, 1)

    [row] = rollout.rows("train", 1, seed=3)
    assert json.loads(row["prompt"]) == {"split": "train", "index": 0, "seed": 3}
    other = row_of(split="train", index=0)["prompt"]
    for prompts in ([row["prompt"]], [row["prompt"], other], [other, other, other]):
        with pytest.raises(stepgym.RefusedError, match="whole groups of 2"):
            rollout(prompts, Trainer())
    for text in ("Hello", "[1]", '{"level": 1}', [{"role": "user", "content": "Hello"}]):
        with pytest.raises(stepgym.RefusedError, match=r"a prompt is the start|a start has"):
            rollout([text, text], Trainer())
