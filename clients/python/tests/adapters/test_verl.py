"""verl's own classes over a server: rows of the agent loop, and their advantages through a real TransferQueue."""

import asyncio
import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import ray
import torch
import transfer_queue as tq
from conftest import Server
from guessing import halved
from omegaconf import OmegaConf
from tiny_model import tiny_tokenizer
from verl.experimental.agent_loop.agent_loop import DictConfigWrap, _agent_loop_registry
from verl.trainer.ppo.v1 import PPOTrainerSync, get_trainer_cls
from verl.utils.tensordict_utils import list_of_dict_to_tensordict
from verl.workers.rollout.replica import TokenOutput

import stepgym
from stepgym.adapters.verl import StepAgentLoop, StepCreditTrainer

SIZE = 4
CONFIG = OmegaConf.create(
    {
        "algorithm": {"adv_estimator": "grpo", "gamma": 1.0, "lam": 1.0, "use_kl_in_reward": False},
        "actor_rollout_ref": {"rollout": {"n": SIZE, "prompt_length": 200, "response_length": 400}},
        "data": {},
    }
)
TOKENIZER = tiny_tokenizer()


class Engine:
    """Model in the place of vLLM: the first of its conversations finds the number by halving, the others count."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.members: dict[str, int] = {}

    async def generate(self, *, request_id: str, prompt_ids: list[int], sampling_params: dict[str, Any]) -> TokenOutput:
        self.asked.append({"prompt_ids": prompt_ids, "sampling_params": sampling_params})
        member = self.members.setdefault(request_id, len(self.members))
        turns = TOKENIZER.decode(prompt_ids).split("assistant\n")[1:-1]
        guess = halved(turns) if member == 0 else 10 * member + len(turns)
        ids = TOKENIZER(f"<a>{guess}</a><|im_end|>", add_special_tokens=False)["input_ids"]
        return TokenOutput(token_ids=ids, log_probs=[-0.25] * len(ids))


def loop_of(server: Server, engine: Engine, **settings: Any) -> StepAgentLoop:
    return StepAgentLoop(
        server=f"{server.url}/guess-number",
        pattern="<a>(.*?)</a>",
        **settings,
        trainer_config=DictConfigWrap(config=CONFIG),
        server_manager=engine,
        tokenizer=TOKENIZER,
        processor=None,
        dataset_cls=None,
        data_config=DictConfigWrap(config=CONFIG.data),
    )


def played(server: Server, engine: Engine, uid: str, count: int = SIZE, **settings: Any) -> list[Any]:
    """Outputs of the sessions of one prompt, as a worker of verl runs them."""

    async def scenario() -> list[Any]:
        row = {"stepgym": {"split": "train", "index": 0, "seed": 3}, "uid": uid, "global_steps": 2}
        row["stepgym"] |= settings.pop("row", {})
        runs = [
            loop_of(server, engine, **settings).run({"temperature": 1.0, "top_p": 1.0}, session_id=at, **row)
            for at in range(count)
        ]
        return list(await asyncio.gather(*runs))

    return asyncio.run(scenario())


def test_every_token_of_a_row_has_the_advantage_of_its_step(server: Server, guess: stepgym.Gym) -> None:
    engine = Engine()
    outputs = played(server, engine, "whole")
    # The same actions over the native protocol, without tokens.
    group = guess.group(SIZE, split="train", index=0, seed=3, credit=["gigpo"])
    actions = [
        [TOKENIZER.decode(ids).split("<a>")[1].split("</a>")[0] for ids in turns_of(output)] for output in outputs
    ]
    closed = group.play(lambda episode: actions[episode.member][episode.index])
    own = closed.advantages["gigpo"]
    assert len({value for array in own for value in array}) > 2
    for output, array in zip(outputs, own, strict=True):
        stepgym_fields = output.extra_fields["stepgym"]
        expected = [0.0 if step < 0 else float(array[step]) for step in stepgym_fields["step_of"]]
        assert stepgym_fields["token_advantages"] == expected
        assert output.response_mask == [int(step >= 0) for step in stepgym_fields["step_of"]]
        assert len(output.response_ids) == len(output.response_logprobs) == len(expected)
        assert output.reward_score == math.fsum(each["env"] for each in stepgym_fields["step_rewards"])
    first = outputs[0]
    assert engine.asked[0]["prompt_ids"] == first.prompt_ids
    later = [each["prompt_ids"] for each in engine.asked if len(each["prompt_ids"]) > len(first.prompt_ids)]
    starts = [[*output.prompt_ids, *output.response_ids] for output in outputs]
    assert all(any(start[: len(ids)] == ids for start in starts) for ids in later)


def turns_of(output: Any) -> list[list[int]]:
    """Ids of each step, by their places."""
    steps = output.extra_fields["stepgym"]["step_of"]
    return [
        [token for token, step in zip(output.response_ids, steps, strict=True) if step == at]
        for at in range(max(steps) + 1)
    ]


def test_a_row_is_cut_where_the_response_is_full_and_its_episode_truncated(server: Server) -> None:
    engine = Engine()
    [output] = played(server, engine, "alone", 1, row={"credit": False}, turn_tokens=30)
    assert len(output.response_ids) == len(output.response_mask) <= 400
    assert output.extra_fields["stepgym"]["ending"] in ("truncated", "terminated")
    assert set(output.extra_fields["stepgym"]["token_advantages"]) == {0.0}
    assert max(each["sampling_params"]["max_tokens"] for each in engine.asked) == 30


def test_a_session_that_fails_aborts_its_member_alone(server: Server) -> None:
    class Breaking(Engine):
        async def generate(self, **asked: Any) -> TokenOutput:
            output = await super().generate(**asked)
            if self.members[asked["request_id"]] == 1:
                raise ZeroDivisionError("the engine broke")
            return output

    async def scenario() -> list[Any]:
        engine = Breaking()
        row = {"stepgym": {"seed": 3}, "uid": "broken", "global_steps": 0}
        runs = [loop_of(server, engine).run({}, session_id=at, **row) for at in range(SIZE)]
        return list(await asyncio.gather(*runs, return_exceptions=True))

    results = asyncio.run(scenario())
    assert [isinstance(each, ZeroDivisionError) for each in results].count(True) == 1
    whole = [each for each in results if not isinstance(each, BaseException)]
    assert all(np.isfinite(each.extra_fields["stepgym"]["token_advantages"]).all() for each in whole)


def test_settings_and_prompts_that_do_not_fit_are_refused(server: Server) -> None:
    with pytest.raises(stepgym.RefusedError, match="scores is reward or advantages"):
        loop_of(server, Engine(), scores="both")
    with pytest.raises(stepgym.RefusedError, match=r"data\.max_prompt_length is 200"):
        played(server, Engine(), "long", 1, system="Guess. " * 60)


def test_the_loop_and_the_trainer_are_registered() -> None:
    assert _agent_loop_registry["stepgym"]["_target_"].endswith("StepAgentLoop")
    assert get_trainer_cls("stepgym_sync") is StepCreditTrainer


@pytest.fixture(scope="module")
def queue() -> Iterator[None]:
    """A real TransferQueue. With fewer than 16 processors in Ray's books it waits without end."""
    ray.init(num_cpus=16, include_dashboard=False, log_to_driver=False)
    tq.init(OmegaConf.create({"backend": {"SimpleStorage": {"num_data_storage_units": 1}}}))
    yield
    tq.close()
    ray.shutdown()


