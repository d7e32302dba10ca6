"""Advantages on the tokens of a group that a model played, beside the record, `stepgym credit` and exports."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from conftest import Server
from recorded import lines_of, run_in, written_by

import stepgym
from stepgym.adapters.chat_tokens import ChatTokens
from stepgym.adapters.token_play import Player, Sampled, Transcript

END = 256
SIZE = 4


class Characters:
    """Tokenizer with an id for every byte, and one for the end of a turn; its methods are those of ``transformers``."""

    eos_token, eos_token_id = "<end>", END

    def apply_chat_template(self, messages: Sequence[dict[str, str]], **_: Any) -> str:
        return "".join(f"{each['role']}: {each['content']}{self.eos_token}\n" for each in messages) + "assistant: "

    def __call__(self, text: str, split_special_tokens: bool = False, **_: Any) -> dict[str, list[int]]:
        parts = [text] if split_special_tokens else text.split(self.eos_token)
        return {"input_ids": [id for at, part in enumerate(parts) for id in [*[END][: min(at, 1)], *part.encode()]]}

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = False) -> str:
        assert skip_special_tokens
        return bytes(id for id in ids if id != END).decode()


def played(gym: stepgym.Gym) -> tuple[stepgym.Group, list[Transcript], stepgym.Closed]:
    """A group whose members guess in different orders, some of them what nobody can read."""
    chat = ChatTokens(Characters(), "Guess.")
    turns = iter(range(1000))

    def sample(conversations: list[list[int]]) -> list[Sampled]:
        ids = [[*f"I say <a>{guess(next(turns))}</a>".encode(), END] for _ in conversations]
        return [Sampled(each, [-0.001 * (at + 1) for at in range(len(each))]) for each in ids]

    group = gym.group(SIZE, split="train", index=0, seed=3, credit=["grpo", "gigpo"])
    player = Player(chat, sample, most_tokens=10_000, pattern="<a>(.*?)</a>")
    transcripts = player.play(group.episodes)
    return group, transcripts, group.closed(60)


def guess(turn: int) -> str:
    return "é?" if turn % 5 == 4 else str(turn * 37 % 100 + 1)


def test_every_advantage_is_that_of_stepgym_credit_on_exactly_the_tokens_that_its_step_sampled(
    serve: Callable[..., Server], folder: Path
) -> None:
    server = serve("--env", "guess-number", "--record", str(folder / "run"))
    with stepgym.connect(f"{server.url}/guess-number") as gym:
        group, transcripts, closed = played(gym)
    server.close()
    rows = written_by("credit", run_in(folder), "--estimator", "grpo,gigpo")
    credit = {(row["trajectoryId"], row["index"]): row for row in rows}
    steps = (line for line in lines_of(folder) if line["type"] == "step")
    actions = {(line["trajectoryId"], line["index"]): line["action"] for line in steps}
    assert len(credit) == len(actions) == sum(len(member.steps) for member in closed.members) > SIZE

    for name in ("grpo", "gigpo"):
        on_tokens = closed.on_tokens(name, [each.steps for each in transcripts])
        assert len({value for array in closed.advantages[name] for value in array}) > 1
        for episode, transcript, own, spread in zip(
            group.episodes, transcripts, closed.advantages[name], on_tokens, strict=True
        ):
            assert own.tolist() == [credit[episode.id, step][name] for step in range(len(own))]
            step_of = transcript.steps
            assert spread.shape == step_of.shape
            assert not spread[step_of < 0].any()
            for step, advantage in enumerate(own):
                places = np.flatnonzero(step_of == step)
                assert spread[places].tolist() == [float(np.float32(advantage))] * len(places)
                # Decoded, they are what the record says that this step did: no token more, no token less.
                text = Characters().decode([transcript.completion_ids[at] for at in places], skip_special_tokens=True)
                assert text == f"I say <a>{actions[episode.id, step]}</a>"


def test_exported_tokens_are_those_that_the_model_sampled(serve: Callable[..., Server], folder: Path) -> None:
    server = serve("--env", "guess-number", "--record", str(folder / "run"))
    with stepgym.connect(f"{server.url}/guess-number") as gym:
        group, transcripts, _ = played(gym)
    server.close()
    rows = list(written_by("export", run_in(folder), "--format", "sft", "--grain", "tokens"))
    assert len(rows) == SIZE
    for row, episode, transcript in zip(rows, group.episodes, transcripts, strict=True):
        ids = row["input_ids"]
        assert ids == transcript.ids[: len(ids)]
        # The observation after the last action was shown to nobody.
        assert max(transcript.step_of[len(ids) - len(transcript.prompt_ids) :], default=-1) == -1
        readable = [step.index for step in episode.steps if step.valid]
        learnt = [step in readable for step in transcript.step_of]
        masks = [False] * len(transcript.prompt_ids) + learnt
        assert row["assistant_masks"] == [int(each) for each in masks[: len(ids)]]
        assert row["labels"] == [id if mask else -100 for id, mask in zip(ids, masks, strict=False)]
        assert 0 < len(readable) < len(episode.steps)