def put(outputs: list[Any], name: str) -> Any:
    """Rows in the queue, as the worker of verl puts them there."""
    keys = [f"{name}_{at}_0" for at in range(len(outputs))]
    fields = [{**output.as_dict(), "uid": name} for output in outputs]
    tags = [{"status": "success"}] * len(keys)
    tq.kv_batch_put(keys=keys, fields=list_of_dict_to_tensordict(fields), tags=tags, partition_id="train")

    class Batch(SimpleNamespace):
        def __len__(self) -> int:
            return len(self.keys)

    return Batch(keys=keys, partition_id="train")


def advantages_by(trainer_class: type[Any], batch: Any, estimator: str) -> tuple[Any, Any]:
    trainer = object.__new__(trainer_class)
    trainer.config = OmegaConf.merge(CONFIG, {"algorithm": {"adv_estimator": estimator}})
    trainer._compute_advantage(batch, {})
    columns = ["advantages", "returns", "rm_scores"]
    rows = tq.kv_batch_get(keys=batch.keys, partition_id="train", select_fields=columns)
    assert all(torch.equal(one, other) for one, other in zip(rows["advantages"], rows["returns"], strict=True))
    return [each.tolist() for each in rows["advantages"]], [each.tolist() for each in rows["rm_scores"]]


def test_step_advantages_reach_the_actor_through_the_queue_and_rewards_stay_rewards(
    server: Server, queue: None
) -> None:
    outputs = played(server, Engine(), "queued")
    found, scores = advantages_by(StepCreditTrainer, put(outputs, "q"), "grpo")
    own = [np.array(each.extra_fields["stepgym"]["token_advantages"], np.float32).tolist() for each in outputs]
    assert found == own
    assert len({value for row in own for value in row}) > 2
    assert [(sum(row), row[-1]) for row in scores] == [(each.reward_score,) * 2 for each in outputs]


def test_scores_of_tokens_are_the_advantages_in_any_trainer(server: Server, queue: None) -> None:
    outputs = played(server, Engine(), "scored", scores="advantages")
    found, scores = advantages_by(PPOTrainerSync, put(outputs, "s"), "stepgym_scores")
    own = [np.array(each.extra_fields["stepgym"]["token_advantages"], np.float32).tolist() for each in outputs]
    assert found == scores == own


def test_rows_of_another_loop_are_refused(server: Server, queue: None) -> None:
    outputs = played(server, Engine(), "foreign")
    for output in outputs:
        del output.extra_fields["stepgym"]
    with pytest.raises(ValueError, match="its agent_name must be stepgym"):
        advantages_by(StepCreditTrainer, put(outputs, "f"), "grpo")
